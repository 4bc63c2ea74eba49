import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readTime, timeThenKey } from "../state/key-codec.ts";
import { MemoryStore } from "../state/memory-store.ts";
import { TimeOrderedKeys } from "./time-ordered-keys.ts";

test("takes what is old enough, the oldest first, and never leaves anything behind", () => {
  const step = fc.record({
    add: fc.array(fc.nat(50), { maxLength: 5 }),
    until: fc.nat(60),
    max: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const store = new MemoryStore();
      const keys = new TimeOrderedKeys(store);
      const model = new Set<number>();
      for (const { add, until, max } of steps) {
        for (const time of add) {
          store.put(timeThenKey(time, Buffer.from("k")), Buffer.alloc(0));
          keys.added(time);
          model.add(time);
        }
        const expected = [...model]
          .toSorted((a, b) => a - b)
          .filter((time) => time <= until)
          .slice(0, max);
        const taken = keys.take(until, max).map(({ key }) => key);
        expect(taken.map((key) => readTime(key, 0))).toEqual(expected);
        for (const key of taken) store.delete(key);
        for (const time of expected) model.delete(time);
      }
    }),
  );
});
