/**
 * The `.arrival` file of one segment: the arrivals of its batches, in the batches' order (see
 * `arrival-codec.ts`). A sparse index over it is kept in memory; a segment that was opened and not written
 * builds it when it is first read.
 */
import type { BatchHeader } from "../batch-header.ts";
import type { ArrivalSource } from "../record-batch.ts";
import type { RecordBlock } from "../record-block.ts";
import { decodeArrivals, encodeArrivalRun, encodeArrivals, readArrivalEntry } from "./arrival-codec.ts";
import type { ArrivalEntry } from "./arrival-codec.ts";
import { readFully, writeFully } from "./disk.ts";
import type { FileHandles } from "./file-handles.ts";
import { OffsetIndex } from "./offset-index.ts";

const INDEX_INTERVAL = 4096;
const WINDOW = 65_536;

/** The entries of batches whose records are those of the blocks, in order; control batches have none. */
export function encodeBatchArrivals(
  headers: readonly BatchHeader[],
  blocks: readonly RecordBlock[],
  segmentBase: number,
): Buffer {
  const entries: Buffer[] = [];
  let block = 0;
  let index = 0;
  for (const header of headers) {
    if (header.control || header.recordCount === 0) continue;
    while (index === blocks[block]!.count) {
      block++;
      index = 0;
    }
    const end = index + header.recordCount;
    entries.push(encodeArrivals(header.baseOffset - segmentBase, blocks[block]!.arrivals, index, end));
    index = end;
  }
  return entries.length === 1 ? entries[0]! : Buffer.concat(entries);
}

/** The entries of batches whose records' arrivals count up from `firstArrival`; control batches have none. */
export function encodeArrivalRuns(
  headers: readonly BatchHeader[],
  firstArrival: number,
  segmentBase: number,
): Buffer {
  const entries: Buffer[] = [];
  let first = firstArrival;
  for (const { control, recordCount, baseOffset } of headers) {
    if (control || recordCount === 0) continue;
    entries.push(encodeArrivalRun(baseOffset - segmentBase, first, recordCount));
    first += recordCount;
  }
  return entries.length === 1 ? entries[0]! : Buffer.concat(entries);
}

/** What stands in for arrivals that are lost: the same for the same batch at every reading. */
export function substituteArrivals(header: BatchHeader, into: Float64Array, at: number): void {
  for (let i = 0; i < header.recordCount; i++) into[at + i] = header.baseOffset + i;
}

export class ArrivalFile {
  readonly #handles: FileHandles;
  readonly path: string;
  readonly #segmentBase: number;
  sizeBytes: number;
  #index: OffsetIndex | undefined;
  #indexedTo = 0;

  constructor(handles: FileHandles, path: string, segmentBase: number, sizeBytes: number) {
    this.#handles = handles;
    this.path = path;
    this.#segmentBase = segmentBase;
    this.sizeBytes = sizeBytes;
    if (sizeBytes === 0) this.#index = new OffsetIndex(segmentBase);
  }

  get memoryBytes(): number {
    return this.#index?.memoryBytes ?? 0;
  }

  /** Writes entries behind the last one, the first of which is of the batch at `firstOffset`. */
  append(entries: Buffer, firstOffset: number): void {
    if (entries.length === 0) return;
    writeFully(this.#handles.disk, this.#handles.get(this.path, true), [entries], this.sizeBytes);
    this.#note(firstOffset, this.sizeBytes);
    this.sizeBytes += entries.length;
  }

  /** Cuts the entries of batches at or above `offset`. */
  truncateTo(offset: number): void {
    const entries = new ArrivalCursor(this.#handles, this, this.#segmentBase, this.#lookup(offset));
    this.cutAt(entries.seek(offset) === undefined ? entries.position : entries.entryStart);
  }

  /** Cuts the file to `sizeBytes`, also where it is longer than is known: what a failed append left. */
  cutAt(sizeBytes: number): void {
    if (this.#handles.disk.status(this.path) !== undefined) {
      this.#handles.disk.truncate(this.#handles.get(this.path), sizeBytes);
    }
    this.sizeBytes = sizeBytes;
    if (this.#indexedTo > sizeBytes || sizeBytes === 0) this.forgetIndex();
  }

  forgetIndex(): void {
    this.#index = this.sizeBytes === 0 ? new OffsetIndex(this.#segmentBase) : undefined;
    this.#indexedTo = 0;
  }

  /** Reads entries from the one of the batch at or behind `offset` on. */
  cursor(offset: number): ArrivalCursor {
    return new ArrivalCursor(this.#handles, this, this.#segmentBase, this.#lookup(offset));
  }

  /**
   * A source for decoding batches from `fromOffset` on, in rising order. `onLost` is called for each batch
   * whose arrivals are missing or damaged; they are then substituted.
   */
  source(fromOffset: number, onLost: (header: BatchHeader) => void): ArrivalSource {
    const cursor = this.cursor(fromOffset);
    return (header, into, at) => {
      const entry = cursor.seek(header.baseOffset);
      if (
        entry?.baseOffset === header.baseOffset &&
        entry.count === header.recordCount &&
        decodeArrivals(cursor.bytes, entry, into, at)
      ) {
        return;
      }
      substituteArrivals(header, into, at);
      onLost(header);
    };
  }

  /** The highest arrival in the file, −1 without one. */
  highest(): number {
    const cursor = this.cursor(this.#segmentBase);
    let highest = -1;
    for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
      const arrivals = new Float64Array(entry.count);
      if (!decodeArrivals(cursor.bytes, entry, arrivals, 0)) break;
      for (const arrival of arrivals) if (arrival > highest) highest = arrival;
    }
    return highest;
  }

  #lookup(offset: number): number {
    if (this.#index === undefined) {
      this.#index = new OffsetIndex(this.#segmentBase);
      const cursor = new ArrivalCursor(this.#handles, this, this.#segmentBase, 0);
      for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
        this.#note(entry.baseOffset, cursor.entryStart);
      }
    }
    return this.#index.lookup(offset);
  }

  #note(offset: number, position: number): void {
    if (this.#index === undefined || position < this.#indexedTo + INDEX_INTERVAL) return;
    this.#index.add(offset, position);
    this.#indexedTo = position;
  }
}

/** Walks the entries of an arrival file in order. */
export class ArrivalCursor {
  readonly #handles: FileHandles;
  readonly #file: ArrivalFile;
  readonly #segmentBase: number;
  /** The bytes that the entries point into. */
  bytes: Buffer = Buffer.alloc(0);
  #windowStart: number;
  #at = 0;
  #entryStart = 0;
  #current: ArrivalEntry | undefined;

  constructor(handles: FileHandles, file: ArrivalFile, segmentBase: number, position: number) {
    this.#handles = handles;
    this.#file = file;
    this.#segmentBase = segmentBase;
    this.#windowStart = position;
  }

  /** The file position behind the last entry read. */
  get position(): number {
    return this.#windowStart + this.#at;
  }

  /** The file position of the entry that was read last. */
  get entryStart(): number {
    return this.#windowStart + this.#entryStart;
  }

  /** The first entry, from the present one on, for a batch at or above `offset`. */
  seek(offset: number): ArrivalEntry | undefined {
    while (this.#current === undefined || this.#current.baseOffset < offset) {
      if (this.next() === undefined) return undefined;
    }
    return this.#current;
  }

  /** The next entry; undefined at the end of the file or of what is readable. */
  next(): ArrivalEntry | undefined {
    let entry = this.#entryHere();
    for (let size = WINDOW; entry === undefined; size *= 4) {
      const left = this.#file.sizeBytes - this.position;
      if (left <= 0 || this.bytes.length - this.#at >= left) return (this.#current = undefined);
      const start = this.position;
      const file = this.#handles.get(this.#file.path);
      this.bytes = readFully(this.#handles.disk, file, start, Math.min(size, left));
      this.#windowStart = start;
      this.#at = 0;
      entry = this.#entryHere();
    }
    this.#entryStart = this.#at;
    this.#at = entry.end;
    this.#current = entry;
    return entry;
  }

  #entryHere(): ArrivalEntry | undefined {
    return this.#at < this.bytes.length
      ? readArrivalEntry(this.bytes, this.#at, this.#segmentBase)
      : undefined;
  }
}
