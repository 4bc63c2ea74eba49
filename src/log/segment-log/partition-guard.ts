/**
 * Whether a partition still takes calls, and what it says when it does not.
 *
 * A flush that failed is never tried again: the operating system may have dropped the pages that it could not write and
 * call the next flush a success. So the partition has failed until it is opened anew, which reads what is on the device.
 */
import { logErrors } from "../errors.ts";
import { appendFailure, flushFailure } from "./disk-failure.ts";

export class PartitionGuard {
  readonly #topic: string;
  readonly #partition: number;
  readonly #onFailure: (error: unknown) => void;
  #closed = false;
  #failure: Error | undefined;

  /** @param onFailure is called once, when the partition fails */
  constructor(topic: string, partition: number, onFailure: (error: unknown) => void) {
    this.#topic = topic;
    this.#partition = partition;
    this.#onFailure = onFailure;
  }

  /** Neither failed nor closed. */
  get isOpen(): boolean {
    return !this.#closed && this.#failure === undefined;
  }

  /** What a failed partition answers. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  close(): void {
    this.#closed = true;
  }

  /** @throws LOG_CLOSED, LOG_PARTITION_FAILED */
  checkWritable(): void {
    this.checkReadable();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** A failed partition can still be read. @throws LOG_CLOSED */
  checkReadable(): void {
    if (this.#closed) throw logErrors.CLOSED({ message: `${this.#name} is closed` });
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
      if (error instanceof AggregateError) this.#fail(error);
      throw appendFailure(this.#topic, this.#partition, error);
    }
  }

  /** Runs a flush; when that fails, nobody knows what is on the device. @throws LOG_FLUSH_FAILED, LOG_PARTITION_FAILED */
  flushing(run: () => void): void {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      run();
    } catch (error) {
      throw this.flushFailed(error);
    }
  }

  /** A flush failed: so has the partition. Returns what those who waited are to be told. */
  flushFailed(error: unknown): Error {
    const failure = flushFailure(this.#topic, this.#partition, error);
    this.#fail(failure);
    return failure;
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined || this.#closed) return;
    this.#failure = logErrors.PARTITION_FAILED({
      message: `${this.#name} takes no more records after a disk error`,
      detail: error instanceof Error ? error.message : String(error),
      hint: "check the disk, then restart: recovery keeps every whole batch",
    });
    this.#onFailure(error);
  }

  get #name(): string {
    return `topic '${this.#topic}' partition ${this.#partition}`;
  }
}
