/**
 * Collects a query's output records in one batch for each partition of the sink topic and appends the batches to the
 * log. Records of one key go to one partition (Kafka's murmur2 partitioner, so that other producers agree); records
 * without a key are spread by arrival number, which is the same in every run.
 *
 * While the disk takes nothing, batches grow until the task's step ends (a step reads a bounded amount): a step is never
 * broken off between two records, so positions, state and what is still to be written always agree.
 */
import { RecordBatchBuilder } from "../log/record-batch-builder.ts";
import type { PartitionLog } from "../log/topic-log.ts";
import type { CurrentHeaders } from "./current-headers.ts";
import { murmur2Partition } from "./murmur2.ts";
import { isPassingFailure } from "./passing-failure.ts";
import { attachSlotHint } from "./slot-hints.ts";
import type { SlotLayout } from "./slot-hints.ts";
import type { QueryCounters } from "./statistics.ts";

/** A batch is appended when it has grown to this, at the latest when the task's step ends. */
const BATCH_BYTES = 512 * 1024;
const NO_KEY = Buffer.alloc(0);

/** What is needed of a partition that is written. */
export type SinkPartition = Pick<
  PartitionLog,
  "topic" | "partition" | "endOffset" | "appendTransient" | "setHighWatermark"
>;

interface Output {
  readonly log: SinkPartition;
  readonly builder: RecordBatchBuilder;
  /** Ranges of the columns in each value, relative to its start; used with a layout only. */
  slots: Int32Array;
  written: number;
}

export class SinkWriter {
  readonly #outputs: readonly Output[];
  readonly #counters: QueryCounters;
  readonly #layout: SlotLayout | undefined;
  readonly #nowMs: () => number;
  /** The disk took nothing: no further attempt before the step ends. */
  #held = false;

  constructor(
    partitions: readonly SinkPartition[],
    counters: QueryCounters,
    nowMs: () => number,
    layout?: SlotLayout,
  ) {
    this.#outputs = partitions.map((log) => ({
      log,
      builder: new RecordBatchBuilder(64 * 1024),
      slots: new Int32Array(0),
      written: 0,
    }));
    this.#counters = counters;
    this.#nowMs = nowMs;
    this.#layout = layout;
  }

  /** The builder that takes the next record of this key (key[start, end); undefined: no key). */
  builderFor(key: Buffer | undefined, start: number, end: number, arrival: number): RecordBatchBuilder {
    const outputs = this.#outputs;
    if (outputs.length === 1) return outputs[0]!.builder;
    const partition =
      key === undefined ? arrival % outputs.length : murmur2Partition(key, start, end, outputs.length);
    return outputs[partition]!.builder;
  }

  /** Where the column ranges of the record about to end in `builder` are to be noted (relative to its value). */
  slotsFor(builder: RecordBatchBuilder): { readonly slots: Int32Array; readonly base: number } {
    const output =
      this.#outputs.length === 1 ? this.#outputs[0]! : this.#outputs.find((o) => o.builder === builder)!;
    const width = (this.#layout?.columns.length ?? 0) * 2;
    const base = builder.count * width;
    if (output.slots.length < base + width) {
      const grown = new Int32Array(Math.max(4096, (base + width) * 2));
      grown.set(output.slots);
      output.slots = grown;
    }
    return { slots: output.slots, base };
  }

  /**
   * Appends a record whose parts are at hand as buffers.
   * @param windowBytes at the key's end that say its window: all windows of a key go to one partition
   */
  append(
    key: Buffer | undefined,
    value: Buffer | undefined,
    timestampMs: number,
    arrival: number,
    windowBytes = 0,
    headers?: CurrentHeaders,
  ): void {
    const builder = this.builderFor(key, 0, (key?.length ?? 0) - windowBytes, arrival);
    const at = builder.beginRecord(key?.length ?? -1, value?.length ?? 0);
    if (value !== undefined) value.copy(builder.bytes, at);
    const valueEnd = value === undefined ? -1 : at + value.length;
    const keyEnd = (key ?? NO_KEY).length;
    if (headers === undefined || headers.end === headers.start) {
      builder.endRecord(valueEnd, timestampMs, arrival, key ?? null, 0, keyEnd);
    } else {
      const { bytes, start, end } = headers;
      builder.endRecordWithHeaders(valueEnd, timestampMs, arrival, key ?? null, 0, keyEnd, bytes, start, end);
    }
    this.flushIfFull(builder);
  }

  /** Appends the batches that are full. Call it after each record written through `builderFor`. */
  flushIfFull(builder: RecordBatchBuilder): void {
    if (builder.byteLength < BATCH_BYTES || this.#held) return;
    try {
      this.flush();
    } catch (error) {
      if (!isPassingFailure(error)) throw error;
      this.#held = true;
    }
  }

  /** Appends all batches to the log. @throws LOG_DISK_FULL, LOG_WRITE_FAILED (the batch is kept) */
  flush(): void {
    this.#held = false;
    for (const output of this.#outputs) {
      const { builder, log } = output;
      const count = builder.count;
      if (count === 0) continue;
      const bytes = builder.byteLength;
      const block = log.appendTransient(builder);
      if (this.#layout !== undefined) {
        const used = count * this.#layout.columns.length * 2;
        attachSlotHint(block, { layout: this.#layout, slots: output.slots.slice(0, used) });
      }
      output.written += count;
      this.#counters.recordsWritten += count;
      this.#counters.bytesWritten += bytes;
      this.#counters.lastMessageMs = this.#nowMs();
    }
  }

  /** Appended so far, by partition: the ends that a commit makes visible. */
  ends(): readonly { readonly topic: string; readonly partition: number; readonly end: number }[] {
    return this.#outputs.map(({ log }) => ({
      topic: log.topic,
      partition: log.partition,
      end: log.endOffset,
    }));
  }

  /** Lets readers see everything appended so far: call it after the commit. */
  publish(): void {
    for (const { log } of this.#outputs) log.setHighWatermark(log.endOffset);
  }
}
