/**
 * Stream time: the highest event time an operator has seen. It never goes back, and it outlives a restart: it is kept
 * in a store of its own, written when it advances.
 */
import type { StateStore } from "../state/state-store.ts";

const KEY = Buffer.from("stream-time");

export class StreamTime {
  readonly #store: StateStore;
  #nowMs: number;

  constructor(store: StateStore) {
    this.#store = store;
    this.#nowMs = store.get(KEY)?.readDoubleLE(0) ?? -1;
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
