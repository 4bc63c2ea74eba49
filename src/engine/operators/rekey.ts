/**
 * PARTITION BY, and the re-keying before joins: the key columns become the values of the key expressions, the carried
 * columns follow. All partitions of a query run in one process, so no repartition topic is needed. With
 * `dropNullKeys` rows without a key are counted as `null-key` and kept out.
 */
import type { Value } from "../../data/values.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";
import type { Projection } from "./project.ts";

export class RekeyOperator implements RowReceiver {
  readonly #keys: Projection;
  readonly #keyCount: number;
  readonly #carried: readonly number[];
  readonly #dropNullKeys: boolean;
  /** To be copied. */
  readonly #nulls: readonly Value[];
  readonly #next: RowReceiver;
  readonly #context: OperatorContext;

  constructor(
    keys: Projection,
    keyCount: number,
    carried: readonly number[],
    dropNullKeys: boolean,
    next: RowReceiver,
    context: OperatorContext,
  ) {
    this.#keys = keys;
    this.#keyCount = keyCount;
    this.#carried = carried;
    this.#nulls = Array.from({ length: keyCount + carried.length }, () => null);
    this.#dropNullKeys = dropNullKeys;
    this.#next = next;
    this.#context = context;
  }

  receive(row: Row): void {
    const out = this.#nulls.slice();
    this.#keys(row.values, out);
    if (this.#dropNullKeys) {
      for (let i = 0; i < this.#keyCount; i++) {
        if (out[i] === null) {
          this.#context.counters.drop("null-key");
          return;
        }
      }
    }
    for (let i = 0; i < this.#carried.length; i++) {
      out[this.#keyCount + i] = row.values[this.#carried[i]!]!;
    }
    this.#next.receive(makeRow(out, row.timestampMs, row.arrival, undefined, row.deleted), undefined);
  }
}
