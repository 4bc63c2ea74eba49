/**
 * The producer states of all partitions, stored in `__producer_state`.
 *
 * A partition is stored before its first batch of a producer is appended, so that a restart knows which partitions to look
 * at; then whenever enough has come since, and at the end. What a restart reads of the log is bounded by that.
 */
import type { Clock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { readBatchHeader } from "../../log/batch-header.ts";
import type { BatchHeader } from "../../log/batch-header.ts";
import type { PartitionLog } from "../../log/topic-log.ts";
import type { AbortedTransaction } from "../../log/transactions/aborted-transactions.ts";
import type { EndMarker } from "../../log/transactions/control-marker.ts";
import type { BrokerLog } from "../broker-log.ts";
import { failureOf } from "../failure-code.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { markerBatch } from "../state-topics/producer-batch.ts";
import type { ProducerIdentity } from "../state-topics/producer-batch.ts";
import { TimerSlots } from "../state-topics/timer-slots.ts";
import type { Timers } from "../../base/timers.ts";
import type { ProduceVerdict, ProducerStates } from "../transaction-coordination.ts";
import { ProducerIds } from "./producer-ids.ts";
import { defaultProducerSettings } from "./producer-settings.ts";
import type { ProducerSettings } from "./producer-settings.ts";
import { ProducerStateTopic } from "./producer-state-topic.ts";
import type { StoredPartition } from "./producer-state-topic.ts";
import type { SequenceVerdict } from "./partition-producers.ts";
import { TrackedPartition } from "./tracked-partition.ts";

/** Which partitions a producer's open transaction has. */
export interface TransactionVerifier {
  /** NONE where it has this one. `transactionalId` null: whatever transaction the producer has. */
  partitionFault(
    producer: ProducerIdentity,
    transactionalId: string | null,
    topic: string,
    partition: number,
  ): number;
}

export interface ProducerStatesOptions {
  readonly log: BrokerLog;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly settings?: Partial<ProducerSettings>;
  /** A partition's producers could not be had again whole, or not be stored. */
  readonly onProblem?: (problem: ProducerStateProblem) => void;
}

export interface ProducerStateProblem {
  readonly topic: string;
  readonly partition: number;
  readonly error: SpoorError;
}

type DescribedProducers = ReturnType<ProducerStates["describe"]>;

export class LogProducerStates implements ProducerStates {
  readonly ids: ProducerIds;
  readonly #log: BrokerLog;
  readonly #clock: Clock;
  readonly #settings: ProducerSettings;
  readonly #store: ProducerStateTopic;
  readonly #partitions = new Map<PartitionLog, TrackedPartition>();
  readonly #timers: TimerSlots;
  readonly #stopTopicWatch: () => void;
  readonly #onProblem: (problem: ProducerStateProblem) => void;
  #verifier: TransactionVerifier | undefined;
  /** Producers that were new to a partition since the last look at how many there are. */
  #appearances = 0;

  /** Reads `__producer_state`, making it if need be. @throws SpoorError where the log cannot */
  constructor(options: ProducerStatesOptions) {
    this.#log = options.log;
    this.#clock = options.clock;
    this.#settings = { ...defaultProducerSettings, ...options.settings };
    this.#onProblem = options.onProblem ?? (() => undefined);
    this.#store = new ProducerStateTopic(options.log, options.clock);
    const stored = this.#store.load();
    this.ids = new ProducerIds(this.#store, stored.nextProducerId);
    for (const partition of stored.partitions) this.#recover(partition);
    this.#timers = new TimerSlots(options.timers);
    this.#sweepLater();
    this.#stopTopicWatch = options.log.log.onTopicsChange(() => this.#forgetDeleted());
  }

  /** From now on transactional batches need a transaction that has their partition. */
  verifyWith(verifier: TransactionVerifier): void {
    this.#verifier = verifier;
  }

  check(partition: PartitionLog, header: BatchHeader, transactionalId: string | null): ProduceVerdict {
    const tracked = this.#tracked(partition);
    const verdict = tracked.producers.check(header);
    if (verdict.kind === "refused") return verdict;
    if (verdict.kind === "duplicate") {
      const { firstOffset, timestampMs } = verdict.batch;
      const stamped = this.#log.log.topic(partition.topic)?.config.logAppendTime === true;
      return { kind: "duplicate", baseOffset: firstOffset, logAppendTimeMs: stamped ? timestampMs : -1 };
    }
    return this.#admit(tracked, header, transactionalId, verdict.beginsTransaction);
  }

  appended(partition: PartitionLog, header: BatchHeader, baseOffset: number): void {
    const tracked = this.#tracked(partition);
    const before = tracked.producers.size;
    tracked.producers.append(header, baseOffset, this.#clock.nowMs());
    if (tracked.producers.size > before) this.#limitProducers();
    tracked.applied(header);
    if (tracked.isDue) this.#save(tracked);
  }

  /** The same as `check` for a transactional batch of the broker's own, which has no sequence numbers. */
  checkOwn(partition: PartitionLog, producer: ProducerIdentity, transactionalId: string): number {
    const tracked = this.#tracked(partition);
    const verdict = tracked.producers.checkUnnumbered(producer);
    if (verdict.kind === "refused") return verdict.errorCode;
    const admitted = this.#admit(tracked, producer, transactionalId, begins(verdict));
    return admitted.kind === "refused" ? admitted.errorCode : KafkaError.NONE;
  }

  appendedOwn(partition: PartitionLog, batch: Buffer, baseOffset: number): void {
    this.appended(partition, readBatchHeader(batch, 0), baseOffset);
  }

  /** Ends the producer's transaction in the partition, by a marker in the log. @throws SpoorError; nothing has changed */
  appendMarker(partition: PartitionLog, producer: ProducerIdentity, marker: EndMarker): void {
    const nowMs = this.#clock.nowMs();
    const batch = markerBatch(marker, producer, nowMs);
    const header = readBatchHeader(batch, 0);
    const tracked = this.#tracked(partition);
    this.#log.append(partition.topic, () => partition.appendWire(batch));
    tracked.producers.end(producer, marker, nowMs);
    tracked.applied(header);
    if (tracked.isDue) this.#save(tracked);
  }

  /** Where the oldest open transaction begins in the partition. */
  firstOpenOffset(partition: PartitionLog): number | undefined {
    return partition.transactions.firstOpenOffset;
  }

  lastStableOffset(partition: PartitionLog): number {
    return partition.lastStableOffset;
  }

  abortedTransactions(partition: PartitionLog, from: number, upTo: number): readonly AbortedTransaction[] {
    return partition.transactions.abortedWithin(from, upTo);
  }

  describe(partition: PartitionLog): DescribedProducers {
    const entries = this.#partitions.get(partition)?.producers.entries() ?? [];
    return [...entries].map((entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.epoch,
      lastSequence: entry.lastSequence,
      lastTimestamp: entry.lastUsedMs,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTxnStartOffset: entry.openSince ?? -1,
    }));
  }

  /** Producers remembered, and those forgotten for want of room, over all partitions. */
  get counts(): { readonly producers: number; readonly evictions: number } {
    let producers = 0;
    let evictions = 0;
    for (const tracked of this.#partitions.values()) {
      producers += tracked.producers.size;
      evictions += tracked.producers.evictions;
    }
    return { producers, evictions };
  }

  /** Stores what has changed, so that the next start reads nothing of the log. */
  close(): void {
    this.#timers.clearAll();
    this.#stopTopicWatch();
    for (const tracked of this.#partitions.values()) if (tracked.hasChanged) this.#save(tracked);
  }

  #admit(
    tracked: TrackedPartition,
    producer: ProducerIdentity,
    transactionalId: string | null,
    beginsTransaction: boolean,
  ): ProduceVerdict {
    if (beginsTransaction) {
      const { topic, partition } = tracked.log;
      const errorCode =
        this.#verifier?.partitionFault(producer, transactionalId, topic, partition) ??
        KafkaError.INVALID_TXN_STATE;
      if (errorCode !== KafkaError.NONE) {
        return { kind: "refused", errorCode, message: "no open transaction has the partition" };
      }
      if (tracked.log.transactions.abortedCount >= this.#settings.abortedPerPartitionMax) {
        const message = "the partition holds too many aborted transactions";
        return { kind: "refused", errorCode: KafkaError.POLICY_VIOLATION, message };
      }
    }
    if (!tracked.isDue) return { kind: "append" };
    try {
      tracked.save(this.#store);
    } catch (error) {
      const { errorCode, errorMessage } = failureOf(error);
      return { kind: "refused", errorCode, message: errorMessage };
    }
    return { kind: "append" };
  }

  /** Over all partitions: those that remember most give up first. */
  #limitProducers(): void {
    if (++this.#appearances < this.#settings.producersMax / 100) return;
    this.#appearances = 0;
    let excess = this.counts.producers - this.#settings.producersMax;
    const fullest = [...this.#partitions.values()].toSorted((a, b) => b.producers.size - a.producers.size);
    const share = Math.floor(this.#settings.producersMax / Math.max(1, fullest.length));
    for (const { producers } of fullest) {
      while (excess > 0 && producers.size > share && producers.evict()) excess--;
    }
  }

  #tracked(partition: PartitionLog): TrackedPartition {
    let tracked = this.#partitions.get(partition);
    if (tracked === undefined) {
      const topicId = this.#log.log.topic(partition.topic)?.id ?? "";
      const key = { topicId, partition: partition.partition };
      tracked = new TrackedPartition(partition, key, this.#settings);
      this.#partitions.set(partition, tracked);
    }
    return tracked;
  }

  #recover(stored: StoredPartition): void {
    const { log } = this.#log;
    const topic = log.topics().find(({ id }) => id === stored.topicId);
    if (topic === undefined || stored.partition >= topic.partitions) {
      this.#store.forget(stored);
      return;
    }
    const partition = log.partition(topic.name, stored.partition);
    const { topicId } = stored;
    const tracked = new TrackedPartition(partition, { topicId, partition: stored.partition }, this.#settings);
    this.#partitions.set(partition, tracked);
    try {
      tracked.recover(stored, topic.config.compacts, this.#clock.nowMs());
    } catch (error) {
      this.#report(tracked, error);
    }
    for (const { producerId } of tracked.producers.entries()) this.ids.skipPast(producerId);
  }

  /** A snapshot that cannot be written only makes the next start longer; it is tried again with the next batch. */
  #save(tracked: TrackedPartition): void {
    try {
      tracked.save(this.#store);
    } catch (error) {
      this.#report(tracked, error);
    }
  }

  #report({ log }: TrackedPartition, error: unknown): void {
    if (!(error instanceof SpoorError)) throw error;
    this.#onProblem({ topic: log.topic, partition: log.partition, error });
  }

  #sweepLater(): void {
    this.#timers.set("sweep", this.#settings.sweepIntervalMs, () => {
      const unusedSinceMs = this.#clock.nowMs() - this.#settings.producerIdExpirationMs;
      for (const { producers } of this.#partitions.values()) producers.expire(unusedSinceMs);
      this.#sweepLater();
    });
  }

  #forgetDeleted(): void {
    const present = new Set(this.#log.log.topics().map(({ id }) => id));
    for (const [partition, tracked] of this.#partitions) {
      if (present.has(tracked.key.topicId)) continue;
      this.#partitions.delete(partition);
      try {
        this.#store.forget(tracked.key);
      } catch (error) {
        this.#report(tracked, error);
      }
    }
  }
}

function begins(verdict: SequenceVerdict): boolean {
  return verdict.kind === "next" && verdict.beginsTransaction;
}
