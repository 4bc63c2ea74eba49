/**
 * What an expression may use while it runs, and the rules of failure that the interpreter and the compiled code
 * share (they are ksqlDB's, whose generated Java code unboxes operands):
 *
 * - A *failure* is anything thrown: a {@link ValueError}, a FunctionError, a bug in a function. It is reported
 *   once through `onFailure`, with the text of the part that became NULL.
 * - A *NULL operand* of arithmetic, negation, NOT, AND, OR, LIKE, a CASE condition or an array subscript ends the
 *   evaluation in the same way (`x + NULL > 1` is NULL, not false), but is no failure and is not reported:
 *   {@link NULL_OPERAND} is thrown and swallowed.
 * - Either reaches up to the nearest *boundary*, which becomes NULL (a predicate: false) while everything around it
 *   goes on. Boundaries are the whole expression, an explicit CAST, an item of ARRAY[], MAP() and STRUCT(), and an
 *   argument of a function that is itself a call, a field or a conversion. With the property
 *   `ksql.nested.error.set.null` = false only the whole expression is one.
 */
import type { Expression, LambdaExpression } from "../../plan/expression.ts";
import { expressionText } from "../../plan/expression-text.ts";

export interface EvaluationContext {
  /** Session properties: the functions' configuration and `ksql.nested.error.set.null`. */
  readonly properties: ReadonlyMap<string, string>;
  readonly nowMs: () => number;
  readonly random: () => number;
  /** Called for each failure; must not throw. */
  readonly onFailure: (error: Error, expressionText: string) => void;
}

/** Thrown where an operation has a NULL operand; never leaves this folder. */
export const NULL_OPERAND: unique symbol = Symbol("NULL operand");

/** Whether parts of an expression may fail on their own. */
export function nestedBoundaries(context: EvaluationContext): boolean {
  return context.properties.get("ksql.nested.error.set.null")?.trim().toLowerCase() !== "false";
}

/** Whether `argument` of a function call is a boundary. */
export function isArgumentBoundary(argument: Expression): boolean {
  return argument.kind === "call" || argument.kind === "field" || argument.kind === "cast";
}

/** Reports what was thrown while the part `node` ran. Its text is made once, at the first failure. */
export function failureReporter(
  node: Expression | LambdaExpression,
  context: EvaluationContext,
): (thrown: unknown) => void {
  let text: string | undefined;
  return (thrown) => {
    if (thrown === NULL_OPERAND) return;
    text ??= expressionText(node);
    context.onFailure(thrown instanceof Error ? thrown : new Error(String(thrown)), text);
  };
}
