/**
 * Where the present row of each key of a table's topic stands: key bytes → offset, for one partition. Pull queries find
 * rows by it instead of reading the topic; it is read on from where it was, so a lookup costs what was appended since.
 *
 * Only committed records (below the last stable offset) are indexed, so a roll-back of the engine never takes an indexed
 * record away. Retention and compaction may: then the record is no longer found, and the row counts as gone.
 */
import type { PartitionLog } from "../log/topic-log.ts";

const READ_BYTES = 1024 * 1024;

export interface IndexedRow {
  readonly key: string;
  readonly offset: number;
}

export class TableIndex {
  readonly partition: PartitionLog;
  /** Bytes that a window adds to a key; 0 where keys are not windowed. */
  readonly #windowBytes: number;
  readonly #offsets = new Map<string, number>();
  /** Of windowed keys: the keys with their windows, by the key alone. */
  readonly #windows = new Map<string, Set<string>>();
  #position: number;
  #sorted: readonly string[] | undefined;

  constructor(partition: PartitionLog, windowBytes: number) {
    this.partition = partition;
    this.#windowBytes = windowBytes;
    this.#position = partition.startOffset;
  }

  get size(): number {
    return this.#offsets.size;
  }

  /** Reads a bounded amount towards `end`; answers whether it is reached. */
  readOn(end: number): boolean {
    if (this.#position < this.partition.startOffset) this.#position = this.partition.startOffset;
    if (this.#position >= end) return true;
    const blocks = this.partition.read(this.#position, {
      maxBytes: READ_BYTES,
      upTo: end,
      isolation: "read_committed",
    });
    if (blocks.length === 0) return this.partition.fetchesLater !== true;
    for (const block of blocks) {
      for (let i = 0; i < block.count; i++) {
        const start = block.keyStarts[i]!;
        if (start < 0) continue;
        const key = block.bytes.latin1Slice(start, block.keyEnds[i]!);
        if (block.valueStarts[i]! < 0) this.#remove(key);
        else this.#put(key, block.offsets[i]!);
      }
      this.#position = block.nextOffset;
    }
    return this.#position >= end;
  }

  #put(key: string, offset: number): void {
    const known = this.#offsets.size;
    this.#offsets.set(key, offset);
    if (this.#offsets.size === known) return;
    this.#sorted = undefined;
    if (this.#windowBytes === 0) return;
    const base = this.#baseOf(key);
    const windows = this.#windows.get(base);
    if (windows === undefined) this.#windows.set(base, new Set([key]));
    else windows.add(key);
  }

  #remove(key: string): void {
    if (!this.#offsets.delete(key)) return;
    this.#sorted = undefined;
    if (this.#windowBytes === 0) return;
    const base = this.#baseOf(key);
    const windows = this.#windows.get(base);
    windows?.delete(key);
    if (windows?.size === 0) this.#windows.delete(base);
  }

  #baseOf(key: string): string {
    return key.slice(0, Math.max(0, key.length - this.#windowBytes));
  }

  /** Keys in the order of their bytes, which is the order of ksqlDB's stores. */
  keys(): readonly string[] {
    return (this.#sorted ??= [...this.#offsets.keys()].toSorted(byBytes));
  }

  /** The keys, with all their windows, of a key without window. */
  keysOf(base: string): readonly string[] {
    if (this.#windowBytes > 0) return [...(this.#windows.get(base) ?? [])].toSorted(byBytes);
    return this.#offsets.has(base) ? [base] : [];
  }

  offsetOf(key: string): number | undefined {
    return this.#offsets.get(key);
  }
}

/** Keys are Latin-1 texts: one code unit a byte. */
export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
