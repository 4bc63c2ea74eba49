/**
 * KSQL 5's event times: whatever a record makes has the time of that record, while today's joins and aggregates give the
 * latest time of all that a result was made of.
 */
import type { RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";

export class CauseTimes {
  #causeMs = 0;

  /** Stands behind each source of the query. */
  noting(next: RowReceiver): RowReceiver {
    return {
      receive: (row: Row, previous: Row | undefined): void => {
        this.#causeMs = row.timestampMs;
        next.receive(row, previous);
      },
    };
  }

  /** Stands behind each step that joins or aggregates. */
  setting(next: RowReceiver): RowReceiver {
    return {
      receive: ({ values, arrival, window, deleted, keyless }: Row, previous: Row | undefined): void =>
        next.receive(makeRow(values, this.#causeMs, arrival, window, deleted, keyless), previous),
    };
  }
}
