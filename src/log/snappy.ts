/**
 * Snappy decompression (Snappy compressed format description), raw or in the framing of the xerial Java
 * library (header "\x82SNAPPY\0", then big-endian lengths and blocks), which Kafka's clients write.
 */
import { Output } from "./lz4.ts";

const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_SIZE = 16;

/** The decompressed bytes, or undefined where the input is malformed or would exceed `limit` bytes. */
export function snappyDecompress(input: Buffer, limit: number): Buffer | undefined {
  const framed = input.length >= XERIAL_HEADER_SIZE && input.subarray(0, 8).equals(XERIAL_MAGIC);
  const output = new Output(Math.min(limit, Math.max(input.length * 4, 1024)), limit);
  if (!framed) return snappyBlock(input, 0, input.length, output) ? output.result() : undefined;
  let at = XERIAL_HEADER_SIZE;
  while (at < input.length) {
    if (at + 4 > input.length) return undefined;
    const size = input.readInt32BE(at);
    at += 4;
    if (size < 0 || at + size > input.length || !snappyBlock(input, at, at + size, output)) return undefined;
    at += size;
  }
  return output.result();
}

function snappyBlock(input: Buffer, start: number, end: number, output: Output): boolean {
  let at = start;
  let size = 0;
  for (let scale = 1; ; scale *= 128) {
    if (at >= end || scale > 2 ** 28) return false;
    const byte = input[at++]!;
    size += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  const blockStart = output.position;
  while (at < end) {
    const tag = input[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const lengthBytes = length - 60;
        if (at + lengthBytes > end) return false;
        length = input.readUIntLE(at, lengthBytes) + 1;
        at += lengthBytes;
      }
      if (at + length > end || !output.copyFrom(input, at, length)) return false;
      at += length;
      continue;
    }
    const offsetBytes = kind === 3 ? 4 : kind;
    if (at + offsetBytes > end) return false;
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const low = input.readUIntLE(at, offsetBytes);
    const distance = kind === 1 ? ((tag >> 5) << 8) + low : low;
    at += offsetBytes;
    if (distance > output.position - blockStart || !output.repeat(distance, length)) return false;
  }
  return output.position - blockStart === size;
}
