/** GREATEST and LEAST of several values. */
import { compareValues } from "../../../data/compare.ts";
import { widenDecimals } from "../../../data/type-coercion.ts";
import {
  BIGINT,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
  type SqlType,
} from "../../../data/types.ts";
import type { Value } from "../../../data/values.ts";
import type { ScalarFunction } from "../../definition.ts";
import { ANY_DECIMAL, boundOverload, overload, parameter, variadic } from "../../define.ts";

/** NULLs are skipped; NULL when nothing is left. The value chosen stays as it is: a decimal keeps its own scale. */
function extreme(type: SqlType, sign: 1 | -1) {
  return (...values: Value[]): Value => {
    let best: Value = null;
    for (const value of values) {
      if (value !== null && (best === null || compareValues(type, value, best) * sign > 0)) best = value;
    }
    return best;
  };
}

function widest(argumentTypes: readonly SqlType[]): SqlType {
  const decimals = argumentTypes.filter((type) => type.kind === "DECIMAL");
  return decimals.reduce<SqlType>((a, b) => widenDecimals(a, b)!, decimals[0]!);
}

function pick(name: string, sign: 1 | -1, description: string, result: string): ScalarFunction {
  const types = [INTEGER, BIGINT, DOUBLE, STRING, BYTES, DATE, TIME, TIMESTAMP];
  return {
    kind: "scalar",
    name,
    category: "MATHEMATICAL",
    description: `${description} NULLs are left out.`,
    examples: [{ sql: `${name}(3, NULL, 7, 5)`, result }],
    overloads: [
      ...types.map((type) =>
        overload([parameter("value", type), variadic("values", type)], type, extreme(type, sign), {
          seesNull: true,
        }),
      ),
      boundOverload(
        [parameter("value", ANY_DECIMAL), variadic("values", ANY_DECIMAL)],
        widest,
        ({ returnType }) => extreme(returnType, sign),
        { seesNull: true },
      ),
    ],
  };
}

export const extremeFunctions = [
  pick("GREATEST", 1, "The greatest of the values.", "7"),
  pick("LEAST", -1, "The least of the values.", "3"),
];
