/**
 * What the group coordinator asks of transactions: its own topic takes part in them as any partition does, so that a
 * marker decides over the positions that a transaction has stored.
 */
import type { PartitionLog } from "../../log/topic-log.ts";
import type { ProducerIdentity } from "../state-topics/producer-batch.ts";

export interface GroupTransactions {
  /** NONE where the producer's open transaction has this partition of `__consumer_offsets`. */
  check(log: PartitionLog, producer: ProducerIdentity, transactionalId: string): number;
  /** Where the oldest open transaction begins in the partition. */
  openFrom(log: PartitionLog): number | undefined;
  /** The batch stands in the log from `baseOffset` on. */
  appended(log: PartitionLog, batch: Buffer, baseOffset: number): void;
}
