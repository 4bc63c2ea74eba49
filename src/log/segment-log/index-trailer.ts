/**
 * The end of an index file: a checksum of the entries before it, in the size of one entry. Kafka's index files have none; a
 * flipped bit in one would lead readers past records.
 */
import { crc32c } from "@node-rs/crc32";

const MARK = 0x53706f72;

/** The entries with their trailer of `entrySize` bytes. */
export function withTrailer(entries: Buffer, entrySize: number): Buffer {
  const trailer = Buffer.alloc(entrySize);
  trailer.writeInt32BE(MARK, entrySize - 8);
  trailer.writeUInt32BE(crc32c(entries) >>> 0, entrySize - 4);
  return Buffer.concat([entries, trailer]);
}

/** The entries, where the trailer fits them. */
export function withoutTrailer(bytes: Buffer, entrySize: number): Buffer | undefined {
  if (bytes.length < entrySize || bytes.length % entrySize !== 0) return undefined;
  const entries = bytes.subarray(0, bytes.length - entrySize);
  if (bytes.readInt32BE(bytes.length - 8) !== MARK) return undefined;
  return bytes.readUInt32BE(bytes.length - 4) === crc32c(entries) >>> 0 ? entries : undefined;
}
