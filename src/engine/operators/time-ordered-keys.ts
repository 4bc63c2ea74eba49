/**
 * Removal of what is too old from a store whose keys begin with a time (8 bytes, `key-codec.ts`), a few entries at a
 * time so that no row pays for many. The least time in the store is known, so that a call with nothing to do costs a
 * comparison.
 */
import { readTime, writeTime } from "../state/key-codec.ts";
import type { StateEntry, StateStore } from "../state/state-store.ts";

export class TimeOrderedKeys {
  readonly #store: StateStore;
  /** No entry has a time below it. */
  #leastMs = 0;

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** An entry of that time was put. */
  added(timeMs: number): void {
    if (timeMs < this.#leastMs) this.#leastMs = timeMs;
  }

  /**
   * The first entries with a time up to `untilMs`, at most `max`, in the order of their keys. The caller removes them
   * all from the store before it asks again.
   */
  take(untilMs: number, max: number): readonly StateEntry[] {
    if (untilMs < this.#leastMs) return [];
    const low = Buffer.allocUnsafe(8);
    writeTime(low, this.#leastMs, 0);
    const taken: StateEntry[] = [];
    this.#leastMs = Number.POSITIVE_INFINITY;
    for (const entry of this.#store.range(low, undefined)) {
      const timeMs = readTime(entry.key, 0);
      if (timeMs > untilMs || taken.length >= max) {
        this.#leastMs = timeMs;
        break;
      }
      taken.push(entry);
    }
    return taken;
  }
}
