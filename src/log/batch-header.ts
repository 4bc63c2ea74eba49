/**
 * The header of a Kafka record batch of magic 2: 61 bytes, all numbers big-endian.
 *
 * The CRC-32C covers everything from the attributes to the batch's end, so that base offset and leader
 * epoch, which the log assigns, can be written without computing it again.
 */
import { crc32c } from "@node-rs/crc32";

export const BASE_OFFSET_AT = 0;
export const BATCH_LENGTH_AT = 8;
export const LEADER_EPOCH_AT = 12;
export const MAGIC_AT = 16;
export const CRC_AT = 17;
export const ATTRIBUTES_AT = 21;
export const LAST_OFFSET_DELTA_AT = 23;
export const BASE_TIMESTAMP_AT = 27;
export const MAX_TIMESTAMP_AT = 35;
export const PRODUCER_ID_AT = 43;
export const PRODUCER_EPOCH_AT = 51;
export const BASE_SEQUENCE_AT = 53;
export const RECORD_COUNT_AT = 57;
/** Where the records begin. */
export const HEADER_SIZE = 61;
/** Bytes of base offset and length, which the length itself does not count. */
export const LOG_OVERHEAD = 12;

export const COMPRESSION_MASK = 0x07;
export const LOG_APPEND_TIME_FLAG = 0x08;
export const TRANSACTIONAL_FLAG = 0x10;
export const CONTROL_FLAG = 0x20;
export const DELETE_HORIZON_FLAG = 0x40;

export interface BatchHeader {
  readonly baseOffset: number;
  /** The offset behind the batch; it may be above the last record's after compaction. */
  readonly nextOffset: number;
  /** Of the whole batch, header included. */
  readonly sizeBytes: number;
  readonly leaderEpoch: number;
  readonly crc: number;
  /** The raw attribute bits, unknown ones included. */
  readonly attributes: number;
  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  readonly compression: number;
  /** Every record's timestamp is the batch's maximum, set by the log. */
  readonly logAppendTime: boolean;
  readonly transactional: boolean;
  /** The batch holds a commit or abort marker and no data. */
  readonly control: boolean;
  /** `baseTimestamp` says when the batch's tombstones may go. */
  readonly hasDeleteHorizon: boolean;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

/** The size of the batch at `at`, header included; −1 where its length field is not there yet. */
export function batchSizeAt(bytes: Buffer, at: number): number {
  if (at + LOG_OVERHEAD > bytes.length) return -1;
  return bytes.readInt32BE(at + BATCH_LENGTH_AT) + LOG_OVERHEAD;
}

/** Reads an offset or timestamp; exact within ±2^53. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x100000000 + bytes.readUInt32BE(at + 4);
}

export function writeInt64(bytes: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 0x100000000);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * 0x100000000, at + 4);
}

/** Reads the header at `at`, whose {@link HEADER_SIZE} bytes must be there; checks nothing. */
export function readBatchHeader(bytes: Buffer, at: number): BatchHeader {
  const attributes = bytes.readInt16BE(at + ATTRIBUTES_AT);
  const baseOffset = readInt64(bytes, at + BASE_OFFSET_AT);
  return {
    baseOffset,
    nextOffset: baseOffset + bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT) + 1,
    sizeBytes: bytes.readInt32BE(at + BATCH_LENGTH_AT) + LOG_OVERHEAD,
    leaderEpoch: bytes.readInt32BE(at + LEADER_EPOCH_AT),
    crc: bytes.readUInt32BE(at + CRC_AT),
    attributes,
    compression: attributes & COMPRESSION_MASK,
    logAppendTime: (attributes & LOG_APPEND_TIME_FLAG) !== 0,
    transactional: (attributes & TRANSACTIONAL_FLAG) !== 0,
    control: (attributes & CONTROL_FLAG) !== 0,
    hasDeleteHorizon: (attributes & DELETE_HORIZON_FLAG) !== 0,
    baseTimestamp: readInt64(bytes, at + BASE_TIMESTAMP_AT),
    maxTimestamp: readInt64(bytes, at + MAX_TIMESTAMP_AT),
    producerId: bytes.readBigInt64BE(at + PRODUCER_ID_AT),
    producerEpoch: bytes.readInt16BE(at + PRODUCER_EPOCH_AT),
    baseSequence: bytes.readInt32BE(at + BASE_SEQUENCE_AT),
    recordCount: bytes.readInt32BE(at + RECORD_COUNT_AT),
  };
}

/** Why the bytes at `at` are no whole batch with a right checksum, in words, or undefined when they are one. */
export function batchFault(bytes: Buffer, at: number): string | undefined {
  return framingFault(bytes, at) ?? checksumFault(bytes, at);
}

/** Why the bytes at `at` do not have the frame of a whole batch of magic 2. */
export function framingFault(bytes: Buffer, at: number): string | undefined {
  const left = bytes.length - at;
  if (left < HEADER_SIZE) return `the batch header is cut off after ${left} of ${HEADER_SIZE} bytes`;
  const magic = bytes[at + MAGIC_AT]!;
  if (magic !== 2) return `the batch has magic ${magic}, not 2`;
  const size = batchSizeAt(bytes, at);
  if (size < HEADER_SIZE) return `the batch length ${size} is below its header's ${HEADER_SIZE} bytes`;
  if (size > left) return `the batch is cut off after ${left} of ${size} bytes`;
  const count = bytes.readInt32BE(at + RECORD_COUNT_AT);
  const lastOffsetDelta = bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT);
  if (count < 0 || lastOffsetDelta < 0 || count > lastOffsetDelta + 1) {
    return `the batch claims ${count} records over ${lastOffsetDelta + 1} offsets`;
  }
  return undefined;
}

function checksumFault(bytes: Buffer, at: number): string | undefined {
  const size = batchSizeAt(bytes, at);
  const computed = crc32c(bytes.subarray(at + ATTRIBUTES_AT, at + size)) >>> 0;
  const stored = bytes.readUInt32BE(at + CRC_AT);
  if (computed === stored) return undefined;
  return `the batch's checksum is ${hex(stored)}, its bytes have ${hex(computed)}`;
}

/** Computes the checksum of the whole batch at `at` of `size` bytes and writes it into the header. */
export function writeChecksum(bytes: Buffer, at: number, size: number): void {
  bytes.writeUInt32BE(crc32c(bytes.subarray(at + ATTRIBUTES_AT, at + size)) >>> 0, at + CRC_AT);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
