/**
 * EARLIEST_BY_OFFSET, LATEST_BY_OFFSET: the first and the last values in the order of the records.
 *
 * States carry a sequence number, so that merged sessions know which value came first. Numbers go up from the
 * greatest that a state of this call site has shown, which keeps them in order after a restart.
 */
import { arrayType, BIGINT, BOOLEAN, INTEGER, structType, type SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { AggregateFunction, AggregateOverload, Aggregator, CallContext } from "../definition.ts";
import { arrayOf, initial, parameter, T } from "../define.ts";
import { functionErrors } from "../errors.ts";
import { AGGREGATE, aggregateOverload } from "./define-aggregate.ts";

type Entry = readonly [sequence: bigint, value: Value];
type Order = "earliest" | "latest";

const MAX_N = 10_000;

function entryType(type: SqlType): SqlType {
  return structType([
    { name: "SEQ", type: BIGINT },
    { name: "VAL", type },
  ]);
}

/** Gives numbers above all it has seen. */
function sequencer() {
  let last = -1n;
  return {
    next: (): bigint => ++last,
    saw: (entry: Entry | undefined): void => {
      if (entry !== undefined && entry[0] > last) last = entry[0];
    },
  };
}

function single(order: Order, { argumentTypes }: CallContext, ignoreNulls: boolean): Aggregator {
  const numbers = sequencer();
  return {
    stateType: entryType(argumentTypes[0]!),
    initial: () => null,
    aggregate: ([value = null], state) => {
      if (value === null && ignoreNulls) return state;
      if (order === "earliest" && state !== null) return state;
      numbers.saw((state as Entry | null) ?? undefined);
      return [numbers.next(), value];
    },
    merge: (left, right) => {
      if (left === null || right === null) return left ?? right;
      const leftFirst = (left as unknown as Entry)[0] <= (right as unknown as Entry)[0];
      return leftFirst === (order === "earliest") ? left : right;
    },
    result: (state) => (state === null ? null : (state as unknown as Entry)[1]),
  };
}

function several(order: Order, context: CallContext, n: number, ignoreNulls: boolean): Aggregator {
  const numbers = sequencer();
  const keep = (entries: readonly Entry[]): readonly Entry[] =>
    order === "earliest" ? entries.slice(0, n) : entries.slice(-n);
  return {
    stateType: arrayType(entryType(context.argumentTypes[0]!)),
    initial: () => [],
    aggregate: ([value = null], state) => {
      const entries = state as unknown as readonly Entry[];
      if (value === null && ignoreNulls) return state;
      if (order === "earliest" && entries.length >= n) return state;
      numbers.saw(entries.at(-1));
      return keep([...entries, [numbers.next(), value]]);
    },
    merge: (left, right) => {
      const all = [...(left as unknown as readonly Entry[]), ...(right as unknown as readonly Entry[])];
      return keep(all.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
    },
    result: (state) => (state as unknown as readonly Entry[]).map(([, value]) => value),
  };
}

function count(name: string, context: CallContext): number {
  const n = context.literals[1];
  if (typeof n === "number" && n >= 1 && n <= MAX_N) return n;
  throw functionErrors.INVALID_ARGUMENT({
    message: `${name} needs a whole number from 1 to ${MAX_N} as its second argument`,
  });
}

function byOffset(
  name: string,
  order: Order,
  description: string,
  results: readonly [string, string],
): AggregateFunction {
  const value = parameter("value", T);
  const n = initial("n", INTEGER, "how many values to give");
  const ignoreNulls = initial("ignoreNulls", BOOLEAN, "whether NULLs are left out; they are unless given");
  const one = { kind: "generic", name: "T" } as const;
  const overloads: readonly AggregateOverload[] = [
    aggregateOverload([value], one, false, (context) => single(order, context, true)),
    aggregateOverload([value, ignoreNulls], one, false, (context) =>
      single(order, context, context.literals[1] !== false),
    ),
    aggregateOverload([value, n], arrayOf(T), false, (context) =>
      several(order, context, count(name, context), true),
    ),
    aggregateOverload([value, n, ignoreNulls], arrayOf(T), false, (context) =>
      several(order, context, count(name, context), context.literals[2] !== false),
    ),
  ];
  return {
    kind: "aggregate",
    name,
    category: AGGREGATE,
    description,
    examples: [
      { sql: `${name}(X) -- X: NULL, 1, 2, NULL`, result: results[0] },
      { sql: `${name}(X, 2, FALSE) -- X: NULL, 1, 2, NULL`, result: results[1] },
    ],
    overloads,
  };
}

export const byOffsetFunctions = [
  byOffset("EARLIEST_BY_OFFSET", "earliest", "The first value, or an array of the first n.", [
    "1",
    "[null, 1]",
  ]),
  byOffset("LATEST_BY_OFFSET", "latest", "The last value, or an array of the last n.", ["2", "[2, null]"]),
];
