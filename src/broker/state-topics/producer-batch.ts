/**
 * Batches that the broker writes itself in a producer's name: the records of a transaction in an internal topic, and the
 * markers that end a transaction in a partition (KIP-98, "Control Messages").
 */
import {
  ATTRIBUTES_AT,
  BASE_SEQUENCE_AT,
  CONTROL_FLAG,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  TRANSACTIONAL_FLAG,
  writeChecksum,
} from "../../log/batch-header.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { ABORT_TYPE, COMMIT_TYPE } from "../../log/transactions/control-marker.ts";
import type { EndMarker } from "../../log/transactions/control-marker.ts";

export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export interface StateRecord {
  readonly key: Buffer;
  /** Null deletes the key. */
  readonly value: Buffer | null;
}

/** What stands in a header where the producer numbers no records. */
export const NO_SEQUENCE = -1;

const MARKER_VERSION = 0;

/** A transactional batch in wire form, without sequence numbers. */
export function transactionalBatch(
  records: readonly StateRecord[],
  producer: ProducerIdentity,
  nowMs: number,
): Buffer {
  return stamped(records, producer, TRANSACTIONAL_FLAG, nowMs);
}

/** A control batch with one marker, in wire form. */
export function markerBatch(marker: EndMarker, producer: ProducerIdentity, nowMs: number): Buffer {
  const key = Buffer.alloc(4);
  key.writeInt16BE(MARKER_VERSION, 0);
  key.writeInt16BE(marker.commit ? COMMIT_TYPE : ABORT_TYPE, 2);
  const value = Buffer.alloc(6);
  value.writeInt16BE(MARKER_VERSION, 0);
  value.writeInt32BE(marker.coordinatorEpoch, 2);
  return stamped([{ key, value }], producer, TRANSACTIONAL_FLAG | CONTROL_FLAG, nowMs);
}

function stamped(
  records: readonly StateRecord[],
  { producerId, producerEpoch }: ProducerIdentity,
  flags: number,
  nowMs: number,
): Buffer {
  const builder = new RecordBatchBuilder(1024, Math.max(1, records.length));
  for (const { key, value } of records) builder.appendRecord(key, value, nowMs, 0);
  const { batch } = builder.finish(0);
  batch.writeInt16BE(flags, ATTRIBUTES_AT);
  batch.writeBigInt64BE(producerId, PRODUCER_ID_AT);
  batch.writeInt16BE(producerEpoch, PRODUCER_EPOCH_AT);
  batch.writeInt32BE(NO_SEQUENCE, BASE_SEQUENCE_AT);
  writeChecksum(batch, 0, batch.length);
  return batch;
}
