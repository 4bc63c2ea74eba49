import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SortedKeys } from "./sorted-keys.ts";

const key = fc.uint8Array({ maxLength: 2 }).map((bytes) => Buffer.from(bytes));
const change = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) });

test("a map of byte keys behaves as a Map, and walks ranges in byte order", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 1500 }), key, key, (changes, low, high) => {
      const sorted = new SortedKeys<number>();
      const model = new Map<string, number>();
      for (const { key: at, value } of changes) {
        const name = at.toString("hex");
        const replaced = value === undefined ? sorted.delete(at) : sorted.set(at, value);
        expect(replaced).toBe(model.get(name));
        if (value === undefined) model.delete(name);
        else model.set(name, value);
      }
      expect(sorted.size).toBe(model.size);
      const all = [...model].toSorted(([a], [b]) => (a < b ? -1 : 1));
      expect(
        [...sorted.range(undefined, undefined)].map(([at, value]) => [at.toString("hex"), value]),
      ).toEqual(all);
      const inside = all.filter(([name]) => name >= low.toString("hex") && name < high.toString("hex"));
      expect([...sorted.range(low, high)].map(([at, value]) => [at.toString("hex"), value])).toEqual(inside);
    }),
    { numRuns: 60 },
  );
});

test("many keys are spread over chunks and stay in order", () => {
  const sorted = new SortedKeys<number>();
  for (let i = 0; i < 5000; i++)
    sorted.set(Buffer.from([(i * 37) & 0xff, (i * 91) >> 8, i & 0xff, i >> 8]), i);
  const keys = [...sorted.range(undefined, undefined)].map(([at]) => at);
  expect(keys).toHaveLength(5000);
  expect(keys.every((at, i) => i === 0 || Buffer.compare(keys[i - 1] ?? at, at) < 0)).toBe(true);
});
