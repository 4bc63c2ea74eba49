/** Cutting a segment's end off at any offset, also inside a batch. */
import { readBatchHeader } from "../batch-header.ts";
import { encodeBatchArrivals } from "./arrival-file.ts";
import { filterBatch } from "./batch-filter.ts";
import type { Segment } from "./segment.ts";
import type { SegmentReader } from "./segment-reader.ts";

/**
 * Removes the segment's records from `offset` on; returns whether a batch had to be written again, with its
 * records below. That is two writes: only a cut between batches is safe against a crash in the middle.
 */
export function cutSegment(
  segment: Segment,
  offset: number,
  reader: SegmentReader,
  indexInterval: number,
): boolean {
  const found = segment.locate(offset);
  if (found === undefined) {
    segment.nextOffset = Math.max(offset, segment.baseOffset);
    return false;
  }
  const { position, header } = found;
  if (header.baseOffset >= offset) {
    segment.cutAt(position, offset);
    return false;
  }
  const wire = segment.read(offset, 1, () => true);
  const blocks = reader.decode(segment, wire, header.baseOffset, offset);
  const keeps = blocks[0]?.count ?? 0;
  const rebuilt = filterBatch(wire, { keeps: (index) => index < keeps, keepsLastOffset: false });
  segment.cutAt(position, header.baseOffset);
  if (rebuilt !== undefined) {
    const headers = [readBatchHeader(rebuilt, 0)];
    const arrivals = encodeBatchArrivals(headers, blocks, segment.baseOffset);
    segment.append(rebuilt, headers, arrivals, indexInterval);
  }
  segment.nextOffset = offset;
  return true;
}
