/**
 * The transaction coordinator (KIP-98): who may write under a transactional id, which partitions its open transaction
 * has, and how it ends. Every decision stands in `__transaction_state` before anything is done or answered; at the start,
 * decided transactions are carried out and open ones get their timeout back.
 */
import type { Clock } from "../../base/clock.ts";
import { OFFSETS_TOPIC } from "../broker-log.ts";
import type { BrokerLog } from "../broker-log.ts";
import type { Answer } from "../group-coordination.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { ProducerIdentity } from "../state-topics/producer-batch.ts";
import { storing } from "../state-topics/coordinator-failure.ts";
import { TimerSlots } from "../state-topics/timer-slots.ts";
import type { Timers } from "../../base/timers.ts";
import type { TransactionCoordinator } from "../transaction-coordination.ts";
import type { LogProducerStates, TransactionVerifier } from "./log-producer-states.ts";
import { isPresent, nextEpoch } from "./producer-epochs.ts";
import type { EpochChange, ExpectedProducer } from "./producer-epochs.ts";
import { endHangingTransactions } from "./hanging-transactions.ts";
import { defaultTransactionSettings } from "./producer-settings.ts";
import type { TransactionSettings } from "./producer-settings.ts";
import { describeTransaction, listTransactions } from "./transaction-administration.ts";
import { TransactionCompletion } from "./transaction-completion.ts";
import type { StagedPositions } from "./transaction-completion.ts";
import { TransactionLog } from "./transaction-log.ts";
import { TransactionRegistry } from "./transaction-registry.ts";
import {
  NO_EPOCH,
  NO_PRODUCER,
  fencedAbort,
  hasPartition,
  isPrepared,
  noPartitions,
  ongoing,
  partitionCount,
  prepared,
  withPartitions,
} from "./transaction.ts";
import type { PartitionSet, Transaction } from "./transaction.ts";

export interface TransactionCoordinatorOptions {
  readonly log: BrokerLog;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly producers: LogProducerStates;
  /** Absent: transactions store no positions. */
  readonly positions?: StagedPositions | undefined;
  readonly settings?: Partial<TransactionSettings>;
}

type InitRequest = Parameters<TransactionCoordinator["initProducerId"]>[0];
type InitAnswer = Awaited<ReturnType<TransactionCoordinator["initProducerId"]>>;
type EndRequest = Parameters<TransactionCoordinator["endTxn"]>[0];

/** Before these versions clients knew PRODUCER_FENCED by another name. */
const FENCED_SINCE_INIT = 4;
const FENCED_SINCE = 2;

export class LogTransactionCoordinator implements TransactionCoordinator, TransactionVerifier {
  readonly #clock: Clock;
  readonly #settings: TransactionSettings;
  readonly #producers: LogProducerStates;
  readonly #positions: StagedPositions | undefined;
  readonly #registry: TransactionRegistry;
  readonly #completion: TransactionCompletion;
  readonly #timers: TimerSlots;
  readonly #log: TransactionLog;
  readonly #host: BrokerLog;
  /** Open transactions that nobody knew of at the start, and that were ended. */
  readonly hangingTransactions: number;

  /** Reads `__transaction_state`, making it if need be. @throws SpoorError where the log cannot */
  constructor(options: TransactionCoordinatorOptions) {
    this.#clock = options.clock;
    this.#settings = { ...defaultTransactionSettings, ...options.settings };
    this.#producers = options.producers;
    this.#positions = options.positions;
    this.#timers = new TimerSlots(options.timers);
    this.#host = options.log;
    this.#log = new TransactionLog(options.log, options.clock);
    this.#registry = new TransactionRegistry(this.#log);
    this.#completion = new TransactionCompletion({
      log: options.log,
      clock: options.clock,
      timers: this.#timers,
      producers: options.producers,
      positions: options.positions,
      registry: this.#registry,
      retryMs: this.#settings.retryMs,
    });
    options.producers.verifyWith(this);
    for (const transaction of this.#registry.all()) this.#resume(transaction);
    const { log, producers } = options;
    this.hangingTransactions = endHangingTransactions({ log, producers, registry: this.#registry });
    this.#sweepLater();
  }

  /** Transactions that are decided and not yet carried out: none, unless the log refuses appends. */
  get unfinished(): number {
    return this.#completion.unfinished;
  }

  /** Records of `__transaction_state` that could not be read at the start. */
  get malformedRecords(): number {
    return this.#log.malformed;
  }

  initProducerId: TransactionCoordinator["initProducerId"] = (request, caller) => {
    const answer = this.#initProducerId(request);
    const errorCode = nameFenced(answer.errorCode, caller.apiVersion, FENCED_SINCE_INIT);
    return this.#onDevice((failure) => (failure === undefined ? { ...answer, errorCode } : refused(failure)));
  };

  addPartitionsToTxn: TransactionCoordinator["addPartitionsToTxn"] = (request, caller) => {
    const added = new Map<string, Set<number>>();
    for (const { name, partitions } of request.topics) {
      added.set(name, new Set([...(added.get(name) ?? []), ...partitions]));
    }
    const code = this.#add(request.transactionalId, request, added);
    const partitionErrorCode = nameFenced(code, caller.apiVersion, FENCED_SINCE);
    return this.#onDevice((failure = partitionErrorCode) => ({
      resultsByTopic: request.topics.map(({ name, partitions }) => ({
        name,
        resultsByPartition: partitions.map((partitionIndex) => ({
          partitionIndex,
          partitionErrorCode: failure,
        })),
      })),
    }));
  };

  addOffsetsToTxn: TransactionCoordinator["addOffsetsToTxn"] = (request, caller) => {
    const { transactionalId, groupId } = request;
    if (this.#positions === undefined || groupId === "") return { errorCode: KafkaError.INVALID_GROUP_ID };
    const partition = this.#positions.partitionOf(groupId);
    const code = this.#add(transactionalId, request, new Map([[OFFSETS_TOPIC, new Set([partition])]]));
    const named = nameFenced(code, caller.apiVersion, FENCED_SINCE);
    return this.#onDevice((failure = named) => ({ errorCode: failure }));
  };

  endTxn: TransactionCoordinator["endTxn"] = (request, caller) => {
    const named = nameFenced(this.#endTxn(request), caller.apiVersion, FENCED_SINCE);
    return this.#onDevice((failure = named) => ({ errorCode: failure }));
  };

  describeTransactions: TransactionCoordinator["describeTransactions"] = (transactionalIds) =>
    transactionalIds.map((id) => describeTransaction(this.#registry.get(id), id));

  listTransactions: TransactionCoordinator["listTransactions"] = (request) =>
    listTransactions(this.#registry.all(), request, this.#clock.nowMs());

  partitionFault(
    { producerId, producerEpoch }: ProducerIdentity,
    transactionalId: string | null,
    topic: string,
    partition: number,
  ): number {
    const transaction =
      transactionalId === null ? this.#registry.ofProducer(producerId) : this.#registry.get(transactionalId);
    if (transaction?.producerId !== producerId) return KafkaError.INVALID_PRODUCER_ID_MAPPING;
    if (transaction.producerEpoch !== producerEpoch) return KafkaError.INVALID_PRODUCER_EPOCH;
    const has = transaction.state === "Ongoing" && hasPartition(transaction, topic, partition);
    return has ? KafkaError.NONE : KafkaError.INVALID_TXN_STATE;
  }

  close(): void {
    this.#timers.clearAll();
  }

  /**
   * The answer once all that it rests on is on the device, where the log's flush policy says so: what a transaction has
   * written, its markers, and the coordinator's own records. A failed flush is told as something to be tried again.
   */
  #onDevice<T>(answer: (failure?: number) => T): Answer<T> {
    const flushed = this.#host.log.flushed();
    if (flushed === undefined) return answer();
    return flushed.then(
      () => answer(),
      () => answer(KafkaError.COORDINATOR_NOT_AVAILABLE),
    );
  }

  #initProducerId(request: InitRequest): InitAnswer {
    const { transactionalId, transactionTimeoutMs } = request;
    if (transactionalId === null) return this.#newIdempotentProducer();
    const expected = expectedProducer(request);
    if (transactionalId === "" || expected === "invalid") return refused(KafkaError.INVALID_REQUEST);
    if (transactionTimeoutMs <= 0 || transactionTimeoutMs > this.#settings.timeoutMsMax) {
      return refused(KafkaError.INVALID_TRANSACTION_TIMEOUT);
    }
    const known = this.#registry.get(transactionalId);
    if (known === undefined) return this.#newId(transactionalId, transactionTimeoutMs);
    if (expected !== undefined && !isPresent(known, expected)) return refused(KafkaError.PRODUCER_FENCED);
    if (known.state !== "Ongoing") return this.#nextEpoch(known, expected, transactionTimeoutMs);
    if (expected !== undefined && expected.producerEpoch !== known.producerEpoch) {
      return refused(KafkaError.PRODUCER_FENCED);
    }
    const errorCode = this.#abortFenced(known);
    if (errorCode !== KafkaError.NONE) return refused(errorCode);
    // The producer was checked against the epoch before the fencing.
    const aborted = this.#registry.get(transactionalId) ?? known;
    return this.#nextEpoch(aborted, undefined, transactionTimeoutMs);
  }

  #newIdempotentProducer(): InitAnswer {
    let producerId = NO_PRODUCER;
    const errorCode = storing(() => {
      producerId = this.#producers.ids.take();
    });
    return errorCode === KafkaError.NONE ? { errorCode, producerId, producerEpoch: 0 } : refused(errorCode);
  }

  #newId(transactionalId: string, timeoutMs: number): InitAnswer {
    if (this.#registry.size >= this.#settings.idsMax) return refused(KafkaError.POLICY_VIOLATION);
    const { errorCode, producerId } = this.#newIdempotentProducer();
    if (errorCode !== KafkaError.NONE) return refused(errorCode);
    return this.#initialized({
      transactionalId,
      producerId: producerId ?? NO_PRODUCER,
      producerEpoch: 0,
      lastProducerId: NO_PRODUCER,
      lastProducerEpoch: NO_EPOCH,
      timeoutMs,
      state: "Empty",
      partitions: noPartitions,
      startedMs: -1,
      updatedMs: this.#clock.nowMs(),
    });
  }

  #nextEpoch(known: Transaction, expected: ExpectedProducer | undefined, timeoutMs: number): InitAnswer {
    if (isPrepared(known)) return refused(KafkaError.CONCURRENT_TRANSACTIONS);
    const outcome: { next: EpochChange } = { next: "fenced" };
    const errorCode = storing(() => {
      outcome.next = nextEpoch(known, expected, () => this.#producers.ids.take());
    });
    if (errorCode !== KafkaError.NONE) return refused(errorCode);
    if (outcome.next === "fenced") return refused(KafkaError.PRODUCER_FENCED);
    return this.#initialized({
      ...outcome.next,
      timeoutMs,
      state: "Empty",
      partitions: noPartitions,
      startedMs: -1,
      updatedMs: this.#clock.nowMs(),
    });
  }

  #initialized(transaction: Transaction): InitAnswer {
    const errorCode = this.#registry.change(transaction);
    if (errorCode !== KafkaError.NONE) return refused(errorCode);
    const { producerId, producerEpoch } = transaction;
    return { errorCode, producerId, producerEpoch };
  }

  #add(transactionalId: string, producer: ProducerIdentity, added: PartitionSet): number {
    const known = this.#checked(transactionalId, producer);
    if (typeof known === "number") return known;
    if (isPrepared(known)) return KafkaError.CONCURRENT_TRANSACTIONS;
    const isOpen = known.state === "Ongoing";
    const all = withPartitions(isOpen ? known.partitions : noPartitions, added);
    const count = partitionCount(all);
    if (isOpen && count === partitionCount(known.partitions)) return KafkaError.NONE;
    if (count > this.#settings.partitionsMax) return KafkaError.POLICY_VIOLATION;
    const next = ongoing(known, added, this.#clock.nowMs());
    const errorCode = this.#registry.change(next);
    if (errorCode === KafkaError.NONE && !isOpen) this.#timeOutLater(next);
    return errorCode;
  }

  #endTxn(request: EndRequest): number {
    const { transactionalId, committed } = request;
    const known = this.#checked(transactionalId, request);
    if (typeof known === "number") return known;
    switch (known.state) {
      case "Ongoing":
        return this.#decide(prepared(known, committed, this.#clock.nowMs()));
      case "CompleteCommit":
        return committed ? KafkaError.NONE : KafkaError.INVALID_TXN_STATE;
      case "CompleteAbort":
        return committed ? KafkaError.INVALID_TXN_STATE : KafkaError.NONE;
      case "PrepareCommit":
        return committed ? KafkaError.CONCURRENT_TRANSACTIONS : KafkaError.INVALID_TXN_STATE;
      case "PrepareAbort":
        return committed ? KafkaError.INVALID_TXN_STATE : KafkaError.CONCURRENT_TRANSACTIONS;
      case "Empty":
        return KafkaError.INVALID_TXN_STATE;
    }
  }

  /** The id's state, or why the producer may not go on. */
  #checked(transactionalId: string, { producerId, producerEpoch }: ProducerIdentity): Transaction | number {
    if (transactionalId === "") return KafkaError.INVALID_REQUEST;
    const known = this.#registry.get(transactionalId);
    if (known?.producerId !== producerId) return KafkaError.INVALID_PRODUCER_ID_MAPPING;
    return known.producerEpoch === producerEpoch ? known : KafkaError.PRODUCER_FENCED;
  }

  /** Writes the outcome, then carries it out. */
  #decide(outcome: Transaction): number {
    const errorCode = this.#registry.change(outcome);
    if (errorCode !== KafkaError.NONE) return errorCode;
    this.#timers.clear(timeoutOf(outcome.transactionalId));
    this.#completion.complete(outcome.transactionalId);
    return KafkaError.NONE;
  }

  #abortFenced(transaction: Transaction): number {
    return this.#decide(fencedAbort(transaction, this.#clock.nowMs()));
  }

  #timeOutLater({ transactionalId, startedMs, timeoutMs }: Transaction): void {
    const delayMs = Math.max(0, startedMs + timeoutMs - this.#clock.nowMs());
    this.#timers.set(timeoutOf(transactionalId), delayMs, () => this.#timeOut(transactionalId));
  }

  #timeOut(transactionalId: string): void {
    const transaction = this.#registry.get(transactionalId);
    if (transaction?.state !== "Ongoing") return;
    if (this.#abortFenced(transaction) === KafkaError.NONE) return;
    const again = (): void => this.#timeOut(transactionalId);
    this.#timers.set(timeoutOf(transactionalId), this.#settings.retryMs, again);
  }

  #resume(transaction: Transaction): void {
    this.#producers.ids.skipPast(transaction.producerId);
    if (isPrepared(transaction)) this.#completion.complete(transaction.transactionalId);
    else if (transaction.state === "Ongoing") this.#timeOutLater(transaction);
  }

  #sweepLater(): void {
    this.#timers.set("sweep", this.#settings.sweepIntervalMs, () => {
      const unusedSinceMs = this.#clock.nowMs() - this.#settings.idExpirationMs;
      for (const transaction of this.#registry.all()) {
        if (transaction.state === "Ongoing" || isPrepared(transaction)) continue;
        if (transaction.updatedMs <= unusedSinceMs) this.#registry.forget(transaction);
      }
      this.#sweepLater();
    });
  }
}

function expectedProducer({
  producerId,
  producerEpoch,
}: InitRequest): ExpectedProducer | "invalid" | undefined {
  if (producerId === NO_PRODUCER && producerEpoch === NO_EPOCH) return undefined;
  return producerId < 0n || producerEpoch < 0 ? "invalid" : { producerId, producerEpoch };
}

function refused(errorCode: number): InitAnswer {
  return { errorCode, producerId: NO_PRODUCER, producerEpoch: NO_EPOCH };
}

function nameFenced(errorCode: number, version: number, since: number): number {
  const isOld = errorCode === KafkaError.PRODUCER_FENCED && version < since;
  return isOld ? KafkaError.INVALID_PRODUCER_EPOCH : errorCode;
}

function timeoutOf(transactionalId: string): string {
  return `timeout:${transactionalId}`;
}
