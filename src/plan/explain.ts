/** EXPLAIN: a plan as an indented tree, root first, and as JSON. */
import { identifierText, typeText } from "../data/types.ts";
import { conditionLines } from "./condition-tree.ts";
import { aggregateText, expressionText, tableFunctionText } from "./expression-text.ts";
import type { FormatInfo } from "./metastore.ts";
import type {
  AggregateWindow,
  FilterStep,
  PersistentQueryPlan,
  PhysicalStep,
  PullQueryPlan,
  PushQueryPlan,
} from "./physical.ts";
import type { Column, Schema } from "./schema.ts";

export type QueryPlan = PersistentQueryPlan | PushQueryPlan | PullQueryPlan;

export interface ExplainedStep {
  readonly kind: PhysicalStep["kind"];
  readonly output: "stream" | "table";
  readonly schema: string;
  /** What the step does, as SQL, and what to know about it. */
  readonly details: readonly string[];
  readonly inputs: readonly ExplainedStep[];
}

export interface ExplainedPlan {
  readonly kind: QueryPlan["kind"];
  readonly notes: readonly string[];
  readonly root: ExplainedStep;
}

/**
 *     persistent query into SYSMON_JOIN
 *     └ project → stream (…)
 *         └ stream-table-join …
 */
export function explainPlan(plan: QueryPlan): string {
  const { notes, root, kind } = explainJson(plan);
  return [`${kind} query`, ...notes.map((note) => `  ${note}`), ...stepLines(root, 0)].join("\n");
}

export function explainJson(plan: QueryPlan): ExplainedPlan {
  return { kind: plan.kind, notes: planNotes(plan), root: explainStep(plan.root) };
}

function stepLines(step: ExplainedStep, depth: number): string[] {
  const pad = "    ".repeat(depth);
  return [
    `${pad}> ${step.kind} → ${step.output}: ${step.schema}`,
    ...step.details.map((detail) => `${pad}    ${detail}`),
    ...step.inputs.flatMap((input) => stepLines(input, depth + 1)),
  ];
}

function planNotes(plan: QueryPlan): string[] {
  if (plan.kind === "push") return plan.limit === undefined ? [] : [`ends after ${plan.limit} rows`];
  if (plan.kind === "pull") {
    const { keys, windowStart, windowEnd } = plan.constraint;
    const found = keys.map((values) => `(${values.map(expressionText).join(", ")})`);
    const notes = [
      keys.length === 0 ? `scans ${plan.source}` : `looks up ${found.join(", ")} in ${plan.source}`,
    ];
    if (windowStart !== undefined)
      notes.push(`windows that start from ${windowStart.lowMs} to ${windowStart.highMs}`);
    if (windowEnd !== undefined)
      notes.push(`windows that end from ${windowEnd.lowMs} to ${windowEnd.highMs}`);
    return plan.limit === undefined ? notes : [...notes, `ends after ${plan.limit} rows`];
  }
  const { sink } = plan;
  const notes = [
    `writes ${sink.name} to topic ${sink.topic}, ${sink.partitions} partitions`,
    `key ${formatText(sink.keyFormat)}, value ${formatText(sink.valueFormat)}`,
    `reads ${plan.sourceNames.join(", ")}`,
  ];
  if (sink.timestamp !== undefined) notes.push(`a record's time is its ${sink.timestamp.column}`);
  if (sink.window !== undefined) notes.push(`keys are windowed: ${sink.window.type}`);
  return notes;
}

function formatText(info: FormatInfo): string {
  const properties = Object.entries(info.properties).map(([name, value]) => `${name}=${value}`);
  const wrapping = info.wrapping === undefined ? [] : [info.wrapping];
  return [info.format, ...properties, ...wrapping].join(" ");
}

export function explainStep(step: PhysicalStep): ExplainedStep {
  return {
    kind: step.kind,
    output: step.output,
    schema: schemaLine(step.schema),
    details: detailsOf(step),
    inputs: inputsOf(step).map(explainStep),
  };
}

function inputsOf(step: PhysicalStep): readonly PhysicalStep[] {
  if ("left" in step) return [step.left, step.right];
  if ("inputs" in step) return step.inputs;
  return "input" in step ? [step.input] : [];
}

function schemaLine(schema: Schema): string {
  return schema.columns
    .filter((column) => column.role !== "pseudo")
    .map(columnText)
    .join(", ");
}

function columnText(column: Column): string {
  const owner = column.source === undefined ? "" : `${identifierText(column.source)}.`;
  const role = column.role === "value" ? "" : ` ${column.role.toUpperCase()}`;
  const hidden = column.hidden === true ? " (hidden)" : "";
  return `${owner}${identifierText(column.name)} ${typeText(column.type)}${role}${hidden}`;
}

function detailsOf(step: PhysicalStep): string[] {
  switch (step.kind) {
    case "source":
      return [
        `reads ${step.source} from topic ${step.topic}, key ${formatText(step.keyFormat)}, value ${formatText(step.valueFormat)}`,
        ...(step.timestamp === undefined ? [] : [`a record's time is its ${step.timestamp.column}`]),
        ...(step.window === undefined ? [] : [`keys are windowed: ${step.window.type}`]),
        ...(step.materialized ? ["keeps the latest row of each key"] : []),
      ];
    case "filter":
      return conditionDetails(step);
    case "project":
      return step.expressions.map(
        (e, i) => `${identifierText(step.schema.columns[i]!.name)} = ${expressionText(e)}`,
      );
    case "rekey":
      return [
        step.keys.length === 0
          ? "takes the key away"
          : `by ${step.keys.map(expressionText).join(", ")} (${step.reason})`,
        ...(step.dropNullKeys ? ["rows whose key is NULL are left out and counted"] : []),
      ];
    case "flat-map":
      return step.calls.map(tableFunctionText);
    case "aggregate":
      return [
        step.groupBy.length === 0 ? "all rows together" : `by ${step.groupBy.map(expressionText).join(", ")}`,
        ...step.calls.map((call, i) => `KSQL_AGG_VARIABLE_${i} = ${aggregateText(call)}`),
        ...(step.window === undefined ? [] : [windowText(step.window)]),
        "rows with a NULL in the group are left out and counted",
      ];
    case "suppress":
      return ["gives a window's row once, when the window has closed"];
    case "stream-function":
      return [
        `rows of ${step.function.name}(${step.inputs.map(({ source }) => identifierText(source)).join(", ")})`,
        ...(step.function.explain?.() ?? []),
      ];
    default:
      return joinDetails(step);
  }
}

function conditionDetails({ clause, predicate }: FilterStep): string[] {
  const [first, ...more] = conditionLines(predicate);
  return [`${clause.toUpperCase()} ${first!}`, ...more];
}

type JoinStep = Extract<PhysicalStep, { readonly left: PhysicalStep }>;

function joinDetails(step: JoinStep): string[] {
  switch (step.kind) {
    case "stream-table-join":
      return [
        `${step.join} on ${expressionText(step.leftKey)} = the table's key`,
        step.order === "arrival"
          ? "a stream row meets the table's row of the moment it is read"
          : "a stream row meets the table's row of its own time",
      ];
    case "stream-stream-join": {
      const grace = step.graceMs === undefined ? "unmatched rows at once" : `grace ${step.graceMs} ms`;
      return [
        `${step.join} on ${expressionText(step.leftKey)} = ${expressionText(step.rightKey)}`,
        `within ${step.beforeMs} ms before and ${step.afterMs} ms after, ${grace}`,
      ];
    }
    case "foreign-key-join":
      return [`${step.join} on ${expressionText(step.leftForeignKey)} = the right table's key`];
    case "table-table-join":
      return [`${step.join} on the tables' keys`];
  }
}

function windowText(window: AggregateWindow): string {
  const grace = `grace ${window.graceMs} ms`;
  if (window.type === "SESSION") return `SESSION window, gap ${window.gapMs} ms, ${grace}`;
  const advance = window.type === "HOPPING" ? `, advance ${window.advanceMs} ms` : "";
  return `${window.type} window, size ${window.sizeMs} ms${advance}, ${grace}`;
}
