/**
 * Blocks that were fetched, for all partitions together, up to a limit; the least recently read go first. What a fetch
 * brought is one segment: records from where it was asked for to where to read on.
 */
import { emptyBlock, recordBlock } from "../../log/record-block.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { FetchedRecords } from "../kafka/cluster-client.ts";

export interface CachedSegment {
  readonly from: number;
  readonly nextOffset: number;
  /** At least one; the last leads on to `nextOffset`. */
  readonly blocks: readonly RecordBlock[];
  readonly sizeBytes: number;
  readonly owner: PartitionBlocks;
}

const SEGMENT_OVERHEAD = 512;

export class BlockCache {
  readonly #limitBytes: number;
  /** In order of use. */
  readonly #segments = new Set<CachedSegment>();
  #sizeBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  partition(): PartitionBlocks {
    return new PartitionBlocks(this);
  }

  /** The newest stays even where it alone is larger than the limit: somebody asked for it. */
  admit(segment: CachedSegment): void {
    this.#segments.add(segment);
    this.#sizeBytes += segment.sizeBytes;
    for (const oldest of this.#segments) {
      if (this.#sizeBytes <= this.#limitBytes || oldest === segment) break;
      oldest.owner.drop(oldest);
    }
  }

  touch(segment: CachedSegment): void {
    this.#segments.delete(segment);
    this.#segments.add(segment);
  }

  forget(segment: CachedSegment): void {
    if (this.#segments.delete(segment)) this.#sizeBytes -= segment.sizeBytes;
  }
}

/** The segments of one partition, ordered by their first offset. */
export class PartitionBlocks {
  readonly #cache: BlockCache;
  readonly #segments: CachedSegment[] = [];

  constructor(cache: BlockCache) {
    this.#cache = cache;
  }

  add({ from, nextOffset, blocks }: Pick<FetchedRecords, "from" | "nextOffset" | "blocks">): void {
    if (nextOffset <= from) return;
    const at = this.#indexAfter(from);
    const before = this.#segments[at - 1];
    if (before?.from === from) this.drop(before);
    const led = leadingOn(blocks, nextOffset);
    const segment = { from, nextOffset, blocks: led, sizeBytes: memoryOf(led), owner: this };
    this.#segments.splice(this.#indexAfter(from), 0, segment);
    this.#cache.admit(segment);
  }

  /** The segment that holds the offset. */
  find(offset: number): CachedSegment | undefined {
    const segment = this.#segments[this.#indexAfter(offset) - 1];
    if (segment === undefined || segment.nextOffset <= offset) return undefined;
    this.#cache.touch(segment);
    return segment;
  }

  drop(segment: CachedSegment): void {
    const at = this.#segments.indexOf(segment);
    if (at >= 0) this.#segments.splice(at, 1);
    this.#cache.forget(segment);
  }

  clear(): void {
    for (const segment of this.#segments) this.#cache.forget(segment);
    this.#segments.length = 0;
  }

  /** Behind the last segment that begins at or before the offset. */
  #indexAfter(offset: number): number {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#segments[middle]!.from <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function leadingOn(blocks: readonly RecordBlock[], nextOffset: number): readonly RecordBlock[] {
  const last = blocks.at(-1);
  if (last === undefined) return [emptyBlock(nextOffset)];
  if (last.nextOffset === nextOffset) return blocks;
  return [...blocks.slice(0, -1), recordBlock({ ...last, nextOffset })];
}

function memoryOf(blocks: readonly RecordBlock[]): number {
  let size = SEGMENT_OVERHEAD;
  for (const { count, bytes, headerStarts } of blocks) {
    size += bytes.length + count * (headerStarts === undefined ? 40 : 48);
  }
  return size;
}
