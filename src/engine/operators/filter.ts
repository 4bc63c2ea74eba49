/**
 * WHERE and HAVING. A stream row passes or is counted as filtered (`null-value` where the record has no value to look
 * at). A table row that passed before and no longer does becomes a tombstone, so that what is downstream forgets it; one
 * that never passed is not mentioned, its deletion neither (KSQL 5 makes tombstones of them, too).
 */
import type { FilterStep } from "../../plan/physical.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";

export class FilterOperator implements RowReceiver {
  readonly #passes: (values: Row["values"]) => boolean;
  readonly #ofTable: boolean;
  readonly #alwaysTombstone: boolean;
  readonly #next: RowReceiver;
  readonly #context: OperatorContext;

  constructor(
    passes: (values: Row["values"]) => boolean,
    { input, ksql5 }: Pick<FilterStep, "input" | "ksql5">,
    next: RowReceiver,
    context: OperatorContext,
  ) {
    this.#passes = passes;
    this.#ofTable = input.output === "table";
    this.#alwaysTombstone = ksql5 === true;
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
    else if (!this.#ofTable) dropRecord(this.#context, "null-value", "the record has no value to look at");
    if (passedBefore || this.#alwaysTombstone) {
      const tombstone = row.deleted
        ? row
        : makeRow(row.values, row.timestampMs, row.arrival, row.window, true);
      this.#next.receive(tombstone, passedBefore ? previous : undefined);
    }
  }
}
