/** COUNT and COUNT_DISTINCT. */
import { valueKey } from "../../data/compare.ts";
import { BIGINT, BYTES } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { AggregateFunction, Aggregator } from "../definition.ts";
import { parameter, T } from "../define.ts";
import { AGGREGATE, aggregateOverload } from "./define-aggregate.ts";
import { addHash, EMPTY_SKETCH, estimate, mergeSketches } from "./distinct-sketch.ts";

/** COUNT(*) has no argument and counts every record. */
function counter(counts: (args: readonly Value[]) => boolean): Aggregator {
  return {
    stateType: BIGINT,
    initial: () => 0n,
    aggregate: (args, state) => (counts(args) ? (state as bigint) + 1n : state),
    undo: (args, state) => (counts(args) ? (state as bigint) - 1n : state),
    merge: (left, right) => (left as bigint) + (right as bigint),
    result: (state) => state,
  };
}

const count: AggregateFunction = {
  kind: "aggregate",
  name: "COUNT",
  category: AGGREGATE,
  description: "How many records there are, COUNT(*), or how many where the argument is not NULL.",
  examples: [
    { sql: "COUNT(X) -- X: 'a', NULL, 'b'", result: "2" },
    { sql: "COUNT() -- X: 'a', NULL, 'b'", result: "3" },
  ],
  overloads: [
    aggregateOverload([], BIGINT, true, () => counter(() => true)),
    aggregateOverload([parameter("value", T)], BIGINT, true, () => counter(([value]) => value !== null)),
  ],
};

const countDistinct: AggregateFunction = {
  kind: "aggregate",
  name: "COUNT_DISTINCT",
  category: AGGREGATE,
  description:
    "About how many different values there are, NULL not counted: exact for few, within some 1 % for many (HyperLogLog).",
  examples: [{ sql: "COUNT_DISTINCT(X) -- X: 'a', 'b', 'a', NULL", result: "2" }],
  overloads: [
    aggregateOverload([parameter("value", T)], BIGINT, false, ({ argumentTypes }) => {
      const type = argumentTypes[0]!;
      return {
        stateType: BYTES,
        initial: () => EMPTY_SKETCH,
        aggregate: ([value = null], state) =>
          value === null ? state : addHash(state as Uint8Array, valueKey(type, value)),
        merge: (left, right) => mergeSketches(left as Uint8Array, right as Uint8Array),
        result: (state) => estimate(state as Uint8Array),
      };
    }),
  ],
};

export const countFunctions = [count, countDistinct];
