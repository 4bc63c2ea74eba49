/** The expression compiler's interface, kept by the interpreter. See `interpreted-expressions.ts`. */
import type {
  CompiledCondition,
  CompiledExpression,
  CompiledProjection,
} from "../../../src/engine/expression/compiler.ts";
import type { EvaluationContext } from "../../../src/engine/expression/evaluation-context.ts";
import { interpret } from "../../../src/engine/expression/interpreter.ts";
import { expressionReads } from "../../../src/engine/required-columns.ts";
import type { Value } from "../../../src/data/values.ts";
import type { Expression } from "../../../src/plan/expression.ts";

const SOURCE = "interpreted";

export function compileExpression(expression: Expression, context: EvaluationContext): CompiledExpression {
  return { evaluate: interpret(expression, context), columns: columnsOf([expression]), source: SOURCE };
}

export function compileCondition(expression: Expression, context: EvaluationContext): CompiledCondition {
  return { test: compilePredicate(expression, context), columns: columnsOf([expression]), source: SOURCE };
}

export function compilePredicate(
  expression: Expression,
  context: EvaluationContext,
): (row: readonly Value[]) => boolean {
  const evaluate = interpret(expression, context);
  return (row) => evaluate(row) === true;
}

export function compileProjection(
  expressions: readonly Expression[],
  context: EvaluationContext,
): CompiledProjection {
  return { project: compileAll(expressions, context), columns: columnsOf(expressions), source: SOURCE };
}

export function compileAll(
  expressions: readonly Expression[],
  context: EvaluationContext,
): (row: readonly Value[], out: Value[]) => void {
  const items = expressions.map((expression) => interpret(expression, context));
  return (row, out) => {
    for (const [i, item] of items.entries()) out[i] = item(row);
  };
}

function columnsOf(expressions: readonly Expression[]): readonly number[] {
  const columns = new Set(expressions.flatMap((expression) => [...expressionReads(expression).keys()]));
  return [...columns].toSorted((a, b) => a - b);
}
