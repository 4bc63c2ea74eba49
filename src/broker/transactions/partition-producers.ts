/**
 * The producers of one partition: which batch may come next. It follows the log: everything here can be had again by
 * applying the partition's batches in order. Where the last stable offset is and what was aborted the log itself knows.
 *
 * Invariant: every open transaction has its entry among the producers, which is never evicted.
 */
import type { BatchHeader } from "../../log/batch-header.ts";
import type { EndMarker } from "../../log/transactions/control-marker.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { ProducerIdentity } from "../state-topics/producer-batch.ts";
import { ProducerEntry } from "./producer-entry.ts";
import type { KeptBatch } from "./producer-entry.ts";

export type SequenceVerdict =
  | { readonly kind: "next"; readonly beginsTransaction: boolean }
  | { readonly kind: "duplicate"; readonly batch: KeptBatch }
  | { readonly kind: "refused"; readonly errorCode: number; readonly message: string };

export class PartitionProducers {
  /** Least recently used first. */
  readonly #producers = new Map<bigint, ProducerEntry>();
  readonly #open = new Set<bigint>();
  readonly #producersMax: number;
  /** Producers forgotten for want of room. */
  evictions = 0;

  constructor(producersMax: number) {
    this.#producersMax = producersMax;
  }

  get size(): number {
    return this.#producers.size;
  }

  entries(): Iterable<ProducerEntry> {
    return this.#producers.values();
  }

  /** Puts entries back as they were stored. */
  restore(entries: readonly ProducerEntry[]): void {
    for (const entry of entries) this.#producers.set(entry.producerId, entry);
    for (const { producerId, openSince } of entries) if (openSince !== undefined) this.#open.add(producerId);
  }

  /** What a producer's batch is to this partition. A producer that is not known may begin with any sequence number. */
  check(header: BatchHeader): SequenceVerdict {
    const { producerId, producerEpoch, baseSequence, transactional } = header;
    const entry = this.#producers.get(producerId);
    if (producerEpoch < 0 || baseSequence < 0) {
      return refused(KafkaError.INVALID_RECORD, "a batch of a producer needs an epoch and a sequence number");
    }
    if (entry === undefined) {
      return this.#hasRoom()
        ? { kind: "next", beginsTransaction: transactional }
        : refused(KafkaError.POLICY_VIOLATION, "too many transactions are open in the partition");
    }
    if (producerEpoch < entry.epoch) return fenced(producerEpoch, entry.epoch);
    const batch = entry.duplicateOf(header);
    if (batch !== undefined) return { kind: "duplicate", batch };
    if (!entry.isNext(header)) {
      return refused(
        KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER,
        `sequence number ${baseSequence} of producer ${producerId} does not follow on ${entry.lastSequence}`,
      );
    }
    if (entry.openSince !== undefined && !transactional) {
      return refused(KafkaError.INVALID_TXN_STATE, "the producer has a transaction open in the partition");
    }
    const goesOn = entry.openSince !== undefined && producerEpoch === entry.epoch;
    return { kind: "next", beginsTransaction: transactional && !goesOn };
  }

  /** The same for a batch without sequence numbers, which only coordinators write. */
  checkUnnumbered({ producerId, producerEpoch }: ProducerIdentity): SequenceVerdict {
    const entry = this.#producers.get(producerId);
    if (entry !== undefined && producerEpoch < entry.epoch) return fenced(producerEpoch, entry.epoch);
    const goesOn = entry?.openSince !== undefined && entry.epoch === producerEpoch;
    return { kind: "next", beginsTransaction: !goesOn };
  }

  /** A batch stands in the log from `baseOffset` on. */
  append(header: BatchHeader, baseOffset: number, timestampMs: number): void {
    const entry = this.#used(header.producerId, header.producerEpoch, timestampMs);
    entry.append(header, baseOffset, timestampMs);
    if (entry.openSince !== undefined) this.#open.add(entry.producerId);
  }

  /** A marker stands in the log. */
  end({ producerId, producerEpoch }: ProducerIdentity, marker: EndMarker, timestampMs: number): void {
    const entry = this.#used(producerId, producerEpoch, timestampMs);
    entry.raiseEpoch(Math.max(producerEpoch, entry.epoch));
    entry.coordinatorEpoch = marker.coordinatorEpoch;
    entry.openSince = undefined;
    this.#open.delete(producerId);
  }

  /** Forgets producers that have written nothing since; returns how many. */
  expire(unusedSinceMs: number): number {
    let count = 0;
    for (const { producerId, lastUsedMs, openSince } of this.#producers.values()) {
      if (openSince !== undefined || lastUsedMs > unusedSinceMs) continue;
      this.#producers.delete(producerId);
      count++;
    }
    return count;
  }

  /** Forgets the producer that was unused for longest; false where all have open transactions. */
  evict(): boolean {
    for (const { producerId, openSince } of this.#producers.values()) {
      if (openSince !== undefined) continue;
      this.#producers.delete(producerId);
      this.evictions++;
      return true;
    }
    return false;
  }

  #used(producerId: bigint, epoch: number, nowMs: number): ProducerEntry {
    let entry = this.#producers.get(producerId);
    if (entry === undefined) {
      if (this.#producers.size >= this.#producersMax) this.evict();
      entry = new ProducerEntry(producerId, epoch, nowMs);
    } else {
      this.#producers.delete(producerId);
    }
    entry.lastUsedMs = nowMs;
    this.#producers.set(producerId, entry);
    return entry;
  }

  #hasRoom(): boolean {
    return this.#producers.size < this.#producersMax || this.#open.size < this.#producers.size;
  }
}

function fenced(epoch: number, current: number): SequenceVerdict {
  return refused(KafkaError.INVALID_PRODUCER_EPOCH, `epoch ${epoch} is older than ${current}`);
}

function refused(errorCode: number, message: string): SequenceVerdict {
  return { kind: "refused", errorCode, message };
}
