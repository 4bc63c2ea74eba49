/**
 * What InitProducerId makes of an id's epoch (KIP-98, KIP-360): each call takes the next epoch, which fences whoever has
 * the one before. A producer that names the epoch it has goes on from it, and may ask again when the answer was lost.
 */
import { EPOCH_MAX, NO_EPOCH, NO_PRODUCER } from "./transaction.ts";
import type { Transaction } from "./transaction.ts";

/** What a producer says it has. */
export interface ExpectedProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export type EpochChange = "fenced" | Transaction;

/** Whether the producer may be the present one, or one whose last change it has not heard of. */
export function isPresent(transaction: Transaction, expected: ExpectedProducer): boolean {
  const { producerId, producerEpoch, lastProducerId } = transaction;
  if (producerEpoch === NO_EPOCH || expected.producerId === producerId) return true;
  return expected.producerId === lastProducerId && expected.producerEpoch >= EPOCH_MAX;
}

/** The transaction with the next epoch, or with a new id where the epochs of this one are used up. */
export function nextEpoch(
  transaction: Transaction,
  expected: ExpectedProducer | undefined,
  newProducerId: () => bigint,
): EpochChange {
  const { producerId, producerEpoch, lastProducerId, lastProducerEpoch } = transaction;
  if (expected !== undefined) {
    const repeatsRotation = producerId !== expected.producerId && producerEpoch !== NO_EPOCH;
    if (repeatsRotation) return expected.producerId === lastProducerId ? transaction : "fenced";
    const repeats = expected.producerEpoch === lastProducerEpoch && expected.producerEpoch !== producerEpoch;
    if (repeats) return transaction;
    if (producerEpoch !== NO_EPOCH && expected.producerEpoch !== producerEpoch) return "fenced";
  }
  const remembered = expected === undefined ? NO_EPOCH : producerEpoch;
  if (producerEpoch >= EPOCH_MAX) {
    return {
      ...transaction,
      producerId: newProducerId(),
      producerEpoch: 0,
      lastProducerId: expected === undefined ? NO_PRODUCER : producerId,
      lastProducerEpoch: remembered,
    };
  }
  return { ...transaction, producerEpoch: producerEpoch + 1, lastProducerEpoch: remembered };
}
