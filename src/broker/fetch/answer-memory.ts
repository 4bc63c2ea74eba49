/**
 * Memory for the records of one fetch answer: taken from a pool that all answers share, and given back when the socket has
 * taken the answer. Fresh memory for each would cost a page fault for every 4 KiB, and stay until the garbage is collected.
 */
import type { BatchMemory } from "../../log/batch-memory.ts";
import type { WireMemory } from "../../log/topic-log.ts";

export class AnswerMemory implements WireMemory {
  readonly #pool: BatchMemory;
  #taken: Buffer | undefined;
  readonly #kept: Buffer[] = [];

  constructor(pool: BatchMemory) {
    this.#pool = pool;
  }

  take(size: number): Buffer {
    if (this.#taken !== undefined) this.#pool.give(this.#taken);
    this.#taken = this.#pool.atLeast(size);
    return this.#taken;
  }

  /** What was taken last belongs to the answer; the next `take` takes more. */
  keep(): void {
    if (this.#taken !== undefined) this.#kept.push(this.#taken);
    this.#taken = undefined;
  }

  /** Nothing refers to the memory any more: the answer is sent, or there will be another. May be called again. */
  release(): void {
    this.keep();
    for (const memory of this.#kept.splice(0)) this.#pool.give(memory);
  }
}
