/** For tests: time that they move, a receiver that says what they tell it to, a log in memory with records of theirs. */
import { ManualClock } from "../../base/clock.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { recordAt } from "../../log/record-headers.ts";
import type { LogRecord } from "../../log/record-block.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { PropertyReader } from "../settings/property-reader.ts";
import { ConnectorOffsets } from "./connector-offsets.ts";
import { readDeliverySettings } from "./delivery-settings.ts";
import { DeliveryTask } from "./delivery-task.ts";
import { DELIVERED } from "./receiver.ts";
import type { Batching, Outcome, Receiver } from "./receiver.ts";
import { SinkRecord } from "./sink-record.ts";
import type { Timers } from "../../base/timers.ts";

/** Timers that fire when the test moves their clock. */
export class ManualTimers implements Timers {
  readonly clock = new ManualClock(1_600_000_000_000);
  readonly #waiting = new Set<{ readonly dueMs: number; readonly act: () => void }>();

  after(ms: number, act: () => void): () => void {
    const timer = { dueMs: this.clock.monotonicMs() + ms, act };
    this.#waiting.add(timer);
    return () => void this.#waiting.delete(timer);
  }

  /** Step by step, so that what a timer starts has its turn. */
  async advance(ms: number): Promise<void> {
    const endMs = this.clock.monotonicMs() + ms;
    await turns();
    for (;;) {
      const next = [...this.#waiting].toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined || next.dueMs > endMs) break;
      this.clock.advance(Math.max(0, next.dueMs - this.clock.monotonicMs()));
      this.#waiting.delete(next);
      next.act();
      await turns();
    }
    this.clock.advance(Math.max(0, endMs - this.clock.monotonicMs()));
    await turns();
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Answers each record by what `answer` says; keeps what it was given. */
export class FakeReceiver implements Receiver {
  readonly sends: { readonly records: readonly string[]; readonly notice: string | undefined }[] = [];
  readonly delivered: string[] = [];
  isClosed = false;
  answer: (record: SinkRecord) => Outcome | Promise<Outcome> = () => DELIVERED;

  async deliver(records: readonly SinkRecord[], notice: string | undefined): Promise<readonly Outcome[]> {
    this.sends.push({ records: records.map(({ id }) => id), notice });
    const outcomes = await Promise.all(records.map(this.answer));
    for (const [i, { kind }] of outcomes.entries())
      if (kind === "delivered") this.delivered.push(records[i]!.id);
    return outcomes;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

export interface FakeDelivery {
  readonly log: TopicLog;
  readonly timers: ManualTimers;
  readonly receiver: FakeReceiver;
  readonly task: DeliveryTask;
  readonly reports: string[];
}

export interface FakeDeliveryOptions {
  readonly properties?: Readonly<Record<string, string>>;
  readonly log?: TopicLog;
  readonly timers?: ManualTimers;
  readonly batching?: Partial<Batching>;
  readonly inFlight?: number;
  readonly random?: number;
  readonly answer?: FakeReceiver["answer"];
  readonly owner?: string;
}

/** A task that is started and has had its first turns. Its connector is `HOOK`, its topic `alerts`. */
export async function startDelivery(options: FakeDeliveryOptions = {}): Promise<FakeDelivery> {
  const timers = options.timers ?? new ManualTimers();
  const log = options.log ?? openMemoryLog({ clock: timers.clock });
  const receiver = new FakeReceiver();
  if (options.answer !== undefined) receiver.answer = options.answer;
  const reports: string[] = [];
  const reader = new PropertyReader(
    "fake",
    new Map(Object.entries({ topics: "alerts", ...options.properties })),
  );
  const settings = readDeliverySettings("HOOK", reader);
  const batching = { records: 1, bytes: 1e9, lingerMs: 0, ...options.batching };
  const task = new DeliveryTask({
    connector: "HOOK",
    className: "fake",
    owner: options.owner ?? "server-1",
    plan: () => ({
      settings,
      sink: { batching, inFlight: options.inFlight ?? 1, open: () => receiver },
    }),
    log,
    offsets: new ConnectorOffsets({ log, clock: timers.clock, timers }),
    clock: timers.clock,
    timers,
    random: { next: () => options.random ?? 1 },
    version: "1",
    report: (level, message) => reports.push(`${level}: ${message}`),
  });
  task.start();
  await turns();
  return { log, timers, receiver, task, reports };
}

export function appendRecords(log: TopicLog, topic: string, ...values: (string | null)[]): void {
  if (log.topic(topic) === undefined) log.createTopic(topic, { partitions: 1 });
  const builder = new RecordBatchBuilder(4096, values.length);
  for (const value of values) {
    const bytes = value === null ? null : Buffer.from(value);
    builder.appendRecord(Buffer.from("key"), bytes, 1_600_000_000_123, log.allocateArrivals(1));
  }
  log.partition(topic, 0).appendBuilder(builder);
}

export function recordsOf(log: TopicLog, topic: string): LogRecord[] {
  if (log.topic(topic) === undefined) return [];
  return log
    .partition(topic, 0)
    .read(0, { maxBytes: 1e9 })
    .flatMap((block) => Array.from({ length: block.count }, (_, i) => recordAt(block, i)));
}

/** A record on its way out, as if it were the topic's only one. */
export function sinkRecord(value: unknown, topic = "alerts"): SinkRecord {
  const builder = new RecordBatchBuilder(4096, 1);
  const bytes = Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
  builder.appendRecord(Buffer.from("key"), bytes, 1_600_000_000_123, 0);
  return new SinkRecord(topic, 0, builder.finish(7).block, 0);
}
