import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Value } from "../../data/values.ts";
import { compileAll, compileExpression, compilePredicate } from "./compiler.ts";
import { recordingContext } from "./evaluate-both.ts";
import { expressions } from "./expression-arbitrary.ts";

import { interpret } from "./interpreter.ts";
import { rows } from "./row-arbitrary.ts";

const SOME_ROWS = fc.array(rows, { minLength: 1, maxLength: 6 });
const PROPERTIES = fc.constantFrom([], [["ksql.nested.error.set.null", "false"] as const]);

describe("the compiled code and the interpreter agree", () => {
  test("on values and failures", () => {
    fc.assert(
      fc.property(expressions.any, SOME_ROWS, PROPERTIES, (expression, someRows, properties) => {
        const [compiledSide, interpretedSide] = [recordingContext(properties), recordingContext(properties)];
        const compiled = compileExpression(expression, compiledSide);
        const interpreted = interpret(expression, interpretedSide);
        for (const row of someRows) expect(compiled.evaluate(row)).toEqual(interpreted(row));
        expect(compiledSide.failures).toEqual(interpretedSide.failures);
      }),
      { numRuns: 1500 },
    );
  });

  test("on conditions, where NULL and failure are false", () => {
    fc.assert(
      fc.property(expressions.boolean, SOME_ROWS, (condition, someRows) => {
        const holds = compilePredicate(condition, recordingContext());
        const interpreted = interpret(condition, recordingContext());
        for (const row of someRows) expect(holds(row)).toBe(interpreted(row) === true);
      }),
      { numRuns: 500 },
    );
  });

  test("on many items at once", () => {
    fc.assert(
      fc.property(fc.array(expressions.any, { maxLength: 5 }), SOME_ROWS, (items, someRows) => {
        const [compiledSide, interpretedSide] = [recordingContext(), recordingContext()];
        const project = compileAll(items, compiledSide);
        const interpreted = items.map((item) => interpret(item, interpretedSide));
        for (const row of someRows) {
          const out: Value[] = [];
          project(row, out);
          expect(out).toEqual(interpreted.map((item) => item(row)));
        }
        expect(compiledSide.failures).toEqual(interpretedSide.failures);
      }),
      { numRuns: 300 },
    );
  });
});
