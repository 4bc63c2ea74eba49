import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareValues, valueKey, valuesEqual } from "./compare.ts";
import { Decimal } from "./decimal.ts";
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  decimalType,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  structType,
  TIMESTAMP,
  type SqlType,
} from "./types.ts";
import type { Value } from "./values.ts";

const NESTED = structType([
  { name: "A", type: arrayType(STRING) },
  { name: "B", type: mapType(STRING, DOUBLE) },
]);

/** Different values of each type, in ascending order. */
const ASCENDING: readonly (readonly [SqlType, readonly Value[]])[] = [
  [BOOLEAN, [null, false, true]],
  [INTEGER, [null, -5, 0, 7]],
  [BIGINT, [null, -(2n ** 63n), -1n, 2n ** 53n, 2n ** 53n + 1n]],
  [DOUBLE, [null, -Infinity, -1.5, -0, 0, 1e-9, Infinity, NaN]],
  [decimalType(5, 2), [null, new Decimal(-150n, 2), new Decimal(0n, 2), new Decimal(1n, 2)]],
  [STRING, [null, "", "\u0000", "A", "a", "aa", "\ud83d\ude00", "\uffff"]],
  [
    BYTES,
    [null, new Uint8Array(), Uint8Array.of(128), Uint8Array.of(0), Uint8Array.of(0, 0), Uint8Array.of(127)],
  ],
  [TIMESTAMP, [null, -1, 0, 253402300799999]],
  [arrayType(STRING), [null, [], [null], ["1:a"], ["a"], ["a", "b"]]],
  [
    NESTED,
    [
      null,
      [null, null],
      [["x"], null],
      [["x"], new Map<Value, Value>([["a", 1]])],
      [["x", "y"], new Map<Value, Value>()],
    ],
  ],
];

describe.each(ASCENDING.map(([type, values]) => [type.kind, type, values] as const))(
  "%s",
  (_, type, values) => {
    test("order, equality and keys agree", () => {
      values.forEach((a, i) => {
        values.forEach((b, j) => {
          expect(Math.sign(compareValues(type, a, b))).toBe(Math.sign(i - j));
          expect(valuesEqual(type, a, b)).toBe(i === j);
          expect(valueKey(type, a) === valueKey(type, b)).toBe(i === j);
        });
      });
    });
  },
);

test("maps are equal whatever the order of their entries", () => {
  const type = mapType(STRING, INTEGER);
  const a = new Map<Value, Value>([
    ["x", 1],
    ["y", 2],
  ]);
  const b = new Map<Value, Value>([
    ["y", 2],
    ["x", 1],
  ]);
  expect(valuesEqual(type, a, b)).toBe(true);
  expect(compareValues(type, a, b)).toBe(0);
  expect(valuesEqual(type, a, new Map<Value, Value>([["x", 1]]))).toBe(false);
});

test("decimals of another scale are other values", () => {
  const type = decimalType(5, 2);
  expect(valuesEqual(type, new Decimal(10n, 1), new Decimal(100n, 2))).toBe(false);
  expect(valueKey(type, new Decimal(10n, 1))).not.toBe(valueKey(type, new Decimal(100n, 2)));
});

test("keys of texts and of lists of texts are injective", () => {
  const texts = fc.option(fc.string({ unit: "binary", maxLength: 4 }), { nil: null });
  const lists = fc.array(texts, { maxLength: 4 });
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      expect(valueKey(STRING, a) === valueKey(STRING, b)).toBe(a === b);
    }),
  );
  fc.assert(
    fc.property(lists, lists, (a, b) => {
      const type = arrayType(STRING);
      expect(valueKey(type, a) === valueKey(type, b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});
