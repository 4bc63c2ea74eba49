/** LZ4 frame decompression (LZ4 Frame Format 1.6), as Kafka's lz4 batches carry it. Checksums are left to the batch's own CRC. */

const FRAME_MAGIC = 0x184d2204;

/** The decompressed bytes, or undefined where the input is malformed or would exceed `limit` bytes. */
export function lz4Decompress(input: Buffer, limit: number): Buffer | undefined {
  if (input.length < 7 || input.readUInt32LE(0) !== FRAME_MAGIC) return undefined;
  const flags = input[4]!;
  const blockChecksum = (flags & 0x10) !== 0;
  const contentSize = (flags & 0x08) !== 0;
  const dictionary = (flags & 0x01) !== 0;
  if (flags >> 6 !== 1 || dictionary) return undefined;
  let at = 7 + (contentSize ? 8 : 0);
  const output = new Output(Math.min(limit, Math.max(input.length * 4, 1024)), limit);
  while (at + 4 <= input.length) {
    const word = input.readUInt32LE(at);
    at += 4;
    if (word === 0) return output.result();
    const size = word & 0x7fffffff;
    if (at + size > input.length) return undefined;
    const stored = word >>> 31 === 1;
    const good = stored ? output.copyFrom(input, at, size) : lz4Block(input, at, at + size, output);
    if (!good) return undefined;
    at += size + (blockChecksum ? 4 : 0);
  }
  return undefined;
}

function lz4Block(input: Buffer, start: number, end: number, output: Output): boolean {
  let at = start;
  while (at < end) {
    const token = input[at++]!;
    let literals = token >> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (at >= end) return false;
        more = input[at++]!;
      }
    }
    if (at + literals > end || !output.copyFrom(input, at, literals)) return false;
    at += literals;
    if (at === end) return true;
    if (at + 2 > end) return false;
    const distance = input.readUInt16LE(at);
    at += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      for (let more = 255; more === 255; length += more) {
        if (at >= end) return false;
        more = input[at++]!;
      }
    }
    if (!output.repeat(distance, length)) return false;
  }
  return true;
}

/** A growing buffer with a limit, and the two moves every LZ77 decoder makes. */
export class Output {
  bytes: Buffer;
  position = 0;
  readonly limit: number;

  constructor(capacity: number, limit: number) {
    this.bytes = Buffer.allocUnsafe(capacity);
    this.limit = limit;
  }

  copyFrom(input: Buffer, at: number, size: number): boolean {
    if (!this.#room(size)) return false;
    input.copy(this.bytes, this.position, at, at + size);
    this.position += size;
    return true;
  }

  /** Appends `length` bytes that begin `distance` back; source and target may overlap. */
  repeat(distance: number, length: number): boolean {
    if (distance === 0 || distance > this.position || !this.#room(length)) return false;
    const { bytes, position } = this;
    if (distance >= length) bytes.copyWithin(position, position - distance, position - distance + length);
    else for (let i = 0; i < length; i++) bytes[position + i] = bytes[position + i - distance]!;
    this.position += length;
    return true;
  }

  result(): Buffer {
    return this.bytes.subarray(0, this.position);
  }

  #room(size: number): boolean {
    const needed = this.position + size;
    if (needed > this.limit) return false;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.limit, Math.max(needed, this.bytes.length * 2)));
      this.bytes.copy(larger, 0, 0, this.position);
      this.bytes = larger;
    }
    return true;
  }
}
