/**
 * Stream time: the highest event time an operator has seen. It never goes back, and it outlives a restart: it is kept
 * in the operator's store, written when it advances.
 */
import type { StateStore } from "../state/state-store.ts";

/** Sorts before every other key of a store: keys of values begin with 1 or 2, times with 0 are 8 bytes and longer. */
const KEY = Buffer.of(0);

export class StreamTime {
  readonly #store: StateStore;
  #nowMs: number;

  constructor(store: StateStore) {
    this.#store = store;
    const stored = store.get(KEY);
    this.#nowMs = stored === undefined ? -1 : stored.readDoubleLE(0);
  }

  /** −1 before the first row. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Answers whether time went on. */
  advance(timestampMs: number): boolean {
    if (timestampMs <= this.#nowMs) return false;
    this.#nowMs = timestampMs;
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleLE(timestampMs, 0);
    this.#store.put(KEY, bytes);
    return true;
  }
}
