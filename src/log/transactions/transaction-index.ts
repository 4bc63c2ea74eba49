/**
 * What a segment's `.txnindex` file holds: which transactions were open where the segment begins and where what the file
 * covers ends, and those in between that were aborted.
 *
 *     version int16 · crc32c of all that follows uint32 · end int64
 *     count int32, then producer id int64 and first offset int64 of each: open at the start; the same: open at the end
 *     count int32, then producer id, first offset, last offset, last stable offset, int64 each: aborted
 */
import { crc32c } from "@node-rs/crc32";
import { readInt64, writeInt64 } from "../batch-header.ts";
import type { AbortedRange } from "./aborted-transactions.ts";
import type { OpenTransactions } from "./partition-transactions.ts";

export interface TransactionIndex {
  readonly openAtStart: OpenTransactions;
  /** The file covers the segment's batches below; at the segment's base offset: none. */
  readonly end: number;
  readonly openAtEnd: OpenTransactions;
  /** In the order of their markers. */
  readonly aborted: readonly AbortedRange[];
}

const VERSION = 1;
const CRC_AT = 2;
const END_AT = 6;
const HEADER_BYTES = 14;
const OPEN_BYTES = 16;
const ABORTED_BYTES = 32;

export function encodeTransactionIndex(index: TransactionIndex): Buffer {
  const { openAtStart, openAtEnd, aborted } = index;
  const open = (openAtStart.size + openAtEnd.size) * OPEN_BYTES;
  const bytes = Buffer.alloc(HEADER_BYTES + 12 + open + aborted.length * ABORTED_BYTES);
  bytes.writeInt16BE(VERSION, 0);
  writeInt64(bytes, END_AT, index.end);
  let at = HEADER_BYTES;
  for (const transactions of [openAtStart, openAtEnd]) {
    at = bytes.writeInt32BE(transactions.size, at);
    for (const [producerId, firstOffset] of transactions) {
      at = bytes.writeBigInt64BE(producerId, at);
      writeInt64(bytes, at, firstOffset);
      at += 8;
    }
  }
  at = bytes.writeInt32BE(aborted.length, at);
  for (const { producerId, firstOffset, lastOffset, lastStableOffset } of aborted) {
    at = bytes.writeBigInt64BE(producerId, at);
    writeInt64(bytes, at, firstOffset);
    writeInt64(bytes, at + 8, lastOffset);
    writeInt64(bytes, at + 16, lastStableOffset);
    at += 24;
  }
  bytes.writeUInt32BE(crc32c(bytes.subarray(END_AT)) >>> 0, CRC_AT);
  return bytes;
}

/** Undefined where the bytes are not what was written. */
export function decodeTransactionIndex(bytes: Buffer): TransactionIndex | undefined {
  if (bytes.length < HEADER_BYTES + 12 || bytes.readInt16BE(0) !== VERSION) return undefined;
  // The checksum covers the counts: from here on they can be trusted.
  if (bytes.readUInt32BE(CRC_AT) !== crc32c(bytes.subarray(END_AT)) >>> 0) return undefined;
  let at = HEADER_BYTES;
  const readOpen = (): Map<bigint, number> => {
    const open = new Map<bigint, number>();
    const count = bytes.readInt32BE(at);
    at += 4;
    for (let i = 0; i < count; i++, at += OPEN_BYTES) {
      open.set(bytes.readBigInt64BE(at), readInt64(bytes, at + 8));
    }
    return open;
  };
  const openAtStart = readOpen();
  const openAtEnd = readOpen();
  const count = bytes.readInt32BE(at);
  at += 4;
  const aborted: AbortedRange[] = [];
  for (let i = 0; i < count; i++, at += ABORTED_BYTES) {
    aborted.push({
      producerId: bytes.readBigInt64BE(at),
      firstOffset: readInt64(bytes, at + 8),
      lastOffset: readInt64(bytes, at + 16),
      lastStableOffset: readInt64(bytes, at + 24),
    });
  }
  return { openAtStart, end: readInt64(bytes, END_AT), openAtEnd, aborted };
}
