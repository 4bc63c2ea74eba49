/**
 * An answer that is given later, once: the promise that a handler returns. When the connection goes, the promise is
 * settled with what nobody will read, and whoever waits in the group is told.
 */
import type { Caller } from "../caller.ts";

export class Reply<T> {
  readonly promise: Promise<T>;
  #settle: ((answer: T) => void) | undefined;
  #forgetCaller: () => void = () => undefined;

  /** @param unread what settles the promise when the caller is gone @param onGone called then, if still waiting */
  constructor(caller: Caller, unread: () => T, onGone: () => void) {
    this.promise = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#forgetCaller = caller.onDisconnect(() => {
      if (this.#settle === undefined) return;
      this.give(unread());
      onGone();
    });
  }

  /** Only the first answer counts. */
  give(answer: T): void {
    this.#settle?.(answer);
    this.#settle = undefined;
    this.#forgetCaller();
  }
}
