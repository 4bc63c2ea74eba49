import type { Clock } from "../base/clock.ts";

/**
 * Turns Ctrl-C and SIGTERM into a polite request first and an end second. The launcher passes on signals that the
 * terminal has already sent to this process as well, so two within {@link ECHO_MS} are one.
 */
export const ECHO_MS = 150;

export class Interruption {
  readonly #clock: Clock;
  readonly #force: () => void;
  readonly #controller = new AbortController();
  #firstAtMs: number | undefined;

  /** @param force ends the process at once */
  constructor(clock: Clock, force: () => void) {
    this.#clock = clock;
    this.#force = force;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  received(): void {
    const now = this.#clock.monotonicMs();
    if (this.#firstAtMs === undefined) {
      this.#firstAtMs = now;
      this.#controller.abort();
    } else if (now - this.#firstAtMs > ECHO_MS) {
      this.#force();
    }
  }
}
