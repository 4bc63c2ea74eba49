/** Memory for what one look at a partition reads from its files, given back to the pool when the look is over. */
import type { BatchMemory } from "../batch-memory.ts";
import type { WireMemory } from "../topic-log.ts";

export class LookMemory implements WireMemory {
  readonly #pool: BatchMemory;
  #taken: Buffer | undefined;

  constructor(pool: BatchMemory) {
    this.#pool = pool;
  }

  take(size: number): Buffer {
    this.release();
    this.#taken = this.#pool.atLeast(size);
    return this.#taken;
  }

  /** Nothing refers to the memory any more. */
  release(): void {
    if (this.#taken !== undefined) this.#pool.give(this.#taken);
    this.#taken = undefined;
  }
}
