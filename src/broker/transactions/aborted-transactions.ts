/**
 * The aborted transactions of one partition, in the order of their markers: what Kafka keeps in `.txnindex` files.
 *
 * Each entry knows the last stable offset at its end. No transaction that ends later began below it, which
 * bounds the search.
 */
import type { AbortedTransaction } from "../transaction-coordination.ts";

export interface AbortedRange extends AbortedTransaction {
  /** Of the marker. */
  readonly lastOffset: number;
  readonly lastStableOffset: number;
}

export class AbortedTransactions {
  #ranges: AbortedRange[] = [];

  get size(): number {
    return this.#ranges.length;
  }

  all(): readonly AbortedRange[] {
    return this.#ranges;
  }

  /** Markers come in the order of their offsets. */
  add(range: AbortedRange): void {
    this.#ranges.push(range);
  }

  /** Those with records in `[from, upTo)`, in order of first offset. */
  within(from: number, upTo: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let i = this.#firstEndingAt(from); i < this.#ranges.length; i++) {
      const { producerId, firstOffset, lastStableOffset } = this.#ranges[i]!;
      if (firstOffset < upTo) found.push({ producerId, firstOffset });
      if (lastStableOffset >= upTo) break;
    }
    return found.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Gives up and returns those that end below the partition's start. */
  dropBefore(startOffset: number): AbortedRange[] {
    return this.#ranges.splice(0, this.#firstEndingAt(startOffset));
  }

  /** The index of the first range with a marker at or above the offset. */
  #firstEndingAt(offset: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ranges[middle]!.lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
