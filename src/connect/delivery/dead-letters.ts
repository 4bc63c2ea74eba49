/**
 * Records that could not be delivered: byte for byte as they were, with Kafka Connect's headers (KIP-298) behind their own that say
 * where each came from and why it is here.
 */
import type { Clock } from "../../base/clock.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { SinkRecord } from "./sink-record.ts";

export interface DeadLetterReason {
  readonly reason: string;
  /** `refused` by the receiver or while it was formatted, or the last attempt of `retries.max` failed. */
  readonly cause: "refused" | "retries-exhausted";
  readonly attempts: number;
}

const REASON_MAX = 1000;
/** Kafka's default, and room for what is put to a record that was as large as its topic allows. */
const MESSAGE_BYTES = 1_048_588;
const HEADERS_BYTES = 65_536;

export class DeadLetters {
  readonly topic: string;
  readonly #connector: string;
  readonly #className: string;
  readonly #log: TopicLog;
  readonly #clock: Clock;

  constructor(
    topic: string,
    of: { readonly connector: string; readonly className: string },
    log: TopicLog,
    clock: Clock,
  ) {
    this.topic = topic;
    this.#connector = of.connector;
    this.#className = of.className;
    this.#log = log;
    this.#clock = clock;
  }

  /** @throws what the log says; the record is then not there */
  async add(record: SinkRecord, reason: DeadLetterReason): Promise<void> {
    const log = this.#log;
    if (log.topic(this.topic) === undefined) {
      const usual = log.topic(record.topic)?.config.maxMessageBytes ?? 0;
      const config = {
        "retention.ms": "-1",
        "max.message.bytes": String(Math.max(usual, MESSAGE_BYTES) + HEADERS_BYTES),
      };
      log.createTopic(this.topic, { partitions: 1, config, ifNotExists: true });
    }
    const headers = [
      ...record.headers,
      ...this.#headers(record, reason).map(([key, value]) => ({ key, value: Buffer.from(value) })),
    ];
    const builder = new RecordBatchBuilder(record.sizeBytes + 2048, 1);
    const timestampMs = record.timestampMs < 0 ? this.#clock.nowMs() : record.timestampMs;
    builder.appendRecord(record.key, record.value, timestampMs, log.allocateArrivals(1), headers);
    const partition = log.partition(this.topic, 0);
    partition.appendBuilder(builder);
    partition.makeDurable();
    await partition.flushed();
  }

  #headers(record: SinkRecord, { reason, cause, attempts }: DeadLetterReason): [string, string][] {
    const exception = cause === "refused" ? "RecordRefused" : "RetriesExhausted";
    const headers: [string, string][] = [
      ["topic", record.topic],
      ["partition", String(record.partition)],
      ["offset", String(record.offset)],
      ["connector.name", this.#connector],
      ["task.id", "0"],
      ["stage", "TASK_PUT"],
      ["class.name", this.#className],
      ["exception.class.name", exception],
      ["exception.message", reason.slice(0, REASON_MAX)],
      ["exception.stacktrace", `${exception} after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}`],
    ];
    return headers.map(([name, value]) => [`__connect.errors.${name}`, value]);
  }
}
