/**
 * Producer ids, each given out once. They are reserved in blocks, in the log before the first of a block is given out:
 * after a crash the rest of a block is lost.
 */
import type { ProducerStateTopic } from "./producer-state-topic.ts";

const BLOCK = 1000n;

export class ProducerIds {
  readonly #topic: ProducerStateTopic;
  #next: bigint;
  #reserved: bigint;

  /** @param next above every id that was ever given out */
  constructor(topic: ProducerStateTopic, next: bigint) {
    this.#topic = topic;
    this.#next = next;
    this.#reserved = next;
  }

  /** Every id up to this one is in use somewhere. */
  skipPast(producerId: bigint): void {
    if (producerId < this.#next) return;
    this.#next = producerId + 1n;
    if (this.#reserved < this.#next) this.#reserved = this.#next;
  }

  /** @throws SpoorError where no block can be reserved */
  take(): bigint {
    if (this.#next === this.#reserved) {
      const reserved = this.#next + BLOCK;
      this.#topic.saveNextProducerId(reserved);
      this.#reserved = reserved;
    }
    return this.#next++;
  }
}
