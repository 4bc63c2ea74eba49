/** For tests: what a producer with an id, and a coordinator that ends its transactions, append. */
import {
  ATTRIBUTES_AT,
  BASE_SEQUENCE_AT,
  CONTROL_FLAG,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  TRANSACTIONAL_FLAG,
  writeChecksum,
} from "../batch-header.ts";
import { wireOf } from "../log-fixtures.ts";
import type { TextRecord } from "../log-fixtures.ts";
import { RecordBatchBuilder } from "../record-batch-builder.ts";
import { ABORT_TYPE, COMMIT_TYPE } from "./control-marker.ts";

export function transactionalWire(producerId: bigint, records: readonly TextRecord[]): Buffer {
  return stamped(wireOf(records), producerId, TRANSACTIONAL_FLAG);
}

export function markerWire(producerId: bigint, commit: boolean, timestampMs = 1000): Buffer {
  const key = Buffer.alloc(4);
  key.writeInt16BE(commit ? COMMIT_TYPE : ABORT_TYPE, 2);
  const builder = new RecordBatchBuilder(64, 1);
  builder.appendRecord(key, Buffer.alloc(6), timestampMs, 0);
  return stamped(Buffer.from(builder.finish(0).batch), producerId, TRANSACTIONAL_FLAG | CONTROL_FLAG);
}

function stamped(wire: Buffer, producerId: bigint, flags: number): Buffer {
  wire.writeInt16BE(flags, ATTRIBUTES_AT);
  wire.writeBigInt64BE(producerId, PRODUCER_ID_AT);
  wire.writeInt16BE(0, PRODUCER_EPOCH_AT);
  wire.writeInt32BE(-1, BASE_SEQUENCE_AT);
  writeChecksum(wire, 0, wire.length);
  return wire;
}
