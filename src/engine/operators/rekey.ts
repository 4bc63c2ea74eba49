/**
 * PARTITION BY, and the re-keying before joins: the key columns become the values of the key expressions, the carried
 * columns follow. All partitions of a query run in one process, so no repartition topic is needed.
 *
 * Of a record without a value a key expression that reads nothing but the old key is evaluated, any other is NULL
 * (ksqlDB). With `dropNullKeys` (KSQL 5) rows without a key are counted as `null-key`, records without a value as
 * `null-value`, and both are kept out.
 */
import type { Value } from "../../data/values.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";
import type { Projection } from "./project.ts";

export class RekeyOperator implements RowReceiver {
  readonly #keys: Projection;
  readonly #keysOfNull: Projection;
  readonly #keyCount: number;
  readonly #carried: readonly number[];
  readonly #dropNullKeys: boolean;
  /** To be copied. */
  readonly #nulls: readonly Value[];
  readonly #next: RowReceiver;
  readonly #context: OperatorContext;

  constructor(
    projections: { readonly keys: Projection; readonly ofNull: Projection },
    keyCount: number,
    carried: readonly number[],
    dropNullKeys: boolean,
    next: RowReceiver,
    context: OperatorContext,
  ) {
    this.#keys = projections.keys;
    this.#keysOfNull = projections.ofNull;
    this.#keyCount = keyCount;
    this.#carried = carried;
    this.#nulls = Array.from({ length: keyCount + carried.length }, () => null);
    this.#dropNullKeys = dropNullKeys;
    this.#next = next;
    this.#context = context;
  }

  receive(row: Row): void {
    if (row.deleted && this.#dropNullKeys) {
      dropRecord(this.#context, "null-value", "the record has no value to take a key from");
      return;
    }
    const out = this.#nulls.slice();
    if (row.deleted) this.#keysOfNull(row.values, out);
    else this.#keys(row.values, out);
    if (this.#dropNullKeys && this.#lacksKey(out)) {
      dropRecord(this.#context, "null-key", "a key expression is NULL");
      return;
    }
    for (let i = 0; i < this.#carried.length; i++) {
      out[this.#keyCount + i] = row.values[this.#carried[i]!]!;
    }
    this.#next.receive(makeRow(out, row.timestampMs, row.arrival, undefined, row.deleted), undefined);
  }

  #lacksKey(out: readonly Value[]): boolean {
    for (let i = 0; i < this.#keyCount; i++) if (out[i] === null) return true;
    return false;
  }
}
