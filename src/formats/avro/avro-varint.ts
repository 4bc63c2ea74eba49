/** Avro's ints and longs: zigzag, seven bits a byte, the lowest first. */
import type { ByteWriter } from "../byte-writer.ts";

export function writeInt(writer: ByteWriter, value: number): void {
  writer.ensure(5);
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  while (zigzag >= 0x80) {
    writer.bytes[writer.position++] = (zigzag & 0x7f) | 0x80;
    zigzag >>>= 7;
  }
  writer.bytes[writer.position++] = zigzag;
}

export function writeLong(writer: ByteWriter, value: bigint): void {
  if (value >= -0x40000000n && value < 0x40000000n) {
    writeInt(writer, Number(value));
    return;
  }
  writer.ensure(10);
  let zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  while (zigzag >= 0x80n) {
    writer.bytes[writer.position++] = Number(zigzag & 0x7fn) | 0x80;
    zigzag >>= 7n;
  }
  writer.bytes[writer.position++] = Number(zigzag);
}
