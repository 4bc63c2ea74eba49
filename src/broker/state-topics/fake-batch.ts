/** For tests: a producer's batch in wire form. */
import {
  ATTRIBUTES_AT,
  BASE_SEQUENCE_AT,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  TRANSACTIONAL_FLAG,
  writeChecksum,
} from "../../log/batch-header.ts";
import { wireOf } from "../../log/log-fixtures.ts";

export interface FakeBatch {
  readonly producerId?: bigint;
  readonly epoch?: number;
  readonly sequence?: number;
  readonly transactional?: boolean;
  /** Values of the records; each is its own key. */
  readonly values?: readonly string[];
}

export function fakeBatch(batch: FakeBatch): Buffer {
  const { producerId = -1n, epoch = producerId < 0n ? -1 : 0, transactional = false } = batch;
  const wire = wireOf((batch.values ?? ["v"]).map((value) => [value, value]));
  wire.writeInt16BE(transactional ? TRANSACTIONAL_FLAG : 0, ATTRIBUTES_AT);
  wire.writeBigInt64BE(producerId, PRODUCER_ID_AT);
  wire.writeInt16BE(epoch, PRODUCER_EPOCH_AT);
  wire.writeInt32BE(batch.sequence ?? (producerId < 0n ? -1 : 0), BASE_SEQUENCE_AT);
  writeChecksum(wire, 0, wire.length);
  return wire;
}
