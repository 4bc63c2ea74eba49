import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal } from "../../data/decimal.ts";
import { BIGINT, DOUBLE, STRING, decimalType } from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { makeRow } from "../row.ts";
import { RowCodec } from "./row-codec.ts";
import { types, values } from "./value-arbitrary.ts";

function roundTrip(columns: readonly SqlType[], row: readonly Value[]): readonly Value[] {
  const codec = new RowCodec(columns);
  return codec.decode(codec.encode(makeRow(row, 5, 6))).values;
}

const rows = fc
  .array(types, { minLength: 1, maxLength: 10 })
  .chain((columns) => fc.tuple(fc.constant(columns), fc.tuple(...columns.map((type) => values(type)))));

describe("a row comes back as it was", () => {
  test("whatever its types and values", () => {
    fc.assert(
      fc.property(rows, ([columns, row]) => {
        expect(roundTrip(columns, row)).toStrictEqual(row);
      }),
    );
  });

  test("with its time, arrival and window", () => {
    const codec = new RowCodec([STRING]);
    const row = makeRow(["x"], 1234, 2 ** 52 + 1, { startMs: 1000, endMs: 2000 });
    expect(codec.decode(codec.encode(row))).toEqual(row);
    expect(codec.decode(codec.encode(makeRow(["x"], 1, 2))).window).toBeUndefined();
  });

  test.each<[string, SqlType, Value]>([
    ["−0", DOUBLE, -0],
    ["NaN", DOUBLE, Number.NaN],
    ["the least BIGINT", BIGINT, -(2n ** 63n)],
    ["a text of 127 characters", STRING, "x".repeat(127)],
    ["a lone surrogate", STRING, "a\ud800"],
    ["a negative power of two", decimalType(9, 2), new Decimal(-128n, 2)],
    ["zero with a scale", decimalType(9, 2), new Decimal(0n, 2)],
    ["a decimal with a negative scale", decimalType(9, 2), new Decimal(5n, -3)],
  ])("%s", (_name, type, value) => {
    expect(roundTrip([type], [value])).toStrictEqual([value]);
  });
});

test("two encodings do not share memory", () => {
  const codec = new RowCodec([STRING]);
  const first = codec.encode(makeRow(["one"], 1, 1));
  codec.encode(makeRow(["two"], 2, 2));
  expect(codec.decode(first).values).toEqual(["one"]);
});
