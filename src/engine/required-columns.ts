/**
 * Which columns of each source a plan really reads (law 7: what nobody reads is not decoded). The others stay NULL
 * in a source's rows, where no one looks.
 */
import type { Expression, LambdaExpression } from "../plan/expression.ts";
import type { PhysicalStep, SourceStep } from "../plan/physical.ts";

export type RequiredColumns = ReadonlyMap<SourceStep, ReadonlySet<number>>;

/** `wanted`: the columns of the root's schema that are read; all of them by default. */
export function requiredColumns(
  root: PhysicalStep,
  wanted: ReadonlySet<number> = allColumns(root),
): RequiredColumns {
  const result = new Map<SourceStep, Set<number>>();
  visit(root, wanted, result);
  return result;
}

function allColumns(step: PhysicalStep): Set<number> {
  return new Set(step.schema.columns.keys());
}

function visit(step: PhysicalStep, wanted: ReadonlySet<number>, result: Map<SourceStep, Set<number>>): void {
  switch (step.kind) {
    case "source": {
      const known = result.get(step) ?? new Set<number>();
      for (const index of wanted) known.add(index);
      result.set(step, known);
      return;
    }
    case "filter":
      visit(step.input, withColumns(wanted, [step.predicate]), result);
      return;
    case "project": {
      const read = [...wanted].map((index) => step.expressions[index]!);
      // Keys and filters below a table's projection must see every projected column of a replaced row.
      visit(step.input, withColumns(keyIndexes(step.input), read), result);
      return;
    }
    case "rekey": {
      const carried = [...wanted].filter((i) => i >= step.keys.length).map((i) => step.carried[i - step.keys.length]!);
      visit(step.input, withColumns(new Set(carried), step.keys), result);
      return;
    }
    case "flat-map": {
      const width = step.input.schema.columns.length;
      const kept = new Set([...wanted].filter((index) => index < width));
      visit(step.input, withColumns(kept, step.calls.flatMap((call) => call.args)), result);
      return;
    }
    case "aggregate":
      visit(
        step.input,
        withColumns(keyIndexes(step.input), [...step.groupBy, ...step.calls.flatMap((call) => call.args)]),
        result,
      );
      return;
    case "suppress":
      visit(step.input, allColumns(step.input), result);
      return;
    default:
      visitJoin(step, wanted, result);
  }
}

type JoinStep = Extract<PhysicalStep, { readonly left: PhysicalStep }>;

function visitJoin(step: JoinStep, wanted: ReadonlySet<number>, result: Map<SourceStep, Set<number>>): void {
  if (step.kind === "table-table-join") {
    visit(step.left, allColumns(step.left), result);
    visit(step.right, allColumns(step.right), result);
    return;
  }
  const width = step.left.schema.columns.length;
  const left = new Set([...wanted].filter((index) => index < width));
  const right = new Set([...wanted].filter((index) => index >= width).map((index) => index - width));
  for (const index of keyIndexes(step.left)) left.add(index);
  for (const index of keyIndexes(step.right)) right.add(index);
  const leftReads = step.kind === "foreign-key-join" ? [step.leftForeignKey] : [step.leftKey];
  const rightReads = step.kind === "stream-stream-join" ? [step.rightKey] : [];
  visit(step.left, withColumns(left, leftReads), result);
  visit(step.right, withColumns(right, rightReads), result);
}

function keyIndexes(step: PhysicalStep): Set<number> {
  const keys = new Set<number>();
  for (const [index, column] of step.schema.columns.entries()) if (column.role === "key") keys.add(index);
  return keys;
}

function withColumns(base: ReadonlySet<number>, expressions: readonly Expression[]): Set<number> {
  const all = new Set(base);
  for (const expression of expressions) collectColumns(expression, all);
  return all;
}

/** Adds the index of every column that the expression reads. */
export function collectColumns(expression: Expression | LambdaExpression, into: Set<number>): void {
  if (expression.kind === "column") {
    into.add(expression.index);
    return;
  }
  for (const child of childExpressions(expression)) collectColumns(child, into);
}

/** The direct operands of an expression, in the order of evaluation. */
export function childExpressions(
  expression: Expression | LambdaExpression,
): readonly (Expression | LambdaExpression)[] {
  switch (expression.kind) {
    case "literal":
    case "column":
    case "lambda-parameter":
      return [];
    case "field":
      return [expression.base];
    case "subscript":
      return [expression.base, expression.subscript];
    case "call":
      return expression.args;
    case "lambda":
      return [expression.body];
    case "comparison":
    case "logical":
    case "arithmetic":
      return [expression.left, expression.right];
    case "not":
    case "is-null":
    case "negate":
    case "cast":
      return [expression.operand];
    case "between":
      return [expression.operand, expression.low, expression.high];
    case "in":
      return [expression.operand, ...expression.items];
    case "like":
      return [expression.operand, expression.pattern];
    case "case": {
      const branches = expression.branches.flatMap((branch) => [branch.when, branch.then]);
      return expression.otherwise === undefined ? branches : [...branches, expression.otherwise];
    }
    case "array":
      return expression.items;
    case "map":
      return expression.entries.flatMap((entry) => [entry.key, entry.value]);
    case "struct":
      return expression.fields;
  }
}
