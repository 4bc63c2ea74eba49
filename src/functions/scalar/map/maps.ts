/** Maps with texts as keys: AS_MAP, ENTRIES, MAP_KEYS, MAP_UNION, MAP_VALUES. */
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  structType,
} from "../../../data/types.ts";
import type { Value } from "../../../data/values.ts";
import type { ScalarFunction } from "../../definition.ts";
import { arrayOf, generic, mapOf, overload, parameter } from "../../define.ts";

type StringMap = ReadonlyMap<Value, Value>;

const V = generic("V");
const MAP = parameter("map", mapOf(STRING, V));

const asMap: ScalarFunction = {
  kind: "scalar",
  name: "AS_MAP",
  category: "MAP",
  description: "A map of keys and values from two arrays; keys without a value get NULL.",
  examples: [{ sql: "AS_MAP(ARRAY['a', 'b'], ARRAY[1, 2])", result: "{a=1, b=2}" }],
  overloads: [
    overload(
      [parameter("keys", arrayType(STRING)), parameter("values", arrayOf(V))],
      mapOf(STRING, V),
      (keys: readonly string[], values: readonly Value[]) =>
        new Map<Value, Value>(keys.map((key, i) => [key, values[i] ?? null])),
    ),
  ],
};

function compareKeys([a]: readonly [Value, Value], [b]: readonly [Value, Value]): number {
  return (a as string) < (b as string) ? -1 : 1;
}

const entries: ScalarFunction = {
  kind: "scalar",
  name: "ENTRIES",
  category: "MAP",
  description: "An array of the map's entries as structs with the fields K and V; by key when `sorted`.",
  examples: [{ sql: "ENTRIES(MAP('b' := 2, 'a' := 1), TRUE)", result: "[Struct{K=a,V=1}, Struct{K=b,V=2}]" }],
  overloads: [INTEGER, BIGINT, DOUBLE, BOOLEAN, STRING].map((type) =>
    overload(
      [parameter("map", mapType(STRING, type)), parameter("sorted", BOOLEAN)],
      arrayType(
        structType([
          { name: "K", type: STRING },
          { name: "V", type },
        ]),
      ),
      (map: StringMap, sorted: boolean) => {
        const all = [...map];
        return sorted ? all.toSorted(compareKeys) : all;
      },
    ),
  ),
};

const mapKeys: ScalarFunction = {
  kind: "scalar",
  name: "MAP_KEYS",
  category: "MAP",
  description: "An array of a map's keys.",
  examples: [{ sql: "MAP_KEYS(MAP('a' := 1, 'b' := 2))", result: "[a, b]" }],
  overloads: [overload([MAP], arrayType(STRING), (map: StringMap) => [...map.keys()])],
};

const mapValues: ScalarFunction = {
  kind: "scalar",
  name: "MAP_VALUES",
  category: "MAP",
  description: "An array of a map's values.",
  examples: [{ sql: "MAP_VALUES(MAP('a' := 1, 'b' := 2))", result: "[1, 2]" }],
  overloads: [overload([MAP], arrayOf(V), (map: StringMap) => [...map.values()])],
};

const mapUnion: ScalarFunction = {
  kind: "scalar",
  name: "MAP_UNION",
  category: "MAP",
  description:
    "The entries of both maps, the second's where both have a key; a NULL map counts as an empty one.",
  examples: [{ sql: "MAP_UNION(MAP('a' := 1, 'b' := 2), MAP('b' := 3))", result: "{a=1, b=3}" }],
  overloads: [
    overload(
      [parameter("first", mapOf(STRING, V)), parameter("second", mapOf(STRING, V))],
      mapOf(STRING, V),
      (first: StringMap | null, second: StringMap | null) =>
        first === null && second === null ? null : new Map([...(first ?? []), ...(second ?? [])]),
      { seesNull: true },
    ),
  ],
};

export const mapFunctions = [asMap, entries, mapKeys, mapValues, mapUnion];
