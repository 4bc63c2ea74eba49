/**
 * Records from an NDJSON body: a line is a record's value (or key, separator, value). Lines are found across chunk
 * boundaries; what is no record is counted and the first few are told, never silently left out.
 *
 * Records go out in batches of bounded size, to the partition of the key's hash as Kafka's producers choose it, or in
 * turn where there is no key.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { IngestResponse } from "../api/spoor-endpoints.ts";
import type { Clock } from "../base/clock.ts";
import { SpoorError } from "../base/errors.ts";
import { murmur2Partition } from "../engine/murmur2.ts";
import { RecordBatchBuilder } from "../log/record-batch-builder.ts";
import type { TopicInfo, TopicLog } from "../log/topic-log.ts";
import type { AppEngine } from "./app-engine.ts";
import { appErrors } from "./errors.ts";
import type { IngestOptions, RecordIngest } from "./service.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** Somewhat below a power of two, so that a batch fills the memory it has grown to. */
const BATCH_BYTES = 480 * 1024;
const ERRORS_TOLD = 10;

export interface IngestContext {
  readonly log: TopicLog;
  readonly clock: Clock;
  readonly engine: Pick<AppEngine, "appendOutside">;
  readonly settled: () => Promise<void>;
}

export class NdjsonIngest implements RecordIngest {
  readonly #log: TopicLog;
  readonly #topic: TopicInfo;
  readonly #clock: Clock;
  readonly #engine: IngestContext["engine"];
  readonly #settled: IngestContext["settled"];
  readonly #options: IngestOptions;
  readonly #separator: Buffer;
  readonly #builders: RecordBatchBuilder[];
  /** A started line: its pieces so far. */
  #rest: Buffer = Buffer.alloc(0);
  /** The started line is already longer than a record may be: its rest is passed over. */
  #overlong = false;
  #line = 0;
  /** When the chunk at hand came in: the timestamp of its records. */
  #nowMs = 0;
  #turn = 0;
  #records = 0;
  #bytes = 0;
  #rejected = 0;
  readonly #firstErrors: { line: number; message: string }[] = [];

  /** @throws LOG_UNKNOWN_PARTITION where `options.partition` is none of the topic's */
  constructor(context: IngestContext, topic: TopicInfo, options: IngestOptions) {
    const { log, clock, engine, settled } = context;
    this.#settled = settled;
    if (options.partition !== undefined) log.partition(topic.name, options.partition);
    this.#log = log;
    this.#topic = topic;
    this.#clock = clock;
    this.#engine = engine;
    this.#options = options;
    this.#separator = Buffer.from(options.separator);
    this.#builders = Array.from({ length: topic.partitions }, () => new RecordBatchBuilder(16 * 1024));
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#bytes += chunk.length;
    this.#nowMs = this.#clock.nowMs();
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      if (this.#rest.length === 0 && !this.#overlong) this.#wholeLine(bytes, start, end);
      else this.#endLine(bytes.subarray(start, end));
      start = end + 1;
    }
    this.#keepRest(bytes.subarray(start));
    // Arrival numbers that were taken must be in the log before a query runs (see the engine's law of order).
    this.#builders.forEach((builder, partition) => this.#flush(builder, partition));
    await this.#settled();
    // Appending is synchronous; without a pause a fast sender would keep every query waiting.
    await nextTurn();
  }

  async finish(): Promise<IngestResponse> {
    this.#nowMs = this.#clock.nowMs();
    if (this.#rest.length > 0 || this.#overlong) this.#endLine(Buffer.alloc(0));
    this.#builders.forEach((builder, partition) => this.#flush(builder, partition));
    this.#log.flush();
    await this.#settled();
    return {
      records: this.#records,
      bytes: this.#bytes,
      rejected: this.#rejected,
      firstErrors: this.#firstErrors,
    };
  }

  #keepRest(piece: Buffer): void {
    if (piece.length === 0 || this.#overlong) return;
    if (this.#rest.length + piece.length > this.#topic.config.maxMessageBytes) {
      this.#overlong = true;
      this.#rest = Buffer.alloc(0);
      return;
    }
    this.#rest = this.#rest.length === 0 ? Buffer.from(piece) : Buffer.concat([this.#rest, piece]);
  }

  #endLine(piece: Buffer): void {
    this.#line += 1;
    const whole = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const overlong = this.#overlong;
    this.#rest = Buffer.alloc(0);
    this.#overlong = false;
    if (overlong) {
      this.#reject(`longer than max.message.bytes (${this.#topic.config.maxMessageBytes})`);
      return;
    }
    this.#takeLine(whole, 0, whole.length);
  }

  /** A line that lies whole in the chunk: the usual case, without a view of its own. */
  #wholeLine(bytes: Buffer, start: number, end: number): void {
    this.#line += 1;
    this.#takeLine(bytes, start, end);
  }

  #takeLine(bytes: Buffer, start: number, lineEnd: number): void {
    const end = lineEnd > start && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd;
    if (end === start) return;
    if (end - start > this.#topic.config.maxMessageBytes) {
      this.#reject(`longer than max.message.bytes (${this.#topic.config.maxMessageBytes})`);
      return;
    }
    if (this.#options.format === "value") {
      this.#append(null, bytes, start, end);
      return;
    }
    const at = bytes.indexOf(this.#separator, start);
    if (at < 0 || at >= end) {
      this.#reject(`no '${this.#options.separator}' between key and value`);
      return;
    }
    const key = at === start ? null : bytes.subarray(start, at);
    this.#append(key, bytes, at + this.#separator.length, end);
  }

  #append(key: Buffer | null, bytes: Buffer, start: number, end: number): void {
    const builder = this.#builders[this.#partitionOf(key)]!;
    const at = builder.beginRecord(key === null ? -1 : key.length, end - start);
    bytes.copy(builder.bytes, at, start, end);
    const arrival = this.#log.allocateArrivals(1);
    builder.endRecord(at + end - start, this.#nowMs, arrival, key, 0, key === null ? 0 : key.length);
    this.#records += 1;
    if (builder.byteLength >= Math.min(BATCH_BYTES, this.#topic.config.maxMessageBytes / 2)) {
      this.#flush(builder, this.#builders.indexOf(builder));
    }
  }

  #partitionOf(key: Buffer | null): number {
    if (this.#options.partition !== undefined) return this.#options.partition;
    if (key !== null) return murmur2Partition(key, 0, key.length, this.#topic.partitions);
    return this.#turn;
  }

  /** Records without a key go to one partition until its batch is full: whole batches, evenly spread. */
  #flush(builder: RecordBatchBuilder, partition: number): void {
    if (builder.count === 0) return;
    const { count } = builder;
    if (partition === this.#turn) this.#turn = (this.#turn + 1) % this.#topic.partitions;
    try {
      const { name } = this.#topic;
      const log = this.#log.partition(name, partition);
      this.#engine.appendOutside(name, () => log.appendTransient(builder));
    } catch (error) {
      if (!(error instanceof SpoorError)) throw error;
      this.#records -= count;
      throw appErrors.INGEST_BROKEN_OFF({
        message: `topic '${this.#topic.name}' took no more records`,
        detail: `${this.#records} records up to about line ${this.#line} were written: ${error.message}`,
        hint: error.hint,
        cause: error,
      });
    }
  }

  #reject(message: string): void {
    this.#rejected += 1;
    if (this.#firstErrors.length < ERRORS_TOLD) this.#firstErrors.push({ line: this.#line, message });
  }
}
