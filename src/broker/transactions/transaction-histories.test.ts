/**
 * Random histories of transactions against a plain model: producers begin, write, commit, abort, are replaced and time out;
 * the disk fills up; the process is killed. A reader of committed records sees exactly what the model says, and the last
 * stable offset never goes back.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FakeHost } from "../state-topics/fake-host.ts";
import { FakeTransactionalProducer, TIMEOUT_MS, readCommitted } from "./fake-transactional-producer.ts";

type Step =
  | { readonly kind: "write"; readonly producer: number; readonly partition: number; readonly count: number }
  | { readonly kind: "end"; readonly producer: number; readonly commit: boolean }
  | { readonly kind: "replace" | "continue"; readonly producer: number }
  | { readonly kind: "plain"; readonly partition: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "limit"; readonly appends: number }
  | { readonly kind: "kill" | "restart" | "room" | "refuse" };

const PRODUCERS = 3;
const PARTITIONS = 2;
const producer = fc.nat(PRODUCERS - 1);
const partition = fc.nat(PARTITIONS - 1);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      producer,
      partition,
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("end" as const), producer, commit: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("replace" as const, "continue" as const), producer }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("plain" as const), partition }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(500, TIMEOUT_MS) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("limit" as const), appends: fc.nat(6) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("kill", "restart", "room", "room", "refuse"),
    }),
  },
);

type Outcome = "open" | "committed" | "aborted";

/** One transaction in the model. */
interface ModelTransaction {
  outcome: Outcome;
}

interface Written {
  readonly value: string;
  /** Undefined: outside transactions. */
  readonly transaction: ModelTransaction | undefined;
}

class History {
  readonly host = new FakeHost({ producers: { snapshotBatches: 5 } });
  #producers: FakeTransactionalProducer[] = [];
  #open: (ModelTransaction | undefined)[] = [];
  readonly #written: Written[][] = Array.from({ length: PARTITIONS }, () => []);
  #stable: number[] = Array.from({ length: PARTITIONS }, () => 0);
  #nextValue = 0;

  constructor() {
    this.host.topic("t", {}, PARTITIONS);
  }

  async take(each: Step): Promise<void> {
    switch (each.kind) {
      case "write":
        await this.#write(each.producer, each.partition, each.count);
        break;
      case "end":
        await this.#end(each.producer, each.commit);
        break;
      case "replace":
        await this.#init(
          each.producer,
          new FakeTransactionalProducer(this.host, `tx${each.producer}`),
          false,
        );
        break;
      case "continue":
        await this.#init(each.producer, await this.#producer(each.producer), true);
        break;
      case "plain":
        this.#plain(each.partition);
        break;
      case "wait":
        this.host.timers.advance(each.ms);
        break;
      case "limit":
        this.host.appendsLeft = each.appends;
        break;
      case "room":
        this.#room();
        break;
      case "refuse":
        this.host.refusedTopics.add("t");
        break;
      case "kill":
        this.host.kill();
        break;
      case "restart":
        this.#room();
        this.host.restart();
        break;
    }
    this.#noteEnded();
    this.#check();
  }

  /** With room on the disk and time, every transaction is decided, and everything can be read. */
  settle(): void {
    this.#room();
    this.host.timers.advance(2 * TIMEOUT_MS);
    this.#noteEnded();
    this.#check();
    for (let i = 0; i < PARTITIONS; i++) {
      const log = this.host.partition("t", i);
      expect(this.host.producers.lastStableOffset(log)).toBe(log.endOffset);
      expect(readCommitted(this.host, log)).toEqual(this.#values(i, "committed"));
    }
    expect(this.host.transactions.unfinished).toBe(0);
  }

  #room(): void {
    this.host.appendsLeft = Infinity;
    this.host.refusedTopics.clear();
  }

  async #producer(index: number): Promise<FakeTransactionalProducer> {
    const known = this.#producers[index];
    if (known !== undefined) return known;
    const fresh = new FakeTransactionalProducer(this.host, `tx${index}`);
    this.#producers[index] = fresh;
    await fresh.init();
    return fresh;
  }

  async #write(index: number, partitionIndex: number, count: number): Promise<void> {
    const each = await this.#producer(index);
    if ((await each.add("t", [partitionIndex])) !== 0) return;
    const transaction = (this.#open[index] ??= { outcome: "open" });
    const values = Array.from({ length: count }, () => String(this.#nextValue++));
    if (each.send("t", partitionIndex, ...values).kind !== "append") return;
    for (const value of values) this.#written[partitionIndex]!.push({ value, transaction });
  }

  async #end(index: number, commit: boolean): Promise<void> {
    const each = await this.#producer(index);
    const transaction = this.#open[index];
    if (transaction === undefined || (await each.end(commit)) !== 0) return;
    transaction.outcome = commit ? "committed" : "aborted";
    this.#open[index] = undefined;
  }

  async #init(index: number, each: FakeTransactionalProducer, keeps: boolean): Promise<void> {
    // Where it has no id yet, naming it would be no valid request.
    if ((await each.init(keeps && each.producerId >= 0n)) !== 0) return;
    this.#producers[index] = each;
  }

  /** Batches of other producers are not held up by the coordinators' limits. */
  #plain(index: number): void {
    const value = String(this.#nextValue++);
    this.host.produce(this.host.partition("t", index), { values: [value] });
    this.#written[index]!.push({ value, transaction: undefined });
  }

  /** What the coordinator ended itself, at a timeout or for a new producer, it can only have aborted. */
  #noteEnded(): void {
    for (const [index, transaction] of this.#open.entries()) {
      const id = `tx${index}`;
      const [described] = this.host.transactions.describeTransactions([id]);
      if (transaction === undefined || described?.transactionState === "Ongoing") continue;
      transaction.outcome = "aborted";
      this.#open[index] = undefined;
    }
  }

  #check(): void {
    for (let i = 0; i < PARTITIONS; i++) {
      const log = this.host.partition("t", i);
      const stable = this.host.producers.lastStableOffset(log);
      expect(stable).toBeGreaterThanOrEqual(this.#stable[i]!);
      expect(stable).toBeLessThanOrEqual(log.highWatermark);
      this.#stable[i] = stable;
      const seen = readCommitted(this.host, log);
      // A prefix of all that is committed or will be: nothing open, nothing aborted, nothing twice or out of order.
      const committed = this.#values(i, "committed");
      expect(seen).toEqual(committed.slice(0, seen.length));
    }
  }

  #values(index: number, outcome: Outcome): string[] {
    const decided = this.#written[index]!.filter(
      ({ transaction }) => transaction === undefined || transaction.outcome === outcome,
    );
    return decided.map(({ value }) => value);
  }
}

test("readers of committed records see what the model says", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
      const history = new History();
      for (const each of steps) await history.take(each);
      history.settle();
    }),
    { numRuns: 200 },
  );
});
