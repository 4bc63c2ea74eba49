import { describe, expect, test } from "vitest";
import { castable, castValue } from "./cast.ts";
import { Decimal } from "./decimal.ts";
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimalType,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
  type SqlType,
} from "./types.ts";
import { ValueError } from "./value-error.ts";
import type { Value } from "./values.ts";

const MONEY = decimalType(6, 2);

const CASES: readonly (readonly [SqlType, Value, SqlType, Value])[] = [
  [INTEGER, 5, BIGINT, 5n],
  [BIGINT, 2n ** 32n + 7n, INTEGER, 7],
  [BIGINT, 2n ** 31n, INTEGER, -(2 ** 31)],
  [DOUBLE, -1.9, INTEGER, -1],
  [DOUBLE, 1e20, INTEGER, 2 ** 31 - 1],
  [DOUBLE, NaN, INTEGER, 0],
  [DOUBLE, -1e20, BIGINT, -(2n ** 63n)],
  [DOUBLE, 1e20, BIGINT, 2n ** 63n - 1n],
  [DOUBLE, NaN, BIGINT, 0n],
  [DOUBLE, 1.005, MONEY, new Decimal(101n, 2)],
  [DOUBLE, 2.345, MONEY, new Decimal(235n, 2)],
  [MONEY, new Decimal(-199n, 2), INTEGER, -1],
  [MONEY, new Decimal(199n, 2), BIGINT, 1n],
  [MONEY, new Decimal(199n, 2), DOUBLE, 1.99],
  [MONEY, new Decimal(199n, 2), decimalType(3, 1), new Decimal(20n, 1)],
  [INTEGER, 12, MONEY, new Decimal(1200n, 2)],
  [STRING, " 12 ", INTEGER, 12],
  [STRING, "-9223372036854775808", BIGINT, -(2n ** 63n)],
  [STRING, "1e3", DOUBLE, 1000],
  [STRING, " 1.005 ", MONEY, new Decimal(101n, 2)],
  [STRING, "YE", BOOLEAN, true],
  [STRING, "t", BOOLEAN, true],
  [STRING, "anything", BOOLEAN, false],
  [STRING, "YWI=", BYTES, Uint8Array.of(97, 98)],
  [STRING, "2021-08-04", DATE, 18_843],
  [STRING, "00:00:01", TIME, 1000],
  [STRING, "1970-01-02", TIMESTAMP, 86_400_000],
  [TIMESTAMP, -1, DATE, -1],
  [TIMESTAMP, -1, TIME, 86_399_999],
  [DATE, 2, TIMESTAMP, 172_800_000],
  [DOUBLE, 1, STRING, "1.0"],
  [BOOLEAN, true, STRING, "true"],
  [TIME, 1500, STRING, "00:00:01"],
  [arrayType(INTEGER), [1, null], arrayType(BIGINT), [1n, null]],
  [arrayType(INTEGER), [1, null], STRING, "[1, null]"],
  [mapType(STRING, INTEGER), new Map([["7", 1]]), mapType(INTEGER, STRING), new Map([[7, "1"]])],
  [
    structType([
      { name: "A", type: INTEGER },
      { name: "X", type: STRING },
    ]),
    [1, "x"],
    structType([
      { name: "B", type: STRING },
      { name: "A", type: BIGINT },
    ]),
    [null, 1n],
  ],
];

describe("CAST", () => {
  test.each(CASES.map(([from, value, to, expected]) => ({ from, value, to, expected })))(
    "$from.kind to $to.kind: $value",
    ({ from, value, to, expected }) => {
      expect(castable(from, to)).toBe(true);
      expect(castValue(from, to)(value)).toEqual(expected);
      expect(castValue(from, to)(null)).toBeNull();
    },
  );

  test.each([
    [STRING, INTEGER, "12.0"],
    [STRING, INTEGER, "2147483648"],
    [STRING, INTEGER, ""],
    [STRING, BIGINT, "9223372036854775808"],
    [STRING, DOUBLE, "NaN"],
    [STRING, DOUBLE, "x"],
    [STRING, MONEY, "12345"],
    [STRING, MONEY, "x"],
    [STRING, BYTES, "*"],
    [STRING, DATE, "x"],
    [DOUBLE, MONEY, 1e9],
    [DOUBLE, MONEY, NaN],
    [INTEGER, MONEY, 10_000],
  ] as const)("%o to %o has no value for %s", (from, to, value) => {
    expect(() => castValue(from, to)(value)).toThrow(ValueError);
  });

  test.each([
    [BOOLEAN, INTEGER],
    [BYTES, STRING],
    [STRING, arrayType(INTEGER)],
    [TIME, TIMESTAMP],
    [DATE, TIME],
    [INTEGER, BOOLEAN],
    [arrayType(BOOLEAN), arrayType(INTEGER)],
    [structType([{ name: "A", type: BOOLEAN }]), structType([{ name: "A", type: DATE }])],
  ])("%o to %o does not exist", (from, to) => {
    expect(castable(from, to)).toBe(false);
    expect(() => castValue(from, to)).toThrow("is not supported");
  });

  test("NULL can be any type", () => {
    expect(castable(null, BYTES)).toBe(true);
  });
});
