/** Memory that callers lend the log: for batches it appends, for batches it reads. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { SeededRandom } from "../base/random.ts";
import { batchHeaders } from "./record-batch.ts";
import { readAll, texts, wireOf } from "./log-fixtures.ts";
import { openMemoryLog } from "./memory-log.ts";
import type { PartitionLog, TopicLog, WireMemory } from "./topic-log.ts";

/** Holds some four of the batches below. */
const CACHE_BYTES = 20_000;

let log: TopicLog;
let partition: PartitionLog;

beforeEach(() => {
  log = openMemoryLog({ clock: new ManualClock(1000), random: new SeededRandom(1), cacheBytes: CACHE_BYTES });
  log.createTopic("t", { partitions: 1 });
  partition = log.partition("t", 0);
});

afterEach(() => log.close());

const value = (i: number): string => `${i}`.padEnd(3000, "x");

/** Always the same memory; each batch overwrites the one before. */
function appendLent(count: number): void {
  const memory = Buffer.alloc(4096);
  for (let i = 0; i < count; i++) {
    const size = wireOf([["k", value(i)]]).copy(memory);
    const before = Buffer.from(memory);
    partition.appendWire(memory.subarray(0, size), "lent");
    expect(memory).toEqual(before);
  }
}

/** One buffer that is used again and again, and how often it was asked for. */
class OneMemory implements WireMemory {
  readonly buffer = Buffer.alloc(1_000_000);
  taken = 0;

  take(): Buffer {
    this.taken += 1;
    return this.buffer.fill(0xee);
  }
}

test("batches appended from lent memory stand there whole, in the cache and behind it", () => {
  appendLent(40);
  const records = readAll(partition);
  expect(texts(records)).toEqual(Array.from({ length: 40 }, (_, i) => `${i}:k=${value(i)}`));
  expect(records.map(({ arrival }) => arrival)).toEqual(records.map((_, i) => records[0]!.arrival + i));
});

test("looks, one within another, give what reading gives, from the files and from the cache", () => {
  appendLent(40);
  const options = { maxBytes: 10_000 };
  for (let from = 0; from < 40; from += 1) {
    const read = partition.read(from, options).map(({ bytes }) => bytes.toString("latin1"));
    partition.look(from, options, (blocks) => {
      partition.look(39 - from, options, (inner) => expect(inner[0]!.nextOffset).toBeGreaterThan(39 - from));
      expect(blocks.map(({ bytes }) => bytes.toString("latin1"))).toEqual(read);
    });
  }
});

test("blocks that a reader keeps stay as they are when what was cached after them is overwritten", () => {
  appendLent(2);
  const kept = partition.read(1, { maxBytes: 1 })[0]!;
  const before = kept.bytes.toString("latin1");
  appendLent(40);
  expect(kept.bytes.toString("latin1")).toBe(before);
});

test("a refused batch changes nothing", () => {
  appendLent(1);
  const broken = wireOf([["k", "v"]]);
  broken[broken.length - 1]! ^= 1;
  expect(() => partition.appendWire(broken, "lent")).toThrow("record batch is not valid");
  appendLent(1);
  expect(partition.endOffset).toBe(2);
  expect(texts(readAll(partition))).toEqual([`0:k=${value(0)}`, `1:k=${value(0)}`]);
});

describe("reading into memory that is given", () => {
  test.each([
    ["from the files", 0],
    ["from the cache", 38],
  ])("%s gives the same bytes", (_where, offset) => {
    appendLent(40);
    for (const maxBytes of [1, 5000, 1_000_000]) {
      const memory = new OneMemory();
      const expected = Buffer.from(partition.readWire(offset, maxBytes));
      const wire = partition.readWire(offset, maxBytes, partition.highWatermark, memory);
      expect(wire.buffer).toBe(memory.buffer.buffer);
      expect(memory.taken).toBeGreaterThan(0);
      expect(wire.equals(expected)).toBe(true);
      expect(batchHeaders(wire)[0]!.baseOffset).toBe(offset);
    }
  });

  test("nothing is taken where there is nothing to read", () => {
    appendLent(1);
    const memory = new OneMemory();
    expect(partition.readWire(1, 100, 1, memory).length).toBe(0);
    expect(memory.taken).toBe(0);
  });
});
