/**
 * WHERE and HAVING. A stream row passes or is counted as filtered. A table row that passed before and no longer does
 * becomes a tombstone, so that what is downstream forgets it; one that never passed is not mentioned.
 */
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";

export class FilterOperator implements RowReceiver {
  readonly #passes: (values: Row["values"]) => boolean;
  readonly #next: RowReceiver;
  readonly #context: OperatorContext;

  constructor(passes: (values: Row["values"]) => boolean, next: RowReceiver, context: OperatorContext) {
    this.#passes = passes;
    this.#next = next;
    this.#context = context;
  }

  receive(row: Row, previous: Row | undefined): void {
    const passedBefore = previous !== undefined && !previous.deleted && this.#passes(previous.values);
    if (!row.deleted && this.#passes(row.values)) {
      this.#next.receive(row, passedBefore ? previous : undefined);
      return;
    }
    if (!row.deleted) this.#context.counters.drop("filtered");
    if (passedBefore) {
      const tombstone = row.deleted
        ? row
        : makeRow(row.values, row.timestampMs, row.arrival, row.window, true);
      this.#next.receive(tombstone, previous);
    }
  }
}
