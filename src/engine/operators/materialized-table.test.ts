import { expect, test } from "vitest";
import { BIGINT, STRING } from "../../data/types.ts";
import { makeRow } from "../row.ts";
import { MemoryStore } from "../state/memory-store.ts";
import { QueryCounters } from "../statistics.ts";
import { MaterializedTable } from "./materialized-table.ts";

function table() {
  const counters = new QueryCounters();
  const context = {
    counters,
    place: { topic: "t", partition: 0, offset: 0 },
    properties: new Map<string, string>(),
    nowMs: () => 0,
    random: () => 0,
    store: () => new MemoryStore(),
    expressionFailed: () => undefined,
  };
  const columns = [
    { name: "N", type: BIGINT, role: "value" as const },
    { name: "K", type: STRING, role: "key" as const },
  ];
  return { counters, rows: new MaterializedTable({ columns }, new MemoryStore(), context) };
}

test("keeps the latest row of a key until a tombstone", () => {
  const { rows } = table();
  const key = rows.keyFor(["k"], undefined)!;
  rows.receive(makeRow([1n, "k"], 5, 1));
  rows.receive(makeRow([2n, "k"], 6, 2));
  expect(rows.lookup(key)).toEqual(makeRow([2n, "k"], 6, 2));
  rows.receive(makeRow([null, "k"], 7, 3, undefined, true));
  expect(rows.lookup(key)).toBeUndefined();
});

test("rows of one key in two windows are two rows", () => {
  const { rows } = table();
  const [first, second] = [
    { startMs: 0, endMs: 10 },
    { startMs: 10, endMs: 20 },
  ];
  rows.receive(makeRow([1n, "k"], 5, 1, first));
  rows.receive(makeRow([2n, "k"], 15, 2, second));
  expect(rows.lookup(rows.keyFor(["k"], first)!)?.values[0]).toBe(1n);
  expect(rows.lookup(rows.keyFor(["k"], second)!)?.values[0]).toBe(2n);
});

test("a row without a key is counted", () => {
  const { rows, counters } = table();
  rows.receive(makeRow([1n, null], 5, 1));
  expect(counters.dropped()).toEqual({ "null-key": 1 });
  expect(rows.keyFor([null], undefined)).toBeUndefined();
});
