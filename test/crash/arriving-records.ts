/** Records of several topics in the order in which they came in, and the same into another log. */
import type { LogRecord } from "../../src/log/record-block.ts";
import { RecordBatchBuilder } from "../../src/log/record-batch-builder.ts";
import { recordsOf } from "../../src/log/record-headers.ts";
import type { TopicLog } from "../../src/log/topic-log.ts";

export interface ArrivingRecord extends LogRecord {
  readonly topic: string;
  readonly partition: number;
}

/** The committed records, by arrival. They outlive the log. */
export function arrivingRecords(log: TopicLog, topics: readonly string[]): ArrivingRecord[] {
  const found: ArrivingRecord[] = [];
  for (const topic of topics) {
    for (let index = 0; index < (log.topic(topic)?.partitions ?? 0); index++) {
      const partition = log.partition(topic, index);
      for (let from = partition.startOffset; from < partition.lastStableOffset;) {
        const blocks = partition.read(from, { maxBytes: 1 << 20, isolation: "read_committed" });
        for (const record of recordsOf(blocks)) {
          const key = record.key === null ? null : Buffer.from(record.key);
          const value = record.value === null ? null : Buffer.from(record.value);
          found.push({ ...record, key, value, topic, partition: index });
        }
        from = blocks.at(-1)!.nextOffset;
      }
    }
  }
  return found.toSorted((a, b) => a.arrival - b.arrival);
}

/** Appends them one by one, so that they arrive in this order. */
export function appendArriving(log: TopicLog, records: readonly ArrivingRecord[]): void {
  const builder = new RecordBatchBuilder(64 * 1024);
  for (const { topic, partition, key, value, timestamp } of records) {
    builder.appendRecord(key, value, timestamp, log.allocateArrivals(1));
    log.partition(topic, partition).appendBuilder(builder);
  }
}
