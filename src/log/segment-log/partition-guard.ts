/** Whether a partition still takes calls, and what it says when it does not. */
import { logErrors } from "../errors.ts";
import { appendFailure, flushFailure } from "./disk-failure.ts";

export class PartitionGuard {
  readonly #topic: string;
  readonly #partition: number;
  #refusal: "failed" | "closed" | undefined;

  constructor(topic: string, partition: number) {
    this.#topic = topic;
    this.#partition = partition;
  }

  /** Neither failed nor closed. */
  get isOpen(): boolean {
    return this.#refusal === undefined;
  }

  close(): void {
    this.#refusal = "closed";
  }

  /** @throws LOG_CLOSED, LOG_PARTITION_FAILED */
  checkWritable(): void {
    this.checkReadable();
    if (this.#refusal === undefined) return;
    throw logErrors.PARTITION_FAILED({
      message: `${this.#name} takes no more records after a disk error`,
      hint: "check the disk, then restart: recovery keeps every whole batch",
    });
  }

  /** A failed partition can still be read. @throws LOG_CLOSED */
  checkReadable(): void {
    if (this.#refusal === "closed") throw logErrors.CLOSED({ message: `${this.#name} is closed` });
  }

  /** @throws LOG_OFFSET_OUT_OF_RANGE outside [start, end] */
  checkRange(offset: number, start: number, end: number): void {
    this.checkReadable();
    if (offset >= start && offset <= end) return;
    throw logErrors.OFFSET_OUT_OF_RANGE({
      message: `offset ${offset} is outside ${this.#name}`,
      detail: `it holds offsets from ${start} up to, not including, ${end}`,
      hint: "read from the start, or from the end",
    });
  }

  /** Runs a change of the files; one that broke off half-way (an AggregateError) makes the partition fail. */
  writing<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof AggregateError) this.#refusal = "failed";
      throw appendFailure(this.#topic, this.#partition, error);
    }
  }

  /** Runs a flush; when that fails, nobody knows what is on the device. @throws LOG_FLUSH_FAILED */
  flushing(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#refusal = "failed";
      throw flushFailure(this.#topic, this.#partition, error);
    }
  }

  get #name(): string {
    return `topic '${this.#topic}' partition ${this.#partition}`;
  }
}
