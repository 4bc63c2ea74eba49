import { expect, test } from "vitest";
import { Decimal } from "./decimal.ts";
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimalType,
  DOUBLE,
  mapType,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
  type SqlType,
} from "./types.ts";
import { valueText } from "./value-text.ts";
import type { Value } from "./values.ts";

const POINT = structType([
  { name: "X", type: DOUBLE },
  { name: "y", type: arrayType(BOOLEAN) },
  { name: "Z", type: STRING },
]);

const CASES: readonly (readonly [SqlType, Value, string | null])[] = [
  [STRING, null, null],
  [STRING, "a", "a"],
  [BIGINT, -5n, "-5"],
  [DOUBLE, 1e7, "1.0E7"],
  [decimalType(3, 2), new Decimal(5n, 2), "0.05"],
  [BYTES, Uint8Array.of(97), "YQ=="],
  [TIMESTAMP, 1_558_202_318_120, "2019-05-18T17:58:38.120"],
  [DATE, 0, "1970-01-01"],
  [TIME, 60_000, "00:01"],
  [arrayType(STRING), ["a", null, ""], "[a, null, ]"],
  [
    arrayType(TIMESTAMP),
    [1_558_202_318_120, 0, -1],
    "[2019-05-18 17:58:38.12, 1970-01-01 00:00:00.0, 1969-12-31 23:59:59.999]",
  ],
  [arrayType(TIME), [60_000], "[00:01:00]"],
  [arrayType(DATE), [1], "[1970-01-02]"],
  [
    mapType(STRING, BIGINT),
    new Map<Value, Value>([
      ["a", 1n],
      ["b", null],
    ]),
    "{a=1, b=null}",
  ],
  [POINT, [1.5, [true], null], "Struct{X=1.5,y=[true]}"],
  [POINT, [null, null, null], "Struct{}"],
];

test.each(CASES.map(([type, value, text]) => ({ type, value, text })))(
  "$type.kind $text",
  ({ type, value, text }) => {
    expect(valueText(type, value)).toBe(text);
  },
);
