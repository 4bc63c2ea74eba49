/** Alerts and actions for tests, and a desk that takes them. */
import type { ActionParts } from "./alert-action.ts";
import type { Alert } from "./alert.ts";
import { MemoryCaseStore } from "./case-store.ts";
import type { CaseChange } from "./case-change.ts";
import { Triage } from "./triage.ts";
import { defaultTriageSettings } from "./triage-settings.ts";
import type { TriageSettings } from "./triage-settings.ts";

export const START_MS = Date.UTC(2024, 4, 1, 8);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

export interface SampleAlert extends Partial<Omit<Alert, "group" | "timeMs">> {
  /** After {@link START_MS}. */
  readonly atMs?: number;
}

export function sampleAlert(
  { atMs = 0, ...given }: SampleAlert = {},
  groupBy = defaultTriageSettings.groupBy,
): Alert {
  const alert = {
    alertId: null,
    ruleId: "rule-1",
    title: "Shell Started By WMI",
    level: "medium" as const,
    techniques: [],
    tactics: [],
    host: "ws01.example",
    userName: "EXAMPLE\\ann",
    process: null,
    processGuid: null,
    commandLine: null,
    ...given,
    timeMs: START_MS + atMs,
  };
  const columns: Readonly<Record<string, string | null>> = {
    RULE_ID: alert.ruleId,
    HOST: alert.host,
    USER_NAME: alert.userName,
  };
  return { ...alert, group: groupBy.map((name) => columns[name] ?? null) };
}

export function sampleAction(given: Partial<ActionParts>): ActionParts {
  return {
    action: null,
    caseId: null,
    ruleId: null,
    host: null,
    userName: null,
    untilMs: null,
    text: null,
    assignee: null,
    actor: "ann",
    actionId: null,
    atMs: START_MS,
    ...given,
  };
}

export class SampleDesk {
  readonly settings: TriageSettings;
  readonly store = new MemoryCaseStore();
  readonly triage: Triage;

  constructor(settings: Partial<TriageSettings> = {}) {
    this.settings = { ...defaultTriageSettings, ...settings };
    this.triage = new Triage(this.store, this.settings);
  }

  /** The change that an alert makes; what is forgotten at its occasion is left out. */
  alert(given: SampleAlert = {}): (CaseChange & { readonly kind: "alert" }) | undefined {
    const changes = this.triage.alert(sampleAlert(given, this.settings.groupBy));
    const last = changes.at(-1);
    return last?.kind === "alert" ? last : undefined;
  }

  /** What people are told, or "hidden". */
  told(given: SampleAlert = {}): string | undefined {
    const change = this.alert(given);
    return change === undefined ? undefined : (change.notification ?? "hidden");
  }

  action(given: Partial<ActionParts>): CaseChange | undefined {
    return this.triage.action(sampleAction(given))[0];
  }

  /** What was wrong with an action. */
  problem(given: Partial<ActionParts>): string | undefined {
    const change = this.action(given);
    return change?.kind === "refused" ? change.problem : undefined;
  }
}
