/**
 * EMIT FINAL: keeps each window's latest row and gives it once, when no row can change it any more.
 *
 * A window is closed when stream time (the highest event time of the rows that came here) has reached its end + grace;
 * a session's also + gap, for until then a row may join it. Closed windows are given in the order of their ends, then of
 * their keys, at the row that closes them and with that row's arrival; their event time is their own. A tombstone
 * (a session that was joined with another) takes the waiting row away. Nothing is given when the input ends: only rows
 * move time.
 *
 * Kafka Streams reads final rows from the aggregation's window store, which has forgotten windows that began before the
 * present window's start − retention (size + grace, or RETENTION if longer): after a gap in the events they are not given.
 * So it is here, but each is counted as `late` with a sample; `spoor.suppress.expired` = `emit` gives them all the same.
 * Sessions are not concerned.
 *
 * State: window end, key, window start → row. `ksql.suppress.buffer.size.bytes` bounds it (-1: no bound): a row
 * that does not fit fails the query, as in ksqlDB; giving a window early would be a wrong result.
 */
import { assert } from "../../base/assert.ts";
import type { Value } from "../../data/values.ts";
import { engineErrors } from "../errors.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";
import { joinKeys, keyThenTimes, timeThenKey } from "../state/key-codec.ts";
import type { KeyCodec } from "../state/key-codec.ts";
import type { RowCodec } from "../state/row-codec.ts";
import type { StateStore } from "../state/state-store.ts";
import type { StreamTime } from "./stream-time.ts";
import type { TimeOrderedKeys } from "./time-ordered-keys.ts";

const NOTHING = Buffer.alloc(0);
/** Rows handed on between two looks at the store. */
const BATCH = 1024;

export interface SuppressParts {
  readonly keyIndexes: readonly number[];
  readonly keys: KeyCodec;
  readonly rows: RowCodec;
  readonly store: StateStore;
  readonly order: TimeOrderedKeys;
  readonly time: StreamTime;
  readonly closesAfterMs: number;
  /** Windows that began before it are not given, at that stream time. */
  readonly expiredBeforeMs: (nowMs: number) => number;
  /** Undefined: no bound. */
  readonly bytesMax: number | undefined;
  readonly next: RowReceiver;
}

export class SuppressOperator implements RowReceiver {
  readonly #parts: SuppressParts;

  readonly #context: OperatorContext;

  constructor(parts: SuppressParts, context: OperatorContext) {
    this.#parts = parts;
    this.#context = context;
  }

  receive(row: Row): void {
    const { store, rows, order, time } = this.#parts;
    const key = this.#key(row);
    if (row.deleted) {
      store.delete(key);
    } else {
      store.put(key, rows.encode(row));
      order.added(row.window!.endMs);
      this.#checkRoom();
    }
    if (time.advance(row.timestampMs)) this.#giveClosed(row.arrival);
  }

  #key(row: Row): Buffer {
    const { keyIndexes, keys } = this.#parts;
    assert(row.window !== undefined, "EMIT FINAL stands behind a windowed aggregation");
    const values = keyIndexes.map((index): Value => row.values[index]!);
    const { startMs, endMs } = row.window;
    return joinKeys(timeThenKey(endMs, keys.view(values)), keyThenTimes(NOTHING, startMs));
  }

  #checkRoom(): void {
    const { store, bytesMax } = this.#parts;
    if (bytesMax === undefined || store.bytes <= bytesMax) return;
    throw engineErrors.SUPPRESS_FULL({
      message: `EMIT FINAL keeps more than ${bytesMax} bytes of open windows`,
      detail: `${store.entries} windows wait for their end`,
      hint: "raise ksql.suppress.buffer.size.bytes, or make windows and grace shorter",
    });
  }

  #giveClosed(arrival: number): void {
    const { store, rows, order, time, closesAfterMs, expiredBeforeMs, next } = this.#parts;
    const expiredMs = expiredBeforeMs(time.nowMs);
    for (;;) {
      const closed = order.take(time.nowMs - closesAfterMs, BATCH);
      for (const { key, value } of closed) {
        store.delete(key);
        const row = rows.decode(value);
        if (row.window!.startMs < expiredMs) this.#countExpired(row);
        else next.receive(makeRow(row.values, row.timestampMs, arrival, row.window), undefined);
      }
      if (closed.length < BATCH) return;
    }
  }

  #countExpired(row: Row): void {
    const { startMs, endMs } = row.window!;
    const detail = `the final row of window [${startMs}, ${endMs}) expired before stream time closed it (RETENTION)`;
    dropRecord(this.#context, "late", detail);
  }
}
