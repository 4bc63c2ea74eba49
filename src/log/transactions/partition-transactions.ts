/**
 * The transactions of one partition as its batches tell them: which are open, and from where; which were aborted. It
 * follows the log: applying the partition's batches in order gives it again.
 *
 * Invariant: `#open` is in order of first offsets, so that its first is the lowest.
 */
import type { BatchHeader } from "../batch-header.ts";
import { AbortedTransactions } from "./aborted-transactions.ts";
import type { AbortedTransaction } from "./aborted-transactions.ts";
import { readMarker } from "./control-marker.ts";

/** A producer's open transaction: its first offset in the partition. */
export type OpenTransactions = ReadonlyMap<bigint, number>;

/** What readers of a partition may ask of its transactions. */
export interface TransactionView {
  /** Where the oldest open transaction begins. */
  readonly firstOpenOffset: number | undefined;
  /** Where each open transaction begins, the oldest first. */
  readonly open: OpenTransactions;
  /** Aborted transactions that are remembered: those that still have records. */
  readonly abortedCount: number;
  /** Aborted transactions with records in `[from, upTo)`, in order of first offset. */
  abortedWithin(from: number, upTo: number): readonly AbortedTransaction[];
}

export class PartitionTransactions implements TransactionView {
  #open = new Map<bigint, number>();
  readonly aborted = new AbortedTransactions();

  get firstOpenOffset(): number | undefined {
    return this.#open.size === 0 ? undefined : this.#open.values().next().value;
  }

  get abortedCount(): number {
    return this.aborted.size;
  }

  get open(): OpenTransactions {
    return this.#open;
  }

  abortedWithin(from: number, upTo: number): readonly AbortedTransaction[] {
    return this.aborted.within(from, upTo);
  }

  /** Puts back what is open, in any order. */
  restoreOpen(open: OpenTransactions): void {
    this.#open = new Map([...open].toSorted(([, a], [, b]) => a - b));
  }

  /** Takes account of a transactional batch at the end of the log; `bytes` begin with it. */
  apply(bytes: Buffer, header: BatchHeader): void {
    const { producerId, baseOffset } = header;
    if (!header.control) {
      if (!this.#open.has(producerId)) this.#open.set(producerId, baseOffset);
      return;
    }
    const marker = readMarker(bytes, header);
    const firstOffset = this.#open.get(producerId);
    if (marker === undefined || firstOffset === undefined) return;
    this.#open.delete(producerId);
    if (marker.commit) return;
    const lastStableOffset = this.firstOpenOffset ?? header.nextOffset;
    this.aborted.add({ producerId, firstOffset, lastOffset: baseOffset, lastStableOffset });
  }

  clear(): void {
    this.#open.clear();
    this.aborted.clear();
  }
}
