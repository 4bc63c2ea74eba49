import * as fc from "fast-check";
import { expect, test } from "vitest";
import { doubleText, parseDouble, trimControls } from "./java-double.ts";

test.each([
  [0, "0.0"],
  [-0, "-0.0"],
  [1, "1.0"],
  [100, "100.0"],
  [1e6, "1000000.0"],
  [9999999, "9999999.0"],
  [1e7, "1.0E7"],
  [12345678.9, "1.23456789E7"],
  [1e10, "1.0E10"],
  [0.001, "0.001"],
  [0.00099, "9.9E-4"],
  [1e-5, "1.0E-5"],
  [0.1, "0.1"],
  [123.456, "123.456"],
  [-1.5e300, "-1.5E300"],
  [5e-324, "4.9E-324"],
  [1.7976931348623157e308, "1.7976931348623157E308"],
  [NaN, "NaN"],
  [Infinity, "Infinity"],
  [-Infinity, "-Infinity"],
])("%d is written %s", (value, text) => {
  expect(doubleText(value)).toBe(text);
});

test("every double reads back", () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(parseDouble(doubleText(value))).toBe(value);
    }),
  );
});

test.each([
  ["1", 1],
  [" 1.5 ", 1.5],
  ["+.5", 0.5],
  ["5.", 5],
  ["1e3", 1000],
  ["1.5f", 1.5],
  ["2D", 2],
  ["-Infinity", -Infinity],
  ["0x1.8p1", 3],
  ["-0x1p-1074", -5e-324],
  ["0x1p-1075", 0],
  ["0x1.8p-1074", 1e-323],
  ["0x1.fffffffffffff8p1023", Infinity],
])("'%s' reads as %d", (text, value) => {
  expect(parseDouble(text)).toBe(value);
});

test.each(["", "a", "1,5", "1e", "0x", "0x1", "Inf", "1_000", "1 2", "e5"])("'%s' is no number", (text) => {
  expect(parseDouble(text)).toBeUndefined();
});

test("control characters and blanks are trimmed, other spaces are not", () => {
  expect(trimControls("\t\u0001 a b\n")).toBe("a b");
  expect(trimControls("\u00a0a")).toBe("\u00a0a");
  expect(trimControls("  ")).toBe("");
});
