/**
 * Joins two tables on their primary keys; the result is a table with that key.
 *
 * A change of one side is joined with the other side's present row, before and after: the result's change is
 * (old ⋈ other → new ⋈ other). Which sides a result row needs: INNER both, LEFT the left, RIGHT the right, FULL either;
 * a missing side's columns are NULL. Where the result row goes, a tombstone is given; also where a row that was never
 * there is deleted beside a row of the other side that it would have needed (Kafka Streams). Else nothing is given where
 * the result had no row and gets none (`unmatched`). Event time: the later of the two rows',
 * where one side's row goes the later of its tombstone's and the other row's (Kafka Streams).
 *
 * State: both sides' rows (`materialized-table.ts`), so that the inputs may be any steps that give a table, joins too.
 * Order: a change is kept before its result is given; rows come in the task's order.
 *
 * Result row: for FULL joins the key first; then the left columns, then the right ones. A tombstone has the key in
 * every place where the row would have it.
 */
import type { Value } from "../../data/values.ts";
import type { TableTableJoinStep } from "../../plan/physical.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";
import type { MaterializedTable } from "./materialized-table.ts";

type Side = "left" | "right";

const NO_RESULT = "the key has no result row, neither before nor now: the other table has no row";

export class TableTableJoin {
  readonly #tables: Readonly<Record<Side, MaterializedTable>>;
  readonly #needs: Readonly<Record<Side, boolean>>;
  readonly #keyFirst: boolean;
  readonly #next: RowReceiver;
  readonly #context: OperatorContext;

  constructor(
    join: TableTableJoinStep["join"],
    left: MaterializedTable,
    right: MaterializedTable,
    next: RowReceiver,
    context: OperatorContext,
  ) {
    this.#context = context;
    this.#tables = { left, right };
    this.#needs = {
      left: join === "inner" || join === "left",
      right: join === "inner" || join === "right",
    };
    this.#keyFirst = join === "outer";
    this.#next = next;
  }

  /** Takes the changes of one input. */
  receiver(side: Side): RowReceiver {
    return { receive: (row, previous) => this.#receive(side, row, previous) };
  }

  #receive(side: Side, row: Row, previous: Row | undefined): void {
    const key = this.#tables[side].keyOf(row);
    if (key === undefined) return;
    this.#tables[side].keep(key, row);
    const other = this.#tables[side === "left" ? "right" : "left"].lookup(key);
    const before = this.#joined(side, previous, other, row.arrival);
    const after = this.#joined(side, row, other, row.arrival);
    if (after !== undefined) this.#next.receive(after, before);
    else if (before !== undefined || (row.deleted && other !== undefined))
      this.#next.receive(this.#tombstone(side, row, other), before);
    else dropRecord(this.#context, "unmatched", NO_RESULT);
  }

  /** `change` is the side's row, a tombstone, or undefined for none. */
  #joined(side: Side, change: Row | undefined, other: Row | undefined, arrival: number): Row | undefined {
    const own = change?.deleted === true ? undefined : change;
    const [left, right] = side === "left" ? [own, other] : [other, own];
    if (left === undefined && (this.#needs.left || right === undefined)) return undefined;
    if (right === undefined && (this.#needs.right || left === undefined)) return undefined;
    const some = (left ?? right)!;
    const key = left === undefined ? this.#key("right", some) : this.#key("left", some);
    const timestampMs = Math.max(change?.timestampMs ?? -1, other?.timestampMs ?? -1);
    return makeRow(this.#values(key, left?.values, right?.values), timestampMs, arrival, some.window);
  }

  #tombstone(side: Side, row: Row, other: Row | undefined): Row {
    const key = this.#key(side, row);
    const timestampMs = Math.max(row.timestampMs, other?.timestampMs ?? -1);
    const values = this.#values(key, this.#onlyKey("left", key), this.#onlyKey("right", key));
    return makeRow(values, timestampMs, row.arrival, row.window, true);
  }

  #key(side: Side, row: Row): readonly Value[] {
    return this.#tables[side].keyIndexes.map((index) => row.values[index]!);
  }

  #onlyKey(side: Side, key: readonly Value[]): readonly Value[] {
    const { keyIndexes, width } = this.#tables[side];
    const values: Value[] = [];
    pushAll(values, undefined, width);
    for (const [i, index] of keyIndexes.entries()) values[index] = key[i]!;
    return values;
  }

  #values(
    key: readonly Value[],
    left: readonly Value[] | undefined,
    right: readonly Value[] | undefined,
  ): readonly Value[] {
    const values: Value[] = this.#keyFirst ? [...key] : [];
    pushAll(values, left, this.#tables.left.width);
    pushAll(values, right, this.#tables.right.width);
    return values;
  }
}

/** The side's values, or as many NULLs. */
export function pushAll(target: Value[], values: readonly Value[] | undefined, width: number): void {
  for (let i = 0; i < width; i++) target.push(values === undefined ? null : values[i]!);
}
