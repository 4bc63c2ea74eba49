/** Test support: short constructors of resolved expressions. */
import { castValue } from "../../data/cast.ts";
import { arithmeticType } from "../../data/type-coercion.ts";
import { BOOLEAN, type SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { ScalarOverload } from "../../functions/definition.ts";
import type {
  ArithmeticOperator,
  CallExpression,
  ComparisonOperator,
  Expression,
  LambdaExpression,
} from "../../plan/expression.ts";

export function literal(value: Value, type: SqlType): Expression {
  return { kind: "literal", type, value };
}

export function column(index: number, type: SqlType): Expression {
  return { kind: "column", type, index, name: `C${index}` };
}

export function comparison(left: Expression, operator: ComparisonOperator, right: Expression): Expression {
  return { kind: "comparison", type: BOOLEAN, operator, left, right };
}

export function arithmetic(left: Expression, operator: ArithmeticOperator, right: Expression): Expression {
  const type = arithmeticType(operator, left.type, right.type);
  if (type === undefined) throw new Error("the operands have no arithmetic");
  return { kind: "arithmetic", type, operator, left, right };
}

export function logical(left: Expression, operator: "and" | "or", right: Expression): Expression {
  return { kind: "logical", type: BOOLEAN, operator, left, right };
}

export function not(operand: Expression): Expression {
  return { kind: "not", type: BOOLEAN, operand };
}

export function isNull(operand: Expression, negated = false): Expression {
  return { kind: "is-null", type: BOOLEAN, operand, negated };
}

export function between(operand: Expression, low: Expression, high: Expression, negated = false): Expression {
  return { kind: "between", type: BOOLEAN, operand, low, high, negated };
}

export function inList(operand: Expression, items: readonly Expression[], negated = false): Expression {
  return { kind: "in", type: BOOLEAN, operand, items, negated };
}

export function like(operand: Expression, pattern: Expression, escape?: string, negated = false): Expression {
  return { kind: "like", type: BOOLEAN, operand, pattern, escape, negated };
}

export function cast(operand: Expression, type: SqlType, implicit = false): Expression {
  castValue(operand.type, type);
  return { kind: "cast", type, operand, implicit };
}

export function searchedCase(
  branches: readonly (readonly [when: Expression, then: Expression])[],
  otherwise?: Expression,
): Expression {
  const type = branches[0]![1].type;
  // oxlint-disable-next-line unicorn/no-thenable -- the plan's name of a branch's result; nothing awaits it
  return { kind: "case", type, branches: branches.map(([when, then]) => ({ when, then })), otherwise };
}

export function subscript(base: Expression, index: Expression, firstIndex: 0 | 1 = 1): Expression {
  const type =
    base.type.kind === "ARRAY" ? base.type.element : base.type.kind === "MAP" ? base.type.value : base.type;
  return { kind: "subscript", type, base, subscript: index, firstIndex };
}

export function field(base: Expression, index: number): Expression {
  if (base.type.kind !== "STRUCT") throw new Error("the base is no STRUCT");
  const { name, type } = base.type.fields[index]!;
  return { kind: "field", type, base, index, name };
}

export function call(
  name: string,
  overload: ScalarOverload,
  type: SqlType,
  args: readonly (Expression | LambdaExpression)[],
): CallExpression {
  return { kind: "call", type, name, overload, args };
}

export function lambda(
  parameters: readonly (readonly [string, SqlType])[],
  body: Expression,
): LambdaExpression {
  return {
    kind: "lambda",
    type: body.type,
    parameters: parameters.map(([name, type]) => ({ name, type })),
    body,
  };
}

export function parameter(name: string, type: SqlType): Expression {
  return { kind: "lambda-parameter", type, name };
}
