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

export class GroupStateCodec {
  readonly #codec: ValuesCodec;
  readonly #writer = new ByteWriter(256);
  readonly #reader = new ByteReader();

  constructor(stateTypes: readonly SqlType[]) {
    this.#codec = new ValuesCodec(stateTypes);
  }

  encode(state: GroupState): Buffer {
    this.#writer.reset();
    writeDouble(this.#writer, state.timestampMs);
    this.#codec.write(this.#writer, state.states);
    return Buffer.from(this.#writer.view());
  }

  decode(bytes: Buffer): GroupState {
    const reader = this.#reader.over(bytes);
    return { timestampMs: readDouble(reader), states: this.#codec.read(reader) };
  }
}

interface Cached extends GroupState {
  /** The key's own bytes, as the store has them. */
  readonly key: Buffer;
}

export class GroupStates {
  readonly #store: StateStore;
  readonly #codec: GroupStateCodec;
  #cached = new Map<string, Cached>();

  constructor(store: StateStore, codec: GroupStateCodec) {
    this.#store = store;
    this.#codec = codec;
  }

  /** `key` may be a view; it is not kept. */
  get(key: Buffer): GroupState | undefined {
    const text = key.latin1Slice(0, key.length);
    const cached = this.#cached.get(text);
    if (cached !== undefined) return cached;
    const own = Buffer.from(key);
    const bytes = this.#store.get(own);
    if (bytes === undefined) return undefined;
    const { timestampMs, states } = this.#codec.decode(bytes);
    const found = { key: own, timestampMs, states };
    this.#keep(text, found);
    return found;
  }

  /** `key` may be a view; it is not kept. */
  put(key: Buffer, timestampMs: number, states: readonly Value[]): void {
    const text = key.latin1Slice(0, key.length);
    const own = this.#cached.get(text)?.key ?? Buffer.from(key);
    const state = { key: own, timestampMs, states };
    this.#keep(text, state);
    this.#store.put(own, this.#codec.encode(state));
  }

  delete(key: Buffer): void {
    this.#cached.delete(key.latin1Slice(0, key.length));
    this.#store.delete(key);
  }

  #keep(text: string, cached: Cached): void {
    if (this.#cached.size >= CACHED_STATES_MAX && !this.#cached.has(text)) {
      this.#cached = new Map([...this.#cached].slice(CACHED_STATES_MAX / 2));
    }
    this.#cached.set(text, cached);
  }
}
