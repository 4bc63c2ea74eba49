/** Avro's binary encoding of what is smaller than a record. */
export class AvroWriter {
  readonly #parts: Buffer[] = [];

  long(value: bigint): void {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 0x7fn) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.raw(Buffer.from(bytes));
  }

  count(value: number): void {
    this.long(BigInt(value));
  }

  double(value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.raw(bytes);
  }

  float(value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    this.raw(bytes);
  }

  /** With its length before it. */
  sized(bytes: Buffer): void {
    this.count(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Buffer): void {
    this.#parts.push(bytes);
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

export class AvroReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  long(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.raw(1)[0]!;
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) break;
    }
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  count(): number {
    return Number(this.long());
  }

  double(): number {
    return this.raw(8).readDoubleLE();
  }

  float(): number {
    return this.raw(4).readFloatLE();
  }

  sized(): Buffer {
    return this.raw(this.count());
  }

  /** @throws RangeError beyond the end */
  raw(length: number): Buffer {
    const end = this.#position + length;
    if (length < 0 || end > this.#bytes.length) throw new RangeError("the record ends too early");
    const bytes = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return bytes;
  }

  /** Arrays and maps come in blocks; a negative count has the block's size behind it. */
  blocks(item: () => void): void {
    for (let count = this.count(); count !== 0; count = this.count()) {
      if (count < 0) this.long();
      for (let i = 0; i < Math.abs(count); i++) item();
    }
  }
}
