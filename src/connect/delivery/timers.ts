/** Timers, handed in so that tests own them. */
export interface DeliveryTimers {
  /** @returns what cancels it */
  after(ms: number, act: () => void): () => void;
}

export const processTimers: DeliveryTimers = {
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

/** One who waits, and whoever wakes him: a ring before the wait is not lost. */
export class Doorbell {
  readonly #timers: DeliveryTimers;
  #isRung = false;
  #open: (() => void) | undefined;

  constructor(timers: DeliveryTimers) {
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
