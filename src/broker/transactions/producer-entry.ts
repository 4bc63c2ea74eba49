/**
 * What a partition remembers of one producer: its epoch, its last batches, and where its open transaction begins.
 * Sequence numbers count records from 0 and go on from 2^31−1 to 0.
 */
import type { BatchHeader } from "../../log/batch-header.ts";
import { NO_SEQUENCE } from "../state-topics/producer-batch.ts";

export interface KeptBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** When it was appended. */
  readonly timestampMs: number;
}

/** A producer has at most five requests under way, so that no older batch can come again. */
export const KEPT_BATCHES = 5;
const SEQUENCE_MAX = 2_147_483_647;

export class ProducerEntry {
  readonly producerId: bigint;
  epoch: number;
  /** The oldest first; of the present epoch. */
  batches: KeptBatch[] = [];
  coordinatorEpoch = -1;
  /** Of its last batch or marker, by the wall clock. */
  lastUsedMs: number;
  /** The first offset of its open transaction. */
  openSince: number | undefined;

  constructor(producerId: bigint, epoch: number, nowMs: number) {
    this.producerId = producerId;
    this.epoch = epoch;
    this.lastUsedMs = nowMs;
  }

  get lastSequence(): number {
    return this.batches.at(-1)?.lastSequence ?? NO_SEQUENCE;
  }

  /** The batch of the same sequence numbers, if it is among the last. */
  duplicateOf(header: BatchHeader): KeptBatch | undefined {
    if (header.producerEpoch !== this.epoch) return undefined;
    const last = lastSequenceOf(header);
    return this.batches.find(
      ({ firstSequence, lastSequence }) => firstSequence === header.baseSequence && lastSequence === last,
    );
  }

  /** Whether a batch of this epoch or a later one follows on what is known. */
  isNext(header: BatchHeader): boolean {
    const last = header.producerEpoch === this.epoch ? this.lastSequence : NO_SEQUENCE;
    return header.baseSequence === (last === SEQUENCE_MAX ? 0 : last + 1);
  }

  /** A batch stands in the log. */
  append(header: BatchHeader, baseOffset: number, timestampMs: number): void {
    this.raiseEpoch(header.producerEpoch);
    const lastOffset = baseOffset + (header.nextOffset - header.baseOffset) - 1;
    this.lastUsedMs = timestampMs;
    if (header.transactional) this.openSince ??= baseOffset;
    if (header.baseSequence === NO_SEQUENCE) return;
    this.batches.push({
      firstSequence: header.baseSequence,
      lastSequence: lastSequenceOf(header),
      firstOffset: baseOffset,
      lastOffset,
      timestampMs,
    });
    if (this.batches.length > KEPT_BATCHES) this.batches.shift();
  }

  /** Sequence numbers begin anew with every epoch. */
  raiseEpoch(epoch: number): void {
    if (epoch === this.epoch) return;
    this.epoch = epoch;
    this.batches = [];
  }
}

/** The sequence number of the batch's last record. */
export function lastSequenceOf({ baseSequence, baseOffset, nextOffset }: BatchHeader): number {
  if (baseSequence === NO_SEQUENCE) return NO_SEQUENCE;
  return (baseSequence + (nextOffset - baseOffset) - 1) % (SEQUENCE_MAX + 1);
}
