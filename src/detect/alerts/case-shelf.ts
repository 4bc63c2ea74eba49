/**
 * Cases, mutes and ids of alerts in the store, with their limits.
 *
 * Keys: `n` the counts; `a/<case>` a case; `o/<last>/<case>` and `c/<last>/<case>` the cases that are not closed and those that
 * are, by the time of their last alert; `m/<mute>` a mute; `i/<id>` an alert or action that was seen, whose place in the ring of ids
 * is `r/<number>`. Counts are written by {@link CaseShelf.flush}, everything else at once.
 */
import { checkClock, EventClock } from "../correlation/event-clock.ts";
import type { ClockState } from "../correlation/event-clock.ts";
import type { AlertCase } from "./alert-case.ts";
import { shortHash } from "./alert-case.ts";
import { readStored } from "../stored-state.ts";
import type { StoredForm } from "../stored-state.ts";
import type { CaseStore } from "./case-store.ts";
import type { Mute } from "./mute.ts";

/** Sums over everything that triage saw. Always `alerts = notifications + hidden`. */
export interface TriageCounts {
  readonly alerts: number;
  readonly notifications: number;
  readonly hidden: number;
  /** Alerts and actions that had been there before. */
  readonly duplicates: number;
  readonly actions: number;
  readonly refused: number;
  /** Cases remembered. */
  readonly cases: number;
  /** Cases that were quiet for long, and those that went because there were too many. */
  readonly forgotten: number;
  readonly evicted: number;
  readonly mutes: number;
  /** Ids that were ever remembered. */
  readonly ids: number;
  readonly clock: ClockState;
}

const NO_COUNTS: TriageCounts = {
  alerts: 0,
  notifications: 0,
  hidden: 0,
  duplicates: 0,
  actions: 0,
  refused: 0,
  cases: 0,
  forgotten: 0,
  evicted: 0,
  mutes: 0,
  ids: 0,
  clock: new EventClock().state,
};

const WHAT = "alert cases";
const COUNTS_FORM: StoredForm = {
  alerts: "number",
  cases: "number",
  mutes: "number",
  ids: "number",
  clock: "object",
};
const CASE_FORM: StoredForm = {
  caseId: "string",
  status: "string",
  lastMs: "number",
  toldMs: "array",
  episode: "object",
};
const MUTE_FORM: StoredForm = { muteId: "string", untilMs: "number", hidden: "number" };

const COUNTS_KEY = "n";
/** Longer ids are remembered by their hash. */
const ID_LENGTH_MAX = 64;
/** Event times may be before 1970; shifted so, their digits sort. */
const TIME_SHIFT = 8_640_000_000_000_000;
const TIME_DIGITS = 17;

export class CaseShelf {
  readonly #store: CaseStore;
  #counts: TriageCounts;
  #isCountDue = false;
  readonly #clock = new EventClock();

  /** @throws SpoorError SIGMA_STATE_UNREADABLE */
  constructor(store: CaseStore) {
    this.#store = store;
    this.#counts = this.#read<TriageCounts>(COUNTS_KEY, COUNTS_FORM) ?? NO_COUNTS;
    checkClock(this.#counts.clock, WHAT);
    this.#clock.restore(this.#counts.clock);
  }

  /** What time it is, by the times of alerts; one host's wrong clock does not move it. */
  get nowMs(): number {
    return this.#clock.newestMs;
  }

  seen(timeMs: number): void {
    this.#clock.see(timeMs);
    this.count({ clock: this.#clock.state });
  }

  get counts(): TriageCounts {
    return this.#counts;
  }

  count(changed: Partial<TriageCounts>): void {
    this.#counts = { ...this.#counts, ...changed };
    this.#isCountDue = true;
  }

  flush(): void {
    if (this.#isCountDue) this.#write(COUNTS_KEY, this.#counts);
    this.#isCountDue = false;
  }

  case(caseId: string): AlertCase | undefined {
    return this.#read(`a/${caseId}`, CASE_FORM);
  }

  putCase(state: AlertCase, before: AlertCase | undefined): void {
    const place = placeOf(state);
    const oldPlace = before === undefined ? undefined : placeOf(before);
    if (oldPlace === undefined) this.count({ cases: this.#counts.cases + 1 });
    if (oldPlace !== place) {
      if (oldPlace !== undefined) this.#store.delete(oldPlace);
      this.#store.put(place, "");
    }
    this.#write(`a/${state.caseId}`, state);
  }

  deleteCase(state: AlertCase): void {
    this.#store.delete(`a/${state.caseId}`);
    this.#store.delete(placeOf(state));
    this.count({ cases: this.#counts.cases - 1 });
  }

  /** Ids of remembered cases that begin so, in order. */
  *caseIds(beginning: string): Iterable<string> {
    for (const [key] of this.#store.scan(`a/${beginning}`, `a/${beginning}~`)) yield key.slice(2);
  }

  /** Closed cases whose last alert is not after the time, longest quiet first. */
  quietClosed(untilMs: number, most: number): AlertCase[] {
    return this.#placed(`c/`, `c/${timeKey(untilMs)}/~`, most);
  }

  /** The case to go when there are too many: a closed one if there is one, the one longest without an alert. */
  leastMissed(): AlertCase | undefined {
    return this.#placed("c/", "c/~", 1)[0] ?? this.#placed("o/", "o/~", 1)[0];
  }

  #placed(from: string, to: string, most: number): AlertCase[] {
    const ids: string[] = [];
    for (const [key] of this.#store.scan(from, to)) {
      if (ids.length === most) break;
      ids.push(key.slice(TIME_DIGITS + 3));
    }
    return ids.map((id) => this.case(id)).filter((state) => state !== undefined);
  }

  mute(muteId: string): Mute | undefined {
    return this.#counts.mutes === 0 ? undefined : this.#read(`m/${muteId}`, MUTE_FORM);
  }

  putMute(mute: Mute): void {
    if (this.mute(mute.muteId) === undefined) this.count({ mutes: this.#counts.mutes + 1 });
    this.#write(`m/${mute.muteId}`, mute);
  }

  deleteMute(muteId: string): void {
    this.#store.delete(`m/${muteId}`);
    this.count({ mutes: this.#counts.mutes - 1 });
  }

  mutes(): Mute[] {
    return Array.from(this.#store.scan("m/", "m/~"), ([, text]) => readStored<Mute>(text, WHAT, MUTE_FORM));
  }

  /** True once for each id, as long as it is among the newest `idsMax`. */
  isNew(id: string, idsMax: number): boolean {
    const name = id.length <= ID_LENGTH_MAX && /^[\x21-\x7d]+$/.test(id) ? id : shortHash(id);
    if (this.#store.get(`i/${name}`) !== undefined) return false;
    const place = `r/${this.#counts.ids % idsMax}`;
    const oldest = this.#store.get(place);
    if (oldest !== undefined) this.#store.delete(`i/${oldest}`);
    this.#store.put(place, name);
    this.#store.put(`i/${name}`, "");
    this.count({ ids: this.#counts.ids + 1 });
    return true;
  }

  #read<T extends object>(key: string, form: StoredForm): T | undefined {
    const text = this.#store.get(key);
    return text === undefined ? undefined : readStored<T>(text, WHAT, form);
  }

  #write(key: string, value: object): void {
    this.#store.put(key, JSON.stringify(value));
  }
}

function placeOf({ status, lastMs, caseId }: AlertCase): string {
  return `${status === "closed" ? "c" : "o"}/${timeKey(lastMs)}/${caseId}`;
}

function timeKey(timeMs: number): string {
  return String(Math.max(0, Math.trunc(timeMs) + TIME_SHIFT)).padStart(TIME_DIGITS, "0");
}
