/** The header section of a record: varint count, then per header varint-framed name and value (−1 = null). */
import { logErrors } from "./errors.ts";
import type { LogRecord, RecordBlock, RecordHeader } from "./record-block.ts";
import { recordKey, recordValue } from "./record-block.ts";
import { VarintReader, varintSize, writeVarint } from "./varint.ts";

/** Encodes headers in wire form. */
export function encodeHeaders(headers: readonly RecordHeader[]): Buffer {
  let size = varintSize(headers.length);
  for (const { key, value } of headers) {
    const keyLength = Buffer.byteLength(key);
    size += varintSize(keyLength) + keyLength + varintSize(value === null ? -1 : value.length);
    size += value?.length ?? 0;
  }
  const bytes = Buffer.allocUnsafe(size);
  let at = writeVarint(bytes, 0, headers.length);
  for (const { key, value } of headers) {
    at = writeVarint(bytes, at, Buffer.byteLength(key));
    at += bytes.write(key, at);
    at = writeVarint(bytes, at, value === null ? -1 : value.length);
    if (value !== null) {
      bytes.set(value, at);
      at += value.length;
    }
  }
  return bytes;
}

/**
 * The position behind the header section at `start`, or −1 where it is not well formed or runs over `end`.
 */
export function skipHeaders(bytes: Uint8Array, start: number, end: number): number {
  const reader = new VarintReader(bytes, start, end);
  const count = reader.varint();
  if (reader.position < 0 || count < 0) return -1;
  for (let i = 0; i < count; i++) {
    const keyLength = reader.varint();
    if (reader.position < 0 || keyLength < 0 || keyLength > end - reader.position) return -1;
    reader.position += keyLength;
    const valueLength = reader.varint();
    if (reader.position < 0 || valueLength < -1 || valueLength > end - reader.position) return -1;
    if (valueLength > 0) reader.position += valueLength;
  }
  return reader.position;
}

/** Decodes a header section; values are views. @throws LOG_INVALID_BATCH */
export function decodeHeaders(bytes: Buffer, start: number, end: number): RecordHeader[] {
  if (start === end) return [];
  if (skipHeaders(bytes, start, end) < 0) {
    throw logErrors.INVALID_BATCH({ message: "record headers are malformed" });
  }
  const reader = new VarintReader(bytes, start, end);
  const headers: RecordHeader[] = [];
  for (let left = reader.varint(); left > 0; left--) {
    const keyLength = reader.varint();
    const key = bytes.toString("utf8", reader.position, reader.position + keyLength);
    reader.position += keyLength;
    const valueLength = reader.varint();
    const valueEnd = reader.position + valueLength;
    headers.push({ key, value: valueLength < 0 ? null : bytes.subarray(reader.position, valueEnd) });
    if (valueLength > 0) reader.position = valueEnd;
  }
  return headers;
}

/** The record's headers as objects; values are views. */
export function recordHeaders(block: RecordBlock, index: number): RecordHeader[] {
  if (block.headerStarts === undefined || block.headerEnds === undefined) return [];
  return decodeHeaders(block.bytes, block.headerStarts[index]!, block.headerEnds[index]!);
}

/** One record as an object, for slow paths. Key and value are views. */
export function recordAt(block: RecordBlock, index: number): LogRecord {
  return {
    key: recordKey(block, index),
    value: recordValue(block, index),
    headers: recordHeaders(block, index),
    timestamp: block.timestamps[index]!,
    offset: block.offsets[index]!,
    arrival: block.arrivals[index]!,
  };
}

/** All records of the blocks as objects, for slow paths. */
export function recordsOf(blocks: readonly RecordBlock[]): LogRecord[] {
  const records: LogRecord[] = [];
  for (const block of blocks) {
    for (let i = 0; i < block.count; i++) records.push(recordAt(block, i));
  }
  return records;
}
