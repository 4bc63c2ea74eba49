/**
 * Transactions that are open in a partition and unknown to the coordinator (KIP-664): a loss of power took a marker, or the
 * coordinator's record of the transaction. Nobody would ever end them, and readers of committed records would wait for ever.
 *
 * Where the producer's last transaction was committed in the same epoch, this is a part of it, and is committed too; all else
 * is aborted. To be called at the start, when prepared transactions have been carried out.
 */
import { SpoorError } from "../../base/errors.ts";
import { readBatchHeader } from "../../log/batch-header.ts";
import type { PartitionLog } from "../../log/topic-log.ts";
import type { BrokerLog } from "../broker-log.ts";
import type { LogProducerStates } from "./log-producer-states.ts";
import type { TransactionRegistry } from "./transaction-registry.ts";
import { hasPartition, isPrepared } from "./transaction.ts";

export interface HangingParts {
  readonly log: BrokerLog;
  readonly producers: LogProducerStates;
  readonly registry: TransactionRegistry;
}

/** Ends them; returns how many there were. One whose marker cannot be written stays for the next start. */
export function endHangingTransactions({ log, producers, registry }: HangingParts): number {
  let ended = 0;
  for (const { name, partitions } of log.log.topics()) {
    for (let index = 0; index < partitions; index++) {
      const partition = log.log.partition(name, index);
      for (const [producerId, firstOffset] of partition.transactions.open.entries().toArray()) {
        const transaction = registry.ofProducer(producerId);
        const isKnown =
          transaction !== undefined && (transaction.state === "Ongoing" || isPrepared(transaction));
        if (isKnown && hasPartition(transaction, name, index)) continue;
        const producerEpoch = epochAt(partition, firstOffset);
        const commit =
          transaction?.state === "CompleteCommit" &&
          transaction.producerId === producerId &&
          transaction.producerEpoch === producerEpoch;
        try {
          producers.appendMarker(partition, { producerId, producerEpoch }, { commit, coordinatorEpoch: 0 });
          ended++;
        } catch (error) {
          if (!(error instanceof SpoorError)) throw error;
        }
      }
    }
  }
  return ended;
}

/** The epoch in which the transaction began; 0 where its first batch is gone. */
function epochAt(partition: PartitionLog, firstOffset: number): number {
  if (firstOffset < partition.startOffset) return 0;
  const wire = partition.readWire(firstOffset, 1, partition.endOffset);
  return wire.length === 0 ? 0 : Math.max(0, readBatchHeader(wire, 0).producerEpoch);
}
