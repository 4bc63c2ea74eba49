/** Tries the examples of functions: what they claim must be what they give. */
import type { FunctionDefinition } from "../definition.ts";
import type { FunctionRegistry } from "../registry.ts";
import { aggregateText, tableText } from "../testing/evaluate-aggregate.ts";
import { evaluateText } from "../testing/evaluate.ts";
import { messageOf } from "./call-site.ts";

export interface ExampleResult {
  readonly sql: string;
  readonly expected: string;
  /** The text of what it gave; undefined when it failed. */
  readonly given: string | undefined;
  readonly failure?: string;
}

/**
 * Scalar functions: an expression of literals, `ENTROPY('aab')`. Table functions: its rows separated by `; `. Aggregates: the
 * rows stand behind the call, `RANGE_OF(X) -- X: 1, NULL, 5`, columns named by one letter and separated by `;`.
 */
export function checkExamples(
  definition: FunctionDefinition,
  functions: FunctionRegistry,
): readonly ExampleResult[] {
  return (definition.examples ?? []).map(({ sql, result }) => {
    try {
      return { sql, expected: result, given: textOf(definition, sql, functions) };
    } catch (error) {
      return { sql, expected: result, given: undefined, failure: messageOf(error) };
    }
  });
}

function textOf(definition: FunctionDefinition, sql: string, functions: FunctionRegistry): string {
  switch (definition.kind) {
    case "scalar":
      return evaluateText(sql, { functions });
    case "aggregate":
      return aggregateText(sql, { functions });
    case "table":
      return tableText(sql, { functions });
  }
}
