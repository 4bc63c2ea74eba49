import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryStore } from "../../engine/state/memory-store.ts";
import { decodeBatches } from "../../log/record-batch.ts";
import { Changelog } from "./changelog.ts";

const PARTITION = { topic: "c", partition: 3 };
const bytes = fc.uint8Array({ maxLength: 6 }).map((array) => Buffer.from(array));
const change = fc.record({
  store: fc.constantFrom("a", "b-1"),
  key: bytes,
  value: fc.option(bytes, { nil: undefined }),
});

function open(stores: Map<string, MemoryStore>) {
  return (name: string) => {
    const store = stores.get(name) ?? new MemoryStore();
    stores.set(name, store);
    return store;
  };
}

function contents(stores: ReadonlyMap<string, MemoryStore>): readonly string[] {
  return [...stores].flatMap(([name, store]) =>
    [...store.range(undefined, undefined)].map(
      ({ key, value }) => `${name} ${key.toString("hex")} ${value.toString("hex")}`,
    ),
  );
}

test("what a changelog holds gives the stores back, however the changes were cut into commits", () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 5 }), (commits) => {
      const before = new Map<string, MemoryStore>();
      const after = new Map<string, MemoryStore>();
      const log = new Changelog(PARTITION, open(before));
      const restored = new Changelog(PARTITION, open(after));
      for (const name of ["a", "b-1"]) for (const all of [before, after]) open(all)(name);
      for (const changes of commits) {
        for (const { store, key, value } of changes) {
          if (value === undefined) log.store(store).delete(key);
          else log.store(store).put(key, value);
        }
        for (const { batch, topic, partition } of log.take(5)) {
          expect({ topic, partition }).toEqual(PARTITION);
          for (const block of decodeBatches(batch)) restored.restore(block);
        }
      }
      expect(contents(after)).toEqual(contents(before));
      expect(log.take(6)).toEqual([]);
    }),
  );
});
