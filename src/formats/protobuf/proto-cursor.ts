/** Reads Protobuf's wire format from a byte range; every read stays in it. */
import { DeserializationError } from "../deserialization-error.ts";

export const VARINT = 0;
export const FIXED64 = 1;
export const SIZED = 2;
const GROUP = 3;
const GROUP_END = 4;
export const FIXED32 = 5;

const DEPTH_MAX = 100;

export class ProtoCursor {
  bytes: Buffer = Buffer.alloc(0);
  position = 0;
  end = 0;
  /** The two halves of the varint that was read last. */
  #low = 0;
  #high = 0;

  reset(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Passes `count` bytes and answers where they start. */
  take(count: number): number {
    const start = this.position;
    if (count > this.end - start) throw truncated();
    this.position = start + count;
    return start;
  }

  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.end) throw truncated();
      const byte = this.bytes[this.position++]!;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (shift - 32);
      if (byte < 0x80) {
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    throw new DeserializationError("a varint has more than ten bytes");
  }

  int32(): number {
    this.#varint();
    return this.#low | 0;
  }

  uint32(): number {
    this.#varint();
    return this.#low >>> 0;
  }

  sint32(): number {
    this.#varint();
    return (this.#low >>> 1) ^ -(this.#low & 1);
  }

  int64(): bigint {
    this.#varint();
    if (this.#high === 0) return BigInt(this.#low >>> 0);
    return BigInt.asIntN(64, (BigInt(this.#high) << 32n) | BigInt(this.#low >>> 0));
  }

  sint64(): bigint {
    const zigzag = BigInt.asUintN(64, this.int64());
    return (zigzag >> 1n) ^ -(zigzag & 1n);
  }

  bool(): boolean {
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  /** Passes a length with its bytes and answers where they start; they end at `position`. */
  sized(): number {
    return this.take(this.uint32());
  }

  /** A field's number and wire type; the type is in the three lowest bits. */
  tag(): number {
    const tag = this.uint32();
    if (tag >>> 3 === 0) throw new DeserializationError("a field has the number 0");
    return tag;
  }

  skip(wireType: number, depth = 0): void {
    switch (wireType) {
      case VARINT:
        this.#varint();
        return;
      case FIXED64:
        this.take(8);
        return;
      case SIZED:
        this.sized();
        return;
      case FIXED32:
        this.take(4);
        return;
      case GROUP:
        this.#skipGroup(depth + 1);
        return;
      default:
        throw new DeserializationError(`wire type ${wireType} can't stand here`);
    }
  }

  #skipGroup(depth: number): void {
    if (depth > DEPTH_MAX) throw new DeserializationError(`groups nested deeper than ${DEPTH_MAX}`);
    for (;;) {
      const wireType = this.tag() & 7;
      if (wireType === GROUP_END) return;
      this.skip(wireType, depth);
    }
  }
}

function truncated(): DeserializationError {
  return new DeserializationError("the record ends in the middle of a value");
}
