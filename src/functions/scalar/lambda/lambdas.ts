/** Functions that take a lambda: TRANSFORM, FILTER, REDUCE, over arrays and maps. */
import { BOOLEAN, type SqlType } from "../../../data/types.ts";
import { valueKey } from "../../../data/compare.ts";
import type { Value } from "../../../data/values.ts";
import { FunctionError, type LambdaValue, type ScalarFunction } from "../../definition.ts";
import { arrayOf, boundOverload, generic, lambda, mapOf, overload, parameter, T } from "../../define.ts";

type List = readonly Value[];
type Entries = ReadonlyMap<Value, Value>;

const K = generic("K");
const V = generic("V");
const R = generic("R");
const S = generic("S");

/** Two entries whose keys become equal have no answer. */
function transformMap(keyType: SqlType, map: Entries, toKey: LambdaValue, toValue: LambdaValue): Entries {
  const result = new Map<Value, Value>();
  const seen = new Set<string>();
  for (const [key, value] of map) {
    const newKey = toKey(key, value);
    const newValue = toValue(key, value);
    if (newValue === null) throw new FunctionError("TRANSFORM gave NULL as a value of a map");
    const identity = valueKey(keyType, newKey);
    if (seen.has(identity)) throw new FunctionError("TRANSFORM gave two entries of a map the same key");
    seen.add(identity);
    result.set(newKey, newValue);
  }
  return result;
}

const transform: ScalarFunction = {
  kind: "scalar",
  name: "TRANSFORM",
  category: "LAMBDA",
  description:
    "An array with the lambda's result for each element, or a map with new keys and values by two lambdas.",
  examples: [
    { sql: "TRANSFORM(ARRAY[1, 2], x => x * 10)", result: "[10, 20]" },
    { sql: "TRANSFORM(MAP('a' := 1), (k, v) => UCASE(k), (k, v) => v + 1)", result: "{A=2}" },
  ],
  overloads: [
    overload(
      [parameter("array", arrayOf(T)), parameter("function", lambda([T], R))],
      arrayOf(R),
      (array: List, apply: LambdaValue) => array.map((item) => apply(item)),
    ),
    boundOverload(
      [
        parameter("map", mapOf(K, V)),
        parameter("keyFunction", lambda([K, V], R)),
        parameter("valueFunction", lambda([K, V], T)),
      ],
      mapOf(R, T),
      ({ argumentTypes }) =>
        (map: Entries, toKey: LambdaValue, toValue: LambdaValue) =>
          transformMap(argumentTypes[1]!, map, toKey, toValue),
    ),
  ],
};

/** A predicate that gives NULL has no answer, as in Java. */
function holds(result: Value): boolean {
  if (result === null) throw new FunctionError("the lambda of FILTER gave NULL");
  return result === true;
}

const filter: ScalarFunction = {
  kind: "scalar",
  name: "FILTER",
  category: "LAMBDA",
  description: "The elements of an array, or the entries of a map, for which the lambda gives true.",
  examples: [
    { sql: "FILTER(ARRAY[1, 2, 3], x => x > 1)", result: "[2, 3]" },
    { sql: "FILTER(MAP('a' := 1, 'b' := 2), (k, v) => v > 1)", result: "{b=2}" },
  ],
  overloads: [
    overload(
      [parameter("array", arrayOf(T)), parameter("predicate", lambda([T], BOOLEAN))],
      arrayOf(T),
      (array: List, predicate: LambdaValue) => array.filter((item) => holds(predicate(item))),
    ),
    overload(
      [parameter("map", mapOf(K, V)), parameter("predicate", lambda([K, V], BOOLEAN))],
      mapOf(K, V),
      (map: Entries, predicate: LambdaValue) =>
        new Map([...map].filter(([key, value]) => holds(predicate(key, value)))),
    ),
  ],
};

const NO_ENTRIES: Entries = new Map();

/** The entries as Java's HashMap walks them, which a reduction whose steps depend on their order must follow. */
function javaMapOrder(map: Entries): readonly (readonly [Value, Value])[] {
  let buckets = 1;
  while (buckets < map.size || map.size > buckets * 0.75) buckets *= 2;
  const bucketOf = (key: Value): number => {
    let hash = 0;
    const text = String(key);
    for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return [...map].toSorted(([a], [b]) => bucketOf(a) - bucketOf(b));
}

const reduce: ScalarFunction = {
  kind: "scalar",
  name: "REDUCE",
  category: "LAMBDA",
  description:
    "One value from an array or a map: the lambda makes of the state so far and each element the next state.",
  examples: [
    { sql: "REDUCE(ARRAY[1, 2, 3], 10, (s, x) => s + x)", result: "16" },
    { sql: "REDUCE(MAP('a' := 1, 'b' := 2), 0, (s, k, v) => s + v)", result: "3" },
  ],
  overloads: [
    overload(
      [parameter("array", arrayOf(T)), parameter("state", S), parameter("function", lambda([S, T], S))],
      S,
      (array: List | null, state: Value, next: LambdaValue) =>
        state === null ? null : (array ?? []).reduce((result, item) => next(result, item), state),
      { seesNull: true },
    ),
    overload(
      [parameter("map", mapOf(K, V)), parameter("state", S), parameter("function", lambda([S, K, V], S))],
      S,
      (map: Entries | null, state: Value, next: LambdaValue) =>
        state === null
          ? null
          : javaMapOrder(map ?? NO_ENTRIES).reduce<Value>(
              (result, [key, value]) => next(result, key, value),
              state,
            ),
      { seesNull: true },
    ),
  ],
};

export const lambdaFunctions = [transform, filter, reduce];
