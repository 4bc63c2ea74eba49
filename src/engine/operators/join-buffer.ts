/**
 * The rows of one side of a stream-stream join that may still find partners: by join key and time, in the order in
 * which they came where the times are equal.
 *
 * A row is kept while its time is above the side's own highest time − retention; older ones are not found any more, and
 * are removed a few with each row that is added. A row that is that old when it comes is not kept.
 *
 * State: `rows`: join key, time, arrival, number → row; `times`: time, join key, arrival, number → nothing.
 */
import type { Row } from "../row.ts";
import { joinKeys, keyThenTimes, timeThenKey } from "../state/key-codec.ts";
import type { RowCodec } from "../state/row-codec.ts";
import type { StateStore } from "../state/state-store.ts";
import type { StreamTime } from "./stream-time.ts";
import { TimeOrderedKeys } from "./time-ordered-keys.ts";

const EXPIRED_PER_ROW = 16;
const NOTHING = Buffer.alloc(0);

export interface JoinBufferParts {
  readonly rows: StateStore;
  readonly times: StateStore;
  readonly codec: RowCodec;
  readonly time: StreamTime;
  readonly retentionMs: number;
}

export class JoinBuffer {
  readonly #parts: JoinBufferParts;
  readonly #expiry: TimeOrderedKeys;

  constructor(parts: JoinBufferParts) {
    this.#parts = parts;
    this.#expiry = new TimeOrderedKeys(parts.times);
  }

  /** Answers false where the row is too old to be kept. `key` may be followed by anything: no key begins another. */
  add(key: Buffer, row: Row): boolean {
    const { rows, times, codec, time } = this.#parts;
    time.advance(row.timestampMs);
    this.#expire();
    if (row.timestampMs <= this.#goneMs()) return false;
    let number = 0;
    let place = keyThenTimes(key, row.timestampMs, row.arrival, number);
    while (rows.get(place) !== undefined) place = keyThenTimes(key, row.timestampMs, row.arrival, ++number);
    rows.put(place, codec.encode(row));
    times.put(joinKeys(timeThenKey(row.timestampMs, key), place.subarray(key.length + 8)), NOTHING);
    this.#expiry.added(row.timestampMs);
    return true;
  }

  /** The rows of the key with a time from `fromMs` to `toMs`, by time, then as they came. */
  matches(key: Buffer, fromMs: number, toMs: number): readonly Row[] {
    const from = Math.max(0, fromMs, this.#goneMs() + 1);
    if (toMs < from) return [];
    const found: Row[] = [];
    for (const { value } of this.#parts.rows.range(keyThenTimes(key, from), keyThenTimes(key, toMs + 1))) {
      found.push(this.#parts.codec.decode(value));
    }
    return found;
  }

  #goneMs(): number {
    return this.#parts.time.nowMs - this.#parts.retentionMs;
  }

  #expire(): void {
    const { rows, times } = this.#parts;
    for (const { key } of this.#expiry.take(this.#goneMs(), EXPIRED_PER_ROW)) {
      times.delete(key);
      const joinKeyEnd = key.length - 16;
      const place = Buffer.concat([
        key.subarray(8, joinKeyEnd),
        key.subarray(0, 8),
        key.subarray(joinKeyEnd),
      ]);
      rows.delete(place);
    }
  }
}
