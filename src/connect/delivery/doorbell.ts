import type { Timers } from "../../base/timers.ts";

/** One who waits, and whoever wakes him: a ring before the wait is not lost. */
export class Doorbell {
  readonly #timers: Timers;
  #isRung = false;
  #open: (() => void) | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  ring(): void {
    this.#isRung = true;
    this.#open?.();
  }

  async wait(ms: number): Promise<void> {
    if (!this.#isRung) {
      await new Promise<void>((resolve) => {
        this.#open = resolve;
        const cancel = this.#timers.after(ms, resolve);
        this.#open = () => {
          cancel();
          resolve();
        };
      });
      this.#open = undefined;
    }
    this.#isRung = false;
  }
}
