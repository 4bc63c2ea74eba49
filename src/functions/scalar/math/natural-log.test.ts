import { assert, double, property } from "fast-check";
import { expect, test } from "vitest";
import { naturalLog } from "./natural-log.ts";

test.each([
  [3, 1.0986122886681098],
  [2, Math.LN2],
  [10, Math.LN10],
  [Math.E, 1],
  [1, 0],
  [5e-324, -744.4400719213812],
  [Number.MAX_VALUE, 709.782712893384],
  [0, -Infinity],
  [Infinity, Infinity],
])("ln %d", (value, expected) => {
  expect(naturalLog(value)).toBe(expected);
});

test("below zero there is none", () => {
  expect(naturalLog(-1)).toBeNaN();
  expect(naturalLog(NaN)).toBeNaN();
});

test("never further than two units of the last place from the engine's own", () => {
  assert(
    property(double({ min: 0, noNaN: true, minExcluded: true, noDefaultInfinity: true }), (value) => {
      const own = Math.log(value);
      expect(Math.abs(naturalLog(value) - own)).toBeLessThanOrEqual(2 * Number.EPSILON * Math.abs(own));
    }),
  );
});
