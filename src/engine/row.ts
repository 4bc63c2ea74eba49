/**
 * A row between operators: the values of its step's schema and what the record carries beside them.
 *
 * A row is never written to after it was passed on; an operator that changes something makes a new one.
 * In a table's change stream `deleted` marks a tombstone: only its key columns have values.
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
}

export function makeRow(
  values: readonly Value[],
  timestampMs: number,
  arrival: number,
  window: WindowBounds | undefined = undefined,
  deleted = false,
): Row {
  return { values, deleted, timestampMs, arrival, window };
}
