/** Cutting whole batches out of cached appends. */
import { readBatchHeader } from "../batch-header.ts";
import type { RecentAppend } from "../recent-blocks.ts";
import type { WireMemory } from "../topic-log.ts";

/**
 * The batches from the one that holds `fromOffset` on that end at or below `upTo`, up to `maxBytes` but at
 * least one. With `memory` they are copied there; without it they are a view where they all stand in one append.
 */
export function wireFrom(
  appends: readonly RecentAppend[],
  fromOffset: number,
  maxBytes: number,
  upTo: number,
  memory?: WireMemory,
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
  if (memory === undefined) return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  const into = memory.take(total);
  let end = 0;
  for (const part of parts) end += part.copy(into, end);
  return into.subarray(0, end);
}
