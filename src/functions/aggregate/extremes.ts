/** MIN, MAX, TOPK, TOPKDISTINCT. */
import { compareValues } from "../../data/compare.ts";
import {
  arrayType,
  BIGINT,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
  type SqlType,
} from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { AggregateFunction, Aggregator, CallContext, ParameterType } from "../definition.ts";
import { ANY, ANY_DECIMAL, firstArgumentType, initial, parameter, variadic } from "../define.ts";
import { functionErrors } from "../errors.ts";
import { AGGREGATE, aggregateOverload, foldingAggregator, lastLiteral } from "./define-aggregate.ts";

const ORDERED: readonly ParameterType[] = [
  INTEGER,
  BIGINT,
  DOUBLE,
  ANY_DECIMAL,
  STRING,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
];

function extreme(name: string, sign: 1 | -1, description: string, result: string): AggregateFunction {
  return {
    kind: "aggregate",
    name,
    category: AGGREGATE,
    description: `${description} NULLs are left out; NULL when there are no others.`,
    examples: [{ sql: `${name}(X) -- X: 2, NULL, 3, 1`, result }],
    overloads: ORDERED.map((argument) =>
      aggregateOverload([parameter("value", argument)], firstArgumentType, false, ({ argumentTypes }) => {
        const type = argumentTypes[0]!;
        const better = (value: Value, state: Value): Value =>
          state === null || (value !== null && compareValues(type, value, state) * sign > 0) ? value : state;
        return foldingAggregator<Value, Value>(type, null, { aggregate: better, merge: better });
      }),
    ),
  };
}

const MAX_K = 10_000;

function sizeOf(name: string, context: CallContext): number {
  const k = lastLiteral(context);
  if (typeof k === "number" && k >= 1 && k <= MAX_K) return k;
  throw functionErrors.INVALID_ARGUMENT({
    message: `${name} needs a whole number from 1 to ${MAX_K} as its last argument`,
  });
}

/** One column gives its values, several give structs with the fields sort_col, col0, col1, … */
function topElement(argumentTypes: readonly SqlType[]): SqlType {
  const columns = argumentTypes.slice(0, -1);
  if (columns.length === 1) return columns[0]!;
  return structType(columns.map((type, i) => ({ name: i === 0 ? "sort_col" : `col${i - 1}`, type })));
}

/** The k greatest, in descending order; of equal ones the earlier first. */
function topAggregator(context: CallContext, k: number): Aggregator {
  const sortType = context.argumentTypes[0]!;
  const several = context.argumentTypes.length > 2;
  const sortValue = (element: Value): Value => (several ? (element as readonly Value[])[0]! : element);
  const insert = (list: readonly Value[], element: Value): readonly Value[] => {
    const value = sortValue(element);
    let at = list.length;
    while (at > 0 && compareValues(sortType, sortValue(list[at - 1]!), value) < 0) at--;
    return at >= k ? list : [...list.slice(0, at), element, ...list.slice(at, k - 1)];
  };
  return {
    stateType: arrayType(topElement(context.argumentTypes)),
    initial: () => [],
    aggregate: (args, state) => {
      if (args[0] === null || args[0] === undefined) return state;
      return insert(state as readonly Value[], several ? [...args] : args[0]);
    },
    merge: (left, right) => (right as readonly Value[]).reduce(insert, left as readonly Value[]),
    result: (state) => state,
  };
}

const topK: AggregateFunction = {
  kind: "aggregate",
  name: "TOPK",
  category: AGGREGATE,
  description:
    "The k greatest values in descending order, NULLs left out; with more columns, structs of the values of their records.",
  examples: [
    { sql: "TOPK(X, 2) -- X: 1, 3, NULL, 3, 2", result: "[3, 3]" },
    {
      sql: "TOPK(X, Y, 1) -- X: 1, 3; Y: 'a', 'b'",
      result: "[Struct{sort_col=3,col0=b}]",
    },
  ],
  overloads: [INTEGER, BIGINT, DOUBLE, STRING].map((argument) =>
    aggregateOverload(
      [parameter("sortColumn", argument), variadic("otherColumns", ANY), initial("k", INTEGER, "how many")],
      (argumentTypes) => arrayType(topElement(argumentTypes)),
      false,
      (context) => topAggregator(context, sizeOf("TOPK", context)),
    ),
  ),
};

const topKDistinct: AggregateFunction = {
  kind: "aggregate",
  name: "TOPKDISTINCT",
  category: AGGREGATE,
  description: "The k greatest different values in descending order, NULLs left out.",
  examples: [{ sql: "TOPKDISTINCT(X, 2) -- X: 1, 3, NULL, 3, 2", result: "[3, 2]" }],
  overloads: ORDERED.map((argument) =>
    aggregateOverload(
      [parameter("value", argument), initial("k", INTEGER, "how many")],
      ([type]) => arrayType(type!),
      false,
      (context) => {
        const type = context.argumentTypes[0]!;
        const top = topAggregator(context, sizeOf("TOPKDISTINCT", context));
        const add = (state: Value, value: Value): Value =>
          (state as readonly Value[]).some((known) => compareValues(type, known, value) === 0)
            ? state
            : top.aggregate([value], state);
        return {
          ...top,
          aggregate: ([value = null], state) => (value === null ? state : add(state, value)),
          merge: (left, right) => (right as readonly Value[]).reduce(add, left),
        };
      },
    ),
  ),
};

export const extremeAggregates = [
  extreme("MIN", -1, "The least of the values.", "1"),
  extreme("MAX", 1, "The greatest of the values.", "3"),
  topK,
  topKDistinct,
];
