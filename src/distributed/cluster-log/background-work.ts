/**
 * What was promised synchronously and is done by the cluster a little later: changes of topics, one after another in
 * order, and appends. `settled` tells when all of it is done, and what failed first since it was last asked.
 */
export class BackgroundWork {
  #changes: Promise<unknown> = Promise.resolve();
  readonly #pending = new Set<Promise<unknown>>();
  #failure: unknown;
  #failures = 0;
  #changeCount = 0;

  /** Changes so far, done or not: another number means that there was one in between. */
  get changes(): number {
    return this.#changeCount;
  }

  /** The changes so far are done, or were refused. */
  async changed(): Promise<void> {
    await this.#changes;
  }

  /** All failures so far. */
  get failures(): number {
    return this.#failures;
  }

  /** Runs when the changes before are done, whether or not they could be. */
  inOrder(change: () => Promise<unknown>): void {
    this.#changeCount++;
    const done = this.#changes.then(change);
    this.#changes = done.catch(() => undefined);
    this.add(done);
  }

  add(work: Promise<unknown>): void {
    const noted: Promise<unknown> = work
      .catch((error: unknown) => {
        this.#failures++;
        this.#failure ??= error;
      })
      .finally(() => this.#pending.delete(noted));
    this.#pending.add(noted);
  }

  /** Everything added so far. Rejects with the first failure since the last call. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }
}
