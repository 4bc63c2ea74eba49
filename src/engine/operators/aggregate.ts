/**
 * GROUP BY without a window.
 *
 * Over a stream each row is added to its group, and the group's new row is given at once, with the one it replaces.
 *
 * Over a table a change (old row → new row) is taken back from the old row's group and added to the new row's. Where
 * both are one group that is a single change with a single output (in KSQL 5 two); else the old group's output comes
 * first (Kafka Streams). A group from which every row was taken back stays, with the aggregates of no row (COUNT 0), as in ksqlDB.
 * A row of a group that has no state is not taken back: it was never added.
 *
 * Event time: the latest of the group's rows, also of those taken back since. No lateness: a group never closes.
 * State: group key → event time and the calls' states (`group-states.ts`).
 */
import type { Value } from "../../data/values.ts";
import type { RowReceiver } from "../operator.ts";
import type { Row } from "../row.ts";
import type { AggregateCalls } from "./aggregate-calls.ts";
import type { Group, GroupRows } from "./group-rows.ts";
import type { GroupState, GroupStates } from "./group-states.ts";

export interface AggregateParts {
  readonly rows: GroupRows;
  readonly calls: AggregateCalls;
  readonly states: GroupStates;
  readonly next: RowReceiver;
}

export class StreamAggregateOperator implements RowReceiver {
  readonly #parts: AggregateParts;

  constructor(parts: AggregateParts) {
    this.#parts = parts;
  }

  receive(row: Row): void {
    const { rows, calls, states } = this.#parts;
    const group = rows.groupOfStream(row);
    if (group === undefined) return;
    const old = states.get(group.key);
    const after = calls.add(row.values, old?.states ?? calls.initial());
    emitChange(this.#parts, row, group, old, after);
  }
}

export class TableAggregateOperator implements RowReceiver {
  readonly #parts: AggregateParts;
  readonly #inTwoSteps: boolean;

  constructor(parts: AggregateParts, inTwoSteps: boolean) {
    this.#parts = parts;
    this.#inTwoSteps = inTwoSteps;
  }

  receive(row: Row, previous: Row | undefined): void {
    const { rows } = this.#parts;
    const from = previous === undefined || previous.deleted ? undefined : copied(rows.group(previous, false));
    const to = row.deleted ? undefined : rows.group(row);
    const inOne = !this.#inTwoSteps && from !== undefined && to !== undefined && from.key.equals(to.key);
    if (inOne) {
      this.#change(row, to, previous, row);
      return;
    }
    const target = to === undefined ? undefined : copied(to);
    if (from !== undefined) this.#change(row, from, previous, undefined);
    if (target !== undefined) this.#change(row, target, undefined, row);
  }

  #change(cause: Row, group: Group, removed: Row | undefined, added: Row | undefined): void {
    const { calls, states } = this.#parts;
    const old = states.get(group.key);
    let after: readonly Value[] | undefined = old?.states;
    if (removed !== undefined && after !== undefined) after = calls.remove(removed.values, after);
    if (added !== undefined) after = calls.add(added.values, after ?? calls.initial());
    if (after !== undefined) emitChange(this.#parts, cause, group, old, after);
  }
}

/** The group of another row is about to be made. */
function copied(group: Group | undefined): Group | undefined {
  return group === undefined ? undefined : { values: group.values, key: Buffer.from(group.key) };
}

function emitChange(
  parts: AggregateParts,
  cause: Row,
  group: Group,
  old: GroupState | undefined,
  after: readonly Value[],
): void {
  const { rows, states, next } = parts;
  const timestampMs = old === undefined ? cause.timestampMs : Math.max(old.timestampMs, cause.timestampMs);
  states.put(group.key, timestampMs, after);
  const { arrival } = cause;
  const previous = old && rows.output(group.values, old.states, old.timestampMs, arrival, undefined);
  next.receive(rows.output(group.values, after, timestampMs, arrival, undefined), previous);
}
