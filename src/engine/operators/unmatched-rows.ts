/**
 * Rows of an outer stream-stream join that have found no partner so far, until their windows close.
 *
 * State: time, side (0 right, 1 left), join key, arrival, number → row; so they are given by time, at equal times the
 * right side's first, then by key, as Kafka Streams gives them.
 */
import type { Row } from "../row.ts";
import { joinKeys, keyThenTimes, prefixEnd, readTime, timeThenKey } from "../state/key-codec.ts";
import type { RowCodec } from "../state/row-codec.ts";
import type { StateStore } from "../state/state-store.ts";

export type JoinSide = "left" | "right";

export interface UnmatchedRow {
  readonly side: JoinSide;
  readonly row: Row;
}

export class UnmatchedRows {
  readonly #store: StateStore;
  readonly #codecs: Readonly<Record<JoinSide, RowCodec>>;
  /** No row has a time below it. */
  #leastMs = 0;

  constructor(store: StateStore, codecs: Readonly<Record<JoinSide, RowCodec>>) {
    this.#store = store;
    this.#codecs = codecs;
  }

  add(side: JoinSide, joinKey: Buffer, row: Row): void {
    const prefix = placeOf(side, joinKey, row.timestampMs);
    let number = 0;
    let place = keyThenTimes(prefix, row.arrival, number);
    while (this.#store.get(place) !== undefined) place = keyThenTimes(prefix, row.arrival, ++number);
    this.#store.put(place, this.#codecs[side].encode(row));
    this.#leastMs = Math.min(this.#leastMs, row.timestampMs);
  }

  /** A row of that side, key and time has found a partner: all of them have. */
  matched(side: JoinSide, joinKey: Buffer, timestampMs: number): void {
    if (this.#store.entries === 0) return;
    const prefix = placeOf(side, joinKey, timestampMs);
    const keys = [...this.#store.range(prefix, prefixEnd(prefix))].map((entry) => entry.key);
    for (const key of keys) this.#store.delete(key);
  }

  /** Removes and answers the rows whose time is before the bound of their side. */
  takeBefore(bounds: Readonly<Record<JoinSide, number>>): readonly UnmatchedRow[] {
    const until = Math.max(bounds.left, bounds.right);
    if (this.#leastMs >= until) return [];
    const keys: Buffer[] = [];
    const taken: UnmatchedRow[] = [];
    let leastMs = Number.POSITIVE_INFINITY;
    for (const { key, value } of this.#store.range(timeThenKey(this.#leastMs, Buffer.alloc(0)), undefined)) {
      const timeMs = readTime(key, 0);
      const side = key[8] === 1 ? "left" : "right";
      if (timeMs < bounds[side]) {
        keys.push(key);
        taken.push({ side, row: this.#codecs[side].decode(value) });
      } else {
        leastMs = Math.min(leastMs, timeMs);
        if (timeMs >= until) break;
      }
    }
    this.#leastMs = leastMs;
    for (const key of keys) this.#store.delete(key);
    return taken;
  }
}

function placeOf(side: JoinSide, joinKey: Buffer, timestampMs: number): Buffer {
  return timeThenKey(timestampMs, joinKeys(Buffer.of(side === "left" ? 1 : 0), joinKey));
}
