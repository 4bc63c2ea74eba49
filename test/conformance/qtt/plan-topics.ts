/**
 * The internal topics that ksqlDB would make where Spoor's plan does the same work without one: a repartition topic
 * where rows get another key before a join or an aggregation, a changelog where state is kept. The names are ksqlDB's
 * as far as the corpus looks at them.
 */
import type { FormatName } from "../../../src/plan/metastore.ts";
import type { Expression } from "../../../src/plan/expression.ts";
import type { AggregateStep, PersistentQueryPlan, PhysicalStep } from "../../../src/plan/physical.ts";

export function internalSteps(plan: PersistentQueryPlan): readonly string[] {
  const names: string[] = [];
  visit(plan.root, names);
  return names;
}

function visit(step: PhysicalStep, names: string[]): void {
  switch (step.kind) {
    case "source":
      if (step.materialized) names.push("KafkaTopic-Reduce-changelog");
      return;
    case "aggregate":
      if (changesKey(step)) names.push("Aggregate-GroupBy-repartition");
      names.push("Aggregate-Aggregate-Materialize-changelog");
      visit(step.input, names);
      return;
    case "foreign-key-join":
      if (hasSchemas(keyFormat(step.right))) names.push("RightSourceKeyed-SelectKey-repartition");
      names.push("Join-store-changelog");
      visit(step.left, names);
      visit(step.right, names);
      return;
    case "stream-stream-join":
    case "stream-table-join":
    case "table-table-join":
      names.push(...rekeyedSides(step.left, step.right).map((side) => `Join-${side}-repartition`));
      names.push("Join-store-changelog");
      visit(step.left, names);
      visit(step.right, names);
      return;
    case "stream-function":
      return;
    default:
      visit(step.input, names);
  }
}

/** Keys can only meet in one partition where both sides have the same bytes for them: a schema's id is part of them. */
function rekeyedSides(left: PhysicalStep, right: PhysicalStep): readonly ("left" | "right")[] {
  const [a, b] = [keyFormat(left), keyFormat(right)];
  const leftMoves = rekeys(left) || hasSchemas(a);
  const rightMoves = rekeys(right) || hasSchemas(b) || (a !== undefined && b !== undefined && a !== b);
  return [...(leftMoves ? (["left"] as const) : []), ...(rightMoves ? (["right"] as const) : [])];
}

/** In which format the rows' keys came; undefined where a step before has made new ones. */
function keyFormat(step: PhysicalStep): FormatName | undefined {
  if (step.kind === "source") return step.keyFormat.format;
  const passes = step.kind === "filter" || step.kind === "project" || step.kind === "flat-map";
  return passes ? keyFormat(step.input) : undefined;
}

function hasSchemas(format: FormatName | undefined): boolean {
  return format === "AVRO" || format === "PROTOBUF" || format === "JSON_SR";
}

/** Whether rows get a new key between here and the next join, aggregation or source. */
function rekeys(step: PhysicalStep): boolean {
  if (step.kind === "rekey") return true;
  return step.kind === "filter" || step.kind === "project" || step.kind === "flat-map"
    ? rekeys(step.input)
    : false;
}

function changesKey(step: AggregateStep): boolean {
  if (rekeys(step.input)) return true;
  const keys = step.input.schema.columns.flatMap((column, index) => (column.role === "key" ? [index] : []));
  const grouped = step.groupBy.map((node: Expression) => (node.kind === "column" ? node.index : -1));
  return keys.length !== grouped.length || keys.some((index, i) => grouped[i] !== index);
}
