/**
 * Flattens a chain of filter, project and rekey steps over one source into expressions over the source's columns
 * alone: what is checked, in order, and what each output column is.
 *
 * A computed expression that would be evaluated more than once by this is left to the operators (undefined), so that
 * costs and the results of volatile functions stay the same.
 */
import type { Expression, LambdaExpression } from "../../plan/expression.ts";
import type { PhysicalStep, SourceStep } from "../../plan/physical.ts";

export type Check =
  | { readonly kind: "predicate"; readonly predicate: Expression }
  | { readonly kind: "keys-present"; readonly keys: readonly Expression[] };

export interface InlinedSteps {
  readonly source: SourceStep;
  readonly checks: readonly Check[];
  /** One expression over the source's columns for each column of the root's schema. */
  readonly columns: readonly Expression[];
}

export function inlineSteps(root: PhysicalStep): InlinedSteps | undefined {
  const chain: PhysicalStep[] = [];
  let step = root;
  while (step.kind === "filter" || step.kind === "project" || step.kind === "rekey") {
    chain.push(step);
    step = step.input;
  }
  if (step.kind !== "source" || step.output !== "stream") return undefined;
  let columns: readonly Expression[] = step.schema.columns.map((column, index) => ({
    kind: "column",
    type: column.type,
    index,
    name: column.name,
  }));
  const checks: Check[] = [];
  const uses = new Map<Expression, number>();
  for (const current of chain.toReversed()) {
    const inlined = (expression: Expression): Expression => substitute(expression, columns, uses);
    if (current.kind === "filter") {
      checks.push({ kind: "predicate", predicate: inlined(current.predicate) });
    } else if (current.kind === "project") {
      columns = current.expressions.map(inlined);
    } else if (current.kind === "rekey") {
      const keys = current.keys.map(inlined);
      if (current.dropNullKeys) checks.push({ kind: "keys-present", keys });
      columns = [...keys, ...current.carried.map((index) => columns[index]!)];
    }
  }
  const computedTwice = [...uses].some(([expression, count]) => count > 1 && !isPath(expression));
  return computedTwice ? undefined : { source: step, checks, columns };
}

/** A column, or a field of a STRUCT column: reading it again costs nothing and gives the same. */
export function isPath(expression: Expression): boolean {
  return expression.kind === "column" || (expression.kind === "field" && isPath(expression.base));
}

/** `expression` with every column replaced by what stands for it. */
export function substitute(
  expression: Expression,
  columns: readonly Expression[],
  uses: Map<Expression, number>,
): Expression {
  return mapExpression(expression, (node) => {
    if (node.kind !== "column") return undefined;
    const replacement = columns[node.index]!;
    uses.set(replacement, (uses.get(replacement) ?? 0) + 1);
    return replacement;
  });
}

/** Rebuilds a tree bottom-up; `replace` answers a node's replacement, or undefined to go on into it. */
export function mapExpression(
  expression: Expression,
  replace: (node: Expression) => Expression | undefined,
): Expression {
  const replaced = replace(expression);
  if (replaced !== undefined) return replaced;
  const go = (child: Expression): Expression => mapExpression(child, replace);
  switch (expression.kind) {
    case "literal":
    case "column":
    case "lambda-parameter":
      return expression;
    case "field":
      return { ...expression, base: go(expression.base) };
    case "subscript":
      return { ...expression, base: go(expression.base), subscript: go(expression.subscript) };
    case "call":
      return { ...expression, args: expression.args.map((argument) => mapArgument(argument, go)) };
    case "comparison":
    case "logical":
    case "arithmetic":
      return { ...expression, left: go(expression.left), right: go(expression.right) };
    case "not":
    case "is-null":
    case "negate":
    case "cast":
      return { ...expression, operand: go(expression.operand) };
    case "between":
      return {
        ...expression,
        operand: go(expression.operand),
        low: go(expression.low),
        high: go(expression.high),
      };
    case "in":
      return { ...expression, operand: go(expression.operand), items: expression.items.map(go) };
    case "like":
      return { ...expression, operand: go(expression.operand), pattern: go(expression.pattern) };
    case "case":
      return {
        ...expression,
        // oxlint-disable-next-line unicorn/no-thenable -- the tree's own word, as in SQL's CASE; no promise
        branches: expression.branches.map(({ when, then }) => ({ when: go(when), then: go(then) })),
        otherwise: expression.otherwise === undefined ? undefined : go(expression.otherwise),
      };
    case "array":
      return { ...expression, items: expression.items.map(go) };
    case "map":
      return {
        ...expression,
        entries: expression.entries.map(({ key, value }) => ({ key: go(key), value: go(value) })),
      };
    case "struct":
      return { ...expression, fields: expression.fields.map(go) };
  }
}

function mapArgument(
  argument: Expression | LambdaExpression,
  go: (child: Expression) => Expression,
): Expression | LambdaExpression {
  return argument.kind === "lambda" ? { ...argument, body: go(argument.body) } : go(argument);
}
