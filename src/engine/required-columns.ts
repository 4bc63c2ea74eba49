/**
 * Which columns of each source, and which fields of its STRUCT columns, a plan really reads (law 7: what nobody reads
 * is not decoded). The others stay NULL in a source's rows, where no one looks.
 */
import type { Expression, LambdaExpression } from "../plan/expression.ts";
import type { PhysicalStep, SourceStep } from "../plan/physical.ts";

/** Of a STRUCT column either the whole, or the positions of the fields that are read. */
export type Fields = "all" | ReadonlySet<number>;
/** By column index. */
export type Reads = ReadonlyMap<number, Fields>;
export type RequiredColumns = ReadonlyMap<SourceStep, Reads>;

/** What the plan reads of each source, for every column of the root's schema. */
export function requiredColumns(root: PhysicalStep): RequiredColumns {
  const result = new Map<SourceStep, Map<number, Fields>>();
  visit(root, allColumns(root), result);
  return result;
}

type MutableReads = Map<number, Fields>;

function allColumns(step: PhysicalStep): MutableReads {
  return new Map([...step.schema.columns.keys()].map((index) => [index, "all"]));
}

function visit(step: PhysicalStep, wanted: Reads, result: Map<SourceStep, MutableReads>): void {
  switch (step.kind) {
    case "source": {
      const known = result.get(step) ?? new Map<number, Fields>();
      for (const [index, fields] of wanted) addRead(known, index, fields);
      result.set(step, known);
      return;
    }
    case "filter":
      visit(step.input, withReads(wanted, [step.predicate]), result);
      return;
    case "project": {
      const read = [...wanted.keys()].map((index) => step.expressions[index]!);
      visit(step.input, withReads(keyReads(step.input), read), result);
      return;
    }
    case "rekey": {
      const carried: MutableReads = new Map();
      for (const [index, fields] of wanted) {
        if (index >= step.keys.length) addRead(carried, step.carried[index - step.keys.length]!, fields);
      }
      visit(step.input, withReads(carried, step.keys), result);
      return;
    }
    case "flat-map": {
      const width = step.input.schema.columns.length;
      const kept = new Map([...wanted].filter(([index]) => index < width));
      visit(
        step.input,
        withReads(
          kept,
          step.calls.flatMap((call) => call.args),
        ),
        result,
      );
      return;
    }
    case "aggregate": {
      const read = [...step.groupBy, ...step.calls.flatMap((call) => call.args)];
      visit(step.input, withReads(keyReads(step.input), read), result);
      return;
    }
    case "stream-function":
      for (const [i, input] of step.inputs.entries()) {
        visit(input, new Map(step.reads[i]!.map((index): [number, Fields] => [index, "all"])), result);
      }
      return;
    case "suppress":
      visit(step.input, allColumns(step.input), result);
      return;
    default:
      visitJoin(step, wanted, result);
  }
}

type JoinStep = Extract<PhysicalStep, { readonly left: PhysicalStep }>;

function visitJoin(step: JoinStep, wanted: Reads, result: Map<SourceStep, MutableReads>): void {
  if (step.kind === "table-table-join") {
    visit(step.left, allColumns(step.left), result);
    visit(step.right, allColumns(step.right), result);
    return;
  }
  const width = step.left.schema.columns.length;
  const left = keyReads(step.left);
  const right = keyReads(step.right);
  // The rows of a FULL join of streams begin with the joined key.
  const first = step.kind === "stream-stream-join" && step.join === "outer" ? 1 : 0;
  for (const [at, fields] of wanted) {
    const index = at - first;
    if (index >= width) addRead(right, index - width, fields);
    else if (index >= 0) addRead(left, index, fields);
  }
  const leftReads = step.kind === "foreign-key-join" ? [step.leftForeignKey] : [step.leftKey];
  const rightReads = step.kind === "stream-stream-join" ? [step.rightKey] : [];
  visit(step.left, withReads(left, leftReads), result);
  visit(step.right, withReads(right, rightReads), result);
}

function keyReads(step: PhysicalStep): MutableReads {
  const keys: MutableReads = new Map();
  for (const [index, column] of step.schema.columns.entries())
    if (column.role === "key") keys.set(index, "all");
  return keys;
}

function withReads(base: Reads, expressions: readonly Expression[]): MutableReads {
  const all = new Map(base);
  for (const expression of expressions) collectReads(expression, all);
  return all;
}

function collectReads(expression: Expression | LambdaExpression, into: MutableReads): void {
  if (expression.kind === "column") {
    addRead(into, expression.index, "all");
  } else if (expression.kind === "field" && expression.base.kind === "column") {
    addRead(into, expression.base.index, new Set([expression.index]));
  } else {
    for (const child of childExpressions(expression)) collectReads(child, into);
  }
}

/** What one expression reads of its input. */
export function expressionReads(expression: Expression): Reads {
  return withReads(new Map(), [expression]);
}

function addRead(into: MutableReads, index: number, fields: Fields): void {
  const known = into.get(index);
  if (known === undefined) into.set(index, fields);
  else if (known !== "all") into.set(index, fields === "all" ? "all" : known.union(fields));
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
