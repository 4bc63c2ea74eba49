/** Segments as files: rolling, retention, compaction, handles, flushing, and disks that fail. */
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { appendAll, batchOf, readAll, texts, wireOf } from "../log-fixtures.ts";
import type { TextRecord } from "../log-fixtures.ts";
import { ATTRIBUTES_AT, BATCH_LENGTH_AT, HEADER_SIZE, LOG_OVERHEAD, writeChecksum } from "../batch-header.ts";
import { batchHeaders } from "../record-batch.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { MemoryDisk } from "./memory-disk.ts";
import type { SegmentPartition } from "./segment-partition.ts";
import { SegmentTopicLog } from "./segment-topic-log.ts";
import type { SegmentLogOptions } from "./segment-topic-log.ts";

function openWith(options: Partial<SegmentLogOptions>, config: Record<string, string> = {}): SegmentTopicLog {
  const log = SegmentTopicLog.open({
    directory: "d",
    clock: new ManualClock(),
    disk: new MemoryDisk(),
    ...options,
  });
  if (log.topic("t") === undefined) log.createTopic("t", { partitions: 1, config });
  return log;
}

function fill(partition: SegmentPartition, count: number, timestamp: (i: number) => number): void {
  const start = partition.endOffset;
  for (let i = start; i < start + count; i++) {
    partition.appendBuilder(batchOf([[`k${i}`, `value ${i}`, timestamp(i), i]]));
  }
}

describe("rolling", () => {
  test("by size, and a batch larger than a segment gets its own", () => {
    const partition = openWith({}, { "segment.bytes": "300" }).partition("t", 0);
    fill(partition, 10, () => 1);
    expect(partition.segmentCount).toBe(4);
    partition.appendBuilder(batchOf([["big", "x".repeat(1000)]]));
    expect(partition.segmentCount).toBe(5);
    expect(readAll(partition)).toHaveLength(11);
  });

  test("by the age of the first record, and by the clock where records have no time", () => {
    const clock = new ManualClock(1);
    const log = openWith({ clock }, { "segment.ms": "1000" });
    const partition = log.partition("t", 0);
    appendAll(partition, [[["a", "1", 5000]], [["b", "2", 6000]], [["c", "3", 6001]]]);
    expect(partition.segmentCount).toBe(2);
    log.createTopic("u", { partitions: 1, config: { "segment.ms": "1000" } });
    const timeless = log.partition("u", 0);
    appendAll(timeless, [[["a", "1", -1]], [["b", "2", -1]]]);
    expect(timeless.segmentCount).toBe(1);
    clock.advance(1001);
    appendAll(timeless, [[["c", "3", -1]]]);
    expect(timeless.segmentCount).toBe(2);
  });
});

describe("retention", () => {
  test("by age: segments whose newest record is too old go, the active one too", () => {
    const partition = openWith({}, { "segment.bytes": "300", "retention.ms": "1000" }).partition("t", 0);
    fill(partition, 9, (i) => i * 100);
    expect(partition.enforceRetention(1201)).toMatchObject({ segmentsDeleted: 1, recordsRemoved: 3 });
    expect(texts(readAll(partition))[0]).toBe("3:k3=value 3");
    expect(partition.enforceRetention(1201).segmentsDeleted).toBe(0);
    expect(partition.enforceRetention(99_999)).toMatchObject({ segmentsDeleted: 2, recordsRemoved: 6 });
    expect(partition).toMatchObject({ startOffset: 9, endOffset: 9, sizeBytes: 0 });
    fill(partition, 1, () => 1);
    expect(texts(readAll(partition))).toEqual(["9:k9=value 9"]);
  });

  test("by size: the oldest go while the rest still holds retention.bytes", () => {
    const config = { "segment.bytes": "300", "retention.ms": "-1", "retention.bytes": "400" };
    const partition = openWith({}, config).partition("t", 0);
    fill(partition, 20, () => 1);
    partition.enforceRetention(1e12);
    expect(partition.sizeBytes).toBeGreaterThanOrEqual(400);
    expect(partition.sizeBytes).toBeLessThan(800);
    expect(readAll(partition).at(-1)!.offset).toBe(19);
  });

  test("nothing that is not committed, and nothing of a topic that only compacts", () => {
    const log = openWith({}, { "segment.bytes": "300", "retention.ms": "1" });
    const partition = log.partition("t", 0);
    partition.manualHighWatermark = true;
    fill(partition, 9, () => 1);
    partition.setHighWatermark(4);
    expect(log.enforceRetention(1e9).segmentsDeleted).toBe(1);
    expect(partition.startOffset).toBe(3);
    partition.manualHighWatermark = false;
    log.alterConfig("t", { "cleanup.policy": "compact" });
    expect(log.enforceRetention(1e9).segmentsDeleted).toBe(0);
  });

  test("the start that was asked for outlives a restart, also inside a segment", () => {
    const disk = new MemoryDisk();
    const log = openWith({ disk }, { "segment.bytes": "300" });
    fill(log.partition("t", 0), 9, () => 1);
    log.partition("t", 0).deleteRecordsBefore(4);
    log.abandon();
    const again = openWith({ disk }).partition("t", 0);
    expect(again.startOffset).toBe(4);
    expect(readAll(again)).toHaveLength(5);
    again.truncateTo(4);
    expect(again.endOffset).toBe(4);
  });
});

/** A batch compressed with gzip, as a producer sends it. */
function packed(records: readonly TextRecord[]): Buffer {
  const plain = wireOf(records);
  const batch = Buffer.concat([plain.subarray(0, HEADER_SIZE), gzipSync(plain.subarray(HEADER_SIZE))]);
  batch.writeInt32BE(batch.length - LOG_OVERHEAD, BATCH_LENGTH_AT);
  batch.writeInt16BE(1, ATTRIBUTES_AT);
  writeChecksum(batch, 0, batch.length);
  return batch;
}

const compacting = { "cleanup.policy": "compact", "segment.bytes": "400", "delete.retention.ms": "1000" };

describe("compaction", () => {
  test("the latest record of each key stays, with offset, arrival and timestamp, as a map says", () => {
    const record = fc.tuple(
      fc.constantFrom("a", "b", "c", "d", "e"),
      fc.option(fc.string({ maxLength: 9 }), { freq: 4 }),
    );
    const plan = fc.array(fc.array(record, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(plan, fc.boolean(), fc.boolean(), (batches, twice, restart) => {
        const disk = new MemoryDisk();
        let log = openWith({ disk, cacheBytes: 0 }, { ...compacting, "min.cleanable.dirty.ratio": "0" });
        let partition = log.partition("t", 0);
        let next = 0;
        for (const [i, batch] of batches.entries()) {
          const records = batch.map(([key, value]): TextRecord => [key, value, 1000 + next, 7 * next++]);
          if (i % 3 === 2) partition.appendWire(Buffer.from(batchOf(records).finish(0).batch));
          else appendAll(partition, [records]);
          if (twice && i % 7 === 6) log.compact(10);
        }
        const before = readAll(partition);
        log.compact(20);
        if (restart) {
          log.abandon();
          log = openWith({ disk, cacheBytes: 0 });
          partition = log.partition("t", 0);
        }
        expect(log.problems).toEqual([]);
        const after = readAll(partition);
        const kept = new Set(after.map((each) => each.offset));
        expect(after).toEqual(before.filter((each) => kept.has(each.offset)));
        const latest = new Map(before.map((each) => [each.key!.toString(), each]));
        expect(new Map(after.map((each) => [each.key!.toString(), each]))).toEqual(latest);
        expect(partition.endOffset).toBe(next);
        const counts = new Map<string, number>();
        for (const each of after.filter(({ offset }) => offset < partition.activeBaseOffset)) {
          counts.set(each.key!.toString(), (counts.get(each.key!.toString()) ?? 0) + 1);
        }
        expect(Math.max(1, ...counts.values())).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  test("tombstones stay for delete.retention.ms after the first pass, then go", () => {
    const log = openWith({}, { ...compacting, "min.cleanable.dirty.ratio": "0" });
    const partition = log.partition("t", 0);
    appendAll(partition, [
      [
        ["a", "1"],
        ["b", "2"],
      ],
      [["a", null, 1100]],
      [["c", "x".repeat(400)]],
    ]);
    log.compact(5000);
    expect(texts(readAll(partition)).slice(0, 2)).toEqual(["1:b=2", "2:a=-"]);
    expect(readAll(partition)[1]!.timestamp).toBe(1100);
    const [, marked] = batchHeaders(partition.readWire(0, 1e6));
    expect(marked).toMatchObject({ hasDeleteHorizon: true, baseTimestamp: 6000, maxTimestamp: 1100 });
    expect(log.compact(5999).recordsRemoved).toBe(0);
    expect(log.compact(6000).recordsRemoved).toBe(1);
    expect(texts(readAll(partition)).map((text) => text.slice(0, 3))).toEqual(["1:b", "3:c"]);
  });

  test("small segments become one, little that is new waits, young records wait", () => {
    const log = openWith({}, { ...compacting, "min.compaction.lag.ms": "100" });
    const partition = log.partition("t", 0);
    for (let i = 0; i < 30; i++) appendAll(partition, [[["k", `${i}`, 1000]]]);
    const before = partition.segmentCount;
    expect(log.compact(1050).recordsRemoved).toBe(0);
    expect(log.compact(2000)).toMatchObject({ recordsRemoved: expect.any(Number) });
    expect(partition.segmentCount).toBeLessThan(before);
    expect(partition.segmentCount).toBe(2);
    expect(texts(readAll(partition)).at(-1)).toBe("29:k=29");
    expect(log.compact(2000).recordsRemoved).toBe(0);
  });

  test("compressed batches are compacted and stay compressed", () => {
    const log = openWith({ cacheBytes: 0 }, { ...compacting, "min.cleanable.dirty.ratio": "0" });
    const partition = log.partition("t", 0);
    partition.appendWire(
      packed([
        ["a", "1"],
        ["b", "2"],
        ["a", "3"],
      ]),
    );
    appendAll(partition, [[["x", "y".repeat(300)]], [["z", "1"]]]);
    expect(partition.activeBaseOffset).toBe(4);
    expect(log.compact(1).recordsRemoved).toBe(1);
    expect(texts(readAll(partition)).slice(0, 2)).toEqual(["1:b=2", "2:a=3"]);
    expect(batchHeaders(partition.readWire(0, 1e6))[0]).toMatchObject({
      compression: 1,
      recordCount: 2,
      nextOffset: 3,
    });
  });

  test("damage stops compaction and changes nothing", () => {
    const disk = new MemoryDisk();
    const log = openWith({ disk, cacheBytes: 0 }, { ...compacting, "min.cleanable.dirty.ratio": "0" });
    const partition = log.partition("t", 0);
    appendAll(partition, [
      [
        ["a", "1"],
        ["b", "2"],
      ],
      [
        ["a", "3"],
        ["x", "y".repeat(300)],
      ],
      [["z", "1"]],
    ]);
    const file = disk.open("d/t-0/00000000000000000000.log", false);
    disk.write(file, [Buffer.from("!")], 70);
    const size = partition.sizeBytes;
    expect(() => log.compact(1)).toThrow(expect.objectContaining({ code: "LOG_CORRUPT" }));
    expect(partition.sizeBytes).toBe(size);
  });

  test("wherever the swap breaks off, opening again shows the one state or the other", () => {
    for (let steps = 0; ; steps++) {
      const memory = new MemoryDisk();
      const disk = new FaultyDisk(memory);
      const log = openWith({ disk, cacheBytes: 0 }, { ...compacting, "min.cleanable.dirty.ratio": "0" });
      for (let i = 0; i < 12; i++)
        appendAll(log.partition("t", 0), [
          [
            [`k${i % 3}`, `${i}`, 1, i * 5],
            ["s", `${i}`],
          ],
        ]);
      disk.stepsBeforeDeath = steps;
      let broke = false;
      try {
        log.compact(1);
      } catch (error) {
        broke = true;
        expect(error).toMatchObject({ code: "LOG_WRITE_FAILED" });
      }
      log.abandon();
      const again = openWith({ disk: memory, cacheBytes: 0 });
      expect(again.problems).toEqual([]);
      const read = readAll(again.partition("t", 0));
      const latest = new Map(read.map((each) => [each.key!.toString(), each.value!.toString()]));
      expect(Object.fromEntries(latest)).toEqual({ k0: "9", k1: "10", k2: "11", s: "11" });
      for (const each of read.filter(({ key }) => key!.toString() !== "s")) {
        expect(each.arrival).toBe(Number(each.value!.toString()) * 5);
      }
      expect(memory.list("d/t-0").filter((name) => /cleaned|compaction|tmp/.test(name))).toEqual([]);
      again.close();
      if (!broke) break;
    }
  });
});

/** How many of five records are there after a loss of power; `flush` is called behind the fourth. */
function keptOverPowerLoss(
  flushPolicy: "os" | "commit" | "always",
  flush: boolean,
  config: Record<string, string> = {},
): number {
  const disk = new MemoryDisk({ tracksFlushes: true });
  const log = openWith({ disk, flushPolicy, cacheBytes: 0 }, config);
  fill(log.partition("t", 0), 4, () => 1);
  if (flush) log.flush();
  fill(log.partition("t", 0), 1, () => 1);
  log.abandon();
  disk.losePower();
  return readAll(openWith({ disk, cacheBytes: 0 }).partition("t", 0)).length;
}

describe("failing disks", () => {
  test("a full disk cuts back to the last whole batch; appends go on when there is room", () => {
    const disk = new MemoryDisk();
    const log = openWith({ disk, cacheBytes: 0 });
    const partition = log.partition("t", 0);
    fill(partition, 3, () => 1);
    disk.capacityBytes = disk.usedBytes + 60;
    const builder = batchOf([["k", "v".repeat(100)]]);
    expect(() => partition.appendBuilder(builder)).toThrow(
      expect.objectContaining({ code: "LOG_DISK_FULL", hint: expect.stringContaining("free space") }),
    );
    expect(builder.count).toBe(1);
    expect(readAll(partition)).toHaveLength(3);
    disk.capacityBytes = Number.MAX_SAFE_INTEGER;
    partition.appendBuilder(builder);
    log.abandon();
    const again = openWith({ disk, cacheBytes: 0 });
    expect(again.problems).toEqual([]);
    expect(readAll(again.partition("t", 0))).toHaveLength(4);
  });

  test("a write that is torn at any byte leaves the records before it, in memory and on the disk", () => {
    for (let bytes = 0; bytes < 120; bytes += 3) {
      const memory = new MemoryDisk();
      const disk = new FaultyDisk(memory);
      const log = openWith({ disk, cacheBytes: 0 });
      const partition = log.partition("t", 0);
      fill(partition, 2, () => 1);
      disk.tornAfterBytes = bytes;
      try {
        fill(partition, 1, () => 1);
      } catch (error) {
        expect(error).toMatchObject({ code: "LOG_WRITE_FAILED" });
      }
      const read = texts(readAll(partition));
      expect(read.slice(0, 2)).toEqual(["0:k0=value 0", "1:k1=value 1"]);
      log.abandon();
      const again = openWith({ disk: memory, cacheBytes: 0 });
      expect(again.problems).toEqual([]);
      expect(texts(readAll(again.partition("t", 0)))).toEqual(read);
    }
  });

  test("when cutting back fails as well, the partition takes no more until it is opened again", () => {
    const memory = new MemoryDisk();
    const disk = new FaultyDisk(memory);
    const log = openWith({ disk, cacheBytes: 0 });
    const partition = log.partition("t", 0);
    fill(partition, 2, () => 1);
    disk.tornAfterBytes = 40;
    disk.failNextTruncate = true;
    expect(() => fill(partition, 1, () => 1)).toThrow(expect.objectContaining({ code: "LOG_WRITE_FAILED" }));
    expect(() => fill(partition, 1, () => 1)).toThrow(
      expect.objectContaining({ code: "LOG_PARTITION_FAILED" }),
    );
    expect(readAll(partition)).toHaveLength(2);
    log.close();
    const again = openWith({ disk: memory, cacheBytes: 0 });
    expect(again.problems.map((problem) => problem.kind)).toEqual(["torn-tail"]);
    expect(readAll(again.partition("t", 0))).toHaveLength(2);
  });

  test("a failed fsync is an error, and the batch is not shown", () => {
    const memory = new MemoryDisk();
    const disk = new FaultyDisk(memory);
    const log = openWith({ disk, flushPolicy: "always" });
    const partition = log.partition("t", 0);
    fill(partition, 1, () => 1);
    disk.fsyncsBeforeFailure = 1;
    expect(() => fill(partition, 1, () => 1)).toThrow(expect.objectContaining({ code: "LOG_FLUSH_FAILED" }));
    expect(partition.endOffset).toBe(1);
    expect(() => fill(partition, 1, () => 1)).toThrow(
      expect.objectContaining({ code: "LOG_PARTITION_FAILED" }),
    );
  });

  test("what each flush policy promises over a loss of power", () => {
    expect(keptOverPowerLoss("always", false)).toBe(5);
    expect(keptOverPowerLoss("commit", true)).toBe(4);
    expect(keptOverPowerLoss("commit", false)).toBe(0);
    expect(keptOverPowerLoss("os", true)).toBe(0);
    expect(keptOverPowerLoss("os", false, { "flush.messages": "2" })).toBe(4);
  });

  test("sealed segments reach the disk by themselves, and recovery then leaves them alone", async () => {
    const memory = new MemoryDisk({ tracksFlushes: true });
    const log = openWith({ disk: memory, cacheBytes: 0 }, { "segment.bytes": "300" });
    fill(log.partition("t", 0), 10, () => 1);
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    log.abandon();
    memory.losePower();
    const disk = new FaultyDisk(memory);
    const again = openWith({ disk, cacheBytes: 0 });
    expect(readAll(again.partition("t", 0))).toHaveLength(9);
    const state = JSON.parse(readText(memory, "d/t-0/partition.json")) as { recoveryPoint: number };
    expect(state.recoveryPoint).toBe(9);
  });

  test("a topic that cannot be made leaves nothing behind, and arrivals that cannot be reserved are an error", () => {
    const disk = new MemoryDisk();
    const log = openWith({ disk });
    disk.capacityBytes = disk.usedBytes;
    for (const run of [() => log.createTopic("u", { partitions: 3 }), () => log.allocateArrivals(1)]) {
      expect(run).toThrow(expect.objectContaining({ code: "LOG_DISK_FULL" }));
    }
    expect(log.topics().map((topic) => topic.name)).toEqual(["t"]);
    disk.capacityBytes = Number.MAX_SAFE_INTEGER;
    log.createTopic("u", { partitions: 3 });
    log.abandon();
    expect(openWith({ disk }).topics()).toHaveLength(2);
  });

  test("a folder that no topic owns is never taken over", () => {
    const disk = new MemoryDisk();
    const log = openWith({ disk });
    fill(log.partition("t", 0), 1, () => 1);
    log.close();
    disk.unlink("d/t.topic.json");
    expect(() => openWith({ disk })).toThrow(
      expect.objectContaining({
        code: "LOG_FOLDER_TAKEN",
        message: "folder 't-0' is there already, without a topic",
      }),
    );
  });

  test("files open at a time are bounded", () => {
    const disk = new MemoryDisk();
    const log = openWith({ disk, openFilesMax: 10, cacheBytes: 0 }, { "segment.bytes": "200" });
    fill(log.partition("t", 0), 60, () => 1);
    expect(readAll(log.partition("t", 0))).toHaveLength(60);
    expect(disk.openFiles).toBeLessThanOrEqual(10);
    log.close();
    expect(disk.openFiles).toBe(0);
  });
});

describe("the cache", () => {
  test("a reader at the tail never touches the disk; the oldest appends are let go at the limit", () => {
    const disk = new FaultyDisk(new MemoryDisk());
    const log = openWith({ disk, cacheBytes: 10_000 });
    log.createTopic("u", { partitions: 1 });
    const partition = log.partition("t", 0);
    for (let i = 0; i < 200; i++) {
      const block = partition.appendBuilder(batchOf([[`k${i}`, "v".repeat(100), i, i]]));
      const { reads } = disk.counts;
      expect(partition.read(i, { maxBytes: 1e6 })).toEqual([block]);
      expect(partition.read(i, { maxBytes: 1e6 })[0]).toBe(block);
      expect(disk.counts.reads).toBe(reads);
    }
    expect(log.cachedBytes).toBeLessThanOrEqual(10_000);
    const other = log.partition("u", 0);
    for (let i = 0; i < 100; i++) other.appendWire(wireOf([[`k${i}`, "v".repeat(100)]]));
    const { reads } = disk.counts;
    expect(readAll(partition)).toHaveLength(200);
    expect(disk.counts.reads).toBeGreaterThan(reads);
    expect(log.cachedBytes).toBeLessThanOrEqual(10_000);
  });
});

function readText(disk: MemoryDisk, path: string): string {
  const file = disk.open(path, false);
  const bytes = Buffer.alloc(disk.status(path)!.sizeBytes);
  disk.read(file, bytes, 0, bytes.length, 0);
  disk.close(file);
  return bytes.toString();
}
