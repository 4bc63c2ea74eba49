/**
 * A client of the benchmarks as a process of its own: `node bench/broker-load.ts '{"role":…}'`. What it measured is the JSON
 * on its last line. Times that two processes compare are the machine's monotonic clock, except for alerts, whose events carry
 * the wall clock's milliseconds as Windows would write them.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { fileLines } from "./event-lines.ts";
import { LoadConsumer } from "./broker-consumer.ts";
import { LoadProducer } from "./broker-producer.ts";
import type { Bootstrap } from "./broker-wire.ts";

interface Target {
  readonly bootstrap: Bootstrap;
  readonly topic: string;
}

export type LoadTask = Target &
  (
    | {
        /** Records of a size, each beginning with the time at which it was handed to the producer. */
        readonly role: "produce";
        readonly records: number;
        readonly recordBytes: number;
        /** 0: as fast as the broker takes them. */
        readonly perSecond: number;
      }
    | {
        /** Reads so many records from the topic's beginning; the first `skip` of them give no latencies. */
        readonly role: "consume";
        readonly records: number;
        readonly skip: number;
      }
    | {
        /** Lines of a file, each with the time of its sending as its `UtcTime`. */
        readonly role: "produce-events";
        readonly file: string;
        readonly events: number;
        readonly perSecond: number;
      }
    | {
        /** Reads until nothing comes for `idleMs`; latencies from the records' timestamps, the first `skipMs` left out. */
        readonly role: "consume-alerts";
        readonly idleMs: number;
        readonly skipMs: number;
      }
  );

export interface LoadReport {
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Present where latencies were measured. */
  readonly latency?: LatencyReport;
}

export interface LatencyReport {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const TIME_BYTES = 8;
const TICK_MS = 1;

export interface RunningLoad {
  /** @throws what the process said when it failed */
  readonly report: Promise<LoadReport>;
}

export function startLoad(task: LoadTask): RunningLoad {
  const args = ["--max-semi-space-size=16", fileURLToPath(import.meta.url), JSON.stringify(task)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let last = "";
  createInterface({ input: child.stdout }).on("line", (line) => (last = line));
  const report = new Promise<LoadReport>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(last) as LoadReport);
      else reject(new Error(`the client that should ${task.role} ended with ${code}`));
    });
  });
  return { report };
}

function run(task: LoadTask): Promise<LoadReport> {
  switch (task.role) {
    case "produce":
      return produce(task, task.records, task.perSecond, timedRecord(task.recordBytes));
    case "consume":
      return consume(task);
    case "produce-events":
      return produceEvents(task);
    case "consume-alerts":
      return consumeAlerts(task);
  }
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

function timedRecord(recordBytes: number): () => Buffer {
  const value = Buffer.alloc(recordBytes, "abcdefghijklmnopqrstuvwxyz0123456789");
  return () => {
    value.writeDoubleBE(monotonicMs(), 0);
    return value;
  };
}

/** Hands records to the producer in the rhythm of a clock, whatever the broker does. */
class Pace {
  readonly #perSecond: number;
  readonly #startMs = performance.now();
  #given = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Until the next record is due. */
  async next(producer: LoadProducer): Promise<void> {
    while (this.#given >= this.#due()) {
      producer.tick();
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    this.#given += 1;
  }

  #due(): number {
    return ((performance.now() - this.#startMs) * this.#perSecond) / 1000;
  }
}

async function produce(
  target: Target,
  records: number,
  perSecond: number,
  value: () => Buffer,
): Promise<LoadReport> {
  const producer = await LoadProducer.open(target.bootstrap, target.topic);
  const startMs = monotonicMs();
  const pace = perSecond > 0 ? new Pace(perSecond) : undefined;
  let bytes = 0;
  for (let i = 0; i < records; i++) {
    if (pace !== undefined) await pace.next(producer);
    else if (producer.isFull) await producer.room();
    const record = value();
    producer.add(record, Math.floor(wallMs()));
    bytes += record.length;
  }
  await producer.finish();
  return { records: producer.acknowledged, bytes, seconds: (monotonicMs() - startMs) / 1000 };
}

async function consume(task: Extract<LoadTask, { role: "consume" }>): Promise<LoadReport> {
  const consumer = await LoadConsumer.open(task.bootstrap, task.topic);
  const latencies = new Latencies();
  let startMs = 0;
  let records = 0;
  let bytes = 0;
  while (records < task.records) {
    const blocks = await consumer.poll();
    const nowMs = monotonicMs();
    // What comes before the first answer is the connection's time, or the producer's.
    startMs ||= nowMs;
    for (const block of blocks) {
      for (let i = 0; i < block.count; i++) {
        const at = block.valueStarts[i]!;
        bytes += block.valueEnds[i]! - at;
        if (records++ >= task.skip && block.valueEnds[i]! - at >= TIME_BYTES) {
          latencies.add(nowMs - block.bytes.readDoubleBE(at));
        }
      }
    }
  }
  consumer.close();
  const seconds = (monotonicMs() - startMs) / 1000;
  return { records, bytes, seconds, latency: latencies.report() };
}

async function produceEvents(task: Extract<LoadTask, { role: "produce-events" }>): Promise<LoadReport> {
  const producer = await LoadProducer.open(task.bootstrap, task.topic);
  const startMs = monotonicMs();
  const pace = task.perSecond > 0 ? new Pace(task.perSecond) : undefined;
  let bytes = 0;
  await fileLines(task.file, task.events).each(async (block) => {
    for (let start = 0; start < block.length;) {
      const newline = block.indexOf(0x0a, start);
      const line = block.subarray(start, newline < 0 ? block.length : newline);
      if (pace !== undefined) await pace.next(producer);
      else if (producer.isFull) await producer.room();
      stampEvent(line);
      producer.add(line, Math.floor(wallMs()));
      bytes += line.length;
      start += line.length + 1;
    }
  });
  await producer.finish();
  return { records: producer.acknowledged, bytes, seconds: (monotonicMs() - startMs) / 1000 };
}

const UTC_TIME = Buffer.from('"UtcTime":"');

/** An event's own time becomes now: `2026-01-05 08:00:00.000`, in place. */
function stampEvent(line: Buffer): void {
  const at = line.indexOf(UTC_TIME);
  if (at < 0) return;
  const text = new Date(wallMs()).toISOString();
  line.write(`${text.slice(0, 10)} ${text.slice(11, 23)}`, at + UTC_TIME.length, "latin1");
}

async function consumeAlerts(task: Extract<LoadTask, { role: "consume-alerts" }>): Promise<LoadReport> {
  const consumer = await LoadConsumer.open(task.bootstrap, task.topic);
  const latencies = new Latencies();
  let records = 0;
  let bytes = 0;
  let firstMs = 0;
  let lastMs = wallMs();
  while (records === 0 || wallMs() - lastMs < task.idleMs) {
    const blocks = await consumer.poll();
    const nowMs = wallMs();
    if (blocks.length === 0) continue;
    lastMs = nowMs;
    firstMs ||= nowMs;
    for (const block of blocks) {
      records += block.count;
      for (let i = 0; i < block.count; i++) {
        bytes += block.valueEnds[i]! - block.valueStarts[i]!;
        if (nowMs - firstMs >= task.skipMs) latencies.add(nowMs - block.timestamps[i]!);
      }
    }
  }
  consumer.close();
  return { records, bytes, seconds: (lastMs - firstMs) / 1000, latency: latencies.report() };
}

class Latencies {
  readonly #values: number[] = [];

  add(ms: number): void {
    this.#values.push(ms);
  }

  report(): LatencyReport {
    const sorted = Float64Array.from(this.#values).toSorted();
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  }
}

if (import.meta.main) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2]!) as LoadTask))}\n`);
}
