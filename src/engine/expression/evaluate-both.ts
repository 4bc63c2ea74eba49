/** Test support: runs an expression compiled and interpreted, and insists that both say the same. */
import { expect } from "vitest";
import type { Value } from "../../data/values.ts";
import type { Expression } from "../../plan/expression.ts";
import { compileExpression } from "./compiler.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { interpret } from "./interpreter.ts";

export interface RecordedFailure {
  readonly message: string;
  readonly text: string;
}

/** A context that keeps the failures it is told. */
export function recordingContext(
  properties: readonly (readonly [string, string])[] = [],
): EvaluationContext & { readonly failures: RecordedFailure[] } {
  const failures: RecordedFailure[] = [];
  return {
    failures,
    properties: new Map(properties),
    nowMs: () => 1_700_000_000_000,
    random: () => 0.5,
    onFailure: (error, text) => failures.push({ message: error.message, text }),
  };
}

export interface Outcome {
  readonly value: Value;
  readonly failures: readonly RecordedFailure[];
}

export function evaluateBoth(
  expression: Expression,
  row: readonly Value[] = [],
  properties: readonly (readonly [string, string])[] = [],
): Outcome {
  const [compiled, interpreted] = [recordingContext(properties), recordingContext(properties)];
  const value = compileExpression(expression, compiled).evaluate(row);
  expect(interpret(expression, interpreted)(row)).toEqual(value);
  expect(interpreted.failures).toEqual(compiled.failures);
  return { value, failures: compiled.failures };
}

/** The value of an expression that must not fail. */
export function valueOfBoth(expression: Expression, row: readonly Value[] = []): Value {
  const { value, failures } = evaluateBoth(expression, row);
  expect(failures).toEqual([]);
  return value;
}
