/**
 * Every operation of a long history fails once, in every way: what was acknowledged is there afterwards, what was not is there
 * whole or not at all, and a failed flush is never taken for a success.
 */
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { SeededRandom } from "../../base/random.ts";
import { batchOf } from "../log-fixtures.ts";
import { recordsOf } from "../record-headers.ts";
import type { PartitionLog } from "../topic-log.ts";
import { markerWire, transactionalWire } from "../transactions/fake-producer-batch.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { ScriptedDisk } from "./scripted-disk.ts";
import type { FaultPlan, Operation } from "./scripted-disk.ts";
import type { FlushPolicy } from "./segment-partition.ts";
import { SegmentTopicLog } from "./segment-topic-log.ts";

/** Every operation where time allows; else every so many. */
const STEP = process.env["CI"] === "true" ? 1 : 3;

const CONFIG = { "segment.bytes": "700", "index.interval.bytes": "200" };
const WRITES: ReadonlySet<Operation> = new Set(["write", "create", "rename", "truncate", "unlink"]);
const FLUSHES: ReadonlySet<Operation> = new Set(["fsync", "directory"]);

interface Outcome {
  /** Values whose append returned, in order. */
  readonly acknowledged: string[];
  /** Of these, those that are on the device by the log's own word. */
  durable: number;
  readonly errors: unknown[];
}

class Run {
  readonly memory = new MemoryDisk({ tracksFlushes: true });
  readonly disk = new ScriptedDisk(this.memory);
  readonly policy: FlushPolicy;
  readonly outcome: Outcome = { acknowledged: [], durable: 0, errors: [] };
  log: SegmentTopicLog;
  #count = 0;

  constructor(policy: FlushPolicy) {
    this.policy = policy;
    this.log = this.open();
    this.log.createTopic("t", { partitions: 1, config: CONFIG });
    this.log.createTopic("c", {
      partitions: 1,
      config: { ...CONFIG, "cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0" },
    });
    this.log.flush();
  }

  open(disk: ScriptedDisk | MemoryDisk = this.disk): SegmentTopicLog {
    const random = new SeededRandom(1);
    return SegmentTopicLog.open({
      directory: "d",
      disk,
      clock: new ManualClock(0),
      random,
      flushPolicy: this.policy,
    });
  }

  #try(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      this.outcome.errors.push(error);
      return false;
    }
  }

  #append(run: (partition: PartitionLog, value: string) => void): void {
    const value = `v${this.#count++}`;
    const { acknowledged } = this.outcome;
    if (!this.#try(() => run(this.log.partition("t", 0), value))) return;
    acknowledged.push(value);
    if (this.policy === "always") this.outcome.durable = acknowledged.length;
  }

  async #flushed(): Promise<void> {
    const upTo = this.outcome.acknowledged.length;
    try {
      await this.log.partition("t", 0).flushed();
      if (this.policy === "acks") this.outcome.durable = upTo;
    } catch (error) {
      this.outcome.errors.push(error);
    }
  }

  /** Appends of every kind, rolls, flushes, compaction beside it. */
  async history(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 3; i++) {
        this.#append(
          (partition, value) =>
            void partition.appendBuilder(
              batchOf([
                [`k${i}`, value],
                ["x", "y".repeat(40)],
              ]),
            ),
        );
        this.#append(
          (partition, value) => void partition.appendWire(transactionalWire(5n, [[`k${i}`, value]])),
        );
        await this.#flushed();
      }
      const upTo = this.outcome.acknowledged.length;
      this.#try(() => void this.log.partition("t", 0).appendWire(markerWire(5n, true)));
      if (this.#try(() => this.log.flush()) && this.policy !== "os") this.outcome.durable = upTo;
      this.#try(
        () => void this.log.partition("c", 0).appendBuilder(batchOf([[`k${round % 2}`, "z".repeat(300)]])),
      );
      this.#try(() => void this.log.compact(1000 * round));
    }
  }
}

function values(log: SegmentTopicLog, topic = "t"): string[] {
  const partition = log.partition(topic, 0);
  const found: string[] = [];
  for (let from = partition.startOffset; from < partition.endOffset;) {
    const blocks = partition.read(from, { maxBytes: 500, upTo: partition.endOffset });
    found.push(...recordsOf(blocks).map(({ value }) => String(value)));
    from = blocks.at(-1)!.nextOffset;
  }
  return found.filter((value) => value.startsWith("v"));
}

/** Everything found was sent, in order and once, and whatever was acknowledged is there. */
function expectKept(found: readonly string[], acknowledged: readonly string[]): void {
  const numbers = found.map((value) => Number(value.slice(1)));
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  expect(acknowledged.filter((value) => !found.includes(value))).toEqual([]);
}

/** Runs the history with each operation failing, until one is not reached. */
async function eachFault(
  policy: FlushPolicy,
  plan: Omit<FaultPlan, "after">,
  check: (run: Run) => void | Promise<void>,
): Promise<number> {
  for (let after = 0; ; after += STEP) {
    const run = new Run(policy);
    run.disk.plan = { ...plan, after };
    await run.history();
    const reached = run.disk.faults > 0;
    for (const error of run.outcome.errors) expect(error).toBeInstanceOf(SpoorError);
    await check(run);
    if (!reached) return after;
  }
}

describe.each(["ENOSPC", "EIO"] as const)("a write that fails with %s, at every write", (code) => {
  test.each([false, true])("loses nothing that was acknowledged (all from then on: %s)", async (lasting) => {
    const count = await eachFault("os", { operations: WRITES, code, lasting }, (run) => {
      expectKept(values(run.log), run.outcome.acknowledged);
      run.disk.plan = undefined;
      run.log.abandon();
      const again = run.open(run.memory);
      expectKept(values(again), run.outcome.acknowledged);
      again.partition("t", 0).appendBuilder(batchOf([["k", "v9999"]]));
      expect(values(again).at(-1)).toBe("v9999");
      again.close();
    });
    expect(count).toBeGreaterThan(50);
  });
});

describe.each(["always", "acks", "commit"] as const)(
  "a flush that fails, at every flush, with '%s'",
  (policy) => {
    test("is told, ends the partition's appends, and never passes for a success later", async () => {
      let told = 0;
      const count = await eachFault(
        policy,
        { operations: FLUSHES, code: "EIO", lasting: false },
        async (run) => {
          if (run.disk.faults > 0 && run.outcome.errors.length > 0) told++;
          const failed = run.log.failedPartitions();
          if (failed > 0) {
            expect(run.log.problems.map(({ kind }) => kind)).toContain("partition-failed");
            expect(() => run.log.flush()).toThrow(/after a disk error/);
          }
          await Promise.resolve();
          run.log.abandon();
          run.memory.losePower();
          const again = run.open(run.memory);
          const durable = run.outcome.acknowledged.slice(0, run.outcome.durable);
          expectKept(values(again), durable);
          again.close();
        },
      );
      expect(count).toBeGreaterThan(policy === "always" ? 60 : 15);
      expect(told * STEP).toBeGreaterThan(count / 3);
    });
  },
);

test("everybody who asks in one turn waits for one flush, and all are told when it fails", async () => {
  const run = new Run("acks");
  const partition = run.log.partition("t", 0);
  const append = (value: string) => {
    partition.appendBuilder(batchOf([["k", value]]));
    return partition.flushed();
  };
  expect(partition.flushed()).toBeUndefined();
  run.disk.plan = { operations: new Set(["fsync"]), after: 1000, code: "EIO", lasting: false };
  const waits = Array.from({ length: 50 }, (_, i) => append(`v${i}`));
  expect(new Set(waits).size).toBe(1);
  await Promise.all(waits);
  expect(partition.flushed()).toBeUndefined();
  run.disk.plan = { operations: new Set(["fsync"]), after: 0, code: "EIO", lasting: false };
  const failing = await Promise.allSettled([append("v50"), append("v51")]);
  expect(failing.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(() => append("v52")).toThrow("takes no more records after a disk error");
  // The disk works again, and nobody is told that it is all right.
  await expect(partition.flushed()).rejects.toThrow("takes no more records after a disk error");
  expect(values(run.log)).toHaveLength(52);
  run.log.abandon();
  run.memory.losePower();
  expect(values(run.open(run.memory))).toHaveLength(50);
});

test("a background flush that fails ends the partition's appends, too", async () => {
  const run = new Run("os");
  run.disk.plan = { operations: new Set(["fsync"]), after: 0, code: "EIO", lasting: true };
  const partition = run.log.partition("t", 0);
  for (let i = 0; i < 10; i++) {
    try {
      partition.appendBuilder(batchOf([["k", "v".repeat(200)]]));
    } catch {
      break;
    }
  }
  await expect.poll(() => run.log.failedPartitions()).toBe(1);
  expect(() => partition.appendBuilder(batchOf([["k", "v"]]))).toThrow("after a disk error");
});
