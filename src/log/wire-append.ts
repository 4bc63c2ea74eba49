/**
 * Checking and preparing batches that a producer sent, before they go into a log: CRC, structure, size,
 * keys; then base offsets, leader epoch and (with LogAppendTime) timestamps are written into them in place.
 */
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  LEADER_EPOCH_AT,
  LOG_APPEND_TIME_FLAG,
  MAX_TIMESTAMP_AT,
  readBatchHeader,
  writeChecksum,
  writeInt64,
} from "./batch-header.ts";
import type { BatchHeader } from "./batch-header.ts";
import { logErrors } from "./errors.ts";
import { UndecodedRecords, decodedRecords } from "./appended-records.ts";
import type { AppendedRecords } from "./appended-records.ts";
import { batchHeaders, checkRecords, decodeBatches } from "./record-batch.ts";
import type { RecordBlock } from "./record-block.ts";
import type { TopicConfig } from "./topic-config.ts";

export interface PreparedAppend {
  readonly wire: Buffer;
  readonly headers: readonly BatchHeader[];
  readonly records: AppendedRecords;
}

export interface PrepareOptions {
  readonly baseOffset: number;
  readonly nowMs: number;
  readonly config: TopicConfig;
  readonly allocateArrivals: (n: number) => number;
  /** Copies batches that are right into memory of the log's own; absent: the memory is the log's. */
  readonly copy?: ((batches: Buffer) => Buffer) | undefined;
}

/** @throws LOG_INVALID_BATCH, LOG_BATCH_TOO_LARGE, LOG_KEY_REQUIRED, LOG_UNSUPPORTED_COMPRESSION */
export function prepareWire(batches: Buffer, options: PrepareOptions): PreparedAppend {
  const { config } = options;
  const sent = batchHeaders(batches);
  if (sent.length === 0) throw logErrors.INVALID_BATCH({ message: "there is no batch to append" });
  for (const header of sent) checkSent(header, config);

  const wire = (options.copy ?? ownMemory)(batches);
  const headers: BatchHeader[] = [];
  let offset = options.baseOffset;
  let position = 0;
  let records = 0;
  for (const header of sent) {
    assignOffset(wire, position, offset);
    if (config.logAppendTime) stampTime(wire, position, header, options.nowMs);
    headers.push(readBatchHeader(wire, position));
    offset += header.nextOffset - header.baseOffset;
    position += header.sizeBytes;
    if (!header.control) records += header.recordCount;
  }
  const blocks = decodedNow(wire, headers, config);
  const firstArrival = records === 0 ? 0 : options.allocateArrivals(records);
  if (blocks === undefined) {
    return { wire, headers, records: new UndecodedRecords(wire, records, firstArrival) };
  }
  let arrival = firstArrival;
  for (const block of blocks) {
    for (let i = 0; i < block.count; i++) block.arrivals[i] = arrival++;
  }
  const present = blocks.filter((block) => block.count > 0 || blocks.length === 1);
  return { wire, headers, records: decodedRecords(wire, present) };
}

/** Batches that can only be checked by decoding them; of others, undefined, every record is looked at. */
function decodedNow(
  wire: Buffer,
  headers: readonly BatchHeader[],
  config: TopicConfig,
): RecordBlock[] | undefined {
  if (config.compacts || headers.some(({ compression }) => compression !== 0)) {
    const blocks = decodeBatches(wire, { verify: false });
    if (config.compacts) checkKeys(blocks);
    return blocks;
  }
  let at = 0;
  for (const header of headers) {
    if (!header.control) checkRecords(wire, at, header);
    at += header.sizeBytes;
  }
  return undefined;
}

/** A slice of much larger memory would keep all of that: such a slice is copied. */
function ownMemory(batches: Buffer): Buffer {
  return batches.buffer.byteLength > batches.length * 2 ? Buffer.from(batches) : batches;
}

/** Writes base offset and leader epoch into the batch at `position`; neither is part of its checksum. */
export function assignOffset(wire: Buffer, position: number, baseOffset: number): void {
  writeInt64(wire, position + BASE_OFFSET_AT, baseOffset);
  wire.writeInt32BE(0, position + LEADER_EPOCH_AT);
}

/** @throws LOG_KEY_REQUIRED where a record has no key: compaction could not tell it from others */
export function checkKeys(blocks: readonly RecordBlock[]): void {
  for (const block of blocks) {
    for (let i = 0; i < block.count; i++) {
      if (block.keyStarts[i]! >= 0) continue;
      throw logErrors.KEY_REQUIRED({
        message: "a compacted topic takes no record without a key",
        detail: `record ${i} of ${block.count} has none`,
        hint: "give every record a key, or set cleanup.policy to 'delete'",
      });
    }
  }
}

function checkSent(header: BatchHeader, config: TopicConfig): void {
  if (header.sizeBytes > config.maxMessageBytes) {
    throw logErrors.BATCH_TOO_LARGE({
      message: `a batch of ${header.sizeBytes} bytes is too large`,
      detail: `max.message.bytes is ${config.maxMessageBytes}`,
      hint: "send smaller batches, or raise max.message.bytes of the topic",
    });
  }
  const offsets = header.nextOffset - header.baseOffset;
  if (header.recordCount !== offsets || header.recordCount === 0) {
    throw logErrors.INVALID_BATCH({
      message: "record batch is not valid",
      detail: `it claims ${header.recordCount} records over ${offsets} offsets`,
    });
  }
  if (header.logAppendTime && !config.logAppendTime) {
    throw logErrors.INVALID_BATCH({
      message: "record batch is not valid",
      detail: "a producer may not set the timestamp type to LogAppendTime",
    });
  }
}

function stampTime(wire: Buffer, position: number, header: BatchHeader, nowMs: number): void {
  wire.writeInt16BE(header.attributes | LOG_APPEND_TIME_FLAG, position + ATTRIBUTES_AT);
  writeInt64(wire, position + MAX_TIMESTAMP_AT, nowMs);
  writeChecksum(wire, position, header.sizeBytes);
}
