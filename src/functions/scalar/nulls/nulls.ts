/** Replacing and making NULL: COALESCE, IFNULL, NULLIF; and AS_VALUE, which copies a key column. */
import { valuesEqual } from "../../../data/compare.ts";
import type { Value } from "../../../data/values.ts";
import type { ScalarFunction } from "../../definition.ts";
import { boundOverload, overload, parameter, T, variadic } from "../../define.ts";

const coalesce: ScalarFunction = {
  kind: "scalar",
  name: "COALESCE",
  category: "CONDITIONAL",
  description: "The first of the values that is not NULL.",
  examples: [{ sql: "COALESCE(NULL, 'a', 'b')", result: "a" }],
  overloads: [
    overload(
      [parameter("first", T), variadic("others", T)],
      T,
      (...values: Value[]) => values.find((value) => value !== null) ?? null,
      { seesNull: true },
    ),
  ],
};

const ifNull: ScalarFunction = {
  kind: "scalar",
  name: "IFNULL",
  category: "CONDITIONAL",
  description: "The first value, or the second where the first is NULL.",
  examples: [{ sql: "IFNULL(NULL, 'default')", result: "default" }],
  overloads: [
    overload(
      [parameter("expression", T), parameter("alternative", T)],
      T,
      (value: Value, alternative: Value) => value ?? alternative,
      { seesNull: true },
    ),
  ],
};

const nullIf: ScalarFunction = {
  kind: "scalar",
  name: "NULLIF",
  category: "CONDITIONAL",
  description: "NULL when both values are equal, else the first.",
  examples: [
    { sql: "NULLIF(1, 1)", result: "NULL" },
    { sql: "NULLIF('a', 'b')", result: "a" },
  ],
  overloads: [
    boundOverload(
      [parameter("first", T), parameter("second", T)],
      T,
      ({ argumentTypes }) =>
        (first: Value, second: Value) =>
          valuesEqual(argumentTypes[0]!, first, second) ? null : first,
      { seesNull: true },
    ),
  ],
};

const asValue: ScalarFunction = {
  kind: "scalar",
  name: "AS_VALUE",
  category: "OTHER",
  description: "The value itself: copies a key column into the value of a record.",
  examples: [{ sql: "AS_VALUE('id')", result: "id" }],
  overloads: [overload([parameter("key", T)], T, (value: Value) => value)],
};

export const nullFunctions = [coalesce, ifNull, nullIf, asValue];
