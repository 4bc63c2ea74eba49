/**
 * Memory that requests under way may take together (`queued.max.request.bytes`). A whole request is reserved before its body is
 * read, so that every request that has begun can be completed; the last one may go over the limit, as in Kafka.
 */
export class MemoryBudget {
  readonly #bytesMax: number;
  #usedBytes = 0;
  /** In the order of asking. */
  readonly #waiting = new Set<() => void>();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Takes `size` bytes, unless the budget is used up or others wait. */
  tryReserve(size: number): boolean {
    if (this.#usedBytes >= this.#bytesMax) return false;
    this.#usedBytes += size;
    return true;
  }

  release(size: number): void {
    this.#usedBytes -= size;
    if (size === 0) return;
    for (const wake of this.#waiting) {
      if (this.#usedBytes >= this.#bytesMax) return;
      this.#waiting.delete(wake);
      wake();
    }
  }

  /** Calls `wake` once when there is room; returns what prevents it. */
  whenFree(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => void this.#waiting.delete(wake);
  }
}
