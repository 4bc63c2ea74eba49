/**
 * The sparse offset index of a segment: every few KiB of log, which batch starts where. On disk as Kafka's
 * `.index`: entries of 8 bytes, offset relative to the segment's base and position, both int32 big-endian; then a
 * trailer with their checksum.
 */
import { withTrailer, withoutTrailer } from "./index-trailer.ts";

const ENTRY_SIZE = 8;

export class OffsetIndex {
  readonly #baseOffset: number;
  /** Pairs: relative offset, position. */
  #entries: Int32Array;
  #count = 0;

  constructor(baseOffset: number) {
    this.#baseOffset = baseOffset;
    this.#entries = new Int32Array(32);
  }

  /** Undefined where the bytes are no rising index of a log of `logSize` bytes. */
  static decode(file: Buffer, baseOffset: number, logSize: number): OffsetIndex | undefined {
    const bytes = withoutTrailer(file, ENTRY_SIZE);
    if (bytes === undefined) return undefined;
    const index = new OffsetIndex(baseOffset);
    let lastOffset = -1;
    let lastPosition = -1;
    for (let at = 0; at < bytes.length; at += ENTRY_SIZE) {
      const offset = bytes.readInt32BE(at);
      const position = bytes.readInt32BE(at + 4);
      if (offset <= lastOffset || position <= lastPosition || position >= logSize) return undefined;
      index.add(baseOffset + offset, position);
      lastOffset = offset;
      lastPosition = position;
    }
    return index;
  }

  get count(): number {
    return this.#count;
  }

  get memoryBytes(): number {
    return this.#entries.byteLength;
  }

  /** Notes that the batch with this base offset begins at `position`; both rise from call to call. */
  add(offset: number, position: number): void {
    if (this.#count * 2 === this.#entries.length) {
      const larger = new Int32Array(this.#entries.length * 2);
      larger.set(this.#entries);
      this.#entries = larger;
    }
    this.#entries[this.#count * 2] = offset - this.#baseOffset;
    this.#entries[this.#count * 2 + 1] = position;
    this.#count++;
  }

  /** The position of a batch that begins at or before `offset`: where to search it from. */
  lookup(offset: number): number {
    const found = this.#lastAtOrBelow(offset - this.#baseOffset);
    return found < 0 ? 0 : this.#entries[found * 2 + 1]!;
  }

  /** The base offset of the batch that {@link lookup} finds; −1 where it is the segment's first. */
  lookupOffset(offset: number): number {
    const found = this.#lastAtOrBelow(offset - this.#baseOffset);
    return found < 0 ? -1 : this.#baseOffset + this.#entries[found * 2]!;
  }

  /** Forgets the batches that begin at or above `offset`. */
  truncateTo(offset: number): void {
    this.#count = this.#lastAtOrBelow(offset - this.#baseOffset - 1) + 1;
  }

  encode(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#count * ENTRY_SIZE);
    for (let i = 0; i < this.#count * 2; i++) bytes.writeInt32BE(this.#entries[i]!, i * 4);
    return withTrailer(bytes, ENTRY_SIZE);
  }

  #lastAtOrBelow(relative: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle * 2]! <= relative) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
