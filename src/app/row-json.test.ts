import { describe, expect, test } from "vitest";
import { Decimal } from "../data/decimal.ts";
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
  arrayType,
  decimalType,
  mapType,
  structType,
} from "../data/types.ts";
import { rowJson } from "./row-json.ts";

describe("rows as JSON", () => {
  test("numbers keep their digits and their scale", () => {
    const encode = rowJson([INTEGER, BIGINT, decimalType(5, 2), DOUBLE, DOUBLE, DOUBLE]);
    const row = [1, 9007199254740993n, Decimal.parse("1.50"), 1, 1e10, NaN];
    expect(encode(row)).toBe('[1,9007199254740993,1.50,1.0,1.0E10,"NaN"]');
  });

  test("text, bytes and times", () => {
    const encode = rowJson([STRING, BYTES, DATE, TIME, TIMESTAMP, BOOLEAN, STRING]);
    const row = ['a"\n', new Uint8Array([33]), 1, 3_723_000, 1, true, null];
    expect(encode(row)).toBe(
      '["a\\"\\n","IQ==","1970-01-02","01:02:03","1970-01-01T00:00:00.001",true,null]',
    );
  });

  test("containers, with NULLs inside", () => {
    const struct = structType([
      { name: "A", type: INTEGER },
      { name: "b c", type: STRING },
    ]);
    const encode = rowJson([arrayType(INTEGER), mapType(INTEGER, DOUBLE), struct]);
    expect(encode([[1, null], new Map([[1, 2]]), [null, "x"]])).toBe(
      '[[1,null],{"1":2.0},{"A":null,"b c":"x"}]',
    );
  });

  test("values that are not there are NULL", () => {
    expect(rowJson([INTEGER, INTEGER])([7])).toBe("[7,null]");
  });
});
