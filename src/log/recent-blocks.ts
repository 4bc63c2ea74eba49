/**
 * The most recently appended batches of all partitions, as blocks and in wire form, so that a reader at the
 * tail neither reads the disk nor decodes again. One limit holds for the whole log; the oldest append goes
 * first. Per partition the entries are contiguous: what is older than the oldest entry is on disk only.
 *
 * Memory of appends marked `recyclable` is used again after they leave the cache, unless a reader was given their
 * blocks to keep (`read`, `appendsFrom`); readers that only look (`look`) hold an append back while they do.
 */
import { decodedRecords } from "./appended-records.ts";
import type { AppendedRecords } from "./appended-records.ts";
import { BatchMemory } from "./batch-memory.ts";
import type { RecordBlock } from "./record-block.ts";
import { indexOfOffset, sliceBlock } from "./record-block.ts";

export interface RecentAppend {
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly wire: Buffer;
  readonly records: AppendedRecords;
  /** The wire form fills a buffer of its own that the writer does not keep. */
  readonly recyclable?: boolean;
}

/** The bytes that an append takes in memory. */
function memoryOf({ wire, records, recyclable }: RecentAppend): number {
  return (recyclable === true ? wire.buffer.byteLength : wire.length) + records.sizeBytes + 256;
}

interface Entry {
  /** Replaced when the entry is let go: lists may hold it a while longer, its memory must not wait. */
  append: RecentAppend;
  readonly sizeBytes: number;
  readonly owner: RecentPartition;
  evicted: boolean;
  /** Somebody may keep its blocks for good. */
  shared: boolean;
  /** Readers that look at its blocks right now. */
  lookers: number;
}

const nothing = Buffer.alloc(0);
const letGo: RecentAppend = {
  baseOffset: 0,
  nextOffset: 0,
  wire: nothing,
  records: decodedRecords(nothing, []),
};

export class RecentBlocks {
  readonly memory = new BatchMemory();
  readonly #limitBytes: number;
  #sizeBytes = 0;
  /** In order of append; evicted ones before `#head` and, after truncations, in between. */
  #queue: Entry[] = [];
  #head = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  partition(): RecentPartition {
    return new RecentPartition(this);
  }

  /** Called by a partition for its newest append; evicts the oldest ones of all partitions. */
  admit(owner: RecentPartition, append: RecentAppend): Entry {
    const shared = append.recyclable !== true;
    const entry: Entry = { append, sizeBytes: memoryOf(append), owner, evicted: false, shared, lookers: 0 };
    this.#queue.push(entry);
    this.#sizeBytes += entry.sizeBytes;
    while (this.#sizeBytes > this.#limitBytes && this.#head < this.#queue.length) {
      const oldest = this.#queue[this.#head++]!;
      if (!oldest.evicted) oldest.owner.evictThrough(oldest);
    }
    if (this.#head > 64 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head).filter((each) => !each.evicted);
      this.#head = 0;
    }
    return entry;
  }

  forget(entry: Entry): void {
    if (entry.evicted) return;
    entry.evicted = true;
    const { wire } = entry.append;
    entry.append = letGo;
    if (!entry.shared && entry.lookers === 0) this.memory.give(Buffer.from(wire.buffer));
    this.#sizeBytes -= entry.sizeBytes;
  }
}

export class RecentPartition {
  readonly #all: RecentBlocks;
  /** In order of offsets, from `#head` on; what is before was let go. */
  #entries: Entry[] = [];
  #head = 0;

  constructor(all: RecentBlocks) {
    this.#all = all;
  }

  /** The first offset that is cached; infinite when nothing is. */
  get startOffset(): number {
    return this.#entries[this.#head]?.append.baseOffset ?? Number.POSITIVE_INFINITY;
  }

  add(append: RecentAppend): void {
    const entry = this.#all.admit(this, append);
    // One that is larger than the whole cache was evicted at once.
    if (!entry.evicted) this.#entries.push(entry);
  }

  /** Blocks from `fromOffset`, which must not be below `startOffset`, up to `upTo` and about `maxBytes`. */
  read(fromOffset: number, maxBytes: number, upTo: number): RecordBlock[] {
    return this.#collect(fromOffset, maxBytes, upTo, (entry) => {
      entry.shared = true;
    });
  }

  /** As `read`, for a reader that keeps nothing of the blocks after `use` has returned. */
  look<T>(fromOffset: number, maxBytes: number, upTo: number, use: (blocks: RecordBlock[]) => T): T {
    const seen: Entry[] = [];
    const blocks = this.#collect(fromOffset, maxBytes, upTo, (entry) => {
      entry.lookers += 1;
      seen.push(entry);
    });
    try {
      return use(blocks);
    } finally {
      for (const entry of seen) entry.lookers -= 1;
    }
  }

  #collect(fromOffset: number, maxBytes: number, upTo: number, note: (entry: Entry) => void): RecordBlock[] {
    const blocks: RecordBlock[] = [];
    let bytes = 0;
    for (let i = this.#entryOf(fromOffset); i < this.#entries.length; i++) {
      const entry = this.#entries[i]!;
      const { append } = entry;
      if (append.baseOffset >= upTo || (blocks.length > 0 && bytes >= maxBytes)) break;
      note(entry);
      for (const block of append.records.blocks) {
        if (block.nextOffset <= fromOffset) continue;
        if (blocks.length > 0 && bytes >= maxBytes) return blocks;
        const part = clipBlock(block, fromOffset, upTo);
        if (part === undefined) return blocks;
        blocks.push(part);
        bytes += block.bytes.length;
      }
    }
    return blocks;
  }

  /** The appends that hold `fromOffset` and what follows, up to about `maxBytes`; `kept`: beyond the present turn. */
  appendsFrom(fromOffset: number, maxBytes: number, kept: boolean): RecentAppend[] {
    const appends: RecentAppend[] = [];
    let bytes = 0;
    for (let i = this.#entryOf(fromOffset); i < this.#entries.length && bytes < maxBytes; i++) {
      const entry = this.#entries[i]!;
      const { append } = entry;
      entry.shared ||= kept;
      appends.push(append);
      bytes += append.wire.length;
    }
    return appends;
  }

  /** Forgets every append that reaches above `offset`. */
  truncateTo(offset: number): void {
    while (this.#entries.length > this.#head && this.#entries.at(-1)!.append.nextOffset > offset) {
      this.#all.forget(this.#entries.pop()!);
    }
  }

  clear(): void {
    for (let i = this.#head; i < this.#entries.length; i++) this.#all.forget(this.#entries[i]!);
    this.#entries = [];
    this.#head = 0;
  }

  /** Forgets `entry` and what is older, so that the rest stays contiguous. */
  evictThrough(entry: Entry): void {
    const { baseOffset } = entry.append;
    this.#all.forget(entry);
    // The newest may be evicted before it is in the list: then all older ones go with it.
    while (this.#head < this.#entries.length) {
      const oldest = this.#entries[this.#head]!;
      if (!oldest.evicted && oldest.append.baseOffset > baseOffset) break;
      this.#all.forget(oldest);
      this.#head++;
    }
    if (this.#head > 64 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  #entryOf(offset: number): number {
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle]!.append.nextOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * The records of the block within `[fromOffset, upTo)`: the block itself when that is all of them, and
 * undefined when it begins at or above `upTo`.
 */
export function clipBlock(block: RecordBlock, fromOffset: number, upTo: number): RecordBlock | undefined {
  if (block.count === 0) return block.nextOffset <= upTo ? block : undefined;
  const from = block.offsets[0]! >= fromOffset ? 0 : indexOfOffset(block, fromOffset);
  if (block.nextOffset <= upTo) return sliceBlock(block, from, block.count);
  const to = indexOfOffset(block, upTo);
  return to <= from ? undefined : sliceBlock(block, from, to);
}
