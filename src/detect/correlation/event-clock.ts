/**
 * What time it is, by the times of events: that of the newest one. A clock that is set wrong on one host must not take the
 * time of all others with it, so a jump of more than {@link JUMP_MS} is believed only when {@link JUMP_EVENTS} events in a row
 * are beyond it, and then as far as the earliest of them. Nothing is lost by waiting: windows are judged a little later.
 */
import { unreadable } from "../stored-state.ts";

export const JUMP_MS = 3_600_000;
export const JUMP_EVENTS = 16;

export interface ClockState {
  /** Null before the first event. */
  readonly newestMs: number | null;
  /** Events in a row that were too far ahead to be believed, and the earliest time among them. */
  readonly ahead: number;
  readonly aheadMs: number;
}

/** @param what the state belongs to. @throws SpoorError SIGMA_STATE_UNREADABLE where a store gave back another form */
export function checkClock({ newestMs, ahead, aheadMs }: Partial<ClockState>, what: string): void {
  const isTime = newestMs === null || typeof newestMs === "number";
  if (isTime && typeof ahead === "number" && typeof aheadMs === "number") return;
  throw unreadable(what, "its clock is of another form");
}

export class EventClock {
  #newestMs = -Infinity;
  #ahead = 0;
  #aheadMs = 0;

  /** −∞ before the first event. */
  get newestMs(): number {
    return this.#newestMs;
  }

  get state(): ClockState {
    const newestMs = Number.isFinite(this.#newestMs) ? this.#newestMs : null;
    return { newestMs, ahead: this.#ahead, aheadMs: this.#aheadMs };
  }

  restore({ newestMs, ahead, aheadMs }: ClockState): void {
    this.#newestMs = newestMs ?? -Infinity;
    this.#ahead = ahead;
    this.#aheadMs = aheadMs;
  }

  /** An event of that time came. */
  see(timeMs: number): void {
    if (timeMs <= this.#newestMs + JUMP_MS || this.#newestMs === -Infinity) {
      this.#ahead = 0;
      if (timeMs > this.#newestMs) this.#newestMs = timeMs;
      return;
    }
    this.#aheadMs = this.#ahead === 0 ? timeMs : Math.min(this.#aheadMs, timeMs);
    this.#ahead++;
    if (this.#ahead < JUMP_EVENTS) return;
    this.#newestMs = this.#aheadMs;
    this.#ahead = 0;
  }

  /** It is known to be that late. */
  advance(timeMs: number): void {
    this.#newestMs = Math.max(this.#newestMs, timeMs);
  }
}
