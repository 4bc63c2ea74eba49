import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeTransactionIndex, encodeTransactionIndex } from "./transaction-index.ts";

const offset = fc.nat(2 ** 40);
const producerId = fc.bigInt({ min: 0n, max: 2n ** 62n });
const open = fc.array(fc.tuple(producerId, offset), { maxLength: 4 }).map((entries) => new Map(entries));
const range = fc.record({ producerId, firstOffset: offset, lastOffset: offset, lastStableOffset: offset });
const index = fc.record({
  openAtStart: open,
  end: offset,
  openAtEnd: open,
  aborted: fc.array(range, { maxLength: 4 }),
});

test("what is written is read, and a flipped bit or a missing byte is noticed", () => {
  fc.assert(
    fc.property(index, fc.nat(), fc.integer({ min: 0, max: 7 }), (written, at, bit) => {
      const bytes = encodeTransactionIndex(written);
      expect(decodeTransactionIndex(bytes)).toEqual(written);
      const flipped = Buffer.from(bytes);
      const place = at % bytes.length;
      flipped[place] = flipped[place]! ^ (1 << bit);
      expect(decodeTransactionIndex(flipped)).toBeUndefined();
      expect(decodeTransactionIndex(bytes.subarray(0, place))).toBeUndefined();
    }),
  );
});
