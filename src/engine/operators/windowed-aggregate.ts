/**
 * GROUP BY with a TUMBLING or HOPPING window.
 *
 * A row of time t belongs to every window [start, start + size) that holds t; starts are multiples of the advance, from
 * 0 (epoch) on. Its group is updated in each of them, the earliest window first, and each update gives the window's new
 * row at once with the one it replaces; a row's event time is the latest of the rows in it.
 *
 * Lateness: a window is closed when stream time (the highest event time this operator has seen, the row's included)
 * minus grace has reached its end. A row none of whose windows is open is counted as `late` and sampled; one that is
 * late for some of them only is noted.
 *
 * State: window start, group key → event time and the calls' states. Keys begin with the start, so what is older than
 * the retention (window + grace, or RETENTION if longer) stands at the front; each row removes a bounded number of it.
 * No tombstones are given for expired windows: their last rows stay true.
 */
import type { AggregateWindow } from "../../plan/physical.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import type { Row } from "../row.ts";
import { timeThenKey } from "../state/key-codec.ts";
import type { AggregateParts } from "./aggregate.ts";
import { countLate } from "./late-rows.ts";
import type { StreamTime } from "./stream-time.ts";
import type { TimeOrderedKeys } from "./time-ordered-keys.ts";

const EXPIRED_PER_ROW = 16;

export type TimeWindow = Exclude<AggregateWindow, { readonly type: "SESSION" }>;

export class WindowedAggregateOperator implements RowReceiver {
  readonly #parts: AggregateParts;
  readonly #time: StreamTime;
  readonly #expiry: TimeOrderedKeys;
  readonly #context: OperatorContext;
  readonly #sizeMs: number;
  readonly #advanceMs: number;
  readonly #graceMs: number;
  readonly #retentionMs: number;
  readonly #expiredPerRow: number;

  constructor(
    window: TimeWindow,
    parts: AggregateParts,
    time: StreamTime,
    expiry: TimeOrderedKeys,
    context: OperatorContext,
  ) {
    this.#parts = parts;
    this.#time = time;
    this.#expiry = expiry;
    this.#context = context;
    this.#sizeMs = window.sizeMs;
    this.#advanceMs = window.type === "HOPPING" ? window.advanceMs : window.sizeMs;
    this.#graceMs = window.graceMs;
    this.#retentionMs = Math.max(window.sizeMs + window.graceMs, window.retentionMs ?? 0);
    this.#expiredPerRow = Math.max(EXPIRED_PER_ROW, 2 * Math.ceil(this.#sizeMs / this.#advanceMs));
  }

  receive(row: Row): void {
    const group = this.#parts.rows.groupOfStream(row);
    if (group === undefined) return;
    this.#time.advance(row.timestampMs);
    const closedMs = this.#time.nowMs - this.#graceMs;
    const { key } = group;
    const first = Math.max(0, row.timestampMs - this.#sizeMs + this.#advanceMs);
    let late = 0;
    let open = 0;
    let start = Math.floor(first / this.#advanceMs) * this.#advanceMs;
    for (; start <= row.timestampMs; start += this.#advanceMs) {
      if (start + this.#sizeMs <= closedMs) {
        late += 1;
        continue;
      }
      open += 1;
      this.#update(row, group.values, timeThenKey(start, key), start);
    }
    if (late > 0) countLate(this.#context, row, this.#time.nowMs, open > 0);
    this.#expire();
  }

  #update(row: Row, group: Row["values"], key: Buffer, startMs: number): void {
    const { rows, calls, states, next } = this.#parts;
    const old = states.get(key);
    const after = calls.add(row.values, old?.states ?? calls.initial());
    const timestampMs = old === undefined ? row.timestampMs : Math.max(old.timestampMs, row.timestampMs);
    states.put(key, timestampMs, after);
    if (old === undefined) this.#expiry.added(startMs);
    const window = { startMs, endMs: startMs + this.#sizeMs };
    const previous = old && rows.output(group, old.states, old.timestampMs, row.arrival, window);
    next.receive(rows.output(group, after, timestampMs, row.arrival, window), previous);
  }

  #expire(): void {
    const expired = this.#expiry.take(this.#time.nowMs - this.#retentionMs, this.#expiredPerRow);
    for (const { key } of expired) this.#parts.states.delete(key);
  }
}
