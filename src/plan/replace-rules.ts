/**
 * CREATE OR REPLACE: a source may be replaced by one whose readers need not notice: same kind, topic, keys,
 * formats and window, the same value columns at their places, new ones behind them. A query may be replaced by
 * one that filters and projects differently over the same sources, joins and aggregates.
 */
import { sameType, typeText } from "../data/types.ts";
import type { Dialect } from "../sql/dialect.ts";
import { planError } from "./errors.ts";
import { aggregateText, expressionText } from "./expression-text.ts";
import type { DataSource, FormatInfo } from "./metastore.ts";
import type { PersistentQueryPlan, PhysicalStep } from "./physical.ts";
import type { Column } from "./schema.ts";

/** @throws PLAN_INVALID_REPLACEMENT with everything that differs. */
export function checkSourceReplacement(existing: DataSource, next: DataSource): void {
  const issues = [
    differs("kind", existing.kind, next.kind),
    differs("topic", existing.topic, next.topic),
    differs("key format", formatText(existing.keyFormat), formatText(next.keyFormat)),
    differs("value format", formatText(existing.valueFormat), formatText(next.valueFormat)),
    differs("window", windowText(existing), windowText(next)),
    differs("timestamp column", existing.timestamp?.column ?? "none", next.timestamp?.column ?? "none"),
    keyIssue(existing, next),
    columnIssue(existing, next),
  ].filter((issue) => issue !== undefined);
  if (issues.length === 0) return;
  throw planError.INVALID_REPLACEMENT({
    message: `${existing.kind} '${existing.name}' can't be replaced by what the statement makes`,
    detail: issues.join("; "),
    hint: "drop it and create it anew, or only add columns at the end",
  });
}

function differs(what: string, old: string, next: string): string | undefined {
  return old === next ? undefined : `its ${what} ${old} would become ${next}`;
}

function formatText(info: FormatInfo): string {
  const properties = Object.entries(info.properties).map(([name, value]) => `${name}=${value}`);
  return [info.format, ...properties.toSorted()].join(" ");
}

function windowText(source: DataSource): string {
  const { window } = source;
  return window === undefined ? "none" : `${window.type} ${window.sizeMs ?? ""}`.trim();
}

function keyIssue(existing: DataSource, next: DataSource): string | undefined {
  return differs("key", keyText(existing), keyText(next));
}

function keyText(source: DataSource): string {
  const keys = source.schema.columns.filter((column) => column.role === "key");
  return keys.map(columnText).join(", ") || "none";
}

function columnIssue(existing: DataSource, next: DataSource): string | undefined {
  const lost = existing.schema.columns.filter((column, i) => {
    const other = next.schema.columns[i];
    return other === undefined || other.name !== column.name || !sameType(other.type, column.type);
  });
  return lost.length === 0 ? undefined : `changed, missing or moved: ${lost.map(columnText).join(", ")}`;
}

function columnText(column: Column): string {
  return `${column.name} ${typeText(column.type)}`;
}

/**
 * ksqlDB replaces no query with joins, table functions, windows or aggregates over tables; only its strict
 * dialect keeps to that.
 * @throws PLAN_INVALID_REPLACEMENT where a running query's state would not fit the new plan.
 */
export function checkQueryReplacement(
  existing: PersistentQueryPlan,
  next: PersistentQueryPlan,
  dialect: Dialect,
): void {
  const fixed = dialect === "ksqldb" ? fixedStep(existing.root) : undefined;
  if (fixed !== undefined) {
    throw planError.INVALID_REPLACEMENT({
      message: `the query that writes '${existing.sink.name}' can't be replaced: it has a ${fixed}`,
      hint: "terminate it and create it anew",
    });
  }
  const [old, now] = [shape(existing.root), shape(next.root)];
  if (old.join(" | ") === now.join(" | ")) return;
  throw planError.INVALID_REPLACEMENT({
    message: `the query that writes '${existing.sink.name}' can't be replaced by this one`,
    detail: `its steps ${old.join(", ")} would become ${now.join(", ")}`,
    hint: "sources, joins, keys, windows and aggregates must stay; filters and columns may change",
  });
}

function fixedStep(step: PhysicalStep): string | undefined {
  if ("left" in step) return step.kind;
  if (step.kind === "stream-function") return step.kind;
  if (step.kind === "source") return step.window === undefined ? undefined : "windowed source";
  const windowed = step.kind === "aggregate" && step.window !== undefined;
  const overTable = step.kind === "aggregate" && step.input.output === "table";
  if (windowed || overTable) return windowed ? "windowed aggregate" : "aggregate over a table";
  return step.kind === "flat-map" || step.kind === "suppress" ? step.kind : fixedStep(step.input);
}

/** The steps that have state or say which records meet, root first. */
function shape(step: PhysicalStep): string[] {
  switch (step.kind) {
    case "source":
      return [`source ${step.source}`];
    case "filter":
    case "project":
      return shape(step.input);
    case "rekey":
      return [`rekey by ${step.keys.map(expressionText).join(", ")}`, ...shape(step.input)];
    case "flat-map":
      return [`flat-map ${step.calls.map((call) => call.name).join(", ")}`, ...shape(step.input)];
    case "aggregate": {
      const by = step.groupBy.map(expressionText).join(", ");
      const calls = step.calls.map(aggregateText).join(", ");
      const window = step.window === undefined ? "" : ` in ${JSON.stringify(step.window)}`;
      return [`aggregate ${calls} by ${by}${window}`, ...shape(step.input)];
    }
    case "suppress":
      return ["suppress", ...shape(step.input)];
    case "stream-function":
      return [`stream-function ${step.function.name}`, ...step.inputs.flatMap(shape)];
    case "stream-table-join":
    case "stream-stream-join":
    case "table-table-join":
    case "foreign-key-join":
      return [joinText(step), ...shape(step.left), ...shape(step.right)];
  }
}

/** A join keeps rows of both sides as they came into it, under its keys. */
function joinText(step: Extract<PhysicalStep, { readonly left: PhysicalStep }>): string {
  const keys =
    step.kind === "table-table-join"
      ? []
      : step.kind === "foreign-key-join"
        ? [step.leftForeignKey]
        : step.kind === "stream-stream-join"
          ? [step.leftKey, step.rightKey]
          : [step.leftKey];
  const window =
    step.kind === "stream-stream-join"
      ? ` within ${step.beforeMs}, ${step.afterMs} grace ${step.graceMs ?? "none"}`
      : "";
  const rows = [step.left, step.right].map(({ schema }) => schema.columns.map(columnText).join(", "));
  return `${step.join} ${step.kind} of (${rows.join(") and (")}) by ${keys.map(expressionText).join(" = ")}${window}`;
}
