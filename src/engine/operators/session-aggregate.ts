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
 * that could have been joined with one begins a new session.
 *
 * State: `session`: group key, end, start → event time and states; `session-time`: end, group key, start → nothing, so
 * that the oldest are found; each row removes a bounded number.
 */
import type { AggregateWindow } from "../../plan/physical.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import type { Row, WindowBounds } from "../row.ts";
import { joinKeys, keyThenTimes, readTime, timeThenKey } from "../state/key-codec.ts";
import type { StateStore } from "../state/state-store.ts";
import type { AggregateCalls } from "./aggregate-calls.ts";
import type { Group, GroupRows } from "./group-rows.ts";
import type { GroupState, GroupStateCodec } from "./group-states.ts";
import { countLate } from "./late-rows.ts";
import type { StreamTime } from "./stream-time.ts";
import type { TimeOrderedKeys } from "./time-ordered-keys.ts";

const EXPIRED_PER_ROW = 16;
const NOTHING = Buffer.alloc(0);

export type SessionWindow = Extract<AggregateWindow, { readonly type: "SESSION" }>;

export interface SessionParts {
  readonly rows: GroupRows;
  readonly calls: AggregateCalls;
  readonly codec: GroupStateCodec;
  readonly sessions: StateStore;
  readonly times: StateStore;
  readonly expiry: TimeOrderedKeys;
  readonly time: StreamTime;
  readonly next: RowReceiver;
}

interface Session extends WindowBounds {
  readonly state: GroupState;
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
    const { rows, calls, time } = this.#parts;
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
    const after = calls.add(row.values, states);
    if (startMs !== endMs) for (const session of joined) this.#takeBack(group, session, row.arrival);
    const same = startMs === endMs ? joined[0] : undefined;
    this.#give(group, { startMs, endMs, state: { timestampMs: endMs, states: after } }, same, row.arrival);
    this.#expire();
  }

  /** Those that a row of that time joins, by end. */
  #sessionsAround(key: Buffer, timeMs: number): readonly Session[] {
    const { codec, sessions, time } = this.#parts;
    const keptMs = time.nowMs - this.#retentionMs + 1;
    const low = keyThenTimes(key, Math.max(0, timeMs - this.#gapMs, keptMs));
    const found: Session[] = [];
    for (const entry of sessions.range(low, keyThenTimes(key, Number.MAX_SAFE_INTEGER))) {
      const endMs = readTime(entry.key, key.length);
      const startMs = readTime(entry.key, key.length + 8);
      if (startMs > timeMs + this.#gapMs) break;
      found.push({ startMs, endMs, state: codec.decode(entry.value) });
    }
    return found;
  }

  #takeBack(group: Group, session: Session, arrival: number): void {
    const { rows, sessions, times, next } = this.#parts;
    const { startMs, endMs, state } = session;
    sessions.delete(keyThenTimes(group.key, endMs, startMs));
    times.delete(timeKey(group.key, session));
    const old = rows.output(group.values, state.states, endMs, arrival, { startMs, endMs });
    next.receive(rows.tombstone(group.values, endMs, arrival, { startMs, endMs }), old);
  }

  #give(group: Group, session: Session, replaced: Session | undefined, arrival: number): void {
    const { rows, codec, sessions, times, expiry, next } = this.#parts;
    const { startMs, endMs, state } = session;
    sessions.put(keyThenTimes(group.key, endMs, startMs), codec.encode(state));
    times.put(timeKey(group.key, session), NOTHING);
    expiry.added(endMs);
    const bounds = { startMs, endMs };
    const old = replaced && rows.output(group.values, replaced.state.states, endMs, arrival, bounds);
    next.receive(rows.output(group.values, state.states, endMs, arrival, bounds), old);
  }

  #expire(): void {
    const { sessions, times, expiry, time } = this.#parts;
    for (const { key } of expiry.take(time.nowMs - this.#retentionMs, EXPIRED_PER_ROW)) {
      times.delete(key);
      const startAt = key.length - 8;
      sessions.delete(Buffer.concat([key.subarray(8, startAt), key.subarray(0, 8), key.subarray(startAt)]));
    }
  }
}

/** End, group key, start. */
function timeKey(key: Buffer, { startMs, endMs }: WindowBounds): Buffer {
  return joinKeys(timeThenKey(endMs, key), keyThenTimes(NOTHING, startMs));
}
