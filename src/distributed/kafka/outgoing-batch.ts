/**
 * A batch on its way: what a producer writes into its header. Producer id, epoch and sequence are set with each sending;
 * the base offset must be 0 until the log assigns it (KIP-98, "Message Format").
 */
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BATCH_LENGTH_AT,
  COMPRESSION_MASK,
  HEADER_SIZE,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LOG_OVERHEAD,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  TRANSACTIONAL_FLAG,
  writeChecksum,
  writeInt64,
} from "../../log/batch-header.ts";
import { compress, compressionNames } from "../../log/compression.ts";
import type { WrittenCompression } from "./cluster-settings.ts";

export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

const UNKNOWN_LEADER_EPOCH = -1;

/** The batch as it is to be sent, but for producer and checksum: over the same memory, unless it is compressed. */
export function preparedBatch(batch: Buffer, compression: WrittenCompression): Buffer {
  const prepared =
    compression === "none" ? batch : compressedBatch(batch, compressionNames.indexOf(compression));
  writeInt64(prepared, BASE_OFFSET_AT, 0);
  prepared.writeInt32BE(UNKNOWN_LEADER_EPOCH, LEADER_EPOCH_AT);
  return prepared;
}

function compressedBatch(batch: Buffer, codec: number): Buffer {
  const records = compress(codec, batch.subarray(HEADER_SIZE));
  // What does not shrink is sent as it is.
  if (records === undefined || records.length + HEADER_SIZE >= batch.length) return batch;
  const result = Buffer.concat([batch.subarray(0, HEADER_SIZE), records]);
  result.writeInt32BE(result.length - LOG_OVERHEAD, BATCH_LENGTH_AT);
  const attributes = result.readInt16BE(ATTRIBUTES_AT) & ~COMPRESSION_MASK;
  result.writeInt16BE(attributes | codec, ATTRIBUTES_AT);
  return result;
}

/** How many sequence numbers the batch takes. */
export function sequencesOf(batch: Buffer): number {
  return batch.readInt32BE(LAST_OFFSET_DELTA_AT) + 1;
}

/** The number behind `count` more; after the greatest of 31 bits comes 0. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % 2_147_483_648;
}

export function stampBatch(
  batch: Buffer,
  { producerId, producerEpoch }: ProducerIdentity,
  sequence: number,
  transactional: boolean,
): void {
  const attributes = batch.readInt16BE(ATTRIBUTES_AT) & ~TRANSACTIONAL_FLAG;
  batch.writeInt16BE(transactional ? attributes | TRANSACTIONAL_FLAG : attributes, ATTRIBUTES_AT);
  batch.writeBigInt64BE(producerId, PRODUCER_ID_AT);
  batch.writeInt16BE(producerEpoch, PRODUCER_EPOCH_AT);
  batch.writeInt32BE(sequence, BASE_SEQUENCE_AT);
  writeChecksum(batch, 0, batch.length);
}
