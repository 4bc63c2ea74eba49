/** The contract of a topic log, held by the log in memory and the one on a real disk. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { SeededRandom } from "../base/random.ts";
import { batchHeaders } from "./record-batch.ts";
import { RecordBatchBuilder } from "./record-batch-builder.ts";
import { appendAll, batchOf, readAll, texts, wireOf } from "./log-fixtures.ts";
import { openMemoryLog } from "./memory-log.ts";
import { SegmentTopicLog } from "./segment-log/segment-topic-log.ts";
import type { PartitionLog, TopicLog } from "./topic-log.ts";

const clock = new ManualClock(1_000_000);
let directory: string;

const kinds: [string, (cacheBytes?: number) => TopicLog][] = [
  ["memory", (cacheBytes = 2 ** 20) => openMemoryLog({ clock, random: new SeededRandom(1), cacheBytes })],
  [
    "segment",
    (cacheBytes = 2 ** 20) =>
      SegmentTopicLog.open({ directory, clock, random: new SeededRandom(1), cacheBytes }),
  ],
];

/** What `run` throws, or returns. */
function failing(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe.each(kinds)("%s log", (_, open) => {
  let log: TopicLog;
  let partition: PartitionLog;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "spoor-log-"));
    log = open();
    log.createTopic("t", { partitions: 2 });
    partition = log.partition("t", 0);
  });

  afterEach(() => {
    log.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("topics are created, found, altered and deleted, and changes are told", () => {
    let told = 0;
    const stop = log.onTopicsChange(() => told++);
    const made = log.createTopic("made", { partitions: 1, config: { "retention.ms": "5" } });
    expect(made.config.retentionMs).toBe(5);
    expect(made.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(log.topics().map((topic) => topic.name)).toEqual(["made", "t"]);
    expect(log.alterConfig("made", { "retention.ms": null, "segment.ms": "7" }).overrides).toEqual({
      "segment.ms": "7",
    });
    expect(log.topic("made")!.config).toMatchObject({ retentionMs: 604_800_000, segmentMs: 7 });
    expect(log.addPartitions("made", 3).partitions).toBe(3);
    expect(log.partition("made", 2).endOffset).toBe(0);
    log.deleteTopic("made");
    expect(log.topic("made")).toBeUndefined();
    expect(told).toBe(4);
    stop();
    log.createTopic("made", { partitions: 1 });
    expect(told).toBe(4);
    expect(log.topic("made")!.id).not.toBe(made.id);
  });

  test("wrong names and settings are refused with the cure", () => {
    expect(failing(() => log.createTopic("t", { partitions: 1 }))).toMatchObject({
      code: "LOG_TOPIC_EXISTS",
    });
    expect(failing(() => log.createTopic("a b", { partitions: 1 }))).toMatchObject({
      code: "LOG_INVALID_TOPIC_NAME",
    });
    expect(failing(() => log.createTopic("x", { partitions: 0 }))).toMatchObject({
      code: "LOG_INVALID_PARTITIONS",
    });
    expect(failing(() => log.addPartitions("t", 1))).toMatchObject({ code: "LOG_INVALID_PARTITIONS" });
    const unknown = failing(() => log.createTopic("x", { partitions: 1, config: { "retention.m": "1" } }));
    expect(unknown).toMatchObject({ code: "LOG_UNKNOWN_CONFIG", hint: "did you mean 'retention.ms'?" });
    for (const [name, value] of [
      ["retention.ms", "-2"],
      ["retention.ms", "soon"],
      ["cleanup.policy", "shrink"],
      ["cleanup.policy", ""],
      ["min.cleanable.dirty.ratio", "1.5"],
      ["segment.bytes", "99999999999"],
      ["preallocate", "yes"],
      ["compression.type", "gzip"],
    ] as const) {
      const refused = failing(() => log.createTopic("x", { partitions: 1, config: { [name]: value } }));
      expect(refused, `${name}=${value}`).toMatchObject({ code: "LOG_INVALID_CONFIG" });
    }
    expect(failing(() => log.partition("tt", 0))).toMatchObject({
      code: "LOG_UNKNOWN_TOPIC",
      hint: "did you mean 't'?",
    });
    expect(failing(() => log.partition("t", 2))).toMatchObject({ code: "LOG_UNKNOWN_PARTITION" });
    expect(log.topics()).toHaveLength(1);
  });

  test("a builder's records come back with offsets, arrivals and timestamps", () => {
    appendAll(partition, [
      [["a", "1"]],
      [
        ["b", null],
        [null, "3"],
      ],
    ]);
    expect(partition).toMatchObject({ startOffset: 0, endOffset: 3, highWatermark: 3, messageCount: 3 });
    expect(texts(readAll(partition))).toEqual(["0:a=1", "1:b=-", "2:-=3"]);
    expect(partition.lastTimestamp).toBe(1001);
    expect(partition.sizeBytes).toBeGreaterThan(120);
    expect(partition.read(3, { maxBytes: 10 })).toEqual([]);
    expect(() => partition.read(4, { maxBytes: 10 })).toThrow("offset 4 is outside topic 't' partition 0");
    expect(partition.appendBuilder(new RecordBatchBuilder()).count).toBe(0);
  });

  test("a cached read gives the block that the append gave; slices where the range cuts it", () => {
    const first = partition.appendBuilder(
      batchOf([
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
      ]),
    );
    const second = partition.appendWire(wireOf([["d", "4"]])).blocks[0];
    const [one, two] = partition.read(0, { maxBytes: 1e6 });
    expect(one).toBe(first);
    expect(two).toBe(second);
    const [cut] = partition.read(1, { maxBytes: 1e6, upTo: 2 });
    expect(texts(readAll(partition, 1, 2))).toEqual(["1:b=2"]);
    expect(cut!.bytes).toBe(first.bytes);
    expect(cut!.nextOffset).toBe(2);
  });

  test("a finished batch is moved to where the partition ends", () => {
    partition.append(batchOf([["a", "1"]]).finish(0));
    const moved = partition.append(
      batchOf([
        ["b", "2"],
        ["c", "3"],
      ]).finish(77),
    );
    expect(moved.nextOffset).toBe(3);
    expect(texts(readAll(partition))).toEqual(["0:a=1", "1:b=2", "2:c=3"]);
    expect(batchHeaders(partition.readWire(1, 1e6)).map((header) => header.baseOffset)).toEqual([1]);
  });

  test("wire batches get offsets and arrivals and stay byte for byte otherwise", () => {
    expect(log.allocateArrivals(10)).toBe(0);
    const wire = Buffer.concat([
      wireOf([
        ["a", "1"],
        ["b", "2"],
      ]),
      wireOf([["c", "3"]]),
    ]);
    const before = Buffer.from(wire);
    expect(partition.appendWire(wire)).toMatchObject({ baseOffset: 0, nextOffset: 3 });
    log.partition("t", 1).appendWire(wireOf([["x", "y"]]));
    expect(readAll(partition).map((record) => record.arrival)).toEqual([10, 11, 12]);
    expect(readAll(log.partition("t", 1)).map((record) => record.arrival)).toEqual([13]);
    const stored = partition.readWire(0, 1e6);
    expect(stored.length).toBe(before.length);
    expect(batchHeaders(stored).map((header) => header.baseOffset)).toEqual([0, 2]);
    const first = batchHeaders(before)[0]!;
    expect(stored.subarray(8, first.sizeBytes).equals(before.subarray(8, first.sizeBytes))).toBe(true);
  });

  test("bad wire batches change nothing", () => {
    const good = wireOf([["a", "1"]]);
    const flipped = Buffer.from(good);
    flipped[65]! ^= 4;
    for (const bad of [Buffer.alloc(0), flipped, good.subarray(0, 40), Buffer.concat([good, flipped])]) {
      expect(() => partition.appendWire(Buffer.from(bad))).toThrow(
        expect.objectContaining({ code: "LOG_INVALID_BATCH" }),
      );
    }
    expect(partition.endOffset).toBe(0);
    log.alterConfig("t", { "max.message.bytes": "60" });
    expect(() => partition.appendWire(good)).toThrow(
      expect.objectContaining({ code: "LOG_BATCH_TOO_LARGE" }),
    );
  });

  test("with LogAppendTime the log's clock stamps a producer's batches", () => {
    log.alterConfig("t", { "message.timestamp.type": "LogAppendTime" });
    partition.appendWire(wireOf([["a", "1", 5]]));
    expect(readAll(partition)[0]!.timestamp).toBe(clock.nowMs());
    expect(batchHeaders(partition.readWire(0, 1e6))[0]!.logAppendTime).toBe(true);
  });

  test("a compacted topic takes no record without a key", () => {
    log.createTopic("c", { partitions: 1, config: { "cleanup.policy": "compact" } });
    const compacted = log.partition("c", 0);
    expect(() => compacted.appendWire(wireOf([[null, "1"]]))).toThrow(
      expect.objectContaining({ code: "LOG_KEY_REQUIRED" }),
    );
    const builder = batchOf([
      ["k", "1"],
      [null, "2"],
    ]);
    expect(() => compacted.appendBuilder(builder)).toThrow(
      expect.objectContaining({ code: "LOG_KEY_REQUIRED" }),
    );
    expect(builder.count).toBe(2);
    expect(compacted.endOffset).toBe(0);
  });

  test("a manual high watermark hides what is not committed", () => {
    let told = 0;
    partition.onAppend(() => told++);
    partition.manualHighWatermark = true;
    appendAll(partition, [[["a", "1"]], [["b", "2"]]]);
    expect(partition.highWatermark).toBe(0);
    expect(partition.read(0, { maxBytes: 1e6 })).toEqual([]);
    expect(partition.readWire(0, 1e6).length).toBe(0);
    expect(texts(readAll(partition, 0, partition.endOffset))).toHaveLength(2);
    partition.setHighWatermark(1);
    expect(texts(readAll(partition))).toEqual(["0:a=1"]);
    expect(batchHeaders(partition.readWire(0, 1e6))).toHaveLength(1);
    partition.setHighWatermark(99);
    expect(partition.highWatermark).toBe(2);
    expect(told).toBe(4);
  });

  test("the listener hears appends until it stops", () => {
    const ends: number[] = [];
    const stop = partition.onAppend(() => ends.push(partition.endOffset));
    appendAll(partition, [
      [["a", "1"]],
      [
        ["b", "2"],
        ["c", "3"],
      ],
    ]);
    stop();
    appendAll(partition, [[["d", "4"]]]);
    expect(ends).toEqual([1, 3]);
  });

  test("the offset of a timestamp is that of the first record as new", () => {
    appendAll(partition, [
      [
        ["a", "1", 100],
        ["b", "2", 300],
      ],
      [["c", "3", 200]],
      [["d", "4", 400]],
    ]);
    const at = (ms: number): number | undefined => partition.offsetForTimestamp(ms)?.offset;
    expect([0, 100, 101, 300, 301, 400, 401].map(at)).toEqual([0, 0, 1, 1, 3, 3, undefined]);
    expect(partition.offsetForTimestamp(150)).toEqual({ offset: 1, timestamp: 300 });
    partition.deleteRecordsBefore(2);
    expect(at(0)).toBe(2);
  });

  test("records are cut off at the end, also inside a batch, and offsets are given again", () => {
    appendAll(partition, [
      [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
      ],
      [["d", "4"]],
    ]);
    partition.truncateTo(3);
    expect(texts(readAll(partition))).toEqual(["0:a=1", "1:b=2", "2:c=3"]);
    partition.truncateTo(2);
    expect(texts(readAll(partition))).toEqual(["0:a=1", "1:b=2"]);
    expect(readAll(partition).map((record) => record.arrival)).toEqual([0, 1]);
    appendAll(partition, [[["e", "5"]]]);
    partition.truncateTo(100);
    expect(texts(readAll(partition))).toEqual(["0:a=1", "1:b=2", "2:e=5"]);
    partition.truncateTo(0);
    expect(partition).toMatchObject({ endOffset: 0, sizeBytes: 0, lastTimestamp: -1 });
  });

  test("records are deleted from the start", () => {
    appendAll(partition, [
      [
        ["a", "1"],
        ["b", "2"],
      ],
      [["c", "3"]],
    ]);
    partition.deleteRecordsBefore(1);
    expect(partition.startOffset).toBe(1);
    expect(texts(readAll(partition))).toEqual(["1:b=2", "2:c=3"]);
    expect(() => partition.read(0, { maxBytes: 1 })).toThrow(
      expect.objectContaining({ code: "LOG_OFFSET_OUT_OF_RANGE" }),
    );
    partition.deleteRecordsBefore(99);
    expect(partition).toMatchObject({ startOffset: 3, endOffset: 3, sizeBytes: 0 });
    appendAll(partition, [[["d", "4"]]]);
    expect(texts(readAll(partition))).toEqual(["3:d=4"]);
  });

  test("any mix of appends, cuts, deletions and reads agrees with a list, cached or not, over many segments", () => {
    const operation = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant("append" as const), count: fc.integer({ min: 1, max: 9 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant("wire" as const), count: fc.integer({ min: 1, max: 4 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), count: fc.nat(12) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), count: fc.nat(8) }) },
    );
    let run = 0;
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 25 }), fc.nat(3000), (operations, seed) => {
        const name = `p${run++}`;
        const config = { "segment.bytes": "400", "index.interval.bytes": "100", "segment.ms": "100000" };
        log.createTopic(name, { partitions: 1, config });
        const subject = log.partition(name, 0);
        let model: string[] = [];
        let end = 0;
        for (const { kind, count } of operations) {
          if (kind === "append" || kind === "wire") {
            const records = Array.from(
              { length: count },
              (__, i) => [`k${end + i}`, `v${seed + end + i}`] as const,
            );
            if (kind === "append") subject.appendBuilder(batchOf(records));
            else subject.appendWire(wireOf(records));
            model.push(...records.map(([key, value], i) => `${end + i}:${key}=${value}`));
            end += count;
          } else if (kind === "cut") {
            const target = Math.max(subject.startOffset, end - count);
            subject.truncateTo(target);
            model = model.filter((text) => Number.parseInt(text, 10) < target);
            end = target;
          } else {
            const target = Math.min(end, subject.startOffset + count);
            subject.deleteRecordsBefore(target);
            model = model.filter((text) => Number.parseInt(text, 10) >= target);
          }
        }
        expect(subject.endOffset).toBe(end);
        expect(texts(readAll(subject))).toEqual(model);
        const wired: number[] = [];
        for (let at = subject.startOffset; at < end;) {
          const headers = batchHeaders(subject.readWire(at, 150));
          wired.push(...headers.map((header) => header.recordCount));
          at = headers.at(-1)!.nextOffset;
        }
        expect(wired.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(model.length);
        log.deleteTopic(name);
      }),
      { numRuns: 60 },
    );
  });

  test("without a cache everything is read from the segments, the same", () => {
    log.close();
    rmSync(directory, { recursive: true, force: true });
    log = open(0);
    log.createTopic("cold", { partitions: 1, config: { "segment.bytes": "300" } });
    const cold = log.partition("cold", 0);
    for (let i = 0; i < 40; i++) cold.appendBuilder(batchOf([[`k${i}`, `v${i}`, 1000 + i, i * 3]]));
    const read = readAll(cold);
    expect(read.map((record) => record.arrival)).toEqual(Array.from({ length: 40 }, (__, i) => i * 3));
    expect(cold.read(7, { maxBytes: 1 })[0]!.offsets[0]).toBe(7);
    expect(cold.offsetForTimestamp(1023)).toEqual({ offset: 23, timestamp: 1023 });
  });

  test("after close nothing works any more, and closing again does nothing", () => {
    log.close();
    log.close();
    expect(() => log.createTopic("x", { partitions: 1 })).toThrow(
      expect.objectContaining({ code: "LOG_CLOSED" }),
    );
    expect(() => partition.appendBuilder(batchOf([["a", "1"]]))).toThrow(
      expect.objectContaining({ code: "LOG_CLOSED" }),
    );
    expect(() => partition.read(0, { maxBytes: 1 })).toThrow(expect.objectContaining({ code: "LOG_CLOSED" }));
  });
});
