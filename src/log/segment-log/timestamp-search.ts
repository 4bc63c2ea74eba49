/** Finding the first record that is as new as a timestamp. */
import type { PartitionLog, TimestampedOffset } from "../topic-log.ts";
import type { Segment } from "./segment.ts";
import type { SegmentReader } from "./segment-reader.ts";

const SEARCH_BYTES = 1_048_576;

/**
 * The first record below the high watermark with a timestamp of at least `timestampMs`: segments with only
 * older ones are passed over, the time index says where to begin in the others.
 */
export function findTimestamp(
  partition: PartitionLog,
  segments: readonly Segment[],
  reader: SegmentReader,
  timestampMs: number,
): TimestampedOffset | undefined {
  for (const segment of segments) {
    if (segment.maxTimestamp < timestampMs || segment.nextOffset <= partition.startOffset) continue;
    let from = Math.max(reader.offsetBefore(segment, timestampMs), partition.startOffset);
    const upTo = Math.min(segment.nextOffset, partition.highWatermark);
    while (from < upTo) {
      const blocks = partition.read(from, { maxBytes: SEARCH_BYTES, upTo });
      for (const block of blocks) {
        for (let i = 0; i < block.count; i++) {
          const timestamp = block.timestamps[i]!;
          if (timestamp >= timestampMs) return { offset: block.offsets[i]!, timestamp };
        }
      }
      from = blocks.at(-1)?.nextOffset ?? upTo;
    }
  }
  return undefined;
}
