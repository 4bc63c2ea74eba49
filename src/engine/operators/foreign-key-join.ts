/**
 * Joins two tables where an expression over the left row is the right table's primary key. The result is a table with the
 * left table's key. Many left rows may have one right row.
 *
 * A change of the right row is joined with every left row that points to it, in the order of the left keys. A change of a
 * left row is joined with the right row it points to now. What is given is Kafka Streams', also where it is more than
 * needed: an INNER join gives a tombstone for a deleted left row, and for one that points elsewhere now without finding
 * a row there, whether or not it had a result before; a LEFT join gives a tombstone for a deleted left row.
 * A left row whose expression is NULL points nowhere: the INNER join counts it as `null-key`.
 *
 * Event time: of a left change the later of both rows', of a right change the right row's.
 * State: both sides' rows (`materialized-table.ts`), and the index: foreign key, left key → nothing.
 */
import type { Value } from "../../data/values.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";
import { joinKeys, prefixEnd } from "../state/key-codec.ts";
import type { StateStore } from "../state/state-store.ts";
import type { MaterializedTable } from "./materialized-table.ts";
import { pushAll } from "./table-table-join.ts";

const NOTHING = Buffer.alloc(0);

export interface ForeignKeyJoinParts {
  readonly join: "inner" | "left";
  readonly left: MaterializedTable;
  readonly right: MaterializedTable;
  readonly index: StateStore;
  /** The right key that a left row points to. */
  readonly foreignKey: (values: readonly Value[]) => Value;
  readonly next: RowReceiver;
}

export class ForeignKeyJoin {
  readonly left: RowReceiver;
  readonly right: RowReceiver;
  readonly #parts: ForeignKeyJoinParts;
  readonly #context: OperatorContext;

  constructor(parts: ForeignKeyJoinParts, context: OperatorContext) {
    this.#parts = parts;
    this.#context = context;
    this.left = { receive: (row, previous) => this.#receiveLeft(row, previous) };
    this.right = { receive: (row, previous) => this.#receiveRight(row, previous) };
  }

  #receiveLeft(row: Row, previous: Row | undefined): void {
    const { left, right } = this.#parts;
    const key = left.keyOf(row);
    if (key === undefined) return;
    left.keep(key, row);
    const from = previous === undefined || previous.deleted ? undefined : this.#foreignKey(previous);
    const to = row.deleted ? undefined : this.#foreignKey(row);
    this.#reindex(key, from, to);
    const partner = to === undefined ? undefined : right.lookup(to);
    const oldPartner = from === undefined ? undefined : right.lookup(from);
    const before =
      previous === undefined
        ? undefined
        : this.#joined(previous, oldPartner, previous.timestampMs, row.arrival);
    if (this.#parts.join === "inner" && from === undefined && to === undefined) {
      if (!row.deleted) dropRecord(this.#context, "null-key", "the foreign key is NULL");
      return;
    }
    const timestampMs = Math.max(row.timestampMs, partner?.timestampMs ?? -1);
    const after = row.deleted ? undefined : this.#joined(row, partner, timestampMs, row.arrival);
    const moved = from !== undefined && (to === undefined || !from.equals(to));
    if (after !== undefined) this.#parts.next.receive(after, before);
    else if (moved || (row.deleted && previous !== undefined))
      this.#giveTombstone(row, timestampMs, row.arrival, before);
    else dropRecord(this.#context, "unmatched", "the right table has no row of that key");
  }

  #receiveRight(row: Row, previous: Row | undefined): void {
    const { left, right, index } = this.#parts;
    const key = right.keyOf(row);
    if (key === undefined) return;
    right.keep(key, row);
    const partner = row.deleted ? undefined : row;
    const oldPartner = previous === undefined || previous.deleted ? undefined : previous;
    for (const entry of index.range(key, prefixEnd(key))) {
      const leftRow = left.lookup(entry.key.subarray(key.length));
      if (leftRow === undefined) continue;
      const before = this.#joined(leftRow, oldPartner, leftRow.timestampMs, row.arrival);
      const after = this.#joined(leftRow, partner, row.timestampMs, row.arrival);
      if (after === undefined) this.#giveTombstone(leftRow, row.timestampMs, row.arrival, before);
      else this.#parts.next.receive(after, before);
    }
  }

  #foreignKey(row: Row): Buffer | undefined {
    return this.#parts.right.keyFor([this.#parts.foreignKey(row.values)], undefined);
  }

  #reindex(leftKey: Buffer, from: Buffer | undefined, to: Buffer | undefined): void {
    const { index } = this.#parts;
    if (from !== undefined && (to === undefined || !from.equals(to))) index.delete(joinKeys(from, leftKey));
    if (to !== undefined && (from === undefined || !from.equals(to)))
      index.put(joinKeys(to, leftKey), NOTHING);
  }

  #joined(left: Row, right: Row | undefined, timestampMs: number, arrival: number): Row | undefined {
    if (left.deleted || (right === undefined && this.#parts.join === "inner")) return undefined;
    const values = left.values.slice();
    pushAll(values, right?.values, this.#parts.right.width);
    return makeRow(values, timestampMs, arrival, left.window);
  }

  #giveTombstone(left: Row, timestampMs: number, arrival: number, before: Row | undefined): void {
    const { keyIndexes, width } = this.#parts.left;
    const values: Value[] = [];
    pushAll(values, undefined, width + this.#parts.right.width);
    for (const index of keyIndexes) values[index] = left.values[index]!;
    this.#parts.next.receive(makeRow(values, timestampMs, arrival, left.window, true), before);
  }
}
