/** The marker that ends a producer's transaction in a partition: the one record of a control batch (KIP-98, "Control Messages"). */
import { HEADER_SIZE } from "../batch-header.ts";
import type { BatchHeader } from "../batch-header.ts";
import { VarintReader } from "../varint.ts";

export interface EndMarker {
  readonly commit: boolean;
  readonly coordinatorEpoch: number;
}

export const ABORT_TYPE = 0;
export const COMMIT_TYPE = 1;

/**
 * The marker in the control batch that `bytes` begin with, or undefined where it is of a kind that is not known. The whole
 * batch must be there.
 */
export function readMarker(bytes: Buffer, header: BatchHeader): EndMarker | undefined {
  if (header.compression !== 0 || header.recordCount !== 1) return undefined;
  // A record: length, attributes, timestamp delta, offset delta, key, value.
  const reader = new VarintReader(bytes, HEADER_SIZE, header.sizeBytes);
  reader.varint();
  reader.position += 1;
  reader.varlong();
  reader.varint();
  const keyLength = reader.varint();
  const keyAt = reader.position;
  if (keyAt < 0 || keyLength < 4 || keyAt + keyLength >= header.sizeBytes) return undefined;
  const type = bytes.readInt16BE(keyAt + 2);
  if (type !== COMMIT_TYPE && type !== ABORT_TYPE) return undefined;
  reader.position += keyLength;
  const valueLength = reader.varint();
  const valueAt = reader.position;
  const whole = valueAt >= 0 && valueLength >= 6 && valueAt + valueLength <= header.sizeBytes;
  return { commit: type === COMMIT_TYPE, coordinatorEpoch: whole ? bytes.readInt32BE(valueAt + 2) : 0 };
}
