import { describe, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { openMemoryLog } from "../log/memory-log.ts";
import { RecordBatchBuilder } from "../log/record-batch-builder.ts";
import type { PartitionLog } from "../log/topic-log.ts";
import { TableIndex } from "./table-index.ts";
import { appendWindow } from "./windowed-key.ts";

function partition(): {
  log: PartitionLog;
  put: (key: Buffer | string | null, value: string | null) => void;
} {
  const topics = openMemoryLog({ clock: new ManualClock(0) });
  topics.createTopic("t", { partitions: 1 });
  const log = topics.partition("t", 0);
  return {
    log,
    put: (key, value) => {
      const builder = new RecordBatchBuilder(256, 1);
      const keyBytes = typeof key === "string" ? Buffer.from(key) : key;
      const valueBytes = value === null ? null : Buffer.from(value);
      builder.appendRecord(keyBytes, valueBytes, 0, topics.allocateArrivals(1));
      log.appendBuilder(builder);
    },
  };
}

function windowed(key: string, startMs: number): Buffer {
  return appendWindow(Buffer.from(key), { startMs, endMs: startMs + 10 }, false);
}

function readAll(index: TableIndex): void {
  while (!index.readOn(index.partition.highWatermark));
}

describe("the index of a table's keys", () => {
  test("knows each key's last record, in the order of the keys' bytes, and reads on from where it was", () => {
    const { log, put } = partition();
    const index = new TableIndex(log, 0);
    for (const key of ["b", "a", "ä", "b", "c"]) put(key, key);
    put("c", null);
    put(null, "no key");
    readAll(index);
    expect(index.keys().map((key) => Buffer.from(key, "latin1").toString())).toEqual(["a", "b", "ä"]);
    expect([index.offsetOf("a"), index.offsetOf("b"), index.offsetOf("c")]).toEqual([1, 3, undefined]);
    put("c", "again");
    put("a", null);
    readAll(index);
    expect(index.size).toBe(3);
    expect(index.keysOf("c")).toEqual(["c"]);
    expect(index.keysOf("a")).toEqual([]);
  });

  test("finds all windows of a key, oldest first", () => {
    const { log, put } = partition();
    const index = new TableIndex(log, 8);
    for (const [key, start] of [
      ["k", 20],
      ["k", 10],
      ["kk", 10],
      ["k", 300],
    ] as const)
      put(windowed(key, start), "1");
    put(windowed("k", 20), null);
    readAll(index);
    const starts = index.keysOf("k").map((key) => Number(Buffer.from(key, "latin1").readBigInt64BE(1)));
    expect(starts).toEqual([10, 300]);
    expect(index.keysOf("kk")).toHaveLength(1);
    put(windowed("kk", 10), null);
    readAll(index);
    expect([index.keysOf("kk"), index.size]).toEqual([[], 2]);
  });
});
