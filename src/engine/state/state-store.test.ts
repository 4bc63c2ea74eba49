import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { KEY_BYTES_MAX } from "./cached-store.ts";
import { LmdbStateDatabase } from "./lmdb-database.ts";
import { MemoryStateDatabase } from "./memory-database.ts";
import { MemoryStore } from "./memory-store.ts";
import type { Commit, StateDatabase } from "./state-database.ts";
import type { StateStore } from "./state-store.ts";

const NOTHING: Commit = { progress: new Map(), ends: new Map() };
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function openLmdb(path: string): LmdbStateDatabase {
  const database = new LmdbStateDatabase(path, false);
  closers.push(() => database.close());
  return database;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "spoor-state-"));
  closers.push(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function contents(store: StateStore, low?: Buffer, high?: Buffer): string[] {
  return [...store.range(low, high)].map(({ key, value }) => `${key.toString("latin1")}=${value.toString()}`);
}

const keys = fc.string({ unit: fc.constantFrom("a", "b", "\0", "\u00ff"), minLength: 1, maxLength: 4 });
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("put" as const), key: keys, value: fc.string() }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete" as const), key: keys }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("commit" as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("range" as const), low: keys, high: keys }) },
  ),
  { maxLength: 60 },
);

/** Does the steps on a store and on a plain map, and compares all that can be seen. */
function actsAsAMap(
  store: StateStore,
  commit: () => void,
  list: typeof steps extends fc.Arbitrary<infer T> ? T : never,
): void {
  const model = new Map<string, string>();
  const expected = (): string[] =>
    [...model].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${k}=${v}`);
  for (const step of list) {
    if (step.kind === "commit") commit();
    if (step.kind === "put") {
      store.put(Buffer.from(step.key, "latin1"), Buffer.from(step.value));
      model.set(step.key, step.value);
    }
    if (step.kind === "delete") {
      store.delete(Buffer.from(step.key, "latin1"));
      model.delete(step.key);
    }
    if (step.kind === "range") {
      const [low, high] = [step.low, step.high].map((text) => Buffer.from(text, "latin1"));
      const inside = expected().filter(
        (entry) => entry.split("=")[0]! >= step.low && entry.split("=")[0]! < step.high,
      );
      expect(contents(store, low, high)).toEqual(inside);
    }
  }
  for (const [key, value] of model) expect(store.get(Buffer.from(key, "latin1"))?.toString()).toBe(value);
  expect(contents(store)).toEqual(expected());
  expect(store.entries).toBe(model.size);
  const bytes = [...model].reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  expect(store.bytes).toBe(bytes);
}

describe("a state store acts as an ordered map", () => {
  test("in memory", () => {
    fc.assert(fc.property(steps, (list) => actsAsAMap(new MemoryStore(), () => undefined, list)));
  });

  test("over LMDB, whenever it is committed, beside another store", () => {
    const database = openLmdb(newFolder());
    const neighbour = database.store("q", "neighbour");
    neighbour.put(Buffer.from("a"), Buffer.from("mine"));
    let count = 0;
    fc.assert(
      fc.property(steps, (list) => {
        actsAsAMap(database.store("q", `store-${count++}`), () => database.commit(NOTHING), list);
        expect(contents(neighbour)).toEqual(["a=mine"]);
      }),
      { numRuns: 40 },
    );
  });
});

describe.each<[string, () => StateDatabase]>([
  ["memory", () => new MemoryStateDatabase()],
  ["LMDB", () => openLmdb(newFolder())],
])("a state database (%s)", (_name, open) => {
  test("gives the same store for the same name, and forgets a query's", () => {
    const database = open();
    const store = database.store("q", "s");
    expect(database.store("q", "s")).toBe(store);
    store.put(Buffer.from("k"), Buffer.from("v"));
    database.store("other", "s").put(Buffer.from("k"), Buffer.from("w"));
    const progress = { positions: { "0/0": 5 }, counters: counters() };
    database.commit({
      progress: new Map([["q", progress]]),
      ends: new Map([
        ["t/0", 9],
        ["t/1", 8],
        ["u/0", 7],
      ]),
    });
    expect(database.progress("q")).toEqual(progress);
    database.dropQuery("q");
    expect(database.progress("q")).toBeUndefined();
    expect(contents(database.store("q", "s"))).toEqual([]);
    expect(contents(database.store("other", "s"))).toEqual(["k=w"]);
    database.dropTopic("t");
    expect([...database.ends()]).toEqual([["u/0", 7]]);
  });

  test("takes back what was not committed", () => {
    const database = open();
    const store = database.store("q", "s");
    for (const key of ["a", "b"]) store.put(Buffer.from(key), Buffer.from("1"));
    database.commit(NOTHING);
    store.put(Buffer.from("a"), Buffer.from("changed"));
    store.delete(Buffer.from("b"));
    store.put(Buffer.from("c"), Buffer.from("new"));
    expect(contents(store)).toEqual(["a=changed", "c=new"]);
    database.discard();
    expect(contents(store)).toEqual(["a=1", "b=1"]);
    expect([store.entries, store.bytes]).toEqual([2, 4]);
  });
});

describe("LMDB", () => {
  test("has after a restart what was committed, and nothing else", async () => {
    const folder = newFolder();
    const first = new LmdbStateDatabase(folder, true);
    const store = first.store("q", "s");
    store.put(Buffer.from("a"), Buffer.from("1"));
    store.put(Buffer.from("b"), Buffer.from("2"));
    first.commit({
      progress: new Map([["q", { positions: { "0/0": 3 }, counters: counters() }]]),
      ends: new Map([["t/0", 4]]),
    });
    store.put(Buffer.from("c"), Buffer.from("3"));
    store.delete(Buffer.from("a"));
    await first.close();
    const second = openLmdb(folder);
    const again = second.store("q", "s");
    expect(contents(again)).toEqual(["a=1", "b=2"]);
    expect([again.entries, again.bytes]).toEqual([2, 4]);
    expect(second.progress("q")?.positions).toEqual({ "0/0": 3 });
    expect([...second.ends()]).toEqual([["t/0", 4]]);
    second.store("q", "another").put(Buffer.from("a"), Buffer.from("x"));
    expect(contents(again)).toEqual(["a=1", "b=2"]);
  });

  test("refuses keys that it can't hold", () => {
    const store = openLmdb(newFolder()).store("q", "s");
    store.put(Buffer.alloc(KEY_BYTES_MAX, 1), Buffer.from("fits"));
    expect(() => store.put(Buffer.alloc(KEY_BYTES_MAX + 1, 1), Buffer.from("x"))).toThrow("is too long");
  });

  test("says why it can't be opened", () => {
    const path = join(newFolder(), "missing", "\0");
    expect(() => new LmdbStateDatabase(path, false)).toThrow("can't be opened");
  });
});

function counters() {
  return {
    recordsRead: 1,
    bytesRead: 2,
    recordsWritten: 3,
    bytesWritten: 4,
    dropped: { late: 1 },
    notes: {},
  };
}
