/** Waiting is handed in, as time is: a coordinator or a long poll asks for a call later, a test moves the clock. */
import { ManualClock } from "./clock.ts";

export interface Timers {
  /** Calls `run` once after `delayMs`; returns what prevents it. `run` must not throw. */
  after(delayMs: number, run: () => void): () => void;
}

const DELAY_MS_MAX = 2_147_483_647;

/** Timers of the process; none of them keeps it alive. */
export const systemTimers: Timers = { after: (delayMs, run) => started(delayMs, run, false) };

/** Timers of the process that keep it alive: for pauses within work that somebody waits for. */
export const patientTimers: Timers = { after: (delayMs, run) => started(delayMs, run, true) };

function started(delayMs: number, run: () => void, keepsAlive: boolean): () => void {
  const timer = setTimeout(run, Math.min(Math.max(0, delayMs), DELAY_MS_MAX));
  if (!keepsAlive) timer.unref();
  return () => clearTimeout(timer);
}

interface Waiting {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Timers over a clock that a test moves: `advance` calls what has become due, in order of time. */
export class ManualTimers extends ManualClock implements Timers {
  #waiting: Waiting[] = [];

  after(delayMs: number, run: () => void): () => void {
    const waiting = { dueMs: this.nowMs() + delayMs, run };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    };
  }

  override advance(ms: number): void {
    const end = this.nowMs() + ms;
    for (;;) {
      const due = this.#waiting.filter(({ dueMs }) => dueMs <= end).toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#waiting = this.#waiting.filter((other) => other !== due);
      super.advance(Math.max(0, due.dueMs - this.nowMs()));
      due.run();
    }
    super.advance(end - this.nowMs());
  }

  /** How many calls are outstanding. */
  get waiting(): number {
    return this.#waiting.length;
  }
}
