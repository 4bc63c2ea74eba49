/**
 * A row between operators: the values of its step's schema and what the record carries beside them.
 *
 * A row is never written to after it was passed on; an operator that changes something makes a new one.
 * `deleted` marks a record without a value, of which only the key columns have values: in a table's changes a tombstone,
 * in a stream a record that says nothing but its key (projections, PARTITION BY and sinks pass it on as ksqlDB does,
 * everything else drops and counts it).
 */
import type { Value } from "../data/values.ts";

export interface WindowBounds {
  readonly startMs: number;
  readonly endMs: number;
}

export interface Row {
  /** One value for each column of the schema of the step that gave the row. */
  readonly values: readonly Value[];
  readonly deleted: boolean;
  /** Event time (ROWTIME), milliseconds. */
  readonly timestampMs: number;
  /** Inherited from the record that caused the row; see the log's ARCHITECTURE.md. */
  readonly arrival: number;
  /** Set where the row's key is windowed. */
  readonly window: WindowBounds | undefined;
  /** The record had no key at all, which is not the same as a key whose columns are all NULL. */
  readonly keyless: boolean;
}

export function makeRow(
  values: readonly Value[],
  timestampMs: number,
  arrival: number,
  window: WindowBounds | undefined = undefined,
  deleted = false,
  keyless = false,
): Row {
  return { values, deleted, timestampMs, arrival, window, keyless };
}
