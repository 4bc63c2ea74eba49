/**
 * The aggregates' states of groups, in a store with decoded copies in memory.
 *
 * A state is written to the store at once (it must be there when the task commits); the copies only save reading and
 * decoding. They are bounded by {@link CACHED_STATES_MAX}: when there are so many, the older half goes.
 *
 * Store: key → event time (double), then the states as `row-codec.ts` writes values.
 */
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { ByteWriter } from "../../formats/byte-writer.ts";
import { ByteReader } from "../state/byte-reader.ts";
import { ValuesCodec } from "../state/row-codec.ts";
import type { StateStore } from "../state/state-store.ts";
import { readDouble, writeDouble } from "../state/value-codec.ts";

export const CACHED_STATES_MAX = 50_000;

export interface GroupState {
  readonly timestampMs: number;
  readonly states: readonly Value[];
}

interface Cached extends GroupState {
  /** The key's own bytes, as the store has them. */
  readonly key: Buffer;
}

export class GroupStates {
  readonly #store: StateStore;
  readonly #codec: ValuesCodec;
  readonly #writer = new ByteWriter(256);
  readonly #reader = new ByteReader();
  #cached = new Map<string, Cached>();

  constructor(store: StateStore, stateTypes: readonly SqlType[]) {
    this.#store = store;
    this.#codec = new ValuesCodec(stateTypes);
  }

  /** `key` may be a view; it is not kept. */
  get(key: Buffer): GroupState | undefined {
    const text = key.latin1Slice(0, key.length);
    const cached = this.#cached.get(text);
    if (cached !== undefined) return cached;
    const own = Buffer.from(key);
    const bytes = this.#store.get(own);
    if (bytes === undefined) return undefined;
    const found = { key: own, ...this.decode(bytes) };
    this.#keep(text, found);
    return found;
  }

  put(key: Buffer, state: GroupState): void {
    const text = key.latin1Slice(0, key.length);
    const cached = this.#cached.get(text);
    const own = cached === undefined ? Buffer.from(key) : cached.key;
    this.#keep(text, { key: own, timestampMs: state.timestampMs, states: state.states });
    this.#store.put(own, this.#encode(state));
  }

  delete(key: Buffer): void {
    this.#cached.delete(key.latin1Slice(0, key.length));
    this.#store.delete(key);
  }

  decode(bytes: Buffer): GroupState {
    const reader = this.#reader.over(bytes);
    return { timestampMs: readDouble(reader), states: this.#codec.read(reader) };
  }

  #encode(state: GroupState): Buffer {
    this.#writer.reset();
    writeDouble(this.#writer, state.timestampMs);
    this.#codec.write(this.#writer, state.states);
    return Buffer.from(this.#writer.view());
  }

  #keep(text: string, cached: Cached): void {
    if (this.#cached.size >= CACHED_STATES_MAX && !this.#cached.has(text)) {
      this.#cached = new Map([...this.#cached].slice(CACHED_STATES_MAX / 2));
    }
    this.#cached.set(text, cached);
  }
}
