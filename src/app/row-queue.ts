/**
 * The bounded buffer between a query that produces rows and the one reader that takes them. When it is full the
 * producer is told to pause, when half of it is read to go on; a producer that adds a last batch beyond the limit
 * loses nothing.
 */
import type { QueryEnd, QueryRow } from "./service.ts";

export interface RowProducer {
  pause(): void;
  resume(): void;
  /** The reader is gone, or has all it wanted. */
  stop(): void;
}

export class RowQueue {
  /** Set when `rows` has ended without an error. */
  end: QueryEnd | undefined;
  readonly #capacityRows: number;
  readonly #capacityCharacters: number;
  readonly #batches: (readonly QueryRow[])[] = [];
  #waitingRows = 0;
  #waitingCharacters = 0;
  #paused = false;
  #finish: QueryEnd | Error | undefined;
  #producer: RowProducer | undefined;
  #wake: (() => void) | undefined;

  /** It is full when either is reached. */
  constructor(capacityRows: number, capacityCharacters: number) {
    this.#capacityRows = capacityRows;
    this.#capacityCharacters = capacityCharacters;
  }

  /** To be called once, before or after the first rows came. */
  attach(producer: RowProducer): void {
    this.#producer = producer;
    if (this.#finish !== undefined) producer.stop();
    else if (this.#paused) producer.pause();
  }

  /** Rows after the end are ignored: the reader asked for none. */
  push(rows: readonly QueryRow[]): void {
    if (rows.length === 0 || this.#finish !== undefined) return;
    this.#batches.push(rows);
    this.#count(rows, 1);
    if (!this.#paused && this.#filled() >= 1) {
      this.#paused = true;
      this.#producer?.pause();
    }
    this.#wakeReader();
  }

  /** No rows come after this; those in the buffer are still read. */
  finish(end: QueryEnd | Error): void {
    if (this.#finish !== undefined) return;
    this.#finish = end;
    this.#wakeReader();
  }

  /** Ends the query from the reader's side: what waits is given up. */
  close(): void {
    if (this.#finish === undefined) {
      this.#finish = "terminated";
      this.#batches.length = 0;
      this.#waitingRows = 0;
      this.#waitingCharacters = 0;
      this.#producer?.stop();
    }
    this.#wakeReader();
  }

  async *rows(): AsyncGenerator<readonly QueryRow[]> {
    try {
      for (;;) {
        const batch = this.#batches.shift();
        if (batch !== undefined) {
          this.#taken(batch);
          yield batch;
        } else if (this.#finish !== undefined) {
          if (this.#finish instanceof Error) throw this.#finish;
          this.end = this.#finish;
          return;
        } else {
          const { promise, resolve } = Promise.withResolvers<void>();
          this.#wake = resolve;
          await promise;
        }
      }
    } finally {
      this.close();
    }
  }

  #taken(rows: readonly QueryRow[]): void {
    this.#count(rows, -1);
    if (this.#paused && this.#filled() <= 0.5 && this.#finish === undefined) {
      this.#paused = false;
      this.#producer?.resume();
    }
  }

  #count(rows: readonly QueryRow[], sign: 1 | -1): void {
    this.#waitingRows += sign * rows.length;
    for (const row of rows) this.#waitingCharacters += sign * row.text.length;
  }

  /** 1 and more: full. */
  #filled(): number {
    return Math.max(
      this.#waitingRows / this.#capacityRows,
      this.#waitingCharacters / this.#capacityCharacters,
    );
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
