/** COLLECT_LIST, COLLECT_SET, HISTOGRAM, ATTR: what values there were. */
import { valuesEqual } from "../../data/compare.ts";
import { arrayType, BIGINT, INTEGER, mapType, STRING, structType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { AggregateFunction, CallContext } from "../definition.ts";
import { arrayOf, parameter, T } from "../define.ts";
import { AGGREGATE, aggregateOverload, foldingAggregator } from "./define-aggregate.ts";

type List = readonly Value[];

const MAX_LIST = 2_147_483_647;

/** The property `ksql.functions.<name>.limit`; a negative one is none. */
function limitOf(context: CallContext, name: string): number {
  const limit = Number.parseInt(context.properties.get(`ksql.functions.${name}.limit`) ?? "", 10);
  return Number.isNaN(limit) || limit < 0 ? MAX_LIST : limit;
}

const collectList: AggregateFunction = {
  kind: "aggregate",
  name: "COLLECT_LIST",
  category: AGGREGATE,
  description:
    "An array of all values, NULLs too, in the order of the records. The property ksql.functions.collect_list.limit bounds it; later values then are left out.",
  examples: [{ sql: "COLLECT_LIST(X) -- X: 'a', NULL, 'a'", result: "[a, null, a]" }],
  overloads: [
    aggregateOverload([parameter("value", T)], arrayOf(T), true, (context) => {
      const type = context.argumentTypes[0]!;
      const limit = limitOf(context, "collect_list");
      return {
        stateType: arrayType(type),
        initial: () => [],
        aggregate: ([value = null], state) =>
          (state as List).length < limit ? [...(state as List), value] : state,
        undo: ([value = null], state) => {
          const list = state as List;
          const index = list.findLastIndex((item) => valuesEqual(type, item, value));
          return index < 0 ? list : list.toSpliced(index, 1);
        },
        merge: (left, right) => [...(left as List), ...(right as List)].slice(0, limit),
        result: (state) => state,
      };
    }),
  ],
};

const collectSet: AggregateFunction = {
  kind: "aggregate",
  name: "COLLECT_SET",
  category: AGGREGATE,
  description:
    "An array of the different values, NULL too, in the order they came first. The property ksql.functions.collect_set.limit bounds it; later values then are left out.",
  examples: [{ sql: "COLLECT_SET(X) -- X: 'a', 'b', 'a'", result: "[a, b]" }],
  overloads: [
    aggregateOverload([parameter("value", T)], arrayOf(T), false, (context) => {
      const type = context.argumentTypes[0]!;
      const limit = limitOf(context, "collect_set");
      const add = (list: List, value: Value): List =>
        list.length >= limit || list.some((item) => valuesEqual(type, item, value)) ? list : [...list, value];
      return {
        stateType: arrayType(type),
        initial: () => [],
        aggregate: ([value = null], state) => add(state as List, value),
        merge: (left, right) => (right as List).reduce(add, left as List),
        result: (state) => state,
      };
    }),
  ],
};

type Counts = ReadonlyMap<Value, Value>;

const MAX_HISTOGRAM = 1000;

/** The counts with `change` added to one value's; at zero the value goes. */
function changeCount(counts: Counts, value: Value, change: bigint): Counts {
  const old = counts.get(value) as bigint | undefined;
  if (old === undefined && (change < 0n || counts.size >= MAX_HISTOGRAM)) return counts;
  const next = new Map(counts);
  const count = (old ?? 0n) + change;
  if (count < 1n) next.delete(value);
  else next.set(value, count);
  return next;
}

const histogram: AggregateFunction = {
  kind: "aggregate",
  name: "HISTOGRAM",
  category: AGGREGATE,
  description: `How often each text came, as a map; of at most ${MAX_HISTOGRAM} different texts, later ones are left out. NULLs are left out.`,
  examples: [{ sql: "HISTOGRAM(X) -- X: 'a', 'b', 'a'", result: "{a=2, b=1}" }],
  overloads: [
    aggregateOverload([parameter("value", STRING)], mapType(STRING, BIGINT), true, () =>
      foldingAggregator<Counts, string>(mapType(STRING, BIGINT), new Map(), {
        aggregate: (value, counts) => changeCount(counts, value, 1n),
        undo: (value, counts) => changeCount(counts, value, -1n),
        merge: (left, right) =>
          [...right].reduce((counts, [value, count]) => changeCount(counts, value, count as bigint), left),
      }),
    ),
  ],
};

/** [value, count] */
type Tally = readonly [value: Value, count: number];

const attr: AggregateFunction = {
  kind: "aggregate",
  name: "ATTR",
  category: AGGREGATE,
  description: "The value that all records have; NULL when they have different ones.",
  examples: [
    { sql: "ATTR(X) -- X: 'a', 'a'", result: "a" },
    { sql: "ATTR(X) -- X: 'a', 'b'", result: "NULL" },
  ],
  overloads: [
    aggregateOverload([parameter("value", T)], { kind: "generic", name: "T" }, true, ({ argumentTypes }) => {
      const type = argumentTypes[0]!;
      const change = (tallies: List, value: Value, count: number): List => {
        const index = tallies.findIndex((tally) => valuesEqual(type, (tally as Tally)[0], value));
        if (index < 0) return count > 0 ? [...tallies, [value, count]] : tallies;
        const [known, old] = tallies[index] as unknown as Tally;
        return tallies.with(index, [known, Math.max(0, old + count)]);
      };
      return {
        stateType: arrayType(
          structType([
            { name: "VALUE", type },
            { name: "COUNT", type: INTEGER },
          ]),
        ),
        initial: () => [],
        aggregate: ([value = null], state) => change(state as List, value, 1),
        undo: ([value = null], state) => change(state as List, value, -1),
        merge: (left, right) =>
          (right as unknown as readonly Tally[]).reduce(
            (tallies, [value, count]) => change(tallies, value, count),
            left as List,
          ),
        result: (state) => {
          const present = (state as unknown as readonly Tally[]).filter(([, count]) => count > 0);
          return present.length === 1 ? present[0]![0] : null;
        },
      };
    }),
  ],
};

export const collectFunctions = [collectList, collectSet, histogram, attr];
