import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SortedKeys } from "./sorted-keys.ts";

const keys = fc.uint8Array({ minLength: 1, maxLength: 3 }).map((bytes) => Buffer.from(bytes));
const changes = fc.array(fc.record({ key: keys, value: fc.option(fc.nat(), { nil: undefined }) }), { maxLength: 200 });

describe("SortedKeys", () => {
  test("is an ordered map, as a sorted list of the last values is", () => {
    fc.assert(
      fc.property(changes, keys, keys, (list, low, high) => {
        const map = new SortedKeys<number>();
        const model = new Map<string, number>();
        for (const { key, value } of list) {
          const text = key.toString("latin1");
          const replaced = value === undefined ? map.delete(key) : map.set(key, value);
          expect(replaced).toBe(model.get(text));
          if (value === undefined) model.delete(text);
          else model.set(text, value);
        }
        const sorted = [...model].toSorted(([a], [b]) => (a < b ? -1 : 1));
        expect([...map.range(undefined, undefined)].map(([key, value]) => [key.toString("latin1"), value])).toEqual(sorted);
        const inside = sorted.filter(([key]) => key >= low.toString("latin1") && key < high.toString("latin1"));
        expect([...map.range(low, high)].map(([key, value]) => [key.toString("latin1"), value])).toEqual(inside);
        expect(map.size).toBe(model.size);
      }),
    );
  });

  test("keeps its order over many chunks", () => {
    const map = new SortedKeys<number>();
    const key = (i: number): Buffer => Buffer.of(i >> 8, i & 255);
    for (let i = 0; i < 5000; i++) map.set(key((i * 2741) % 5000), i);
    expect([...map.range(undefined, undefined)].map(([k]) => k.readUInt16BE())).toEqual([...Array(5000).keys()]);
    expect([...map.range(key(1200), key(1203))].map(([k]) => k.readUInt16BE())).toEqual([1200, 1201, 1202]);
    map.clear();
    expect(map.size).toBe(0);
  });
});
