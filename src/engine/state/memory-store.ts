/**
 * State in memory: tests, push queries, and whatever need not outlive the process.
 *
 * Point access goes through a hash map. The keys are sorted from the first `range` on, so that stores that are never
 * walked don't pay for it.
 */
import type { StateEntry, StateStore } from "./state-store.ts";
import { SortedKeys } from "./sorted-keys.ts";

interface Entry {
  readonly key: Buffer;
  value: Buffer;
}

export class MemoryStore implements StateStore {
  readonly #map = new Map<string, Entry>();
  #sorted: SortedKeys<Entry> | undefined;
  /** What each change since `keepChanges` replaced, in order; undefined: changes can't be undone. */
  readonly #undo: { readonly key: Buffer; readonly value: Buffer | undefined }[] | undefined;
  #bytes = 0;

  constructor(options: { readonly undoable: boolean } = { undoable: false }) {
    this.#undo = options.undoable ? [] : undefined;
  }

  get entries(): number {
    return this.#map.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: Buffer): Buffer | undefined {
    return this.#map.get(key.latin1Slice(0, key.length))?.value;
  }

  put(key: Buffer, value: Buffer): void {
    const text = key.latin1Slice(0, key.length);
    const entry = this.#map.get(text);
    this.#undo?.push({ key, value: entry?.value });
    if (entry !== undefined) {
      this.#bytes += value.length - entry.value.length;
      entry.value = value;
      return;
    }
    const added = { key, value };
    this.#map.set(text, added);
    this.#sorted?.set(key, added);
    this.#bytes += key.length + value.length;
  }

  delete(key: Buffer): void {
    const text = key.latin1Slice(0, key.length);
    const entry = this.#map.get(text);
    if (entry === undefined) return;
    this.#undo?.push({ key, value: entry.value });
    this.#map.delete(text);
    this.#sorted?.delete(key);
    this.#bytes -= key.length + entry.value.length;
  }

  /** The changes so far stay for good. */
  keepChanges(): void {
    if (this.#undo !== undefined) this.#undo.length = 0;
  }

  /** Takes the changes since the last `keepChanges` back. */
  undoChanges(): void {
    for (const { key, value } of this.#undo?.toReversed() ?? []) {
      if (value === undefined) this.delete(key);
      else this.put(key, value);
    }
    this.keepChanges();
  }

  *range(low: Buffer | undefined, high: Buffer | undefined): Iterable<StateEntry> {
    for (const [, entry] of this.#sortedKeys().range(low, high)) yield entry;
  }

  #sortedKeys(): SortedKeys<Entry> {
    if (this.#sorted === undefined) {
      this.#sorted = new SortedKeys<Entry>();
      for (const entry of this.#map.values()) this.#sorted.set(entry.key, entry);
    }
    return this.#sorted;
  }
}
