/**
 * One bit flips in any byte of any file of a log: what is read afterwards is what was written, or the damage is told: by the
 * opening, by the log's problems, or by the read. Nothing is passed over silently.
 */
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { SeededRandom } from "../../base/random.ts";
import { batchOf } from "../log-fixtures.ts";
import { recordsOf } from "../record-headers.ts";
import { markerWire, transactionalWire } from "../transactions/fake-producer-batch.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { SegmentTopicLog } from "./segment-topic-log.ts";

/** Every byte where time allows; else every so many. */
const STEP = process.env["CI"] === "true" ? 1 : 5;

function open(disk: MemoryDisk): SegmentTopicLog {
  return SegmentTopicLog.open({
    directory: "d",
    disk,
    clock: new ManualClock(0),
    random: new SeededRandom(1),
  });
}

/** Three segments with plain, committed, aborted and open records, compacted in part; ended in order, or killed. */
function written(end: "closed" | "killed", compacted: boolean): MemoryDisk {
  const disk = new MemoryDisk();
  const log = open(disk);
  const config = { "segment.bytes": "1500", "index.interval.bytes": "150", "min.cleanable.dirty.ratio": "0" };
  log.createTopic("t", { partitions: 1, config });
  if (compacted) log.alterConfig("t", { "cleanup.policy": "compact" });
  const partition = log.partition("t", 0);
  for (let i = 0; i < 24; i++) {
    const record = [`k${i % 5}`, `value-${i}`, 1000 + i] as const;
    if (i % 4 === 0) partition.appendWire(transactionalWire(BigInt(i % 8), [record]));
    else
      partition.appendBuilder(
        batchOf([
          [...record, 10_000 + i],
          ["x", "y".repeat(60), 1000 + i, 10_000 + i],
        ]),
      );
    if (i % 4 === 2 && i < 22) partition.appendWire(markerWire(BigInt((i - 2) % 8), i % 8 === 2));
  }
  partition.deleteRecordsBefore(3);
  if (compacted) log.compact(5000);
  if (end === "closed") log.close();
  else log.abandon();
  return disk;
}

/** All that readers can learn of the log; throws what they are told. */
function everything(log: SegmentTopicLog): unknown {
  const partition = log.partition("t", 0);
  const read = (isolation: "read_committed" | "read_uncommitted", from: number): unknown[] => {
    const found: unknown[] = [];
    while (from < partition.endOffset) {
      const blocks = partition.read(from, { maxBytes: 400, upTo: partition.endOffset, isolation });
      if (blocks.length === 0) break;
      for (const { key, value, offset, timestamp, arrival } of recordsOf(blocks)) {
        found.push([offset, String(key), String(value), timestamp, arrival]);
      }
      from = blocks.at(-1)!.nextOffset;
    }
    return found;
  };
  const { startOffset, endOffset, lastStableOffset, lastTimestamp } = partition;
  const offsets = Array.from({ length: endOffset - startOffset }, (_, i) => startOffset + i);
  return {
    topics: log.topics().map(({ name, id, partitions, overrides }) => [name, id, partitions, overrides]),
    ends: [startOffset, endOffset, lastStableOffset, lastTimestamp],
    records: read("read_uncommitted", startOffset),
    committed: read("read_committed", startOffset),
    fromEach: offsets.map(
      (offset) => recordsOf(partition.read(offset, { maxBytes: 1, upTo: endOffset }))[0]?.offset,
    ),
    byTime: Array.from({ length: 30 }, (_, i) => partition.offsetForTimestamp(998 + i)),
    arrival: log.allocateArrivals(0) > 0,
  };
}

function flip(disk: MemoryDisk, path: string, at: number, bit: number): void {
  const file = disk.open(path, false);
  const byte = Buffer.alloc(1);
  disk.read(file, byte, 0, 1, at);
  disk.write(file, [Buffer.from([byte[0]! ^ (1 << bit)])], at);
  disk.close(file);
}

function filesOf(disk: MemoryDisk): string[] {
  return ["d", "d/t-0"].flatMap((folder) =>
    disk
      .list(folder)
      .map((name) => `${folder}/${name}`)
      .filter((path) => path !== "d/lock" && disk.status(path) !== undefined && path !== "d/t-0"),
  );
}

describe.each([
  { end: "closed", compacted: false },
  { end: "closed", compacted: true },
  { end: "killed", compacted: false },
  { end: "killed", compacted: true },
] as const)("a log that was $end (compacted: $compacted)", ({ end, compacted }) => {
  const expected = everything(open(written(end, compacted)));

  test.each(filesOf(written(end, compacted)))("never passes a flipped bit over: %s", (path) => {
    const silent: unknown[] = [];
    const size = written(end, compacted).status(path)!.sizeBytes;
    for (let at = 0; at < size; at += STEP) {
      const disk = written(end, compacted);
      flip(disk, path, at, (at * 5 + 3) % 8);
      try {
        const log = open(disk);
        const found = everything(log);
        if (log.problemCount > 0) continue;
        if (JSON.stringify(found) !== JSON.stringify(expected)) silent.push({ at, found });
      } catch (error) {
        expect(error).toBeInstanceOf(SpoorError);
      }
    }
    expect(silent).toEqual([]);
  });
});
