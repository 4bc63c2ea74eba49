/**
 * The sessions of groups, in a store with the lists of recently seen groups in memory.
 *
 * State: `sessions`: group key, start → end (double), then the states (`group-states.ts`); a session that grows at its end
 * keeps its key. `times`: time, group key → nothing: the group has no session that ends before that time; one entry for
 * each group that has sessions, by which expired ones are found. The lists are copies of what the store has; at
 * {@link CACHED_GROUPS_MAX} the older half goes.
 */
import type { WindowBounds } from "../row.ts";
import { keyThenTimes, readTime, timeThenKey } from "../state/key-codec.ts";
import type { StateStore } from "../state/state-store.ts";
import type { GroupState, GroupStateCodec } from "./group-states.ts";
import { TimeOrderedKeys } from "./time-ordered-keys.ts";

export const CACHED_GROUPS_MAX = 20_000;
const NOTHING = Buffer.alloc(0);
const NO_SESSIONS: readonly Session[] = [];

/** The state's time is the session's end. */
export interface Session extends WindowBounds {
  readonly state: GroupState;
}

export class SessionStates {
  readonly #sessions: StateStore;
  readonly #times: StateStore;
  readonly #order: TimeOrderedKeys;
  readonly #codec: GroupStateCodec;
  #cached = new Map<string, readonly Session[]>();

  constructor(sessions: StateStore, times: StateStore, codec: GroupStateCodec) {
    this.#sessions = sessions;
    this.#times = times;
    this.#order = new TimeOrderedKeys(times);
    this.#codec = codec;
  }

  /** All sessions of the group, by time; they do not touch. Some may be older than the retention. */
  of(key: Buffer): readonly Session[] {
    const text = key.latin1Slice(0, key.length);
    const cached = this.#cached.get(text);
    if (cached !== undefined) return cached;
    const found: Session[] = [];
    for (const entry of this.#sessions.range(key, keyThenTimes(key, Number.MAX_SAFE_INTEGER))) {
      const state = this.#codec.decode(entry.value);
      found.push({ startMs: readTime(entry.key, key.length), endMs: state.timestampMs, state });
    }
    this.#keep(text, found);
    return found;
  }

  /** Puts `added` in the place of the sessions that were joined in it. */
  replace(key: Buffer, joined: readonly Session[], added: Session): void {
    const before = this.of(key);
    for (const session of joined) {
      if (session.startMs !== added.startMs) this.#sessions.delete(keyThenTimes(key, session.startMs));
    }
    this.#sessions.put(keyThenTimes(key, added.startMs), this.#codec.encode(added.state));
    const after = before.filter((session) => !joined.includes(session));
    const at = after.findIndex((session) => session.startMs > added.startMs);
    after.splice(at < 0 ? after.length : at, 0, added);
    this.#keep(key.latin1Slice(0, key.length), after);
    if (before.length === 0) this.#remind(key, added.endMs);
  }

  /** Forgets sessions that ended at `untilMs` or before, of a few groups. */
  expire(untilMs: number, groupsMax: number): void {
    for (const { key: reminder } of this.#order.take(untilMs, groupsMax)) {
      this.#times.delete(reminder);
      const key = reminder.subarray(8);
      const [expired, kept] = split(this.of(key), untilMs);
      for (const { startMs } of expired) this.#sessions.delete(keyThenTimes(key, startMs));
      const text = key.latin1Slice(0, key.length);
      const oldest = kept[0];
      if (oldest === undefined) {
        this.#cached.delete(text);
      } else {
        this.#keep(text, kept);
        this.#remind(key, oldest.endMs);
      }
    }
  }

  #remind(key: Buffer, timeMs: number): void {
    this.#times.put(timeThenKey(timeMs, key), NOTHING);
    this.#order.added(timeMs);
  }

  #keep(text: string, sessions: readonly Session[]): void {
    if (this.#cached.size >= CACHED_GROUPS_MAX && !this.#cached.has(text)) {
      this.#cached = new Map([...this.#cached].slice(CACHED_GROUPS_MAX / 2));
    }
    this.#cached.set(text, sessions);
  }
}

/** Those that ended at `untilMs` or before, and the rest. */
function split(
  sessions: readonly Session[],
  untilMs: number,
): readonly [readonly Session[], readonly Session[]] {
  const at = sessions.findIndex((session) => session.endMs > untilMs);
  return at < 0 ? [sessions, NO_SESSIONS] : [sessions.slice(0, at), sessions.slice(at)];
}
