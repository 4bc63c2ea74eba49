/**
 * A change of a case as a row: the state of the case after it, what changed, and the alert or action that did it. Columns that a
 * change does not have are NULL: of an action those of the alert, of a mute of rules, hosts or users those of the case.
 */
import { arrayType, BIGINT, INTEGER, mapType, STRING, structType, TIMESTAMP } from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { AlertAction } from "./alert-action.ts";
import type { Alert } from "./alert.ts";
import type { AlertCase } from "./alert-case.ts";
import type { CaseChange } from "./case-change.ts";
import type { Mute } from "./mute.ts";

export interface CaseColumn {
  readonly name: string;
  readonly type: SqlType;
}

const TEXTS = arrayType(STRING);

const COMMENT_TYPE = structType([
  { name: "WRITTEN", type: TIMESTAMP },
  { name: "ACTOR", type: STRING },
  { name: "TEXT", type: STRING },
]);

const MUTE_TYPE = structType([
  { name: "MUTE_ID", type: STRING },
  { name: "RULE_ID", type: STRING },
  { name: "HOST", type: STRING },
  { name: "USER_NAME", type: STRING },
  { name: "UNTIL", type: TIMESTAMP },
  { name: "ACTOR", type: STRING },
  { name: "TEXT", type: STRING },
  { name: "HIDDEN", type: BIGINT },
]);

/** What the alert itself says, where the case shows its gravest one. */
const ALERT_TYPE = structType([
  { name: "RULE_ID", type: STRING },
  { name: "TITLE", type: STRING },
  { name: "LEVEL", type: STRING },
  { name: "TECHNIQUES", type: TEXTS },
  { name: "TACTICS", type: TEXTS },
  { name: "HOST", type: STRING },
  { name: "USER_NAME", type: STRING },
  { name: "PROCESS", type: STRING },
  { name: "PROCESS_GUID", type: STRING },
  { name: "COMMAND_LINE", type: STRING },
]);

const columns = (type: SqlType, names: readonly string[]): CaseColumn[] =>
  names.map((name) => ({ name, type }));

/** Of the case. */
const STATE_COLUMNS: readonly CaseColumn[] = [
  ...columns(STRING, ["CASE_ID", "STATE", "RULE_ID", "TITLE", "LEVEL"]),
  ...columns(TEXTS, ["TECHNIQUES", "TACTICS", "RULES"]),
  ...columns(STRING, ["HOST", "USER_NAME", "PROCESS", "PROCESS_GUID", "COMMAND_LINE"]),
  ...columns(TIMESTAMP, ["FIRST_TIME", "LAST_TIME"]),
  ...columns(BIGINT, ["ALERTS", "HIDDEN", "NOTIFICATIONS"]),
  ...columns(TIMESTAMP, ["MUTED_UNTIL"]),
  ...columns(STRING, ["ASSIGNEE"]),
  ...columns(arrayType(COMMENT_TYPE), ["COMMENTS"]),
  ...columns(BIGINT, ["COMMENTS_DROPPED"]),
];

/** Of the change. */
const CHANGE_COLUMNS: readonly CaseColumn[] = [
  ...columns(STRING, ["CHANGE", "NOTIFICATION"]),
  ...columns(BIGINT, ["HIDDEN_SINCE"]),
  ...columns(STRING, ["ACTOR", "TEXT", "ACTION_ID", "PROBLEM"]),
  ...columns(MUTE_TYPE, ["MUTE"]),
  ...columns(ALERT_TYPE, ["ALERT"]),
];

/** Of the alert: handed on as they are, where the stream of alerts has them, in these types. */
export const ALERT_COLUMNS: readonly CaseColumn[] = [
  ...columns(STRING, ["ALERT_ID", "KIND"]),
  ...columns(TEXTS, ["TAGS", "REASON"]),
  ...columns(TIMESTAMP, ["EVENT_TIME"]),
  ...columns(STRING, ["CHANNEL", "PROVIDER"]),
  ...columns(INTEGER, ["EVENT_ID"]),
  ...columns(BIGINT, ["RECORD_ID"]),
  ...columns(mapType(STRING, STRING), ["GROUP_BY"]),
  ...columns(TEXTS, ["EVENTS"]),
  ...columns(STRING, ["EVENT"]),
];

/** CASE_ID, the key, stands first. */
export const CASE_COLUMNS: readonly CaseColumn[] = [...STATE_COLUMNS, ...CHANGE_COLUMNS, ...ALERT_COLUMNS];

/** @param alertValues the alert's {@link ALERT_COLUMNS}, as its row had them; read where the change is an alert's */
export function caseRow(change: CaseChange, alertValues: readonly Value[]): Value[] {
  const values =
    change.kind === "alert" ? alertValues : Array.from<Value>({ length: ALERT_COLUMNS.length }).fill(null);
  return [...stateValues(change), ...changeValues(change), ...values];
}

function stateValues(change: CaseChange): Value[] {
  if (change.kind === "mute" || change.kind === "refused") {
    const of = change.kind === "mute" ? change.mute : change.parts;
    const caseId = change.kind === "mute" ? null : change.parts.caseId;
    return STATE_COLUMNS.map(({ name }) => {
      if (name === "CASE_ID") return caseId;
      if (name === "RULE_ID") return of.ruleId;
      if (name === "HOST") return of.host;
      return name === "USER_NAME" ? of.userName : null;
    });
  }
  const { state } = change;
  const muted = change.kind === "alert" ? mutedUntil(state, change.mute) : state.mutedUntilMs;
  return [
    state.caseId,
    change.kind === "forgotten" ? "forgotten" : state.status,
    state.ruleId,
    state.title,
    state.level,
    state.techniques,
    state.tactics,
    state.rules,
    state.host,
    state.userName,
    state.process,
    state.processGuid,
    state.commandLine,
    state.firstMs,
    state.lastMs,
    BigInt(state.alerts),
    BigInt(state.hidden),
    BigInt(state.notifications),
    muted,
    state.assignee,
    state.comments.map(({ atMs, actor, text }) => [atMs, actor, text]),
    BigInt(state.commentsDropped),
  ];
}

/** The end of the mute that holds the case longest, its own or that of its rule, host or user. */
function mutedUntil({ mutedUntilMs }: AlertCase, mute: Mute | undefined): number | null {
  if (mute === undefined) return mutedUntilMs;
  return Math.max(mute.untilMs, mutedUntilMs ?? mute.untilMs);
}

function changeValues(change: CaseChange): Value[] {
  const none = [null, null, null, null];
  switch (change.kind) {
    case "alert": {
      const { notification, hiddenSince, mute, alert } = change;
      const muted = mute === undefined ? null : muteValue(mute);
      return ["alert", notification ?? null, BigInt(hiddenSince), ...none, muted, alertValue(alert)];
    }
    case "action": {
      const hiddenSince = BigInt(change.state.hiddenSince);
      return [change.action.name, null, hiddenSince, ...actionValues(change.action), null, null, null];
    }
    case "mute": {
      const { action, mute } = change;
      return [action.name, null, null, ...actionValues(action), null, muteValue(mute), null];
    }
    case "refused": {
      const { actor, text, actionId } = change.parts;
      return ["refused", null, null, actor, text, actionId, change.problem, null, null];
    }
    case "forgotten":
      return ["forgotten", null, BigInt(change.state.hiddenSince), ...none, null, null];
    default:
      return change satisfies never;
  }
}

function actionValues({ actor, text, actionId }: AlertAction): Value[] {
  return [actor, text, actionId];
}

function muteValue({ muteId, ruleId, host, userName, untilMs, actor, text, hidden }: Mute): Value {
  return [muteId, ruleId, host, userName, untilMs, actor, text, BigInt(hidden)];
}

function alertValue(alert: Alert): Value {
  const { ruleId, title, level, techniques, tactics, host, userName, process, processGuid, commandLine } =
    alert;
  return [ruleId, title, level, techniques, tactics, host, userName, process, processGuid, commandLine];
}
