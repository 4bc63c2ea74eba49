/**
 * One store over LMDB with its uncommitted changes in memory, and a bounded cache of what was read.
 *
 * Point access goes through a hash map. Ordered access needs the changes sorted, which is kept up only from the first
 * `range` on, so that stores that are never walked don't pay for it.
 */
import type { Environment } from "./lmdb-database.ts";
import { SortedKeys } from "./sorted-keys.ts";
import type { StateEntry, StateStore } from "./state-store.ts";
import { engineErrors } from "../errors.ts";

/** LMDB's limit with 4 KiB pages is 1978 bytes; the store number takes 4. */
export const KEY_BYTES_MAX = 1974;
/** Values read from LMDB and kept, in entries; the oldest half goes when it is full. */
const READ_CACHE_MAX = 50_000;
const READ_CACHE_VALUE_MAX = 4096;

interface Change {
  readonly key: Buffer;
  /** undefined: deleted. */
  readonly value: Buffer | undefined;
}

export class CachedStore implements StateStore {
  readonly id: number;
  readonly #environment: Environment;
  readonly #prefix: Buffer;
  readonly #changes = new Map<string, Change>();
  #sorted: SortedKeys<Change> | undefined;
  #readCache = new Map<string, Buffer>();
  #entries: number;
  #bytes: number;
  #committed: { readonly entries: number; readonly bytes: number };

  constructor(environment: Environment, id: number, entries: number, bytes: number) {
    this.id = id;
    this.#environment = environment;
    this.#prefix = Buffer.allocUnsafe(4);
    this.#prefix.writeUInt32BE(id);
    this.#entries = entries;
    this.#bytes = bytes;
    this.#committed = { entries, bytes };
  }

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get dirty(): boolean {
    return this.#changes.size > 0;
  }

  get(key: Buffer): Buffer | undefined {
    const text = key.latin1Slice();
    const change = this.#changes.get(text);
    if (change !== undefined) return change.value;
    return this.#readCache.get(text) ?? this.#load(text, key);
  }

  #load(text: string, key: Buffer): Buffer | undefined {
    const value = this.#environment.getBinary(this.#full(key));
    if (value !== undefined && value.length <= READ_CACHE_VALUE_MAX) {
      if (this.#readCache.size >= READ_CACHE_MAX) {
        this.#readCache = new Map([...this.#readCache].slice(READ_CACHE_MAX / 2));
      }
      this.#readCache.set(text, value);
    }
    return value;
  }

  put(key: Buffer, value: Buffer): void {
    const old = this.get(key);
    this.#entries += old === undefined ? 1 : 0;
    this.#bytes += value.length - (old === undefined ? -key.length : old.length);
    this.#change({ key, value });
  }

  delete(key: Buffer): void {
    const old = this.get(key);
    if (old === undefined) return;
    this.#entries -= 1;
    this.#bytes -= key.length + old.length;
    this.#change({ key, value: undefined });
  }

  #change(change: Change): void {
    if (change.key.length > KEY_BYTES_MAX) {
      throw engineErrors.STATE_KEY_TOO_LONG({
        message: `a state key of ${change.key.length} bytes is too long`,
        detail: `at most ${KEY_BYTES_MAX} bytes are possible`,
        hint: "group or join by a shorter expression, e.g. MD5(x)",
      });
    }
    const text = change.key.latin1Slice();
    this.#changes.set(text, change);
    this.#readCache.delete(text);
    this.#sorted?.set(change.key, change);
  }

  *range(low: Buffer | undefined, high: Buffer | undefined): Iterable<StateEntry> {
    const changes = this.#sortedChanges().range(low, high)[Symbol.iterator]();
    const stored = this.#stored(low, high);
    let change = changes.next();
    let entry = stored.next();
    while (change.done !== true || entry.done !== true) {
      const order =
        change.done === true ? 1 : entry.done === true ? -1 : change.value[0].compare(entry.value.key);
      if (order > 0) {
        yield entry.value as StateEntry;
        entry = stored.next();
        continue;
      }
      const { key, value } = (change.value as readonly [Buffer, Change])[1];
      if (value !== undefined) yield { key, value };
      change = changes.next();
      if (order === 0) entry = stored.next();
    }
  }

  *#stored(low: Buffer | undefined, high: Buffer | undefined): Generator<StateEntry> {
    const start = low === undefined ? this.#prefix : this.#full(low);
    const end = high === undefined ? this.#after() : this.#full(high);
    for (const { key, value } of this.#environment.getRange({ start, end })) {
      yield { key: key.subarray(4), value };
    }
  }

  #sortedChanges(): SortedKeys<Change> {
    if (this.#sorted === undefined) {
      this.#sorted = new SortedKeys<Change>();
      for (const change of this.#changes.values()) this.#sorted.set(change.key, change);
    }
    return this.#sorted;
  }

  #full(key: Buffer): Buffer {
    const full = Buffer.allocUnsafe(4 + key.length);
    this.#prefix.copy(full, 0);
    key.copy(full, 4);
    return full;
  }

  #after(): Buffer {
    const after = Buffer.allocUnsafe(4);
    after.writeUInt32BE(this.id + 1);
    return after;
  }

  /** Writes the changes within the environment's running transaction. */
  write(): void {
    for (const { key, value } of this.#changes.values()) {
      if (value === undefined) this.#environment.removeSync(this.#full(key));
      else this.#environment.putSync(this.#full(key), value);
    }
  }

  /** The transaction is committed: the changes are LMDB's now. */
  written(): void {
    this.#committed = { entries: this.#entries, bytes: this.#bytes };
    this.#forgetChanges();
  }

  /** Forgets the changes. */
  discard(): void {
    this.#entries = this.#committed.entries;
    this.#bytes = this.#committed.bytes;
    this.#forgetChanges();
  }

  #forgetChanges(): void {
    this.#changes.clear();
    this.#sorted = this.#sorted === undefined ? undefined : new SortedKeys<Change>();
  }
}
