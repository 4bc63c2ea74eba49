/** The rows a join gives: their columns, and which of them is the key or shows it. */
import type { JoinRelation } from "../sql/ast-query.ts";
import { resolvedText } from "./column-scope.ts";
import type { Expression } from "./expression.ts";
import type { JoinCondition } from "./join-condition.ts";
import type { JoinSide } from "./join-side.ts";
import { NameScope } from "./name-scope.ts";
import type { PhysicalStep } from "./physical.ts";
import type { PlanContext } from "./plan-context.ts";
import type { Column } from "./schema.ts";
import { hiddenRowKey } from "./system-columns.ts";

export interface JoinRequest {
  readonly context: PlanContext;
  readonly join: JoinRelation;
  readonly condition: JoinCondition;
  readonly left: JoinSide;
  readonly right: JoinSide;
  readonly keyName: string;
  /** The left side is a source, not a join. */
  readonly first: boolean;
}

export function asValue(column: Column): Column {
  return column.role === "key" ? { ...column, role: "value" } : column;
}

/** Left columns, then right ones; one side keeps its key's role, or the synthetic key stands first. */
export function joinedColumns(
  left: JoinSide,
  right: JoinSide,
  synthetic: Expression | undefined,
  keyName: string,
): Column[] {
  const ofLeft = left.step.schema.columns;
  const ofRight = right.step.schema.columns.map(asValue);
  if (synthetic === undefined) return [...ofLeft, ...ofRight];
  const hidden = left.step.schema.columns[left.keys[0]!]!.hidden === true;
  const key: Column = hidden ? hiddenRowKey() : { name: keyName, type: synthetic.type, role: "key" };
  return [key, ...ofLeft.map(asValue), ...ofRight];
}

/** The joined rows as the left side of the next join. */
export function joinedSide(
  request: JoinRequest,
  step: PhysicalStep,
  left: JoinSide,
  right: JoinSide,
): JoinSide {
  const { condition, join, context, keyName } = request;
  const outer = join.type === "FULL";
  const offset = left.step.schema.columns.length + (outer ? 1 : 0);
  const keyIndex = outer ? 0 : join.type === "RIGHT" ? offset + right.keys[0]! : left.keys[0]!;
  const scope = new NameScope(context, step.schema.columns, [...left.aliases, ...right.aliases, ""]);
  const texts = [condition.left, condition.right].map((node) => resolvedText(node, scope));
  const related = [left.equivalent, right.equivalent].filter((set) => texts.some((text) => set.has(text)));
  const equivalent = outer ? new Set<string>() : new Set([...texts, ...related.flatMap((set) => [...set])]);
  const nodes = [...left.viable, condition.left, ...right.viable, condition.right];
  const viable = outer
    ? []
    : nodes.filter((node) => node.kind === "column" && equivalent.has(resolvedText(node, scope)));
  const shownBy = [
    ...new Set(viable.flatMap((node) => (node.kind === "column" ? [scope.find(node) ?? -1] : []))),
  ];
  const synthetic = shownBy.length === 0;
  const named = synthetic && !outer ? renamedKey(step, keyIndex, keyName) : step;
  const roles = join.type === "RIGHT" ? swapRoles(named, keyIndex) : named;
  return {
    step: roles,
    aliases: [...left.aliases, ...right.aliases],
    keys: [keyIndex],
    equivalent,
    viable,
    parts: [{ index: keyIndex, shownBy: synthetic ? [keyIndex] : shownBy }],
    synthetic: synthetic ? keyIndex : undefined,
    keyFormat: left.keyFormat,
    window: left.window ?? right.window,
    hint: left.hint,
    foreign: false,
    rekeyed: left.rekeyed,
    name: left.name,
  };
}

/** The column of a join expression becomes the result's synthetic key. */
function renamedKey(step: PhysicalStep, index: number, name: string): PhysicalStep {
  const columns = step.schema.columns.map((column, i): Column =>
    i === index ? { name, type: column.type, role: "key" } : column,
  );
  return { ...step, schema: { columns } };
}

/** RIGHT joins are keyed by the right side's key. */
function swapRoles(step: PhysicalStep, keyIndex: number): PhysicalStep {
  const columns = step.schema.columns.map((column, i): Column =>
    i === keyIndex ? { ...column, role: "key" } : asValue(column),
  );
  return { ...step, schema: { columns } };
}
