/**
 * The aborted transactions of one partition, in the order of their markers: what Kafka keeps in `.txnindex` files.
 *
 * Each entry knows the last stable offset at its end. No transaction that ends later began below it, which
 * bounds the search. The transactions of one producer follow each other, so that of its ranges one at most holds an offset.
 */

export interface AbortedTransaction {
  readonly producerId: bigint;
  /** Of its first record in the partition. */
  readonly firstOffset: number;
}

export interface AbortedRange extends AbortedTransaction {
  /** Of the marker. */
  readonly lastOffset: number;
  readonly lastStableOffset: number;
}

export class AbortedTransactions {
  #ranges: AbortedRange[] = [];
  readonly #byProducer = new Map<bigint, AbortedRange[]>();

  get size(): number {
    return this.#ranges.length;
  }

  /** Those with a marker in `[from, upTo)`. */
  endingIn(from: number, upTo: number): AbortedRange[] {
    return this.#ranges.slice(firstEndingAt(this.#ranges, from), firstEndingAt(this.#ranges, upTo));
  }

  /** Markers come in the order of their offsets. */
  add(range: AbortedRange): void {
    this.#ranges.push(range);
    const own = this.#byProducer.get(range.producerId);
    if (own === undefined) this.#byProducer.set(range.producerId, [range]);
    else own.push(range);
  }

  /** Whether the producer's transactional record at `offset` belongs to an aborted transaction. */
  holds(producerId: bigint, offset: number): boolean {
    const own = this.#byProducer.get(producerId);
    if (own === undefined) return false;
    const range = own[firstEndingAt(own, offset)];
    return range !== undefined && range.firstOffset <= offset;
  }

  /** Those with records in `[from, upTo)`, in order of first offset. */
  within(from: number, upTo: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let i = firstEndingAt(this.#ranges, from); i < this.#ranges.length; i++) {
      const { producerId, firstOffset, lastStableOffset } = this.#ranges[i]!;
      if (firstOffset < upTo) found.push({ producerId, firstOffset });
      if (lastStableOffset >= upTo) break;
    }
    return found.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Gives up those that end below the offset: no record of theirs is there any more. */
  dropBefore(offset: number): void {
    for (const { producerId } of this.#ranges.splice(0, firstEndingAt(this.#ranges, offset))) {
      const own = this.#byProducer.get(producerId)!;
      own.shift();
      if (own.length === 0) this.#byProducer.delete(producerId);
    }
  }

  clear(): void {
    this.#ranges = [];
    this.#byProducer.clear();
  }
}

/** The index of the first range with a marker at or above the offset. */
function firstEndingAt(ranges: readonly AbortedRange[], offset: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]!.lastOffset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
