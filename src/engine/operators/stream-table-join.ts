/**
 * Enriches each stream row with the table's row for its key, at the moment the stream row comes by.
 *
 * Which version of the table's row is met is a matter of order, and the order is never left to chance:
 *
 * - `arrival` (default): rows of both inputs are processed in the order in which their causes came into Spoor, the
 *   table's first where one event caused both. It is the order of the recorded file.
 * - `event-time`: in addition the table's row must not be younger (by event time) than the stream's row: a
 *   process that started after the connection can't have made it.
 *
 * State: the table's (see `table-source.ts`). The join itself keeps nothing. An inner join counts rows without a
 * partner as `unmatched`, and says why: no row of that key so far, or one that is younger.
 * Matches that only file order allows (the table's row is younger) are noted, so that a hunter sees what the other
 * order would change. A stream row without a key never matches (`null-key`); a left join passes it on.
 */
import type { Value } from "../../data/values.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";

const NO_ROW = "the table has no row of that key so far";
const YOUNGER_ROW = "the table's row of that key is younger by event time";

export interface StreamTableJoinOptions {
  readonly join: "inner" | "left";
  readonly order: "arrival" | "event-time";
  /** The bytes under which the table keeps the row for this stream row; undefined for a NULL key. */
  readonly tableKey: (row: Row) => Buffer | undefined;
  readonly lookup: (key: Buffer) => Row | undefined;
  readonly rightWidth: number;
}

export class StreamTableJoinOperator implements RowReceiver {
  readonly #options: StreamTableJoinOptions;
  readonly #nulls: readonly Value[];
  readonly #next: RowReceiver;
  readonly #context: OperatorContext;

  constructor(options: StreamTableJoinOptions, next: RowReceiver, context: OperatorContext) {
    this.#options = options;
    this.#nulls = Array.from({ length: options.rightWidth }, () => null);
    this.#next = next;
    this.#context = context;
  }

  receive(row: Row): void {
    if (row.deleted) {
      dropRecord(this.#context, "null-value", "the record has no value to join");
      return;
    }
    const key = this.#options.tableKey(row);
    if (key === undefined && this.#options.join === "inner") {
      dropRecord(this.#context, "null-key", "the join key is NULL");
      return;
    }
    const found = key === undefined ? undefined : this.#options.lookup(key);
    const younger = found !== undefined && found.timestampMs > row.timestampMs;
    if (found !== undefined && younger) {
      this.#context.counters.note(
        this.#options.order === "arrival"
          ? "matched though the table's row is younger by event time"
          : "unmatched: the table's row is younger by event time",
      );
    }
    const partner = younger && this.#options.order === "event-time" ? undefined : found;
    if (partner === undefined && this.#options.join === "inner") {
      dropRecord(this.#context, "unmatched", found === undefined ? NO_ROW : YOUNGER_ROW);
      if (found === undefined) this.#context.counters.note("unmatched: no row for the key so far");
      return;
    }
    const right = partner === undefined ? this.#nulls : partner.values;
    // Kafka Streams: a stream-table join's row has the stream row's time.
    this.#next.receive(makeRow([...row.values, ...right], row.timestampMs, row.arrival), undefined);
  }
}
