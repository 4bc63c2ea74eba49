/**
 * The select list. Every expression is evaluated for the new row, and for the replaced one where a table's row is
 * replaced, so that downstream sees a consistent pair. Of a row without a value only the key columns are evaluated.
 */
import type { Value } from "../../data/values.ts";
import type { RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";

export type Projection = (values: readonly Value[], out: Value[]) => void;

export class ProjectOperator implements RowReceiver {
  readonly #project: Projection;
  readonly #projectKey: Projection;
  /** To be copied. */
  readonly #nulls: readonly Value[];
  readonly #next: RowReceiver;

  /** `projectKey` writes the key columns only. */
  constructor(project: Projection, projectKey: Projection, width: number, next: RowReceiver) {
    this.#project = project;
    this.#projectKey = projectKey;
    this.#nulls = Array.from({ length: width }, () => null);
    this.#next = next;
  }

  receive(row: Row, previous: Row | undefined): void {
    this.#next.receive(this.#projected(row), previous === undefined ? undefined : this.#projected(previous));
  }

  #projected(row: Row): Row {
    const out = this.#nulls.slice();
    if (row.deleted) this.#projectKey(row.values, out);
    else this.#project(row.values, out);
    return makeRow(out, row.timestampMs, row.arrival, row.window, row.deleted, row.keyless);
  }
}
