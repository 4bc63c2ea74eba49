/** Evaluates an expression without columns, as INSERT INTO … VALUES has them. */
import { arithmeticOperation } from "../data/arithmetic.ts";
import { castValue } from "../data/cast.ts";
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type { CallExpression, Expression } from "./expression.ts";
import type { PlanContext } from "./plan-context.ts";

/** The value; undefined where the expression is of a kind that only a query can evaluate. */
export function constantValue(node: Expression, context: PlanContext): Value | undefined {
  switch (node.kind) {
    case "literal":
      return node.value;
    case "cast": {
      const value = constantValue(node.operand, context);
      return value === undefined ? undefined : castValue(node.operand.type, node.type)(value);
    }
    case "array":
    case "struct":
      return constantValues(node.kind === "array" ? node.items : node.fields, context);
    case "map": {
      const keys = constantValues(
        node.entries.map((entry) => entry.key),
        context,
      );
      const values = constantValues(
        node.entries.map((entry) => entry.value),
        context,
      );
      if (keys === undefined || values === undefined) return undefined;
      return new Map(keys.map((key, i) => [key, values[i]!]));
    }
    case "negate":
      return operation("-", zeroOf(node.type), node.operand, context);
    case "arithmetic":
      return operation(node.operator, node.left, node.right, context);
    case "call":
      return callValue(node, context);
    default:
      return undefined;
  }
}

function constantValues(nodes: readonly Expression[], context: PlanContext): Value[] | undefined {
  const values: Value[] = [];
  for (const node of nodes) {
    const value = constantValue(node, context);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function zeroOf(type: SqlType): Expression {
  const zero: Expression = { kind: "literal", type: { kind: "INTEGER" }, value: 0 };
  return { kind: "literal", type, value: castValue(zero.type, type)(0) };
}

function operation(
  operator: "+" | "-" | "*" | "/" | "%",
  left: Expression,
  right: Expression,
  context: PlanContext,
): Value | undefined {
  const values = constantValues([left, right], context);
  if (values === undefined) return undefined;
  const [a, b] = values;
  if (a === null || a === undefined || b === null || b === undefined) return null;
  return arithmeticOperation(operator, left.type, right.type)(a, b);
}

function callValue(node: CallExpression, context: PlanContext): Value | undefined {
  const args: Expression[] = [];
  for (const arg of node.args) {
    if (arg.kind === "lambda") return undefined;
    args.push(arg);
  }
  const values = constantValues(args, context);
  if (values === undefined) return undefined;
  const implementation = node.overload.bind({
    argumentTypes: args.map((arg) => arg.type),
    returnType: node.type,
    literals: args.map((arg) => (arg.kind === "literal" ? arg.value : undefined)),
    properties: context.properties,
    nowMs: context.nowMs ?? (() => 0),
    random: context.random ?? (() => 0),
  });
  if (node.overload.nullOnNull !== false && values.includes(null)) return null;
  return implementation(...values);
}
