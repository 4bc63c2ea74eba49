import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ChunkPool, LineBuffer } from "./line-buffer.ts";

const line = fc.oneof(
  { weight: 20, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.nat({ max: 400_000 }).map((length) => "é".repeat(length)) },
);

test("the lines from any number on are as they were added, whatever chunks they lie in", () => {
  const pool = new ChunkPool(8 * 1024 * 1024);
  const lines = fc.array(fc.tuple(fc.nat({ max: 3 }), line), { maxLength: 120 });
  fc.assert(
    fc.property(lines, fc.nat({ max: 400 }), (added, from) => {
      const buffer = new LineBuffer(pool);
      let number = 0;
      const wanted: string[] = [];
      for (const [step, text] of added) {
        number += step + 1;
        if (step === 0) buffer.addWithTail(number, "head", Buffer.from(text));
        else buffer.add(number, text);
        if (number >= from) wanted.push(`${step === 0 ? "head" : ""}${text}\n`);
      }
      expect(Buffer.concat(buffer.from(from)).toString()).toBe(wanted.join(""));
      expect(buffer.size).toBe(Buffer.concat(buffer.from(0)).length);
      expect(buffer.count).toBe(added.length);
      // What is given back is another buffer's next.
      buffer.release();
      expect([buffer.size, buffer.from(0)]).toEqual([0, []]);
    }),
    { numRuns: 200 },
  );
});
