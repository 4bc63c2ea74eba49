/**
 * Rows of anybody's streams as alerts and actions: columns count by their names, one that is not there is NULL in each row. Types
 * are those of DETECT's columns, and those that are as good: a BIGINT of milliseconds for a TIMESTAMP, a STRING of names for an
 * ARRAY of them.
 */
import { sameType, typeText } from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { arrayType, BIGINT, INTEGER, STRING, TIMESTAMP } from "../../data/types.ts";
import type { ActionParts } from "../../detect/alerts/alert-action.ts";
import type { AlertParts } from "../../detect/alerts/alert.ts";
import { ALERT_COLUMNS } from "../../detect/alerts/case-columns.ts";
import type { StreamFunctionInput } from "../../plan/stream-function.ts";

const NAMES = arrayType(STRING);

/** What may stand for a type. */
function isTakenFor(type: SqlType, wanted: SqlType): boolean {
  if (sameType(type, wanted)) return true;
  if (wanted.kind === "TIMESTAMP") return type.kind === "BIGINT";
  if (sameType(wanted, NAMES)) return type.kind === "STRING";
  return (
    (wanted.kind === "BIGINT" || wanted.kind === "INTEGER") &&
    (type.kind === "INTEGER" || type.kind === "BIGINT")
  );
}

const ALERT_TYPES: ReadonlyMap<string, SqlType> = new Map([
  ...["RULE_ID", "TITLE", "LEVEL", "HOST", "USER_NAME", "PROCESS", "PROCESS_GUID", "COMMAND_LINE"].map(
    (name) => [name, STRING] as const,
  ),
  ...["TECHNIQUES", "TACTICS"].map((name) => [name, NAMES] as const),
  ...ALERT_COLUMNS.map(({ name, type }) => [name, type] as const),
]);

const ACTION_TYPES: ReadonlyMap<string, SqlType> = new Map([
  ...["ACTION", "CASE_ID", "RULE_ID", "HOST", "USER_NAME", "TEXT", "ASSIGNEE", "ACTOR", "ACTION_ID"].map(
    (name) => [name, STRING] as const,
  ),
  ["UNTIL", TIMESTAMP],
]);

export interface ColumnProblem {
  readonly message: string;
  readonly detail: string;
  readonly hint: string;
}

export function alertProblem(input: StreamFunctionInput): ColumnProblem | undefined {
  const names = input.columns.map(({ name }) => name.toUpperCase());
  if (!names.includes("RULE_ID") && !names.includes("TITLE"))
    return {
      message: `stream '${input.name}' names no rule`,
      detail: `it has ${names.join(", ")}`,
      hint: "a stream of alerts has at least RULE_ID or TITLE, and EVENT_TIME, HOST, LEVEL and others as DETECT gives them",
    };
  return typeProblem(input, ALERT_TYPES);
}

export function actionProblem(input: StreamFunctionInput): ColumnProblem | undefined {
  const names = input.columns.map(({ name }) => name.toUpperCase());
  if (!names.includes("ACTION"))
    return {
      message: `stream '${input.name}' has no column ACTION`,
      detail: `it has ${names.join(", ")}`,
      hint: `a stream of actions has ${[...ACTION_TYPES].map(([name, type]) => `${name} ${typeText(type)}`).join(", ")}`,
    };
  return typeProblem(input, ACTION_TYPES);
}

function typeProblem(
  input: StreamFunctionInput,
  types: ReadonlyMap<string, SqlType>,
): ColumnProblem | undefined {
  for (const { name, type } of input.columns) {
    const wanted = types.get(name.toUpperCase());
    if (wanted === undefined || isTakenFor(type, wanted)) continue;
    return {
      message: `column '${name}' of stream '${input.name}' is ${typeText(type)}`,
      detail: `it is taken as ${typeText(wanted)}`,
      hint: "cast it, or give it another name, in a SELECT before",
    };
  }
  return undefined;
}

/** Reads a row's columns by name. */
export class RowReader {
  readonly #column: (name: string) => number;
  readonly #places = new Map<string, number>();

  /** @param column the place of a column; −1: there is none */
  constructor(column: (name: string) => number) {
    this.#column = column;
  }

  value(values: readonly Value[], name: string): Value {
    let place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, (place = this.#column(name)));
    return place === -1 ? null : (values[place] ?? null);
  }

  text(values: readonly Value[], name: string): string | null {
    const value = this.value(values, name);
    return typeof value === "string" ? value : null;
  }

  timeMs(values: readonly Value[], name: string): number | null {
    const value = this.value(values, name);
    if (typeof value === "bigint") return Number(value);
    return typeof value === "number" ? value : null;
  }

  names(values: readonly Value[], name: string): string[] {
    return textsOf(this.value(values, name));
  }
}

function textsOf(value: Value): string[] {
  if (typeof value === "string") return value.split(/[\s,]+/).filter((text) => text !== "");
  return Array.isArray(value) ? (value as readonly Value[]).filter((text) => typeof text === "string") : [];
}

export function alertParts(
  reader: RowReader,
  values: readonly Value[],
  rowTimeMs: number,
  groupBy: readonly string[],
): AlertParts {
  return {
    alertId: reader.text(values, "ALERT_ID"),
    ruleId: reader.text(values, "RULE_ID"),
    title: reader.text(values, "TITLE"),
    level: reader.text(values, "LEVEL"),
    techniques: reader.names(values, "TECHNIQUES"),
    tactics: reader.names(values, "TACTICS"),
    timeMs: reader.timeMs(values, "EVENT_TIME") ?? rowTimeMs,
    host: reader.text(values, "HOST"),
    userName: reader.text(values, "USER_NAME"),
    process: reader.text(values, "PROCESS"),
    processGuid: reader.text(values, "PROCESS_GUID"),
    commandLine: reader.text(values, "COMMAND_LINE"),
    group: groupBy.map((name) => groupText(reader.value(values, name))),
  };
}

/** The alert's own columns, in the types of {@link ALERT_COLUMNS}. */
export function alertValues(reader: RowReader, values: readonly Value[]): Value[] {
  return ALERT_COLUMNS.map(({ name, type }) => {
    const value = reader.value(values, name);
    if (value === null) return null;
    if (sameType(type, NAMES)) return textsOf(value);
    if (type.kind === BIGINT.kind) return typeof value === "number" ? BigInt(value) : value;
    if (type.kind === INTEGER.kind || type.kind === TIMESTAMP.kind)
      return typeof value === "bigint" ? Number(value) : value;
    return value;
  });
}

export function actionParts(reader: RowReader, values: readonly Value[], atMs: number): ActionParts {
  return {
    action: reader.text(values, "ACTION"),
    caseId: reader.text(values, "CASE_ID"),
    ruleId: reader.text(values, "RULE_ID"),
    host: reader.text(values, "HOST"),
    userName: reader.text(values, "USER_NAME"),
    untilMs: reader.timeMs(values, "UNTIL"),
    text: reader.text(values, "TEXT"),
    assignee: reader.text(values, "ASSIGNEE"),
    actor: reader.text(values, "ACTOR"),
    actionId: reader.text(values, "ACTION_ID"),
    atMs,
  };
}

function groupText(value: Value): string | null {
  if (value === null || typeof value === "string") return value;
  return Array.isArray(value) ? textsOf(value).join(" ") : String(value as number | bigint | boolean);
}
