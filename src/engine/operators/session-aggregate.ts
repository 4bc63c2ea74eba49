/**
 * GROUP BY with a SESSION window: a group's rows that are at most `gap` apart make one session [first, last].
 *
 * A row of time t is a session [t, t] that is joined with every session of its group that ends at t − gap or later and
 * begins at t + gap or earlier. As Kafka Streams does, the sessions that were joined are taken back (a tombstone each,
 * by end, whose event time is the old session's end) before the joined session's row is given (event time: its end);
 * only where the row's session is exactly [t, t] as before, its row just replaces the old one.
 * States are merged by end, the earliest first, beginning from the initial state; then the row is added.
 *
 * Lateness: the joined session is closed when its end is before stream time − gap − grace: the row is counted as `late`
 * and changes nothing. Sessions older than the retention (gap + grace, or RETENTION if longer) are gone: a row
 * that could have been joined with one begins a new session. Each row removes those of a bounded number of groups.
 *
 * State: `session-states.ts`.
 */
import type { AggregateWindow } from "../../plan/physical.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import type { Row } from "../row.ts";
import type { AggregateCalls } from "./aggregate-calls.ts";
import type { Group, GroupRows } from "./group-rows.ts";
import { countLate } from "./late-rows.ts";
import type { Session, SessionStates } from "./session-states.ts";
import type { StreamTime } from "./stream-time.ts";

const GROUPS_EXPIRED_PER_ROW = 4;

export type SessionWindow = Extract<AggregateWindow, { readonly type: "SESSION" }>;

export interface SessionParts {
  readonly rows: GroupRows;
  readonly calls: AggregateCalls;
  readonly sessions: SessionStates;
  readonly time: StreamTime;
  readonly next: RowReceiver;
}

export class SessionAggregateOperator implements RowReceiver {
  readonly #parts: SessionParts;
  readonly #context: OperatorContext;
  readonly #gapMs: number;
  readonly #closesAfterMs: number;
  readonly #retentionMs: number;

  constructor(window: SessionWindow, parts: SessionParts, context: OperatorContext) {
    this.#parts = parts;
    this.#context = context;
    this.#gapMs = window.gapMs;
    this.#closesAfterMs = window.gapMs + window.graceMs;
    this.#retentionMs = Math.max(this.#closesAfterMs, window.retentionMs ?? 0);
  }

  receive(row: Row): void {
    const { rows, calls, sessions, time } = this.#parts;
    const found = rows.groupOfStream(row);
    if (found === undefined) return;
    const group = { values: found.values, key: Buffer.from(found.key) };
    time.advance(row.timestampMs);
    const joined = this.#sessionsAround(group.key, row.timestampMs);
    let startMs = row.timestampMs;
    let endMs = row.timestampMs;
    let states = calls.initial();
    for (const session of joined) {
      startMs = Math.min(startMs, session.startMs);
      endMs = Math.max(endMs, session.endMs);
      states = calls.merge(states, session.state.states);
    }
    if (endMs < time.nowMs - this.#closesAfterMs) {
      countLate(this.#context, row, time.nowMs, false);
      return;
    }
    const added = { startMs, endMs, state: { timestampMs: endMs, states: calls.add(row.values, states) } };
    sessions.replace(group.key, joined, added);
    this.#give(group, joined, added, row.arrival);
    sessions.expire(time.nowMs - this.#retentionMs, GROUPS_EXPIRED_PER_ROW);
  }

  /** Those that a row of that time joins, by end. */
  #sessionsAround(key: Buffer, timeMs: number): readonly Session[] {
    const { sessions, time } = this.#parts;
    const firstMs = Math.max(timeMs - this.#gapMs, time.nowMs - this.#retentionMs + 1);
    const lastMs = timeMs + this.#gapMs;
    return sessions.of(key).filter(({ startMs, endMs }) => endMs >= firstMs && startMs <= lastMs);
  }

  #give(group: Group, joined: readonly Session[], { startMs, endMs, state }: Session, arrival: number): void {
    const { rows, next } = this.#parts;
    const output = (session: Session): Row =>
      rows.output(group.values, session.state.states, session.endMs, arrival, boundsOf(session));
    if (startMs !== endMs) {
      for (const session of joined) {
        next.receive(
          rows.tombstone(group.values, session.endMs, arrival, boundsOf(session)),
          output(session),
        );
      }
    }
    const replaced = startMs === endMs ? joined[0] : undefined;
    next.receive(output({ startMs, endMs, state }), replaced && output(replaced));
  }
}

function boundsOf({ startMs, endMs }: Session): { startMs: number; endMs: number } {
  return { startMs, endMs };
}
