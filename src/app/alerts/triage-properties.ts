/** The properties spoor.alerts.* as settings of triage; their defaults are the properties'. */
import { didYouMean } from "../../base/nearest.ts";
import { ESCALATIONS } from "../../detect/alerts/triage-settings.ts";
import type { Escalation, TriageSettings } from "../../detect/alerts/triage-settings.ts";
import { settingText } from "../../plan/session-properties.ts";
import { alertErrors } from "./errors.ts";

const DAY_MS = 86_400_000;

/** @throws ALERTS_INVALID_SETTING */
export function triageSettings(properties: ReadonlyMap<string, string>): TriageSettings {
  const read = (name: string): string => settingText(properties, name) ?? "";
  const groupBy = listed(read("spoor.alerts.group.by")).map((name) => name.toUpperCase());
  if (groupBy.length === 0)
    throw alertErrors.INVALID_SETTING({
      message: "spoor.alerts.group.by names no column",
      hint: "RULE_ID,HOST makes a case of each rule and host",
    });
  return {
    groupBy: [...new Set(groupBy)],
    escalateOn: listed(read("spoor.alerts.escalate.on")).map(escalation),
    suppressMs: wholeNumber(read, "spoor.alerts.suppress.ms", 0),
    forgetClosedMs: wholeNumber(read, "spoor.alerts.forget.closed.days", 0) * DAY_MS,
    casesMax: wholeNumber(read, "spoor.alerts.cases.max", 1),
    idsMax: wholeNumber(read, "spoor.alerts.ids.max", 1),
  };
}

function escalation(name: string): Escalation {
  const found = ESCALATIONS.find((one) => one === name.toLowerCase());
  if (found !== undefined) return found;
  throw alertErrors.INVALID_SETTING({
    message: `spoor.alerts.escalate.on can't be '${name}'`,
    detail: `it takes ${ESCALATIONS.join(", ")}, several with commas`,
    hint: didYouMean(name, ESCALATIONS),
  });
}

function wholeNumber(read: (name: string) => string, name: string, least: number): number {
  const value = Number(read(name));
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw alertErrors.INVALID_SETTING({
    message: `${name} can't be '${read(name)}'`,
    detail: `it takes a whole number of at least ${least}`,
  });
}

function listed(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
