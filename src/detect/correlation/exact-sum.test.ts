import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ExactSum } from "./exact-sum.ts";

/** The sum without rounding, as a multiple of 2^-1074, then rounded. */
function roundedOnce(numbers: readonly number[]): number {
  const scale = 2n ** 60n;
  const total = numbers.reduce((sum, number) => sum + BigInt(number * 2 ** 20) * (scale >> 20n), 0n);
  return Number(total) / Number(scale);
}

/** Multiples of 2^-20: exact as integers. */
const number = fc.integer({ min: -(2 ** 50), max: 2 ** 50 }).map((n) => n / 2 ** 20);

test("is the sum rounded once", () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 50 }), (numbers) => {
      const sum = new ExactSum();
      for (const each of numbers) sum.add(each);
      expect(sum.value).toBe(roundedOnce(numbers));
    }),
  );
});

test("forgets what was taken back", () => {
  const any = fc.double({ min: -1e300, max: 1e300, noNaN: true });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 20 }), fc.array(any, { maxLength: 20 }), (kept, gone) => {
      const sum = new ExactSum();
      for (const each of [...gone, ...kept]) sum.add(each);
      for (const each of gone.toReversed()) sum.add(-each);
      const fresh = new ExactSum();
      for (const each of kept) fresh.add(each);
      expect(sum.value + 0).toBe(fresh.value + 0);
    }),
  );
  const tenths = new ExactSum();
  for (let i = 0; i < 10; i++) tenths.add(0.1);
  expect(tenths.value).toBe(1);
});
