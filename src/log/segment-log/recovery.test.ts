/** What opening a log after a crash finds, cuts and reports. The disk is in memory; the crash is real. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { appendAll, batchOf, readAll, texts } from "../log-fixtures.ts";
import type { TextRecord } from "../log-fixtures.ts";
import type { PartitionLog } from "../topic-log.ts";
import { readSmallFile, replaceFile } from "./disk.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { SegmentTopicLog } from "./segment-topic-log.ts";
import type { SegmentLogOptions } from "./segment-topic-log.ts";

const clock = new ManualClock(5_000_000);
const LOG = "d/t-0/00000000000000000000.log";
const ARRIVAL = "d/t-0/00000000000000000000.arrival";

function open(disk: MemoryDisk, options: Partial<SegmentLogOptions> = {}): SegmentTopicLog {
  return SegmentTopicLog.open({ directory: "d", disk, clock, cacheBytes: 0, ...options });
}

const batches: TextRecord[][] = [
  [
    ["a", "1", 1, 10],
    ["b", "2", 2, 11],
  ],
  [["c", "3", 3, 40]],
  [
    ["d", "4", 4, 41],
    ["e", "5", 5, 60],
    ["f", "6", 6, 62],
  ],
];
const whole = ["0:a=1", "1:b=2", "2:c=3", "3:d=4", "4:e=5", "5:f=6"];
const wholeArrivals = [10, 11, 40, 41, 60, 62];
/** How many of the records are there after each batch. */
const counts = [0, 2, 3, 6];

/** A disk with the batches in it, left by a killed process, and the positions where batches end. */
function killed(config: Record<string, string> = {}): { disk: MemoryDisk; ends: number[] } {
  const disk = new MemoryDisk();
  const log = open(disk);
  log.createTopic("t", { partitions: 1, config });
  const partition = log.partition("t", 0);
  const ends = [0];
  for (const batch of batches) {
    appendAll(partition, [batch]);
    ends.push(partition.sizeBytes);
  }
  log.abandon();
  return { disk, ends };
}

function cut(disk: MemoryDisk, path: string, size: number): void {
  const file = disk.open(path, false);
  disk.truncate(file, size);
  disk.close(file);
}

function arrivals(partition: PartitionLog): number[] {
  return readAll(partition).map((record) => record.arrival);
}

/** The same after a clean end. */
function closed(): { disk: MemoryDisk; ends: number[] } {
  const { disk, ends } = killed();
  open(disk).close();
  return { disk, ends };
}

describe("recovery", () => {
  test("after a kill everything is there, without a problem, and arrivals go on above", () => {
    const { disk } = killed();
    const log = open(disk);
    expect(log.problems).toEqual([]);
    expect(texts(readAll(log.partition("t", 0)))).toEqual(whole);
    expect(arrivals(log.partition("t", 0))).toEqual(wholeArrivals);
    expect(log.partition("t", 0).lastTimestamp).toBe(6);
    expect(log.partition("t", 0).offsetForTimestamp(4)?.offset).toBe(3);
  });

  test("at every point where the file may be torn, the whole batches before it are kept", () => {
    const { ends } = killed();
    for (let size = 0; size < ends[3]!; size++) {
      const { disk } = killed();
      cut(disk, LOG, size);
      const log = open(disk);
      const kept = ends.findLastIndex((end) => end <= size);
      const partition = log.partition("t", 0);
      expect(texts(readAll(partition))).toEqual(whole.slice(0, counts[kept]));
      expect(arrivals(partition)).toEqual(wholeArrivals.slice(0, counts[kept]));
      expect(partition.sizeBytes).toBe(ends[kept]);
      const torn = size - ends[kept]!;
      expect(log.problems.map(({ kind, offset, bytes }) => ({ kind, offset, bytes }))).toEqual(
        torn === 0 ? [] : [{ kind: "torn-tail", offset: counts[kept], bytes: torn }],
      );
      appendAll(partition, [[["n", "new", 9, 99]]]);
      expect(arrivals(partition)).toEqual([...wholeArrivals.slice(0, counts[kept]), 99]);
      log.close();
      expect(texts(readAll(open(disk).partition("t", 0))).at(-1)).toBe(`${counts[kept]}:n=new`);
    }
  });

  test("zeros behind the end, as a lost power leaves them, are cut", () => {
    const { disk, ends } = killed();
    const file = disk.open(LOG, false);
    disk.write(file, [Buffer.alloc(5000)], ends[3]!);
    disk.close(file);
    const log = open(disk);
    expect(log.problems).toMatchObject([{ kind: "torn-tail", bytes: 5000, offset: 6 }]);
    expect(texts(readAll(log.partition("t", 0)))).toEqual(whole);
  });

  test("at every point where the arrival file may be short, the batches stay and it is said", () => {
    const size = killed().disk.status(ARRIVAL)!.sizeBytes;
    for (let left = 0; left < size; left++) {
      const { disk } = killed();
      cut(disk, ARRIVAL, left);
      const log = open(disk);
      const partition = log.partition("t", 0);
      expect(texts(readAll(partition))).toEqual(whole);
      expect(log.problems).toMatchObject([{ kind: "arrivals-rebuilt" }]);
      const lost = log.problems[0]!.records;
      const rebuilt = [...wholeArrivals.slice(0, 6 - lost), ...[0, 1, 2, 3, 4, 5].slice(6 - lost)];
      expect(arrivals(partition)).toEqual(rebuilt);
      log.abandon();
      const again = open(disk);
      expect(again.problems).toEqual([]);
      expect(arrivals(again.partition("t", 0))).toEqual(rebuilt);
    }
  });

  test("no flipped bit in the middle passes: it is reported, and reading it is an error that names the place", () => {
    const { ends } = killed();
    for (let bit = ends[1]! * 8; bit < ends[2]! * 8; bit++) {
      const { disk } = killed();
      flip(disk, LOG, bit);
      const log = open(disk);
      expect(log.problems).toMatchObject([
        { kind: "damage", topic: "t", partition: 0, offset: 2, records: 1 },
      ]);
      const partition = log.partition("t", 0);
      expect(partition.endOffset).toBe(6);
      expect(texts(readAll(partition, 0, 2))).toEqual(whole.slice(0, 2));
      expect(() => partition.read(2, { maxBytes: 1000 })).toThrow(
        expect.objectContaining({
          code: "LOG_CORRUPT",
          message: "topic 't' partition 0 is damaged at offset 2",
          hint: expect.stringContaining("next readable offset is 3"),
        }),
      );
      expect(texts(readAll(partition, 3))).toEqual(whole.slice(3));
      partition.deleteRecordsBefore(3);
      expect(texts(readAll(partition))).toEqual(whole.slice(3));
      log.abandon();
    }
  });

  test("no flipped bit passes in a log that was closed cleanly, either", () => {
    const { ends } = closed();
    for (let bit = ends[1]! * 8; bit < ends[2]! * 8; bit += 3) {
      const { disk } = closed();
      flip(disk, LOG, bit);
      const log = open(disk);
      expect(log.problems).toEqual([]);
      const partition = log.partition("t", 0);
      expect(() => readAll(partition)).toThrow(expect.objectContaining({ code: "LOG_CORRUPT" }));
      expect(texts(readAll(partition, 3))).toEqual(whole.slice(3));
      log.abandon();
    }
  });

  test("a sealed segment that ends too soon, at any byte, is told when the log is opened and when it is read", () => {
    const first = killed({ "segment.bytes": "150" });
    const size = first.disk.status(LOG)!.sizeBytes;
    for (let left = 0; left < size; left++) {
      const { disk } = killed({ "segment.bytes": "150" });
      cut(disk, LOG, left);
      const log = open(disk);
      expect(log.problems).toMatchObject([{ kind: "damage" }]);
      expect(() => readAll(log.partition("t", 0))).toThrow("is damaged at offset");
      log.abandon();
    }
  });

  test("a sealed segment is never cut: what is damaged at its end is an error, what follows is read", () => {
    const { disk } = killed({ "segment.bytes": "100" });
    const files = disk.list("d/t-0").filter((name) => name.endsWith(".log"));
    expect(files.length).toBe(3);
    cut(disk, LOG, disk.status(LOG)!.sizeBytes - 4);
    const log = open(disk);
    expect(log.problems).toMatchObject([{ kind: "damage", offset: 0, records: 2 }]);
    const partition = log.partition("t", 0);
    expect(() => partition.read(0, { maxBytes: 1000 })).toThrow(
      expect.objectContaining({ code: "LOG_CORRUPT" }),
    );
    expect(texts(readAll(partition, 2))).toEqual(whole.slice(2));
  });

  test("lost or damaged indexes are built again", () => {
    for (const suffix of [".index", ".timeindex"]) {
      const disk = new MemoryDisk();
      const log = open(disk);
      log.createTopic("t", {
        partitions: 1,
        config: { "segment.bytes": "2000", "index.interval.bytes": "100" },
      });
      for (let i = 0; i < 100; i++)
        log.partition("t", 0).appendBuilder(batchOf([[`k${i}`, `v${i}`, 1000 + i, i]]));
      log.close();
      for (const [i, name] of disk
        .list("d/t-0")
        .filter((each) => each.endsWith(suffix))
        .entries()) {
        if (i % 2 === 0) disk.unlink(`d/t-0/${name}`);
        else replaceFile(disk, `d/t-0/${name}`, Buffer.from("not an index of this log"), false);
      }
      const again = open(disk).partition("t", 0);
      expect(readAll(again)).toHaveLength(100);
      for (let i = 0; i < 100; i += 7) {
        expect(again.read(i, { maxBytes: 1 })[0]!.offsets[0]).toBe(i);
        expect(again.offsetForTimestamp(1000 + i)?.offset).toBe(i);
      }
      expect(again.lastTimestamp).toBe(1099);
    }
  });

  test("a clean end is not scanned; the note is gone while the log is open", () => {
    const { disk } = killed();
    const log = open(disk);
    expect(disk.status("d/clean-shutdown.json")).toBeUndefined();
    log.allocateArrivals(5);
    log.close();
    expect(readSmallFile(disk, "d/clean-shutdown.json")!.toString()).toContain('"t-0"');
    const again = open(disk);
    expect(disk.status("d/clean-shutdown.json")).toBeUndefined();
    expect(texts(readAll(again.partition("t", 0)))).toEqual(whole);
  });

  test("arrival numbers only rise: exactly after a clean end, with a gap after a kill", () => {
    const disk = new MemoryDisk();
    let log = open(disk);
    expect(log.allocateArrivals(10)).toBe(0);
    log.close();
    log = open(disk);
    expect(log.allocateArrivals(10)).toBe(10);
    log.abandon();
    log = open(disk);
    expect(log.allocateArrivals(1)).toBeGreaterThanOrEqual(20);
    log.close();
    const { disk: other } = killed();
    other.unlink("d/arrivals.json");
    expect(open(other).allocateArrivals(1)).toBe(63);
  });

  test("a deletion that broke off is completed; a missing folder is said; a strange one is left alone", () => {
    const { disk } = killed();
    disk.rename("d/t.topic.json", "d/t.topic.deleted");
    let log = open(disk);
    expect(log.topics()).toEqual([]);
    expect(disk.list("d").filter((name) => name.startsWith("t"))).toEqual([]);
    log.createTopic("u", { partitions: 2 });
    log.close();
    disk.removeDirectory("d/u-1");
    disk.makeDirectory("d/old-0");
    log = open(disk);
    expect(log.problems.map(({ kind, topic, partition }) => [kind, topic, partition])).toEqual([
      ["missing-partition", "u", 1],
      ["unknown-folder", "old", 0],
    ]);
    expect(disk.list("d")).toContain("old-0");
  });

  test("damaged metadata is an error that names the file", () => {
    for (const [path, text] of [
      ["d/t.topic.json", "{"],
      ["d/t.topic.json", '{"id":"x","partitions":0,"config":{}}'],
      ["d/t-0/partition.json", '{"startOffset":"0"}'],
      ["d/arrivals.json", "[]"],
    ] as const) {
      const { disk } = killed();
      replaceFile(disk, path, Buffer.from(text), false);
      expect(() => open(disk)).toThrow(
        expect.objectContaining({
          code: "LOG_DAMAGED_METADATA",
          message: `metadata file '${path}' is damaged`,
        }),
      );
      disk.unlink(path);
    }
  });

  test("whatever is appended, and whenever the process is killed, the same is read again", () => {
    const step = fc.record({ records: fc.integer({ min: 1, max: 6 }), gap: fc.nat(100), kill: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.constantFrom("250", "1000", "100000"),
        (steps, segmentBytes) => {
          const disk = new MemoryDisk();
          let log = open(disk);
          log.createTopic("t", { partitions: 1, config: { "segment.bytes": segmentBytes } });
          const expected: [string, number][] = [];
          let arrival = 0;
          for (const { records, gap, kill } of steps) {
            const batch: TextRecord[] = [];
            for (let i = 0; i < records; i++) {
              arrival += i % 2 === 0 ? 1 : gap;
              expected.push([`${expected.length}:k=${arrival}`, arrival]);
              batch.push(["k", `${arrival}`, arrival, arrival]);
            }
            appendAll(log.partition("t", 0), [batch]);
            if (kill) log.abandon();
            else log.close();
            log = open(disk);
            expect(log.problems).toEqual([]);
          }
          const read = readAll(log.partition("t", 0));
          expect(read.map((record) => [texts([record])[0], record.arrival])).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });
});

function flip(disk: MemoryDisk, path: string, bit: number): void {
  const file = disk.open(path, false);
  const byte = Buffer.alloc(1);
  disk.read(file, byte, 0, 1, bit >> 3);
  byte[0]! ^= 1 << (bit & 7);
  disk.write(file, [byte], bit >> 3);
  disk.close(file);
}
