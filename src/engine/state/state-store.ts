/**
 * Ordered key–value state of one operator of one query. Keys and values are bytes; order is unsigned byte
 * order. Implementations: `memory-store.ts`, and `cached-store.ts` over LMDB. One thread, no transactions of its own:
 * the engine commits all stores of a query together with its input positions.
 *
 * Buffers handed in are kept (not copied): the caller must not change them afterwards; buffers handed out must not be
 * changed either.
 */
export interface StateStore {
  get(key: Buffer): Buffer | undefined;
  put(key: Buffer, value: Buffer): void;
  delete(key: Buffer): void;
  /** Entries with `low` ≤ key < `high`, ascending; undefined bounds are open. The store must not be changed meanwhile. */
  range(low: Buffer | undefined, high: Buffer | undefined): Iterable<StateEntry>;
  /** Entries now, and their approximate bytes. */
  readonly entries: number;
  readonly bytes: number;
}

export interface StateEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}
