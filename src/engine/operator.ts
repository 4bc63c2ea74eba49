/**
 * Operators: a query's plan compiled to objects that push rows to each other, leaf to root, depth first.
 *
 * Contracts
 * - The caller delivers rows of all inputs of a query in one total order, by arrival number, then by input (see
 *   `task.ts`); an operator may rely on it and must not reorder. That makes every result deterministic.
 * - A row is processed to the end (through all downstream operators) before `receive` returns.
 * - `previous` is given by table operators only: the row of the same key that `row` replaces, when there was one.
 *   A row with `deleted` takes `previous` away. For streams it is always undefined.
 * - State lives in {@link StateStore}s alone, so that a checkpoint is the stores plus the input positions.
 * - Dropped rows are counted in `context.counters` under a reason; nothing is dropped silently.
 */
import type { Row } from "./row.ts";
import type { StateStore } from "./state/state-store.ts";
import type { QueryCounters } from "./statistics.ts";

export interface RowReceiver {
  receive(row: Row, previous: Row | undefined): void;
}

/** Where the record came from that is being processed; for samples of dropped rows. */
export interface RecordPlace {
  topic: string;
  partition: number;
  offset: number;
}

export interface OperatorContext {
  readonly counters: QueryCounters;
  /** The record being processed now (mutable, owned by the task). */
  readonly place: RecordPlace;
  /** Opens the store of that name for this query; names are stable over restarts of the same plan. */
  store(name: string): StateStore;
  readonly properties: ReadonlyMap<string, string>;
  nowMs(): number;
  random(): number;
  /** An expression failed on the record being processed: counts it and keeps a sample. */
  expressionFailed(error: Error, text: string): void;
}
