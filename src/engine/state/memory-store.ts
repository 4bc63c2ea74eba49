/** State in memory: tests, push queries, and whatever need not outlive the process. */
import type { StateEntry, StateStore } from "./state-store.ts";
import { SortedKeys } from "./sorted-keys.ts";

export class MemoryStore implements StateStore {
  readonly #map = new SortedKeys<Buffer>();
  #bytes = 0;

  get entries(): number {
    return this.#map.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: Buffer): Buffer | undefined {
    return this.#map.get(key);
  }

  put(key: Buffer, value: Buffer): void {
    const replaced = this.#map.set(key, value);
    this.#bytes += value.length - (replaced === undefined ? -key.length : replaced.length);
  }

  delete(key: Buffer): void {
    const removed = this.#map.delete(key);
    if (removed !== undefined) this.#bytes -= key.length + removed.length;
  }

  *range(low: Buffer | undefined, high: Buffer | undefined): Iterable<StateEntry> {
    for (const [key, value] of this.#map.range(low, high)) yield { key, value };
  }
}
