/** What a partition knows of its transactions follows from its batches, whatever happens to the files between. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { SeededRandom } from "../../base/random.ts";
import { batchHeaders } from "../record-batch.ts";
import { batchOf, texts } from "../log-fixtures.ts";
import { recordsOf } from "../record-headers.ts";
import type { PartitionLog } from "../topic-log.ts";
import { readMarker } from "../transactions/control-marker.ts";
import { markerWire, transactionalWire } from "../transactions/fake-producer-batch.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { SegmentTopicLog } from "./segment-topic-log.ts";

const CONFIG = { "segment.bytes": "600", "index.interval.bytes": "150" };

function openLog(disk: MemoryDisk): SegmentTopicLog {
  return SegmentTopicLog.open({
    directory: "d",
    disk,
    clock: new ManualClock(0),
    random: new SeededRandom(1),
  });
}

function created(disk: MemoryDisk, config: Record<string, string> = {}): SegmentTopicLog {
  const log = openLog(disk);
  log.createTopic("t", { partitions: 1, config: { ...CONFIG, ...config } });
  return log;
}

function committed(partition: PartitionLog): string[] {
  const found: string[] = [];
  for (let from = partition.startOffset; from < partition.lastStableOffset;) {
    const blocks = partition.read(from, { maxBytes: 300, isolation: "read_committed" });
    found.push(...texts(recordsOf(blocks)));
    from = blocks.at(-1)!.nextOffset;
  }
  return found;
}

interface Told {
  readonly firstOpen: number | undefined;
  readonly committed: string[];
}

/** The same, from nothing but the batches in order. */
function naive(partition: PartitionLog): Told {
  const end = partition.endOffset;
  const open = new Map<bigint, number>();
  const entries: { offset: number; text: string; producerId: bigint | undefined }[] = [];
  for (let from = partition.startOffset; from < end;) {
    const wire = partition.readWire(from, 1, end);
    const [header] = batchHeaders(wire);
    from = header!.nextOffset;
    if (header!.control) {
      const first = open.get(header!.producerId);
      open.delete(header!.producerId);
      if (first === undefined || readMarker(wire, header!)!.commit) continue;
      for (let i = entries.length - 1; i >= 0; i--) {
        if (entries[i]!.offset >= first && entries[i]!.producerId === header!.producerId)
          entries.splice(i, 1);
      }
      continue;
    }
    const producerId = header!.transactional ? header!.producerId : undefined;
    if (producerId !== undefined && !open.has(producerId)) open.set(producerId, header!.baseOffset);
    const records = recordsOf(partition.read(header!.baseOffset, { maxBytes: 1, upTo: from }));
    for (const record of records.filter(({ offset }) => offset >= header!.baseOffset)) {
      entries.push({ offset: record.offset, text: texts([record])[0]!, producerId });
    }
  }
  const firstOpen = open.size === 0 ? undefined : Math.min(...open.values());
  const stable = firstOpen ?? end;
  return {
    firstOpen,
    committed: entries.filter(({ offset }) => offset < stable).map(({ text }) => text),
  };
}

function told(partition: PartitionLog): Told {
  return { firstOpen: partition.transactions.firstOpenOffset, committed: committed(partition) };
}

const producer = fc.integer({ min: 1, max: 4 }).map(BigInt);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      producer,
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("end" as const), producer, commit: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("plain" as const), count: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("close" as const, "kill" as const, "flush" as const, "power" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("cut" as const), back: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("damage" as const), at: fc.nat(60) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class History {
  readonly disk = new MemoryDisk({ tracksFlushes: true });
  log = created(this.disk);
  #count = 0;

  get partition(): PartitionLog {
    return this.log.partition("t", 0);
  }

  #records(count: number): [string, string][] {
    return Array.from({ length: count }, () => [`k${this.#count % 3}`, `v${this.#count++}`]);
  }

  run(each: Step): void {
    switch (each.do) {
      case "send":
        this.partition.appendWire(transactionalWire(each.producer, this.#records(each.count)));
        break;
      case "end":
        this.partition.appendWire(markerWire(each.producer, each.commit));
        break;
      case "plain":
        this.partition.appendBuilder(batchOf(this.#records(each.count)));
        break;
      case "cut":
        this.partition.truncateTo(Math.max(0, this.#batchStart(this.partition.endOffset - each.back)));
        break;
      case "flush":
        this.log.partition("t", 0).flush();
        break;
      case "damage":
        this.#damageIndex(each.at);
        break;
      case "close":
        this.log.close();
        this.log = openLog(this.disk);
        break;
      default:
        this.log.abandon();
        if (each.do === "power") this.disk.losePower();
        this.log = openLog(this.disk);
    }
  }

  /** Cuts are between batches, as those of the engine. */
  #batchStart(offset: number): number {
    if (offset <= 0) return 0;
    return batchHeaders(this.partition.readWire(offset, 1, this.partition.endOffset))[0]!.baseOffset;
  }

  /** Flips a bit in one of the transaction files while the log is down. */
  #damageIndex(at: number): void {
    this.log.close();
    const files = this.disk.list("d/t-0").filter((name) => name.endsWith(".txnindex"));
    // The first segment's file alone knows what began before it.
    const name = files.filter((each) => !each.startsWith("0".repeat(20))).toSorted()[
      at % Math.max(1, files.length)
    ];
    if (name !== undefined) {
      const file = this.disk.open(`d/t-0/${name}`, false);
      const byte = Buffer.alloc(1);
      const position = at % this.disk.status(`d/t-0/${name}`)!.sizeBytes;
      this.disk.read(file, byte, 0, 1, position);
      this.disk.write(file, [Buffer.from([byte[0]! ^ 0x20])], position);
      this.disk.close(file);
    }
    this.log = openLog(this.disk);
  }
}

describe("transactions", () => {
  test("are known as the batches tell, over rolls, cuts, kills, losses of power and damaged files", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const history = new History();
        for (const each of steps) {
          history.run(each);
          // A loss of power may take a sealed segment's end: that is told, and reading stops there.
          if (history.log.problems.some(({ kind }) => kind === "damage")) return;
          expect(told(history.partition)).toEqual(naive(history.partition));
        }
      }),
      { numRuns: 150 },
    );
  });

  test("that a partition never had leave no file", () => {
    const disk = new MemoryDisk();
    const log = created(disk);
    for (let i = 0; i < 30; i++) log.partition("t", 0).appendBuilder(batchOf([["k", `v${i}`]]));
    expect(log.partition("t", 0).segmentCount).toBeGreaterThan(1);
    expect(disk.list("d/t-0").filter((name) => name.endsWith(".txnindex"))).toEqual([]);
  });

  test("open ones hold readers of committed records back, and outlive the segment they began in", () => {
    const disk = new MemoryDisk();
    let log = created(disk);
    const partition = log.partition("t", 0);
    partition.appendWire(transactionalWire(7n, [["a", "1"]]));
    for (let i = 0; i < 30; i++) partition.appendBuilder(batchOf([["k", `v${i}`]]));
    partition.deleteRecordsBefore(20);
    log.close();
    log = openLog(disk);
    const again = log.partition("t", 0);
    expect(again.lastStableOffset).toBe(again.startOffset);
    expect(committed(again)).toEqual([]);
    again.appendWire(markerWire(7n, false));
    expect(again.lastStableOffset).toBe(again.endOffset);
    expect(committed(again)).toHaveLength(31 - 20);
  });
});

const compacting = {
  "cleanup.policy": "compact",
  "min.cleanable.dirty.ratio": "0",
  "delete.retention.ms": "1000",
};

describe("compaction", () => {
  test("gives readers of committed records the latest of each key, and takes aborted records away", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
        const history = new History();
        history.log.alterConfig("t", compacting);
        for (const each of steps) {
          if (each.do !== "cut" && each.do !== "damage") history.run(each);
          if (history.log.problems.some(({ kind }) => kind === "damage")) return;
        }
        const before = latest(committed(history.partition));
        const firstOpen = history.partition.transactions.firstOpenOffset;
        for (const nowMs of [1, 5000, 50_000]) {
          history.log.compact(nowMs);
          expect(latest(committed(history.partition))).toEqual(before);
          expect(history.partition.transactions.firstOpenOffset).toBe(firstOpen);
          history.run({ do: "kill" });
          expect(latest(committed(history.partition))).toEqual(before);
          expect(history.partition.transactions.firstOpenOffset).toBe(firstOpen);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("keeps a marker while its records are there, then as long as a tombstone", () => {
    const disk = new MemoryDisk();
    const log = created(disk, { ...compacting, "segment.bytes": "200" });
    const partition = log.partition("t", 0);
    partition.appendWire(transactionalWire(1n, [["a", "old"]]));
    partition.appendWire(markerWire(1n, true));
    partition.appendWire(transactionalWire(2n, [["a", "aborted"]]));
    partition.appendWire(markerWire(2n, false));
    for (const key of ["b", "c", "d"]) partition.appendBuilder(batchOf([[key, "x".repeat(200)]]));
    expect(partition.transactions.abortedCount).toBe(1);
    log.compact(10_000);
    expect(partition.transactions.abortedCount).toBe(0);
    expect(markers(partition)).toEqual([1n, 2n]);
    // Nothing follows on "a": its transaction keeps its marker, that of the aborted one goes.
    log.compact(11_500);
    expect(markers(partition)).toEqual([1n]);
    partition.appendBuilder(batchOf([["a", "new"]]));
    partition.appendBuilder(batchOf([["e", "x".repeat(200)]]));
    log.compact(20_000);
    log.compact(21_500);
    expect(markers(partition)).toEqual([]);
  });

  test("does not touch what an open transaction holds back", () => {
    const log = created(new MemoryDisk(), { ...compacting, "segment.bytes": "200" });
    const partition = log.partition("t", 0);
    partition.appendWire(transactionalWire(1n, [["a", "maybe"]]));
    for (const value of ["1", "2", "3"]) partition.appendBuilder(batchOf([["a", value.repeat(150)]]));
    expect(log.compact(10_000).recordsRemoved).toBe(0);
    partition.appendWire(markerWire(1n, true));
    partition.appendBuilder(batchOf([["b", "1".repeat(200)]]));
    expect(log.compact(10_000).recordsRemoved).toBe(3);
  });
});

function latest(found: readonly string[]): Map<string, string> {
  return new Map(
    found.map((text) => {
      const [, key, value] = /^\d+:(.*)=(.*)$/.exec(text)!;
      return [key!, value!];
    }),
  );
}

function markers(partition: PartitionLog): bigint[] {
  const found: bigint[] = [];
  for (let from = partition.startOffset; from < partition.endOffset;) {
    const wire = partition.readWire(from, 100_000, partition.endOffset);
    if (wire.length === 0) break;
    for (const header of batchHeaders(wire)) {
      if (header.control) found.push(header.producerId);
      from = header.nextOffset;
    }
  }
  return found;
}
