/**
 * TRIAGE(alerts, actions): alerts and what people do with them in, changes of cases out (`src/detect/alerts`), as a stream
 * function of the engine. Its state is written through to the engine's store, the counts with the commit.
 */
import { didYouMean } from "../../base/nearest.ts";
import { readAlert } from "../../detect/alerts/alert.ts";
import { ALERT_COLUMNS, CASE_COLUMNS, caseRow } from "../../detect/alerts/case-columns.ts";
import type { CaseChange } from "../../detect/alerts/case-change.ts";
import { Triage } from "../../detect/alerts/triage.ts";
import type { TriageSettings } from "../../detect/alerts/triage-settings.ts";
import type { Row } from "../../engine/row.ts";
import type {
  StreamFunction,
  StreamFunctionContext,
  StreamFunctionProcessor,
} from "../../engine/stream-function.ts";
import {
  actionParts,
  actionProblem,
  alertParts,
  alertProblem,
  alertValues,
  RowReader,
} from "./alert-columns.ts";
import { alertErrors } from "./errors.ts";
import { StateCaseStore } from "./state-case-store.ts";
import { triageSettings } from "./triage-properties.ts";

const ALERTS = 0;
const ACTIONS = 1;

export const triageFunction: StreamFunction = {
  name: "TRIAGE",
  description:
    "Alerts grouped into cases, with what people do with them: a row for each change of a case. Alerts after the first are hidden " +
    "and counted for a time; cases are acknowledged, closed, reopened, muted, assigned and commented by records of the second stream.",
  parameters: [
    { name: "alerts", description: "a stream with RULE_ID or TITLE, and what else DETECT gives" },
    {
      name: "actions",
      description: "a stream with ACTION, CASE_ID, UNTIL, TEXT, ASSIGNEE, ACTOR and others",
    },
  ],
  shape(inputs, refuse) {
    const problems = [alertProblem(inputs[ALERTS]!), actionProblem(inputs[ACTIONS]!)];
    for (const [input, problem] of problems.entries())
      if (problem !== undefined) throw refuse(input, problem);
    return {
      columns: CASE_COLUMNS.map(({ name, type }, place) => ({
        name,
        type,
        role: place === 0 ? "key" : "value",
      })),
      // Alerts may be grouped by any column, which the properties say.
      reads: inputs.map(({ columns }) => columns.map((_column, place) => place)),
    };
  },
  explain: () => [
    "cases by the columns of spoor.alerts.group.by; alerts are hidden for spoor.alerts.suppress.ms after a notification",
  ],
  open: (context) => new TriageProcessor(context),
};

class TriageProcessor implements StreamFunctionProcessor {
  readonly #context: StreamFunctionContext;
  readonly #settings: TriageSettings;
  readonly #triage: Triage;
  readonly #readers: readonly RowReader[];

  /** @throws ALERTS_INVALID_SETTING, ALERTS_GROUP_COLUMN */
  constructor(context: StreamFunctionContext) {
    this.#context = context;
    this.#settings = triageSettings(context.properties);
    this.#triage = new Triage(new StateCaseStore(context.store), this.#settings);
    this.#readers = [ALERTS, ACTIONS].map((input) => new RowReader((name) => context.column(input, name)));
    for (const name of this.#settings.groupBy) {
      if (context.column(ALERTS, name) !== -1) continue;
      throw alertErrors.GROUP_COLUMN({
        message: `the stream of alerts has no column '${name}' to group by`,
        hint: didYouMean(
          name,
          [...ALERT_COLUMNS, ...CASE_COLUMNS].map((column) => column.name),
        ),
      });
    }
  }

  process(input: number, row: Row): void {
    if (row.deleted) this.#context.drop("null-value", "the record has no value");
    else if (input === ALERTS) this.#alert(row);
    else this.#action(row);
  }

  flush(): void {
    this.#triage.flush();
  }

  #alert({ values, timestampMs }: Row): void {
    const reader = this.#readers[ALERTS]!;
    const alert = readAlert(alertParts(reader, values, timestampMs, this.#settings.groupBy));
    if (alert === undefined) {
      this.#context.drop("null-value", "the alert has neither RULE_ID nor TITLE");
      return;
    }
    const changes = this.#triage.alert(alert);
    if (changes.length === 0) this.#duplicate(`alert '${alert.alertId ?? ""}' was there before`);
    else this.#emit(changes, alertValues(reader, values), alert.timeMs);
  }

  #action({ values, timestampMs }: Row): void {
    const parts = actionParts(this.#readers[ACTIONS]!, values, timestampMs);
    const changes = this.#triage.action(parts);
    if (changes.length === 0) this.#duplicate(`action '${parts.actionId ?? ""}' was there before`);
    else this.#emit(changes, [], timestampMs);
  }

  #duplicate(detail: string): void {
    this.#context.drop("filtered", detail);
    this.#context.note("duplicates");
  }

  #emit(changes: readonly CaseChange[], values: ReturnType<typeof alertValues>, timeMs: number): void {
    for (const change of changes) {
      const note = noteOf(change);
      if (note !== undefined) this.#context.note(note);
      this.#context.emit(caseRow(change, values), timeMs);
    }
  }
}

/** What the query's statistics tell besides rows. */
function noteOf(change: CaseChange): string | undefined {
  if (change.kind === "refused") return "actions refused";
  if (change.kind === "forgotten") return "cases forgotten";
  if (change.kind !== "alert") return undefined;
  return change.notification === undefined ? "alerts hidden" : "alerts told";
}
