/** Cutting whole batches out of cached appends. */
import { readBatchHeader } from "../batch-header.ts";
import type { RecentAppend } from "../recent-blocks.ts";

/**
 * The batches from the one that holds `fromOffset` on that end at or below `upTo`, up to `maxBytes` but at
 * least one; a view where they all stand in one append.
 */
export function wireFrom(
  appends: readonly RecentAppend[],
  fromOffset: number,
  maxBytes: number,
  upTo: number,
): Buffer {
  const parts: Buffer[] = [];
  let total = 0;
  for (const { wire } of appends) {
    let start = -1;
    let at = 0;
    while (at < wire.length) {
      const header = readBatchHeader(wire, at);
      const size = header.sizeBytes;
      const full = total > 0 && total + size > maxBytes;
      if (header.nextOffset > upTo || (header.nextOffset > fromOffset && full)) break;
      if (header.nextOffset > fromOffset) {
        if (start < 0) start = at;
        total += size;
      }
      at += size;
    }
    if (start >= 0) parts.push(wire.subarray(start, at));
    if (at < wire.length) break;
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
