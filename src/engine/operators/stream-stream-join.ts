/**
 * Joins the rows of two streams that have equal keys and times near each other: a right row's time is from
 * left time − before to left time + after.
 *
 * A row is kept with its side, then joined with what the other side has kept, by time, then by arrival. A result's event
 * time is the later of both rows'.
 *
 * Rows without a partner (LEFT: of the left side; RIGHT, FULL likewise):
 * - without GRACE they are given at once with NULLs, and again with a partner that comes later (KSQL 5, and ksqlDB where
 *   GRACE is not written);
 * - with GRACE they wait until no partner can come: stream time (the highest event time of both sides) is beyond
 *   time + reach of the window + grace. They are given by time before the row that moved stream time is joined.
 *   A row that is beyond its window already when it comes (late) is given at once.
 *
 * A record without a value is counted as `null-value`. A row with a NULL key has no partner: an outer side's row is given at once with NULLs, others are counted as
 * `null-key`. Rows are kept for before + after + grace (24 hours of grace where none is written) of their side's time; a
 * row that is older when it comes and finds no partner is counted as `late`, one that an inner side brings in vain is not
 * counted: a partner may come.
 *
 * State: `join-buffer.ts` for each side, `unmatched-rows.ts`. Result row: for FULL joins the key, then left, then right.
 */
import type { Value } from "../../data/values.ts";
import type { StreamStreamJoinStep } from "../../plan/physical.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";
import type { JoinBuffer } from "./join-buffer.ts";
import { countLate } from "./late-rows.ts";
import type { RowKeys } from "./materialized-table.ts";
import type { StreamTime } from "./stream-time.ts";
import { pushAll } from "./table-table-join.ts";
import type { JoinSide, UnmatchedRows } from "./unmatched-rows.ts";

/** Kafka Streams' grace where none is written. */
export const DEFAULT_GRACE_MS = 86_400_000;

export interface StreamJoinSide {
  readonly buffer: JoinBuffer;
  readonly key: (values: readonly Value[]) => Value;
  readonly width: number;
}

export interface StreamStreamJoinParts {
  readonly sides: Readonly<Record<JoinSide, StreamJoinSide>>;
  readonly keys: RowKeys;
  readonly unmatched: UnmatchedRows;
  readonly time: StreamTime;
  readonly next: RowReceiver;
}

export class StreamStreamJoin {
  readonly #step: StreamStreamJoinStep;
  readonly #parts: StreamStreamJoinParts;
  readonly #context: OperatorContext;
  readonly #outer: Readonly<Record<JoinSide, boolean>>;
  readonly #anyOuter: boolean;

  constructor(step: StreamStreamJoinStep, parts: StreamStreamJoinParts, context: OperatorContext) {
    this.#step = step;
    this.#parts = parts;
    this.#context = context;
    this.#outer = {
      left: step.join === "left" || step.join === "outer",
      right: step.join === "right" || step.join === "outer",
    };
    this.#anyOuter = step.join !== "inner";
  }

  /** Takes the rows of one input. */
  receiver(side: JoinSide): RowReceiver {
    return { receive: (row) => this.#receive(side, row) };
  }

  #receive(side: JoinSide, row: Row): void {
    const { sides, keys, time } = this.#parts;
    const key = keys.encode([sides[side].key(row.values)], row.window);
    const advanced = time.advance(row.timestampMs);
    if (row.deleted) {
      dropRecord(this.#context, "null-value", "the record has no value to join");
      return;
    }
    if (key === undefined) {
      if (this.#outer[side]) this.#giveAlone(side, row, row.arrival);
      else dropRecord(this.#context, "null-key", "the join key is NULL");
      return;
    }
    const kept = sides[side].buffer.add(key, row);
    if (advanced || row.timestampMs === time.nowMs) this.#giveClosed(row.arrival);
    const matched = this.#joinWithOther(side, key, row);
    if (matched) return;
    if (this.#outer[side]) this.#unmatched(side, key, row);
    else if (!kept) countLate(this.#context, row, time.nowMs, false);
  }

  #joinWithOther(side: JoinSide, key: Buffer, row: Row): boolean {
    const { sides, unmatched } = this.#parts;
    const other = side === "left" ? "right" : "left";
    const from = row.timestampMs - (side === "left" ? this.#step.beforeMs : this.#step.afterMs);
    const partners = sides[other].buffer.matches(key, from, row.timestampMs + this.#reach(side));
    for (const partner of partners) {
      if (this.#outer[other] && this.#step.graceMs !== undefined)
        unmatched.matched(other, key, partner.timestampMs);
      const [left, right] = side === "left" ? [row, partner] : [partner, row];
      this.#give(left, right, Math.max(row.timestampMs, partner.timestampMs), row.arrival);
    }
    return partners.length > 0;
  }

  /** How long after its own time a row of the side may find partners. */
  #reach(side: JoinSide): number {
    return side === "left" ? this.#step.afterMs : this.#step.beforeMs;
  }

  #unmatched(side: JoinSide, key: Buffer, row: Row): void {
    const late = row.timestampMs + this.#reach(side) < this.#parts.time.nowMs;
    if (this.#step.graceMs === undefined || late) this.#giveAlone(side, row, row.arrival);
    else this.#parts.unmatched.add(side, key, row);
  }

  #giveClosed(arrival: number): void {
    const { graceMs } = this.#step;
    if (graceMs === undefined || !this.#anyOuter) return;
    const closedMs = this.#parts.time.nowMs - graceMs;
    const bounds = { left: closedMs - this.#reach("left"), right: closedMs - this.#reach("right") };
    for (const { side, row } of this.#parts.unmatched.takeBefore(bounds)) this.#giveAlone(side, row, arrival);
  }

  #giveAlone(side: JoinSide, row: Row, arrival: number): void {
    const [left, right] = side === "left" ? [row, undefined] : [undefined, row];
    this.#give(left, right, row.timestampMs, arrival);
  }

  #give(left: Row | undefined, right: Row | undefined, timestampMs: number, arrival: number): void {
    const { sides, next } = this.#parts;
    const values: Value[] = [];
    if (this.#step.join === "outer") {
      values.push(left === undefined ? sides.right.key(right!.values) : sides.left.key(left.values));
    }
    pushAll(values, left?.values, sides.left.width);
    pushAll(values, right?.values, sides.right.width);
    next.receive(makeRow(values, timestampMs, arrival, (left ?? right)!.window), undefined);
  }
}
