/**
 * The batches of one producer and partition on their way to the cluster: in order, each with its sequence numbers.
 *
 * Up to IN_FLIGHT_MAX batches are under way at once, which is how many the broker remembers: sent again, a batch that
 * was appended before is recognized. When one fails, no more are sent until those under way are answered; then all that
 * were not acknowledged go again, in their order, with their numbers. Until the broker has acknowledged a first batch,
 * and so knows the producer, one at a time is under way: a broker that does not know it takes any number for the first.
 */
import { SpoorError } from "../../base/errors.ts";
import { AnswerFailure, ClusterCode } from "./answer-failure.ts";
import type { TopicPartition } from "./cluster-client.ts";
import { ConnectionFailure } from "./connection-failure.ts";
import { sequenceAfter, sequencesOf } from "./outgoing-batch.ts";
import type { ProducerIdentity } from "./outgoing-batch.ts";

const IN_FLIGHT_MAX = 5;

export interface QueuedBatch {
  readonly batch: Buffer;
  readonly enqueuedMs: number;
  readonly resolve: (baseOffset: number) => void;
  readonly reject: (error: unknown) => void;
  /** Set when it is sent; −1 before. */
  sequence: number;
  /** It may have been appended by an attempt that was not answered. */
  uncertain: boolean;
  /** What the last attempt failed with. */
  failure: unknown;
}

/** What is to be done once nothing is under way and something failed. */
export type Recovery =
  /** Send again after a pause. */
  | { readonly kind: "again"; readonly failure: unknown }
  /** The broker has lost the producer, or a batch's fate is unknown: numbers must begin anew under another id. */
  | { readonly kind: "renew"; readonly failure: unknown };

export class PartitionSequence implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly waiting: QueuedBatch[] = [];
  /** Nothing is sent: the queue recovers, or its leader is looked for. */
  blocked = false;
  failures = 0;
  identity: ProducerIdentity;
  #next = 0;
  #acknowledged = false;
  readonly #flying: QueuedBatch[] = [];
  readonly #failed: QueuedBatch[] = [];

  constructor({ topic, partition }: TopicPartition, identity: ProducerIdentity) {
    this.topic = topic;
    this.partition = partition;
    this.identity = identity;
  }

  get canSend(): boolean {
    const limit = this.#acknowledged ? IN_FLIGHT_MAX : 1;
    return (
      !this.blocked && this.waiting.length > 0 && this.#failed.length === 0 && this.#flying.length < limit
    );
  }

  /** The next batch, numbered; only where `canSend`. */
  take(): QueuedBatch {
    const batch = this.waiting.shift()!;
    if (batch.sequence < 0) {
      batch.sequence = this.#next;
      this.#next = sequenceAfter(this.#next, sequencesOf(batch.batch));
    }
    this.#flying.push(batch);
    return batch;
  }

  acknowledge(batch: QueuedBatch, baseOffset: number): void {
    this.#land(batch);
    this.#acknowledged = true;
    this.failures = 0;
    batch.resolve(baseOffset);
  }

  fail(batch: QueuedBatch, failure: unknown): void {
    this.#land(batch);
    batch.failure = failure;
    if (leavesDoubt(failure)) batch.uncertain = true;
    this.#failed.push(batch);
  }

  /** The first that waits could not even be sent. */
  failUnsent(failure: unknown): void {
    const batch = this.take();
    this.#land(batch);
    batch.failure = failure;
    this.#failed.push(batch);
  }

  /** Something failed, and nothing is under way any more. */
  get mustRecover(): boolean {
    return this.#failed.length > 0 && this.#flying.length === 0;
  }

  /**
   * Puts what failed before what waits, and rejects what cannot be sent any more. Undefined: go on at once.
   * @param isLate whether a batch's time is over
   */
  recover(isLate: (batch: QueuedBatch) => boolean): Recovery | undefined {
    const failed = this.#failed.splice(0).toSorted((a, b) => distance(b.sequence, a.sequence));
    let recovery: Recovery | undefined;
    let movedUp = false;
    for (let first = failed[0]; first !== undefined; first = failed[0]) {
      const { failure } = first;
      // Behind a batch that was refused the next ones are out of order; they are so no more.
      if (isLost(failure) && movedUp) break;
      if (isLost(failure)) recovery = { kind: "renew", failure };
      else if (passes(failure) && !isLate(first)) recovery ??= { kind: "again", failure };
      else {
        failed.shift();
        first.reject(failure);
        // Those behind it, in both lists, were numbered after it; without it they move up.
        this.#renumber([...failed, ...this.waiting], first.sequence);
        movedUp = true;
        if (first.uncertain) recovery = { kind: "renew", failure };
        continue;
      }
      break;
    }
    this.waiting.unshift(...failed);
    return recovery;
  }

  /** Begins anew under another id. */
  renew(identity: ProducerIdentity): void {
    this.identity = identity;
    this.#acknowledged = false;
    this.#renumber(this.waiting, 0);
  }

  #renumber(batches: readonly QueuedBatch[], next: number): void {
    for (const batch of batches) batch.sequence = -1;
    this.#next = next;
  }

  #land(batch: QueuedBatch): void {
    this.#flying.splice(this.#flying.indexOf(batch), 1);
  }
}

/** How far `b` comes behind `a`, where numbers begin again at 0. */
function distance(a: number, b: number): number {
  const ahead = (b - a + 2_147_483_648) % 2_147_483_648;
  return ahead < 1_073_741_824 ? ahead : ahead - 2_147_483_648;
}

function passes(failure: unknown): boolean {
  return failure instanceof ConnectionFailure || (failure instanceof AnswerFailure && failure.passes);
}

function leavesDoubt(failure: unknown): boolean {
  if (!(failure instanceof AnswerFailure)) return !(failure instanceof SpoorError);
  const { code } = failure;
  return code === ClusterCode.REQUEST_TIMED_OUT || code === ClusterCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
}

/** The broker's last number is below the batch's: it lost what it had acknowledged, or forgot the producer. */
function isLost(failure: unknown): boolean {
  if (!(failure instanceof AnswerFailure)) return false;
  return (
    failure.code === ClusterCode.OUT_OF_ORDER_SEQUENCE_NUMBER ||
    failure.code === ClusterCode.UNKNOWN_PRODUCER_ID
  );
}
