import type { Clock } from "../../base/clock.ts";

/**
 * When a recorded event is due. Time advances with the events' own, divided by the speed; an event that is older
 * than the one before it, or has no time, is due at once; a gap longer than `longestGapMs` is cut to it.
 */
export class ReplayPace {
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #longestGapMs: number;
  #latestEventMs: number | undefined;
  #dueMs: number;

  constructor(clock: Clock, speed: number, longestGapMs: number) {
    this.#clock = clock;
    this.#speed = speed;
    this.#longestGapMs = longestGapMs;
    this.#dueMs = clock.monotonicMs();
  }

  /** How long to wait before the event may be sent, in milliseconds; 0 or less: it is due. */
  waitMs(eventMs: number): number {
    if (Number.isNaN(eventMs)) return 0;
    const latest = this.#latestEventMs;
    if (latest === undefined) {
      this.#latestEventMs = eventMs;
      this.#dueMs = this.#clock.monotonicMs();
    } else if (eventMs > latest) {
      this.#latestEventMs = eventMs;
      this.#dueMs += Math.min(eventMs - latest, this.#longestGapMs) / this.#speed;
    }
    return this.#dueMs - this.#clock.monotonicMs();
  }
}
