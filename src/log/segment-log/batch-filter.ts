/**
 * Writing a batch again without some of its records, as compaction and a cut inside a batch need it. Base
 * offset, producer fields and each record's own offset stay; the rest of the header follows.
 */
import {
  ATTRIBUTES_AT,
  BASE_TIMESTAMP_AT,
  BATCH_LENGTH_AT,
  COMPRESSION_MASK,
  DELETE_HORIZON_FLAG,
  HEADER_SIZE,
  LAST_OFFSET_DELTA_AT,
  LOG_OVERHEAD,
  MAX_TIMESTAMP_AT,
  RECORD_COUNT_AT,
  readBatchHeader,
  writeChecksum,
  writeInt64,
} from "../batch-header.ts";
import { compress, decompress } from "../compression.ts";
import { VarintReader, varintSize, varlongSize, writeVarint, writeVarlong } from "../varint.ts";

export interface BatchFilter {
  /** Whether the record with this place among the batch's records stays. */
  readonly keeps: (index: number) => boolean;
  /** Keep the offsets behind the last kept record as the batch's own (compaction), or end there (a cut). */
  readonly keepsLastOffset: boolean;
  /** Until when the batch's tombstones must stay; undefined leaves the batch as it is in that respect. */
  readonly deleteHorizonMs?: number | undefined;
}

/** The batch with the kept records only; undefined when there are none. The batch must be valid. */
export function filterBatch(batch: Buffer, filter: BatchFilter): Buffer | undefined {
  const header = readBatchHeader(batch, 0);
  const body = batch.subarray(HEADER_SIZE, header.sizeBytes);
  const records = header.compression === 0 ? body : decompress(header.compression, body);
  const baseTimestamp = filter.deleteHorizonMs ?? header.baseTimestamp;
  const shift = header.baseTimestamp - baseTimestamp;
  const kept: Buffer[] = [];
  let maxTimestamp = -1;
  let lastDelta = 0;
  const reader = new VarintReader(records, 0, records.length);
  for (let i = 0; i < header.recordCount; i++) {
    const size = reader.varint();
    const start = reader.position;
    if (filter.keeps(i)) {
      const record = records.subarray(start, start + size);
      const timestampReader = new VarintReader(record, 1, size);
      const timestampDelta = timestampReader.varlong();
      const afterTimestamp = timestampReader.position;
      lastDelta = timestampReader.varint();
      maxTimestamp = Math.max(maxTimestamp, header.baseTimestamp + timestampDelta);
      kept.push(shiftedRecord(record, timestampDelta + shift, afterTimestamp));
    }
    reader.position = start + size;
  }
  if (kept.length === 0) return undefined;

  const plain = Buffer.concat(kept);
  const packed = header.compression === 0 ? plain : compress(header.compression, plain);
  const rebuilt = Buffer.concat([batch.subarray(0, HEADER_SIZE), packed ?? plain]);
  let attributes = header.attributes;
  if (packed === undefined) attributes &= ~COMPRESSION_MASK;
  if (filter.deleteHorizonMs !== undefined) attributes |= DELETE_HORIZON_FLAG;
  rebuilt.writeInt32BE(rebuilt.length - LOG_OVERHEAD, BATCH_LENGTH_AT);
  rebuilt.writeInt16BE(attributes, ATTRIBUTES_AT);
  if (!filter.keepsLastOffset) rebuilt.writeInt32BE(lastDelta, LAST_OFFSET_DELTA_AT);
  writeInt64(rebuilt, BASE_TIMESTAMP_AT, baseTimestamp);
  writeInt64(rebuilt, MAX_TIMESTAMP_AT, header.logAppendTime ? header.maxTimestamp : maxTimestamp);
  rebuilt.writeInt32BE(kept.length, RECORD_COUNT_AT);
  writeChecksum(rebuilt, 0, rebuilt.length);
  return rebuilt;
}

/** The record in wire form, its length in front, with another timestamp delta. */
function shiftedRecord(record: Buffer, timestampDelta: number, afterTimestamp: number): Buffer {
  const rest = record.length - afterTimestamp;
  const size = 1 + varlongSize(timestampDelta) + rest;
  const bytes = Buffer.allocUnsafe(varintSize(size) + size);
  let at = writeVarint(bytes, 0, size);
  bytes[at++] = record[0]!;
  at = writeVarlong(bytes, at, timestampDelta);
  record.copy(bytes, at, afterTimestamp);
  return bytes;
}
