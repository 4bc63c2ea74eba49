/** What the topics of a case hold, as bytes, beside any server: queries run on servers of their own, one after the other. */
import { RecordBatchBuilder } from "../../../src/log/record-batch-builder.ts";
import { recordsOf } from "../../../src/log/record-headers.ts";
import type { TopicLog } from "../../../src/log/topic-log.ts";

export interface RawHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface RawRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: readonly RawHeader[];
}

export class TopicRecords {
  readonly #records = new Map<string, RawRecord[]>();

  of(topic: string): readonly RawRecord[] {
    return this.#records.get(topic) ?? [];
  }

  add(topic: string, records: readonly RawRecord[]): void {
    this.#records.set(topic, [...this.of(topic), ...records]);
  }
}

/** Appends to partition 0, as the next record of the whole log. */
export function appendRecord(log: TopicLog, topic: string, record: RawRecord): void {
  const builder = new RecordBatchBuilder(1024, 1);
  builder.appendRecord(record.key, record.value, record.timestamp, log.allocateArrivals(1), record.headers);
  log.partition(topic, 0).appendBuilder(builder);
}

/** All records of a topic in the order of their arrival, over its partitions. */
export function readTopic(log: TopicLog, topic: string): readonly RawRecord[] {
  const info = log.topic(topic);
  if (info === undefined) return [];
  const found = Array.from({ length: info.partitions }, (_, i) => {
    const partition = log.partition(topic, i);
    const blocks = [];
    for (let offset = partition.startOffset; offset < partition.endOffset;) {
      const read = partition.read(offset, { maxBytes: 1 << 20, upTo: partition.endOffset });
      if (read.length === 0) break;
      blocks.push(...read);
      offset = read.at(-1)!.nextOffset;
    }
    return recordsOf(blocks);
  });
  return found
    .flat()
    .toSorted((a, b) => a.arrival - b.arrival)
    .map(({ key, value, timestamp, headers }) => ({
      key: copied(key),
      value: copied(value),
      timestamp,
      headers: headers.map((header) => ({ key: header.key, value: copied(header.value) })),
    }));
}

/** The log uses its memory again. */
function copied(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
