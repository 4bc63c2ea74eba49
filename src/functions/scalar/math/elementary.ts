/** Functions of real analysis: each takes INTEGER, BIGINT or DOUBLE and gives a DOUBLE. */
import { BIGINT, DOUBLE, INTEGER } from "../../../data/types.ts";
import type { ScalarFunction } from "../../definition.ts";
import { boundOverload, overload, parameter } from "../../define.ts";
import { naturalLog } from "./natural-log.ts";

type Number64 = number | bigint;

function ofOne(
  name: string,
  description: string,
  compute: (value: number) => number,
  example: readonly [argument: string, result: string],
): ScalarFunction {
  return {
    kind: "scalar",
    name,
    category: "MATHEMATICAL",
    description,
    examples: [{ sql: `${name}(${example[0]})`, result: example[1] }],
    overloads: [INTEGER, BIGINT, DOUBLE].map((type) =>
      overload([parameter("value", type)], DOUBLE, (value: Number64) => compute(Number(value))),
    ),
  };
}

function ofTwo(
  name: string,
  description: string,
  names: readonly [string, string],
  compute: (first: number, second: number) => number,
  example: readonly [argument: string, result: string],
): ScalarFunction {
  return {
    kind: "scalar",
    name,
    category: "MATHEMATICAL",
    description,
    examples: [{ sql: `${name}(${example[0]})`, result: example[1] }],
    overloads: [INTEGER, BIGINT, DOUBLE].map((type) =>
      overload([parameter(names[0], type), parameter(names[1], type)], DOUBLE, (a: Number64, b: Number64) =>
        compute(Number(a), Number(b)),
      ),
    ),
  };
}

const DEGREES_PER_RADIAN = 180 / Math.PI;

function power(base: number, exponent: number): number {
  return base ** exponent;
}

function logarithm(base: number, value: number): number {
  return base <= 0 || base === 1 ? NaN : naturalLog(value) / naturalLog(base);
}

const ln = ofOne("LN", "The natural logarithm.", naturalLog, ["1.0E0", "0.0"]);

const log: ScalarFunction = {
  ...ofTwo(
    "LOG",
    "The natural logarithm of a value, or the logarithm to a base: LOG(value), LOG(base, value).",
    ["base", "value"],
    logarithm,
    ["2, 8", "3.0"],
  ),
};

const pi: ScalarFunction = {
  kind: "scalar",
  name: "PI",
  category: "MATHEMATICAL",
  description: "The ratio of a circle's circumference to its diameter.",
  examples: [{ sql: "PI()", result: "3.141592653589793" }],
  overloads: [overload([], DOUBLE, () => Math.PI)],
};

const random: ScalarFunction = {
  kind: "scalar",
  name: "RANDOM",
  category: "MATHEMATICAL",
  description: "A random number, at least 0.0 and less than 1.0.",
  volatile: true,
  examples: [{ sql: "FLOOR(RANDOM())", result: "0.0" }],
  overloads: [boundOverload([], DOUBLE, ({ random: next }) => next)],
};

export const elementaryFunctions: readonly ScalarFunction[] = [
  ofOne("ACOS", "The arc cosine, in radians.", Math.acos, ["1.0E0", "0.0"]),
  ofOne("ASIN", "The arc sine, in radians.", Math.asin, ["0", "0.0"]),
  ofOne("ATAN", "The arc tangent, in radians.", Math.atan, ["1", "0.7853981633974483"]),
  ofTwo("ATAN2", "The angle, in radians, of the point whose coordinates are given.", ["y", "x"], Math.atan2, [
    "1, 1",
    "0.7853981633974483",
  ]),
  ofOne("CBRT", "The cube root.", Math.cbrt, ["27", "3.0"]),
  ofOne("COS", "The cosine of an angle in radians.", Math.cos, ["0", "1.0"]),
  ofOne("COSH", "The hyperbolic cosine.", Math.cosh, ["0", "1.0"]),
  ofOne("COT", "The cotangent of an angle in radians.", (x) => 1 / Math.tan(x), ["0", "Infinity"]),
  ofOne("DEGREES", "An angle in radians in degrees.", (x) => x * DEGREES_PER_RADIAN, ["PI()", "180.0"]),
  ofOne("EXP", "Euler's number e to the power of the value.", Math.exp, ["0", "1.0"]),
  ln,
  { ...log, overloads: [...ln.overloads, ...log.overloads] },
  ofTwo("POWER", "The base to the power of the exponent.", ["base", "exponent"], power, ["2, 10", "1024.0"]),
  ofOne("RADIANS", "An angle in degrees in radians.", (x) => x * (Math.PI / 180), [
    "180",
    "3.141592653589793",
  ]),
  ofOne("SIN", "The sine of an angle in radians.", Math.sin, ["0", "0.0"]),
  ofOne("SINH", "The hyperbolic sine.", Math.sinh, ["0", "0.0"]),
  ofOne("SQRT", "The square root.", Math.sqrt, ["16", "4.0"]),
  ofOne("TAN", "The tangent of an angle in radians.", Math.tan, ["0", "0.0"]),
  ofOne("TANH", "The hyperbolic tangent.", Math.tanh, ["0", "0.0"]),
  pi,
  random,
];
