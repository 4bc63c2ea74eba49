/** Named timers of one thing: setting a name again replaces its timer. */
import type { Timers } from "../../base/timers.ts";

export class TimerSlots {
  readonly #timers: Timers;
  readonly #stops = new Map<string, () => void>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  set(name: string, delayMs: number, run: () => void): void {
    this.#stops.get(name)?.();
    const stop = this.#timers.after(delayMs, () => {
      this.#stops.delete(name);
      run();
    });
    this.#stops.set(name, stop);
  }

  has(name: string): boolean {
    return this.#stops.has(name);
  }

  clear(name: string): void {
    this.#stops.get(name)?.();
    this.#stops.delete(name);
  }

  clearAll(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }
}
