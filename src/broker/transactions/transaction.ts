/**
 * What is known of one transactional id, as a value: a change makes a new one, which counts once it stands in the log.
 *
 *     Empty ──first partition──► Ongoing ──commit──► PrepareCommit ──all markers──► CompleteCommit ──first partition──► Ongoing
 *                                   └────abort or timeout──► PrepareAbort ──all markers──► CompleteAbort ──► …
 *
 * Once a Prepare state is in the log the outcome is decided: after a crash the markers are written again.
 */
export type TransactionState =
  | "Empty"
  | "Ongoing"
  | "PrepareCommit"
  | "PrepareAbort"
  | "CompleteCommit"
  | "CompleteAbort";

/** By Kafka's numbers, which the log holds. */
export const transactionStates: readonly TransactionState[] = [
  "Empty",
  "Ongoing",
  "PrepareCommit",
  "PrepareAbort",
  "CompleteCommit",
  "CompleteAbort",
];

/** Topics with partition numbers. */
export type PartitionSet = ReadonlyMap<string, ReadonlySet<number>>;

export interface Transaction {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Before the last change of id or epoch by InitProducerId, so that one whose answer was lost can be repeated. */
  readonly lastProducerId: bigint;
  readonly lastProducerEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  /** Empty unless Ongoing or in a Prepare state. */
  readonly partitions: PartitionSet;
  /** −1 outside a transaction. */
  readonly startedMs: number;
  readonly updatedMs: number;
}

export const NO_PRODUCER = -1n;
export const NO_EPOCH = -1;
/** An epoch from here on is used up: the one above it is left for fencing. */
export const EPOCH_MAX = 32_766;

export const noPartitions: PartitionSet = new Map();

export function isPrepared({ state }: Transaction): boolean {
  return state === "PrepareCommit" || state === "PrepareAbort";
}

export function hasPartition({ partitions }: Transaction, topic: string, partition: number): boolean {
  return partitions.get(topic)?.has(partition) === true;
}

export function partitionCount(partitions: PartitionSet): number {
  let count = 0;
  for (const indexes of partitions.values()) count += indexes.size;
  return count;
}

export function withPartitions(partitions: PartitionSet, added: PartitionSet): PartitionSet {
  const all = new Map(partitions);
  for (const [topic, indexes] of added) all.set(topic, new Set([...(all.get(topic) ?? []), ...indexes]));
  return all;
}

/** In a transaction with these partitions, which begins if none was open. */
export function ongoing(transaction: Transaction, added: PartitionSet, nowMs: number): Transaction {
  const isOpen = transaction.state === "Ongoing";
  return {
    ...transaction,
    state: "Ongoing",
    partitions: withPartitions(isOpen ? transaction.partitions : noPartitions, added),
    startedMs: isOpen ? transaction.startedMs : nowMs,
    updatedMs: nowMs,
  };
}

export function prepared(transaction: Transaction, commit: boolean, nowMs: number): Transaction {
  return { ...transaction, state: commit ? "PrepareCommit" : "PrepareAbort", updatedMs: nowMs };
}

/** Decided as aborted, with an epoch that fences the producer. */
export function fencedAbort(transaction: Transaction, nowMs: number): Transaction {
  const fencing = { producerEpoch: transaction.producerEpoch + 1, lastProducerEpoch: NO_EPOCH };
  return prepared({ ...transaction, ...fencing }, false, nowMs);
}

export function completed(transaction: Transaction, nowMs: number): Transaction {
  return {
    ...transaction,
    state: transaction.state === "PrepareCommit" ? "CompleteCommit" : "CompleteAbort",
    partitions: noPartitions,
    startedMs: -1,
    updatedMs: nowMs,
  };
}
