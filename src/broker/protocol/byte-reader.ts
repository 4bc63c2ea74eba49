/**
 * Reading a request's bytes. Everything a length claims is held against what is there before anything is allocated; what
 * does not fit is a {@link MalformedFrame}, upon which the connection is closed.
 */

/** The bytes are no message of the kind they should be. */
export class MalformedFrame extends Error {
  override readonly name = "MalformedFrame";
}

/** Array elements one message may hold: a small frame must not become a million objects a megabyte. */
const ELEMENTS_MAX = 1_000_000;

export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;
  #elements = 0;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1));
  }

  bool(): boolean {
    return this.#bytes[this.#take(1)] !== 0;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  /** Exact within ±2^53. */
  int64(): number {
    const at = this.#take(8);
    return this.#bytes.readInt32BE(at) * 0x100000000 + this.#bytes.readUInt32BE(at + 4);
  }

  bigInt64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  float64(): number {
    return this.#bytes.readDoubleBE(this.#take(8));
  }

  uuid(): string {
    const at = this.#take(16);
    const text = this.#bytes.toString("hex", at, at + 16);
    return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
  }

  /** An unsigned varint of 32 bits. */
  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.#bytes[this.#take(1)]!;
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new MalformedFrame("a varint is longer than 32 bits");
  }

  /** The length of a string (−1: null). */
  stringLength(flexible: boolean): number {
    return flexible ? this.uvarint() - 1 : this.int16();
  }

  /** The length of bytes or of an array (−1: null). */
  length(flexible: boolean): number {
    return flexible ? this.uvarint() - 1 : this.int32();
  }

  /** Counts the elements of an array, each of which takes `least` bytes or more. */
  elements(count: number, least: number): void {
    this.#elements += count;
    if (count < 0 || count * least > this.remaining || this.#elements > ELEMENTS_MAX) {
      throw new MalformedFrame(`an array of ${count} elements does not fit`);
    }
  }

  text(length: number): string {
    if (length < 0) throw new MalformedFrame(`a string of ${length} bytes`);
    const at = this.#take(length);
    return this.#bytes.toString("utf8", at, at + length);
  }

  /** A view. */
  view(length: number): Buffer {
    if (length < 0) throw new MalformedFrame(`a range of ${length} bytes`);
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) throw new MalformedFrame(`the message ends after ${at} bytes`);
    this.#at = at + size;
    return at;
  }
}
