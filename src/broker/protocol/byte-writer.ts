/**
 * Writing an answer's bytes: small values into a buffer that grows, large ones (fetched records) as they are, so that
 * they go from the log's memory to the socket without a copy.
 */

/** From this size on bytes are passed on and not copied. */
const CHUNK_LEAST = 4096;

export class ByteWriter {
  #bytes: Buffer;
  /** Where the part that is not yet in `#chunks` begins, and where it ends. */
  #from = 0;
  #at = 0;
  readonly #chunks: Buffer[] = [];
  #chunkBytes = 0;

  constructor(capacity = 512) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#chunkBytes + this.#at - this.#from;
  }

  int8(value: number): void {
    const at = this.#room(1);
    this.#bytes.writeInt8(value, at);
  }

  bool(value: boolean): void {
    const at = this.#room(1);
    this.#bytes[at] = value ? 1 : 0;
  }

  int16(value: number): void {
    const at = this.#room(2);
    this.#bytes.writeInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeInt32BE(value, at);
  }

  /** Values beyond the type are cut to its least or greatest. */
  int64(value: number): void {
    const at = this.#room(8);
    const high = Math.floor(value / 0x100000000);
    if (high > 0x7fffffff || high < -0x80000000) {
      this.#bytes.writeBigInt64BE(high > 0 ? 0x7fffffffffffffffn : -0x8000000000000000n, at);
      return;
    }
    this.#bytes.writeInt32BE(high, at);
    this.#bytes.writeUInt32BE(value - high * 0x100000000, at + 4);
  }

  bigInt64(value: bigint): void {
    const at = this.#room(8);
    this.#bytes.writeBigInt64BE(value, at);
  }

  float64(value: number): void {
    const at = this.#room(8);
    this.#bytes.writeDoubleBE(value, at);
  }

  uuid(value: string): void {
    const at = this.#room(16);
    this.#bytes.write(value.replaceAll("-", ""), at, 16, "hex");
  }

  uvarint(value: number): void {
    const at = this.#room(5);
    let left = value >>> 0;
    let end = at;
    while (left >= 0x80) {
      this.#bytes[end++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.#bytes[end++] = left;
    this.#at = end;
  }

  /** The length of a string (−1: null). */
  stringLength(length: number, flexible: boolean): void {
    if (flexible) this.uvarint(length + 1);
    else this.int16(length);
  }

  /** The length of bytes or of an array (−1: null). */
  length(length: number, flexible: boolean): void {
    if (flexible) this.uvarint(length + 1);
    else this.int32(length);
  }

  text(value: string, byteLength: number): void {
    const at = this.#room(byteLength);
    this.#bytes.write(value, at, byteLength, "utf8");
  }

  /** The caller must not change large bytes until the answer is on the wire. */
  raw(value: Uint8Array): void {
    if (value.length < CHUNK_LEAST) {
      const at = this.#room(value.length);
      this.#bytes.set(value, at);
      return;
    }
    this.#seal();
    this.#push(Buffer.from(value.buffer, value.byteOffset, value.length));
  }

  /** Appends what another writer has written, which is not used again. */
  append(other: ByteWriter): void {
    for (const chunk of other.finish()) this.raw(chunk);
  }

  /** Everything written, in pieces; the writer is not used again. */
  finish(): Buffer[] {
    this.#seal();
    return this.#chunks;
  }

  #seal(): void {
    if (this.#at > this.#from) this.#push(this.#bytes.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  #push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#chunkBytes += chunk.length;
  }

  /** Makes room and moves behind it; what was written before a growth stays where it is. */
  #room(size: number): number {
    if (this.#at + size > this.#bytes.length) {
      this.#seal();
      this.#bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, size + 64));
      this.#from = 0;
      this.#at = 0;
    }
    const at = this.#at;
    this.#at = at + size;
    return at;
  }
}
