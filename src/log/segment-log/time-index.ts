/**
 * The sparse time index of a segment: the highest timestamp so far, and the offset up to which it holds. On disk as Kafka's
 * `.timeindex`: entries of 12 bytes, timestamp int64 and offset relative to the segment's base int32, big-endian; then a trailer with their checksum.
 */
import { readInt64, writeInt64 } from "../batch-header.ts";
import { withTrailer, withoutTrailer } from "./index-trailer.ts";

const ENTRY_SIZE = 12;

export class TimeIndex {
  readonly #baseOffset: number;
  #timestamps = new Float64Array(32);
  #offsets = new Int32Array(32);
  #count = 0;

  constructor(baseOffset: number) {
    this.#baseOffset = baseOffset;
  }

  /** Undefined where the bytes are no rising index. */
  static decode(file: Buffer, baseOffset: number): TimeIndex | undefined {
    const bytes = withoutTrailer(file, ENTRY_SIZE);
    if (bytes === undefined) return undefined;
    const index = new TimeIndex(baseOffset);
    let lastTimestamp = -2;
    let lastOffset = -1;
    for (let at = 0; at < bytes.length; at += ENTRY_SIZE) {
      const timestamp = readInt64(bytes, at);
      const offset = bytes.readInt32BE(at + 8);
      if (timestamp <= lastTimestamp || offset < lastOffset) return undefined;
      index.add(timestamp, baseOffset + offset);
      lastTimestamp = timestamp;
      lastOffset = offset;
    }
    return index;
  }

  get memoryBytes(): number {
    return this.#timestamps.byteLength + this.#offsets.byteLength;
  }

  /** The highest timestamp noted, −1 without one. */
  get lastTimestamp(): number {
    return this.#count === 0 ? -1 : this.#timestamps[this.#count - 1]!;
  }

  /** Notes the highest timestamp so far and the base offset of its batch; does nothing unless it is higher. */
  add(timestamp: number, offset: number): void {
    if (timestamp <= this.lastTimestamp) return;
    if (this.#count === this.#offsets.length) {
      const timestamps = new Float64Array(this.#count * 2);
      timestamps.set(this.#timestamps);
      this.#timestamps = timestamps;
      const offsets = new Int32Array(this.#count * 2);
      offsets.set(this.#offsets);
      this.#offsets = offsets;
    }
    this.#timestamps[this.#count] = timestamp;
    this.#offsets[this.#count] = offset - this.#baseOffset;
    this.#count++;
  }

  /** An offset below which every record is older than `timestamp`: where to search it from. */
  lookup(timestamp: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timestamps[middle]! < timestamp) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? this.#baseOffset : this.#baseOffset + this.#offsets[low - 1]!;
  }

  /** Forgets what was noted for offsets at or above `offset`. */
  truncateTo(offset: number): void {
    while (this.#count > 0 && this.#offsets[this.#count - 1]! >= offset - this.#baseOffset) this.#count--;
  }

  encode(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#count * ENTRY_SIZE);
    for (let i = 0; i < this.#count; i++) {
      writeInt64(bytes, i * ENTRY_SIZE, this.#timestamps[i]!);
      bytes.writeInt32BE(this.#offsets[i]!, i * ENTRY_SIZE + 8);
    }
    return withTrailer(bytes, ENTRY_SIZE);
  }
}
