/** Protobuf's varints: seven bits a byte, the lowest first; negative numbers as 64 bits. */
import type { ByteWriter } from "../byte-writer.ts";

/** @param value a tag or length: below 2^32 */
export function writeVarint(writer: ByteWriter, value: number): void {
  writer.ensure(5);
  let rest = value >>> 0;
  while (rest >= 0x80) {
    writer.bytes[writer.position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  writer.bytes[writer.position++] = rest;
}

export function writeSigned(writer: ByteWriter, value: bigint): void {
  if (value >= 0n && value < 0x1_0000_0000n) {
    writeVarint(writer, Number(value));
    return;
  }
  writer.ensure(10);
  let rest = BigInt.asUintN(64, value);
  while (rest >= 0x80n) {
    writer.bytes[writer.position++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  writer.bytes[writer.position++] = Number(rest);
}
