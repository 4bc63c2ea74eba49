/** At most so many sends in any minute: the times of the last ones are kept, and the next waits for the oldest to be a minute old. */
import type { Clock } from "../../base/clock.ts";

const MINUTE_MS = 60_000;

export class RateLimit {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #times: Float64Array;
  #next = 0;

  /** @param perMinute 0: no limit */
  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
    this.#times = new Float64Array(perMinute).fill(Number.NEGATIVE_INFINITY);
  }

  /** Milliseconds until the next send may go; 0: now. */
  waitMs(): number {
    if (this.#perMinute === 0) return 0;
    return Math.max(0, this.#times[this.#next]! + MINUTE_MS - this.#clock.monotonicMs());
  }

  /** A send goes. */
  take(): void {
    if (this.#perMinute === 0) return;
    this.#times[this.#next] = this.#clock.monotonicMs();
    this.#next = (this.#next + 1) % this.#perMinute;
  }
}
