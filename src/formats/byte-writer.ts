/**
 * A growing byte buffer that is written from front to back and used again after `reset`. `bytes` and `position`
 * are public for encoders that write in place: call `ensure` first, then `bytes` may have been replaced.
 */
const BYTES_MAX = 1 << 30;

export class ByteWriter {
  bytes: Buffer;
  position = 0;

  constructor(capacity = 1024) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `count` more bytes. @throws RangeError beyond 1 GiB, which no record may have */
  ensure(count: number): void {
    const needed = this.position + count;
    if (needed <= this.bytes.length) return;
    if (needed > BYTES_MAX) throw new RangeError(`a record of ${needed} bytes is too large`);
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.position);
    this.bytes = grown;
  }

  byte(value: number): void {
    this.ensure(1);
    this.bytes[this.position++] = value;
  }

  ascii(text: string): void {
    this.ensure(text.length);
    this.position += this.bytes.latin1Write(text, this.position);
  }

  utf8(text: string): void {
    this.ensure(text.length * 3);
    this.position += this.bytes.utf8Write(text, this.position);
  }

  copy(source: Buffer, start: number, end: number): void {
    this.ensure(end - start);
    source.copy(this.bytes, this.position, start, end);
    this.position += end - start;
  }

  reset(): void {
    this.position = 0;
  }

  /** A view of what was written; valid until the next write after `reset`. */
  view(): Buffer {
    return this.bytes.subarray(0, this.position);
  }
}
