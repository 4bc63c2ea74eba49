/** Binds a call site to its function's implementation, once, with what the function may know about the site. */
import { castValue } from "../../data/cast.ts";
import { ValueError } from "../../data/value-error.ts";
import type { Value } from "../../data/values.ts";
import type { ScalarImplementation } from "../../functions/definition.ts";
import type { CallExpression, Expression, LambdaExpression } from "../../plan/expression.ts";
import type { EvaluationContext } from "./evaluation-context.ts";

export function bindCall(call: CallExpression, context: EvaluationContext): ScalarImplementation {
  return call.overload.bind({
    argumentTypes: call.args.map((arg) => arg.type),
    returnType: call.type,
    literals: call.args.map(literalValue),
    properties: context.properties,
    nowMs: context.nowMs,
    random: context.random,
  });
}

/** The value of a literal, also of one that is converted to the parameter's type; undefined for anything else. */
export function literalValue(node: Expression | LambdaExpression): Value | undefined {
  if (node.kind === "literal") return node.value;
  if (node.kind !== "cast") return undefined;
  const value = literalValue(node.operand);
  if (value === undefined) return undefined;
  try {
    return castValue(node.operand.type, node.type)(value);
  } catch (error) {
    // The same conversion fails for each record and is counted there.
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}
