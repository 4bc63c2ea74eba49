/** Test support: functions with known behaviour. */
import { arrayType, INTEGER } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { FunctionError, type LambdaValue, type ScalarOverload } from "../../functions/definition.ts";

const INTEGER_PARAMETER = [{ name: "x", type: INTEGER }];

/** Gives its INTEGER back, and fails for a negative one. */
export const REFUSE_NEGATIVE: ScalarOverload = {
  parameters: INTEGER_PARAMETER,
  returns: INTEGER,
  bind: () => (x) => {
    if ((x as number) < 0) throw new FunctionError(`${String(x)} is negative`);
    return x as number;
  },
};

/** The first INTEGER that is not NULL. */
export const FIRST_NON_NULL: ScalarOverload = {
  parameters: [{ name: "x", type: INTEGER, variadic: true }],
  returns: INTEGER,
  nullOnNull: false,
  bind:
    () =>
    (...args) =>
      (args as Value[]).find((arg) => arg !== null) ?? null,
};

/** TRANSFORM of an ARRAY<INTEGER>. */
export const TRANSFORM: ScalarOverload = {
  parameters: [
    { name: "array", type: arrayType(INTEGER) },
    { name: "f", type: { kind: "lambda", inputs: [INTEGER], result: INTEGER } },
  ],
  returns: arrayType(INTEGER),
  bind: () => (array, f) => (array as readonly Value[]).map((item) => (f as LambdaValue)(item)),
};
