/**
 * The records of `__transaction_state`, in Kafka's form (`TransactionLogKey/Value`), so that Kafka's tools read them.
 * Version 1 of the value is read too; what it has beyond version 0 belongs to KIP-890's second part.
 */
import { array, arrayOf, int16, int32, int64, int8, producerId, string } from "../protocol/schema.ts";
import type { Decoded, Encodable } from "../protocol/schema.ts";
import { recordForm } from "../state-topics/record-form.ts";

const keyShape = { transactionalId: string() };
const valueShape = {
  producerId: producerId(),
  previousProducerId: producerId({ since: 1, tag: 0, default: -1n }),
  nextProducerId: producerId({ since: 1, tag: 1, default: -1n }),
  producerEpoch: int16(),
  transactionTimeoutMs: int32(),
  transactionStatus: int8(),
  transactionPartitions: array({ topic: string(), partitionIds: arrayOf(int32()) }, { nullable: 0 }),
  transactionLastUpdateTimestampMs: int64(),
  transactionStartTimestampMs: int64(),
};

export type StoredTransaction = Decoded<typeof valueShape>;

const keyForm = recordForm({ shape: keyShape, versions: [0, 0], writes: 0, flexibleSince: Infinity });
const valueForm = recordForm({ shape: valueShape, versions: [0, 1], writes: 0, flexibleSince: 1 });

export function transactionKey(transactionalId: string): Buffer {
  return keyForm.encode({ transactionalId });
}

/** The transactional id; undefined for keys of other kinds. @throws MalformedFrame */
export function readTransactionKey(key: Buffer): string | undefined {
  return keyForm.decode(key)?.transactionalId;
}

export function transactionValue(value: Encodable<typeof valueShape>): Buffer {
  return valueForm.encode(value);
}

/** @throws MalformedFrame */
export function readTransactionValue(value: Buffer): StoredTransaction | undefined {
  return valueForm.decode(value);
}
