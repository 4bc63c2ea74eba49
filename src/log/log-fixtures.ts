/** Making and reading records in tests of the log. */
import { RecordBatchBuilder } from "./record-batch-builder.ts";
import { recordsOf } from "./record-headers.ts";
import type { LogRecord } from "./record-block.ts";
import type { PartitionLog } from "./topic-log.ts";

export type TextRecord = readonly [
  key: string | null,
  value: string | null,
  timestamp?: number,
  arrival?: number,
];

/** A builder with these records; timestamps default to 1000 + index, arrivals to the index. */
export function batchOf(records: readonly TextRecord[]): RecordBatchBuilder {
  const builder = new RecordBatchBuilder(256, 4);
  for (const [i, [key, value, timestamp, arrival]] of records.entries()) {
    builder.appendRecord(bytesOf(key), bytesOf(value), timestamp ?? 1000 + i, arrival ?? i);
  }
  return builder;
}

/** The batch in wire form, as a producer sends it. */
export function wireOf(records: readonly TextRecord[]): Buffer {
  return Buffer.from(batchOf(records).finish(0).batch);
}

/** Appends one batch per list. */
export function appendAll(partition: PartitionLog, batches: readonly (readonly TextRecord[])[]): void {
  for (const records of batches) partition.appendBuilder(batchOf(records));
}

/** Everything from `from` (default: the start) to the high watermark or `upTo`, read step by step. */
export function readAll(
  partition: PartitionLog,
  from = partition.startOffset,
  upTo = partition.highWatermark,
): LogRecord[] {
  const records: LogRecord[] = [];
  for (let offset = from; offset < upTo;) {
    const blocks = partition.read(offset, { maxBytes: 200, upTo });
    records.push(...recordsOf(blocks));
    const next = blocks.at(-1)!.nextOffset;
    if (next <= offset) throw new Error(`reading at ${offset} does not move on`);
    offset = next;
  }
  return records;
}

/** `offset:key=value` of each record. */
export function texts(records: readonly LogRecord[]): string[] {
  return records.map(
    ({ offset, key, value }) => `${offset}:${key?.toString() ?? "-"}=${value?.toString() ?? "-"}`,
  );
}

function bytesOf(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text);
}
