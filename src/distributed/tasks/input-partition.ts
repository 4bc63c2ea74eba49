/**
 * A partition as a task reads it: records with arrival numbers (`arrival-order.ts`), from the task's own position on, and
 * what may still come while nothing is at hand. The blocks come from the cluster log's cache, which may not have them yet.
 */
import type { Clock } from "../../base/clock.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import { indexOfOffset } from "../../log/record-block.ts";
import type { PartitionLog, ReadOptions } from "../../log/topic-log.ts";
import { withArrivals } from "./arrival-order.ts";

/** A partition of the cluster log. */
export interface ClusterPartition extends PartitionLog {
  /** Monotonic time at which the answer came that told `endOffset`; −∞ before the first. */
  readonly endAsOfMs: number;
}

/** Of the blocks handed out, those that the position may still be in. */
const RECENT_MAX = 64;

interface NumberedBlock {
  readonly block: RecordBlock;
  readonly deliveredMs: number;
}

export class InputPartition {
  readonly #log: ClusterPartition;
  readonly #clock: Clock;
  /** In the order of their offsets. */
  readonly #recent: NumberedBlock[] = [];
  /** The arrival of the last record before the first of `#recent`. */
  #before: number;

  /** @param before the arrival of the last record before the position, −1 where none was read */
  constructor(log: ClusterPartition, clock: Clock, before: number) {
    this.#log = log;
    this.#clock = clock;
    this.#before = before;
  }

  get topic(): string {
    return this.#log.topic;
  }

  get partition(): number {
    return this.#log.partition;
  }

  get startOffset(): number {
    return this.#log.startOffset;
  }

  get endOffset(): number {
    return this.#log.endOffset;
  }

  get highWatermark(): number {
    return this.#log.endOffset;
  }

  /** A cluster's end is the last stable offset: what is open is not there yet. */
  readonly transactions = { firstOpenOffset: undefined };

  read(fromOffset: number, options: ReadOptions): RecordBlock[] {
    const blocks: RecordBlock[] = [];
    let at = fromOffset;
    for (const block of this.#log.read(fromOffset, options)) {
      if (block.nextOffset <= at) continue;
      blocks.push(this.#known(block) ?? this.#number(block, at));
      at = block.nextOffset;
    }
    return blocks;
  }

  #known(block: RecordBlock): RecordBlock | undefined {
    if (block.count === 0) return block;
    return this.#recent.find(
      ({ block: { count, offsets } }) => count === block.count && offsets[0] === block.offsets[0],
    )?.block;
  }

  look(fromOffset: number, options: ReadOptions, use: (blocks: RecordBlock[]) => void): void {
    use(this.read(fromOffset, options));
  }

  #number(block: RecordBlock, from: number): RecordBlock {
    const numbered = withArrivals(block, this.arrivalBefore(from));
    this.#recent.push({ block: numbered, deliveredMs: this.#clock.monotonicMs() });
    while (this.#recent.length > RECENT_MAX) {
      const { block: oldest } = this.#recent.shift()!;
      this.#before = oldest.arrivals[oldest.count - 1]!;
    }
    return numbered;
  }

  /** The arrival of the last record below the offset, as far as it was read. */
  arrivalBefore(offset: number): number {
    for (let i = this.#recent.length - 1; i >= 0; i--) {
      const { block } = this.#recent[i]!;
      const below = indexOfOffset(block, offset);
      if (below > 0) return block.arrivals[below - 1]!;
    }
    return this.#before;
  }

  /** The arrival of the first record that came after that time; infinite where none did. */
  firstDeliveredAfter(timeMs: number): number {
    const later = this.#recent.find(({ deliveredMs }) => deliveredMs > timeMs);
    return later === undefined ? Number.POSITIVE_INFINITY : later.block.arrivals[0]!;
  }

  /** Since when the end is known. */
  get endAsOfMs(): number {
    return this.#log.endAsOfMs;
  }
}
