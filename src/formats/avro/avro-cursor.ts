/**
 * Reads Avro's binary encoding (specification 1.11, "Binary Encoding") from a byte range. Every read stays in the range,
 * and what takes no bytes (nulls in an array) is counted, so that no bytes make it run long or allocate much.
 */
import { DeserializationError } from "../deserialization-error.ts";

/** Items without bytes that one record may have. */
const EMPTY_ITEMS_MAX = 65_536;
/** Records in records that may be passed over. */
const DEPTH_MAX = 400;
const TWO_28 = 2 ** 28;
/** Below it a number holds the value of the two lower parts exactly. */
const MIDDLE_MAX = 2 ** 25;

export class AvroCursor {
  bytes: Buffer = Buffer.alloc(0);
  position = 0;
  end = 0;
  #emptyItems = 0;
  #depth = 0;

  reset(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.#emptyItems = 0;
    this.#depth = 0;
  }

  /** Passes `count` bytes and answers where they start. */
  take(count: number): number {
    const start = this.position;
    if (count > this.end - start) throw truncated();
    this.position = start + count;
    return start;
  }

  boolean(): boolean {
    return this.bytes[this.take(1)] !== 0;
  }

  int(): number {
    let shift = 0;
    let zigzag = 0;
    for (;;) {
      if (this.position >= this.end) throw truncated();
      const byte = this.bytes[this.position++]!;
      zigzag |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (zigzag >>> 1) ^ -(zigzag & 1);
      shift += 7;
      if (shift > 28) throw new DeserializationError("an int has more than five bytes");
    }
  }

  long(): bigint {
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let i = 0; ; i++) {
      if (this.position >= this.end) throw truncated();
      if (i === 10) throw new DeserializationError("a long has more than ten bytes");
      const byte = this.bytes[this.position++]!;
      const part = byte & 0x7f;
      if (i < 4) low |= part << (7 * i);
      else if (i < 8) middle |= part << (7 * (i - 4));
      else high |= part << (7 * (i - 8));
      if (byte < 0x80) break;
    }
    if (high === 0 && middle < MIDDLE_MAX) {
      const zigzag = middle * TWO_28 + low;
      return BigInt(zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
    }
    const zigzag = BigInt.asUintN(64, (BigInt(high) << 56n) | (BigInt(middle) << 28n) | BigInt(low));
    return (zigzag >> 1n) ^ -(zigzag & 1n);
  }

  /** A length or count: a long that is a number and not negative. */
  size(): number {
    const size = this.count();
    if (size < 0) throw new DeserializationError("a length is negative");
    return size;
  }

  /** A long that must fit a number. */
  count(): number {
    const first = this.bytes[this.position]!;
    if (this.position < this.end && first < 0x80) {
      this.position += 1;
      return (first >>> 1) ^ -(first & 1);
    }
    const value = Number(this.long());
    if (!Number.isSafeInteger(value)) throw new DeserializationError(`a length of ${value}`);
    return value;
  }

  /** Passes a length with its bytes and answers where they start; they end at `position`. */
  sized(): number {
    return this.take(this.size());
  }

  skipLong(): void {
    for (let i = 0; i < 10; i++) {
      if (this.position >= this.end) throw truncated();
      if (this.bytes[this.position++]! < 0x80) return;
    }
    throw new DeserializationError("a long has more than ten bytes");
  }

  string(): string {
    const start = this.sized();
    return this.bytes.utf8Slice(start, this.position);
  }

  /**
   * The number of items of the next block of an array or map; 0 ends it.
   * @param leastBytes what an item takes at least
   */
  block(leastBytes: number): number {
    let count = this.count();
    if (count < 0) {
      count = -count;
      this.skipLong();
    }
    if (leastBytes > 0) {
      if (count > (this.end - this.position) / leastBytes) throw truncated();
    } else {
      this.#emptyItems += count;
      if (this.#emptyItems > EMPTY_ITEMS_MAX) {
        throw new DeserializationError(`more than ${EMPTY_ITEMS_MAX} items without content`);
      }
    }
    return count;
  }

  enter(): void {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new DeserializationError(`records nested deeper than ${DEPTH_MAX}`);
  }

  leave(): void {
    this.#depth -= 1;
  }
}

function truncated(): DeserializationError {
  return new DeserializationError("the record ends in the middle of a value");
}
