/** A position in bytes that are read from front to back. Nothing is checked: the state's own bytes are read. */
export class ByteReader {
  bytes: Buffer = Buffer.alloc(0);
  position = 0;

  /** Starts again at the beginning of `bytes`. */
  over(bytes: Buffer, position = 0): this {
    this.bytes = bytes;
    this.position = position;
    return this;
  }

  byte(): number {
    return this.bytes[this.position++]!;
  }

  /** An unsigned LEB128 number below 2^53. */
  length(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.position++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }
}
