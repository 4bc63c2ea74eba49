/** Reads from a pull query's WHERE which keys, and which windows, can pass it. */
import type { Expression as Ast } from "../sql/ast-expression.ts";
import { planError } from "./errors.ts";
import type { ComparisonOperator, Expression } from "./expression.ts";
import { expressionText } from "./expression-text.ts";
import type { KeyConstraint } from "./physical.ts";
import { errorAt, flag } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { Column } from "./schema.ts";
import { WINDOWEND, WINDOWSTART } from "./system-columns.ts";

/** For each key column the value it must have; a key without an entry may have any. */
type Binding = ReadonlyMap<number, Expression>;

/** More alternatives than that are not worth looking up one by one. */
const MAX_ALTERNATIVES = 1000;

export function keyConstraint(
  predicate: Expression,
  keys: readonly number[],
  columns: readonly Column[],
): KeyConstraint {
  const alternatives = bindings(predicate, new Set(keys)).map((binding) =>
    keys.map((key) => binding.get(key)),
  );
  const complete = alternatives.every((values) => values.every((value) => value !== undefined));
  const found = new Map<string, readonly Expression[]>();
  if (complete) {
    for (const values of alternatives) {
      const bound = values.filter((value) => value !== undefined);
      found.set(bound.map(expressionText).join(", "), bound);
    }
  }
  const start = bounds(predicate, WINDOWSTART, columns);
  const end = bounds(predicate, WINDOWEND, columns);
  return {
    keys: [...found.values()],
    ...(start === undefined ? {} : { windowStart: start }),
    ...(end === undefined ? {} : { windowEnd: end }),
  };
}

/** The ways to pass the predicate, each with what it demands of the keys. */
function bindings(node: Expression, keys: ReadonlySet<number>): readonly Binding[] {
  const free: readonly Binding[] = [new Map()];
  if (node.kind === "logical") {
    const [left, right] = [bindings(node.left, keys), bindings(node.right, keys)];
    if (node.operator === "or")
      return left.length + right.length > MAX_ALTERNATIVES ? free : [...left, ...right];
    if (left.length * right.length > MAX_ALTERNATIVES) return free;
    return left.flatMap((a) => right.map((b) => new Map([...b, ...a])));
  }
  if (node.kind === "comparison" && node.operator === "=") {
    const pair = sides(node.left, node.right) ?? sides(node.right, node.left);
    return pair !== undefined && keys.has(pair.index) ? [new Map([[pair.index, pair.value]])] : free;
  }
  if (node.kind !== "in" || node.negated || node.operand.kind !== "column" || !keys.has(node.operand.index))
    return free;
  const { index } = node.operand;
  const constant = node.items.length <= MAX_ALTERNATIVES && node.items.every(isConstant);
  return constant ? node.items.map((item) => new Map([[index, item]])) : free;
}

function sides(column: Expression, value: Expression): { index: number; value: Expression } | undefined {
  return column.kind === "column" && isConstant(value) ? { index: column.index, value } : undefined;
}

function isConstant(node: Expression): boolean {
  switch (node.kind) {
    case "literal":
      return true;
    case "cast":
    case "negate":
      return isConstant(node.operand);
    case "arithmetic":
      return isConstant(node.left) && isConstant(node.right);
    case "call":
      return node.args.every((arg) => arg.kind !== "lambda" && isConstant(arg));
    case "array":
      return node.items.every(isConstant);
    case "struct":
      return node.fields.every(isConstant);
    default:
      return false;
  }
}

/** The bounds that the conditions joined by AND set, both included. */
function bounds(
  predicate: Expression,
  name: string,
  columns: readonly Column[],
): { lowMs: number; highMs: number } | undefined {
  let [lowMs, highMs] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  let found = false;
  for (const node of conjuncts(predicate)) {
    if (node.kind !== "comparison") continue;
    const bound = boundOf(node.left, node.operator, node.right, name, columns);
    const flipped = bound ?? boundOf(node.right, FLIPPED[node.operator], node.left, name, columns);
    if (flipped === undefined) continue;
    found = true;
    lowMs = Math.max(lowMs, flipped.lowMs);
    highMs = Math.min(highMs, flipped.highMs);
  }
  return found ? { lowMs, highMs } : undefined;
}

const FLIPPED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  "=": "=",
  "<>": "<>",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
  distinct: "distinct",
  "not-distinct": "not-distinct",
};

function boundOf(
  column: Expression,
  operator: ComparisonOperator,
  value: Expression,
  name: string,
  columns: readonly Column[],
): { lowMs: number; highMs: number } | undefined {
  if (column.kind !== "column" || value.kind !== "literal" || value.value === null) return undefined;
  const target = columns[column.index]!;
  if (target.role !== "pseudo" || target.name !== name) return undefined;
  const time = Number(value.value);
  const [least, most] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  switch (operator) {
    case "=":
      return { lowMs: time, highMs: time };
    case "<":
      return { lowMs: least, highMs: time - 1 };
    case "<=":
      return { lowMs: least, highMs: time };
    case ">":
      return { lowMs: time + 1, highMs: most };
    case ">=":
      return { lowMs: time, highMs: most };
    default:
      return undefined;
  }
}

function conjuncts(node: Expression): Expression[] {
  if (node.kind !== "logical" || node.operator !== "and") return [node];
  return [...conjuncts(node.left), ...conjuncts(node.right)];
}

/**
 * With table scans switched off: every way to pass must name the whole key by equality, or bound a key of one
 * STRING or BYTES column while range scans are on.
 */
export function checkScan(
  predicate: Expression,
  constraint: KeyConstraint,
  keys: readonly number[],
  where: Ast,
  windowed: boolean,
  context: PlanContext,
): void {
  const onKeys = conjuncts(predicate).flatMap((node) => keyNamed(node, keys));
  const once = new Set(onKeys).size === onKeys.length;
  if (once && constraint.keys.length > 0) return;
  const ranges = !windowed && flag(context, "ksql.query.pull.range.scan.enabled");
  if (once && ranges && isRange(predicate, keys)) return;
  throw errorAt(context, planError.PULL_QUERY, where.span, {
    message: "the WHERE clause needs a table scan, and those are switched off",
    detail: once
      ? "only rows named by their whole key can be looked up"
      : "a key column has several conditions, and only one can be looked up",
    hint: "compare every key column with '=' or IN, or set ksql.query.pull.table.scan.enabled to true",
  });
}

/** The key column that the condition is on, if it is on one. */
function keyNamed(node: Expression, keys: readonly number[]): number[] {
  const operands =
    node.kind === "comparison" ? [node.left, node.right] : node.kind === "in" ? [node.operand] : [];
  return operands.flatMap((operand) =>
    operand.kind === "column" && keys.includes(operand.index) ? [operand.index] : [],
  );
}

function isRange(predicate: Expression, keys: readonly number[]): boolean {
  if (keys.length !== 1) return false;
  return conjuncts(predicate).some((node) => {
    if (node.kind !== "comparison" || node.operator === "<>") return false;
    const pair = sides(node.left, node.right) ?? sides(node.right, node.left);
    return pair?.index === keys[0] && ["STRING", "BYTES"].includes(pair!.value.type.kind);
  });
}
