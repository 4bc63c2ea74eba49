/** Reads back what a test wrote. */
import type { TopicLog } from "../../log/topic-log.ts";

export interface WrittenRecord {
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
}

export function writtenRecords(log: TopicLog, topic: string): WrittenRecord[] {
  const records: WrittenRecord[] = [];
  for (let p = 0; p < (log.topic(topic)?.partitions ?? 0); p++) {
    const partition = log.partition(topic, p);
    let position = partition.startOffset;
    while (position < partition.endOffset) {
      for (const block of partition.read(position, { maxBytes: 1 << 20, upTo: partition.endOffset })) {
        for (let i = 0; i < block.count; i++) {
          const part = (start: number, end: number) =>
            start < 0 || end < start ? null : block.bytes.toString("utf8", start, end);
          records.push({
            partition: p,
            key: part(block.keyStarts[i]!, block.keyEnds[i]!),
            value: part(block.valueStarts[i]!, block.valueEnds[i]!),
            timestamp: block.timestamps[i]!,
          });
        }
        position = block.nextOffset;
      }
    }
  }
  return records;
}
