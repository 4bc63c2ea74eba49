/** ABS, CEIL, FLOOR, ROUND, SIGN, TRUNC: exact for DECIMAL, wrapping for integers as in Java. */
import { doubleToBigint } from "../../../data/cast.ts";
import { Decimal, type Rounding } from "../../../data/decimal.ts";
import { doubleText } from "../../../data/java-double.ts";
import { BIGINT, decimalType, DOUBLE, INTEGER, type DecimalType, type SqlType } from "../../../data/types.ts";
import type { ScalarFunction, ScalarOverload } from "../../definition.ts";
import { ANY_DECIMAL, firstArgumentType, overload, parameter } from "../../define.ts";

const abs: ScalarFunction = {
  kind: "scalar",
  name: "ABS",
  category: "MATHEMATICAL",
  description: "The value without its sign.",
  examples: [{ sql: "ABS(-5)", result: "5" }],
  overloads: [
    overload([parameter("value", INTEGER)], INTEGER, (value: number) => (value < 0 ? -value | 0 : value)),
    overload([parameter("value", BIGINT)], BIGINT, (value: bigint) =>
      BigInt.asIntN(64, value < 0n ? -value : value),
    ),
    overload([parameter("value", DOUBLE)], DOUBLE, Math.abs),
    overload([parameter("value", ANY_DECIMAL)], firstArgumentType, (value: Decimal) => value.abs()),
  ],
};

function toWhole(
  name: string,
  description: string,
  round: (value: number) => number,
  rounding: Rounding,
  example: readonly [string, string],
): ScalarFunction {
  return {
    kind: "scalar",
    name,
    category: "MATHEMATICAL",
    description,
    examples: [{ sql: `${name}(${example[0]})`, result: example[1] }],
    overloads: [
      overload([parameter("value", INTEGER)], INTEGER, (value: number) => value),
      overload([parameter("value", BIGINT)], BIGINT, (value: bigint) => value),
      overload([parameter("value", DOUBLE)], DOUBLE, round),
      overload([parameter("value", ANY_DECIMAL)], firstArgumentType, (value: Decimal) =>
        value.setScale(0, rounding).setScale(value.scale, "UNNECESSARY"),
      ),
    ],
  };
}

const sign: ScalarFunction = {
  kind: "scalar",
  name: "SIGN",
  category: "MATHEMATICAL",
  description: "-1, 0 or 1 for a value below, equal to or above 0.",
  examples: [{ sql: "SIGN(-1.5E0)", result: "-1" }],
  overloads: [
    overload([parameter("value", INTEGER)], INTEGER, (value: number) => Math.sign(value)),
    overload([parameter("value", BIGINT)], INTEGER, (value: bigint) =>
      value === 0n ? 0 : value < 0n ? -1 : 1,
    ),
    overload([parameter("value", DOUBLE)], INTEGER, (value: number) =>
      Number.isNaN(value) ? 0 : Math.sign(value) + 0,
    ),
  ],
};

/** A whole DECIMAL of as many digits as stood before the point. */
function wholeDecimal(argumentTypes: readonly SqlType[]): SqlType {
  const { precision, scale } = argumentTypes[0] as DecimalType;
  return decimalType(Math.max(1, precision - scale), 0);
}

type RoundDecimal = (value: Decimal, places: number) => Decimal;

/** The overloads that ROUND and TRUNC share. */
function placesOverloads(
  round: RoundDecimal,
  roundDouble: (value: number) => bigint,
): readonly ScalarOverload[] {
  const places = parameter(
    "decimalPlaces",
    INTEGER,
    "digits to keep after the point; before it, if negative",
  );
  const toPlaces = (value: number, count: number): number =>
    Number.isFinite(value) ? round(Decimal.parse(doubleText(value)), count).toNumber() : value;
  return [
    overload([parameter("value", INTEGER)], INTEGER, (value: number) => value),
    overload([parameter("value", BIGINT)], BIGINT, (value: bigint) => value),
    overload([parameter("value", DOUBLE)], BIGINT, roundDouble),
    overload([parameter("value", DOUBLE), places], DOUBLE, toPlaces),
    overload([parameter("value", ANY_DECIMAL)], wholeDecimal, (value: Decimal) => round(value, 0)),
    overload([parameter("value", ANY_DECIMAL), places], firstArgumentType, (value: Decimal, count: number) =>
      round(value, count).setScale(value.scale, "UNNECESSARY"),
    ),
  ];
}

/** Halves go up, towards positive infinity: 1.5 to 2, −1.5 to −1. */
function roundHalfUp(value: Decimal, places: number): Decimal {
  if (value.sign > 0 || value.scale <= places) return value.setScale(places, "HALF_UP");
  const half = new Decimal(5n, places + 1);
  return value.add(half).setScale(places, "FLOOR");
}

/** Exact also for 0.49999999999999994, where adding one half would round up. */
function nearest(value: number): number {
  const floor = Math.floor(value);
  return value - floor >= 0.5 ? floor + 1 : floor;
}

const round: ScalarFunction = {
  kind: "scalar",
  name: "ROUND",
  category: "MATHEMATICAL",
  description:
    "The nearest whole number, or the nearest with so many digits after the point. Halves go up: 1.5 becomes 2, -1.5 becomes -1.",
  examples: [
    { sql: "ROUND(1.5E0)", result: "2" },
    { sql: "ROUND(-1.5E0)", result: "-1" },
    { sql: "ROUND(1.235, 2)", result: "1.240" },
    { sql: "ROUND(1234.5E0, -2)", result: "1200.0" },
  ],
  overloads: placesOverloads(roundHalfUp, (value) => doubleToBigint(nearest(value))),
};

const trunc: ScalarFunction = {
  kind: "scalar",
  name: "TRUNC",
  category: "MATHEMATICAL",
  description: "The value cut off at the point, or after so many digits.",
  examples: [
    { sql: "TRUNC(-1.9E0)", result: "-1" },
    { sql: "TRUNC(1.239, 2)", result: "1.230" },
  ],
  overloads: placesOverloads((value, places) => value.setScale(places, "DOWN"), doubleToBigint),
};

export const roundingFunctions = [
  abs,
  toWhole("CEIL", "The smallest whole number that is not less.", Math.ceil, "CEILING", ["1.1", "2.0"]),
  toWhole("FLOOR", "The greatest whole number that is not more.", Math.floor, "FLOOR", ["-1.1", "-2.0"]),
  sign,
  round,
  trunc,
];
