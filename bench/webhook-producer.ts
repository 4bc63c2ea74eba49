/**
 * A shipper of events as a process of its own: `node bench/webhook-producer.ts '{"bootstrap":…}'`. As librdkafka's users have it by
 * default: a batch goes after 5 ms and holds up to 1 MB, so it grows when answers are slow; five requests in flight, acks=all.
 * Reading the file never holds up what was handed over. When each event was handed over and when it was acknowledged, by its
 * offset, is in the file `times`; a line of JSON tells the rest.
 */
import { spawn } from "node:child_process";
import { createReadStream, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { produceApi } from "../src/broker/protocol/messages/produce.ts";
import { RecordBatchBuilder } from "../src/log/record-batch-builder.ts";
import { WireClient } from "./broker-wire.ts";
import { schedulingOf, wallMs } from "./webhook-latency.ts";
import type { Scheduling } from "./webhook-latency.ts";

export interface EventProducerTask {
  readonly bootstrap: string;
  readonly topic: string;
  /** Events, one JSON document a line. */
  readonly file: string;
  readonly events: number;
  readonly perSecond: number;
  /** The file that the times go to: two doubles an event, milliseconds since 1970; the topic must be empty. */
  readonly times: string;
}

export interface EventProducerReport {
  readonly events: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly requests: number;
  /** The longest that an event was handed over after its time: the process had no processor, or the broker was behind. */
  readonly lateMaxMs: number;
  readonly scheduling: Scheduling;
}

const BATCH_BYTES = 1_000_000;
const LINGER_MS = 5;
const IN_FLIGHT_MAX = 5;
const PRODUCE_VERSION = 9;
const READ_BYTES = 1 << 20;
const TICK_MS = 1;
/** Even a producer that is late lets its socket have a turn. */
const RECORDS_A_TURN = 100;
const NEWLINE = 0x0a;

/** @throws what the process said when it failed */
export function produceEvents(task: EventProducerTask): Promise<EventProducerReport> {
  const args = ["--max-semi-space-size=16", fileURLToPath(import.meta.url), JSON.stringify(task)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let last = "";
  createInterface({ input: child.stdout }).on("line", (line) => (last = line));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(last) as EventProducerReport);
      else reject(new Error(`the producer of events ended with ${code}`));
    });
  });
}

class EventProducer {
  readonly #client: WireClient;
  readonly #topic: string;
  readonly #times: Float64Array;
  readonly #spare: RecordBatchBuilder[] = [];
  #open = new RecordBatchBuilder(BATCH_BYTES);
  #openedMs = 0;
  #inFlight = 0;
  #failure: unknown;
  given = 0;
  requests = 0;

  constructor(client: WireClient, topic: string, times: Float64Array) {
    this.#client = client;
    this.#topic = topic;
    this.#times = times;
  }

  get isIdle(): boolean {
    return this.#inFlight === 0 && this.#open.count === 0;
  }

  /** @throws what went wrong with any request */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** False: no room before an answer comes. */
  add(value: Buffer): boolean {
    if (this.#open.count > 0 && this.#open.byteLength + value.length > BATCH_BYTES && !this.#send())
      return false;
    const nowMs = wallMs();
    if (this.#open.count === 0) this.#openedMs = nowMs;
    this.#open.appendRecord(null, value, Math.floor(nowMs), 0);
    this.#times[2 * this.given++] = nowMs;
    return true;
  }

  /** To be called every few milliseconds. */
  tick(): void {
    if (this.#open.count > 0 && wallMs() - this.#openedMs >= LINGER_MS) this.#send();
  }

  #send(): boolean {
    if (this.#inFlight >= IN_FLIGHT_MAX) return false;
    this.#inFlight += 1;
    this.requests += 1;
    void this.#produce(this.#open);
    this.#open = this.#spare.pop() ?? new RecordBatchBuilder(BATCH_BYTES);
    return true;
  }

  async #produce(builder: RecordBatchBuilder): Promise<void> {
    const { count } = builder;
    try {
      const partitionData = [{ index: 0, records: builder.finish(0).batch }];
      const request = { acks: -1, timeoutMs: 30_000, topicData: [{ name: this.#topic, partitionData }] };
      const { responses } = await this.#client.ask(produceApi, PRODUCE_VERSION, request);
      const { errorCode, errorMessage, baseOffset } = responses[0]!.partitionResponses[0]!;
      if (errorCode !== 0) throw new Error(`a batch was refused: ${errorMessage ?? errorCode}`);
      const nowMs = wallMs();
      for (let i = 0; i < count; i++) this.#times[2 * (Number(baseOffset) + i) + 1] = nowMs;
    } catch (error) {
      this.#failure ??= error;
    }
    builder.reset();
    this.#spare.push(builder);
    this.#inFlight -= 1;
    this.tick();
  }
}

async function produce(task: EventProducerTask): Promise<EventProducerReport> {
  const times = new Float64Array(2 * task.events);
  const client = await WireClient.open(task.bootstrap);
  const producer = new EventProducer(client, task.topic, times);
  const ticking = setInterval(() => producer.tick(), TICK_MS);
  const startMs = wallMs();
  let bytes = 0;
  let lateMaxMs = 0;
  for await (const line of linesOf(task.file, task.events)) {
    const dueMs = startMs + (1000 * producer.given) / task.perSecond;
    while (wallMs() < dueMs) await wait(TICK_MS);
    if (producer.given % RECORDS_A_TURN === 0) await nextTurn();
    lateMaxMs = Math.max(lateMaxMs, wallMs() - dueMs);
    while (!producer.add(line)) {
      producer.check();
      await wait(TICK_MS);
    }
    bytes += line.length;
  }
  while (!producer.isIdle) {
    producer.check();
    await wait(TICK_MS);
  }
  const seconds = (wallMs() - startMs) / 1000;
  clearInterval(ticking);
  client.close();
  writeFileSync(task.times, times.subarray(0, 2 * producer.given));
  const { given: events, requests } = producer;
  return { events, bytes, seconds, requests, lateMaxMs, scheduling: schedulingOf(process.pid) };
}

/** The stream reads ahead while lines are used. */
async function* linesOf(file: string, most: number): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let left = most;
  for await (const chunk of createReadStream(file, { highWaterMark: READ_BYTES })) {
    const block = held.length === 0 ? (chunk as Buffer) : Buffer.concat([held, chunk as Buffer]);
    let start = 0;
    for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
      if (left-- <= 0) return;
      yield block.subarray(start, end);
      start = end + 1;
    }
    held = block.subarray(start);
  }
  if (held.length > 0 && left > 0) yield held;
}

if (import.meta.main) {
  process.stdout.write(
    `${JSON.stringify(await produce(JSON.parse(process.argv[2]!) as EventProducerTask))}\n`,
  );
}
