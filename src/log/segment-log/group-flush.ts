/**
 * One flush for all who wait for one: whoever asks while a flush runs is served by the next, which begins when that one has
 * ended and everybody who came in the same turn of the event loop has asked, too.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

export class GroupFlush {
  readonly #flush: () => Promise<void>;
  #running: Promise<void> = Promise.resolve();
  /** The flush that has not begun. */
  #next: Promise<void> | undefined;
  /** Flushes so far, for comparison with how many asked. */
  count = 0;

  /** @param flush covers what was written before it is called */
  constructor(flush: () => Promise<void>) {
    this.#flush = flush;
  }

  /** Settles as the first flush does that begins after now. */
  flushed(): Promise<void> {
    return (this.#next ??= this.#begin());
  }

  async #begin(): Promise<void> {
    // How it ended was told to those who waited for it.
    await this.#running.catch(() => undefined);
    await nextTurn();
    this.#next = undefined;
    this.count++;
    this.#running = this.#flush();
    await this.#running;
  }
}
