import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeArrivals, encodeArrivalRun, encodeArrivals, readArrivalEntry } from "./arrival-codec.ts";

function roundTrip(relative: number, arrivals: Float64Array, padding = 0): Float64Array {
  const bytes = Buffer.concat([
    Buffer.alloc(padding),
    encodeArrivals(relative, arrivals, 0, arrivals.length),
  ]);
  const entry = readArrivalEntry(bytes, padding, 1000)!;
  expect(entry).toMatchObject({ baseOffset: 1000 + relative, count: arrivals.length, end: bytes.length });
  const decoded = new Float64Array(arrivals.length);
  expect(decodeArrivals(bytes, entry, decoded, 0)).toBe(true);
  return decoded;
}

const anyArrivals = fc
  .array(
    fc.oneof(
      fc.constant(1),
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
    ),
    {
      minLength: 1,
      maxLength: 200,
    },
  )
  .map((steps) => {
    let last = 2 ** 46;
    return Float64Array.from(steps, (step) => (last = Math.abs(last + step)));
  });

describe("arrival entries", () => {
  test("round trip", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 30), anyArrivals, fc.nat(5), (relative, arrivals, padding) => {
        expect(roundTrip(relative, arrivals, padding)).toEqual(arrivals);
      }),
    );
  });

  test("of a run are the same without its arrivals written out", () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 30),
        fc.nat(2 ** 45),
        fc.integer({ min: 1, max: 300 }),
        (relative, first, count) => {
          const arrivals = Float64Array.from({ length: count }, (_, i) => first + i);
          const written = encodeArrivals(relative, arrivals, 0, count);
          expect(encodeArrivalRun(relative, first, count)).toEqual(written);
        },
      ),
    );
  });

  test("consecutive arrivals take one run, whatever their number; picked ones a byte each", () => {
    const consecutive = Float64Array.from({ length: 5000 }, (_, i) => 123_456 + i);
    expect(encodeArrivals(70_000, consecutive, 0, 5000).length).toBeLessThan(20);
    const picked = Float64Array.from({ length: 5000 }, (_, i) => i * 7 + (i % 3));
    expect(encodeArrivals(0, picked, 0, 5000).length).toBeLessThan(5020);
  });

  test("no cut and no flipped bit passes", () => {
    const bytes = encodeArrivals(5, Float64Array.of(10, 11, 12, 900, 901, 5), 0, 6);
    for (let size = 0; size < bytes.length; size++) {
      expect(readArrivalEntry(bytes.subarray(0, size), 0, 0)).toBeUndefined();
    }
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(readArrivalEntry(flipped, 0, 0)).toBeUndefined();
    }
  });
});
