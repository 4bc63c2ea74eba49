/**
 * Carrying out what was decided: a marker in every partition of a prepared transaction, then its Complete state. What
 * cannot be written is tried again until it can; a marker that is written twice does nothing the second time.
 */
import type { Clock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { OFFSETS_TOPIC } from "../broker-log.ts";
import type { BrokerLog } from "../broker-log.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { TimerSlots } from "../state-topics/timer-slots.ts";
import type { LogProducerStates } from "./log-producer-states.ts";
import type { TransactionRegistry } from "./transaction-registry.ts";
import { completed, isPrepared, partitionCount, withPartitions } from "./transaction.ts";
import type { PartitionSet, Transaction } from "./transaction.ts";

/** What the transaction coordinator needs of groups. */
export interface StagedPositions {
  partitionOf(groupId: string): number;
  /** @throws SpoorError where that cannot be stored; the call is to be made again */
  completePartition(partition: number, producerId: bigint, commit: boolean): void;
}

/** There is one coordinator, which never moves. */
const COORDINATOR_EPOCH = 0;

export interface CompletionParts {
  readonly log: BrokerLog;
  readonly clock: Clock;
  readonly timers: TimerSlots;
  readonly producers: LogProducerStates;
  readonly positions: StagedPositions | undefined;
  readonly registry: TransactionRegistry;
  readonly retryMs: number;
}

export class TransactionCompletion {
  readonly #parts: CompletionParts;
  /** Partitions that are still without a marker, by transactional id, where a try has failed. */
  readonly #left = new Map<string, PartitionSet>();

  constructor(parts: CompletionParts) {
    this.#parts = parts;
  }

  /** Transactions that are decided and not yet carried out. */
  get unfinished(): number {
    return this.#left.size;
  }

  /** Completes the transaction if it is prepared, now or, where the log refuses, later. */
  complete(transactionalId: string): void {
    const { registry, clock, timers, retryMs } = this.#parts;
    const transaction = registry.get(transactionalId);
    if (transaction === undefined || !isPrepared(transaction)) return;
    const left = this.#writeMarkers(transaction, this.#left.get(transactionalId) ?? transaction.partitions);
    const isWhole = partitionCount(left) === 0;
    if (isWhole && registry.change(completed(transaction, clock.nowMs())) === KafkaError.NONE) {
      this.#left.delete(transactionalId);
      return;
    }
    this.#left.set(transactionalId, left);
    timers.set(`complete:${transactionalId}`, retryMs, () => this.complete(transactionalId));
  }

  /** Returns the partitions whose marker could not be written. */
  #writeMarkers(transaction: Transaction, partitions: PartitionSet): PartitionSet {
    let left: PartitionSet = new Map();
    for (const [topic, indexes] of partitions) {
      for (const partition of indexes) {
        if (this.#writeMarker(transaction, topic, partition)) continue;
        left = withPartitions(left, new Map([[topic, new Set([partition])]]));
      }
    }
    return left;
  }

  #writeMarker(transaction: Transaction, topic: string, partition: number): boolean {
    const { log, producers, positions } = this.#parts;
    const known = log.log.topic(topic);
    // A topic that was deleted has taken its part of the transaction with it.
    if (known === undefined || partition >= known.partitions) return true;
    const commit = transaction.state === "PrepareCommit";
    try {
      const marker = { commit, coordinatorEpoch: COORDINATOR_EPOCH };
      producers.appendMarker(log.log.partition(topic, partition), transaction, marker);
      if (topic === OFFSETS_TOPIC) positions?.completePartition(partition, transaction.producerId, commit);
    } catch (error) {
      if (error instanceof SpoorError) return false;
      throw error;
    }
    return true;
  }
}
