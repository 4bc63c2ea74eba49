/** Arrays as lists and sets: ARRAY_CONTAINS, ARRAY_CONCAT, ARRAY_DISTINCT, ARRAY_EXCEPT and so on. */
import { valueKey, valuesEqual } from "../../../data/compare.ts";
import { BOOLEAN, INTEGER, type SqlType } from "../../../data/types.ts";
import type { Value } from "../../../data/values.ts";
import type { ScalarFunction } from "../../definition.ts";
import { arrayOf, boundOverload, overload, parameter, T } from "../../define.ts";

type List = readonly Value[];

/** The element type, by the first argument. */
function elementType(argumentTypes: readonly SqlType[]): SqlType {
  const [first] = argumentTypes;
  return first?.kind === "ARRAY" ? first.element : first!;
}

function distinct(element: SqlType, ...lists: readonly List[]): Value[] {
  const seen = new Map<string, Value>();
  for (const list of lists) {
    for (const item of list) {
      const key = valueKey(element, item);
      if (!seen.has(key)) seen.set(key, item);
    }
  }
  return [...seen.values()];
}

function keysOf(element: SqlType, list: List): Set<string> {
  return new Set(list.map((item) => valueKey(element, item)));
}

const LEFT = parameter("left", arrayOf(T));
const RIGHT = parameter("right", arrayOf(T));

function ofTwo(
  name: string,
  description: string,
  combine: (element: SqlType, left: List, right: List) => List,
  result: string,
): ScalarFunction {
  return {
    kind: "scalar",
    name,
    category: "ARRAY",
    description,
    examples: [{ sql: `${name}(ARRAY[1, 2, 3, 1], ARRAY[2, 4])`, result }],
    overloads: [
      boundOverload([LEFT, RIGHT], arrayOf(T), ({ argumentTypes }) => {
        const element = elementType(argumentTypes);
        return (left: List, right: List) => combine(element, left, right);
      }),
    ],
  };
}

const arrayContains: ScalarFunction = {
  kind: "scalar",
  name: "ARRAY_CONTAINS",
  aliases: ["ARRAYCONTAINS"],
  category: "ARRAY",
  description: "Whether an array has a value in it; false for a NULL array.",
  examples: [{ sql: "ARRAY_CONTAINS(ARRAY[1, 2], 2)", result: "true" }],
  overloads: [
    boundOverload(
      [parameter("array", arrayOf(T)), parameter("value", T)],
      BOOLEAN,
      ({ argumentTypes }) => {
        const element = elementType(argumentTypes);
        return (array: List | null, value: Value) =>
          array !== null && array.some((item) => valuesEqual(element, item, value));
      },
      { seesNull: true },
    ),
  ],
};

const arrayConcat: ScalarFunction = {
  kind: "scalar",
  name: "ARRAY_CONCAT",
  category: "ARRAY",
  description: "The elements of one array and then those of another; a NULL array counts as an empty one.",
  examples: [{ sql: "ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2, 3])", result: "[1, 2, 2, 3]" }],
  overloads: [
    overload(
      [LEFT, RIGHT],
      arrayOf(T),
      (left: List | null, right: List | null) =>
        left === null && right === null ? null : [...(left ?? []), ...(right ?? [])],
      { seesNull: true },
    ),
  ],
};

const arrayDistinct: ScalarFunction = {
  kind: "scalar",
  name: "ARRAY_DISTINCT",
  category: "ARRAY",
  description: "The array with each value once, where it came first.",
  examples: [{ sql: "ARRAY_DISTINCT(ARRAY[2, 1, 2])", result: "[2, 1]" }],
  overloads: [
    boundOverload([parameter("array", arrayOf(T))], arrayOf(T), ({ argumentTypes }) => {
      const element = elementType(argumentTypes);
      return (array: List) => distinct(element, array);
    }),
  ],
};

const arrayRemove: ScalarFunction = {
  kind: "scalar",
  name: "ARRAY_REMOVE",
  category: "ARRAY",
  description: "The array without the elements that equal a value (which may be NULL).",
  examples: [{ sql: "ARRAY_REMOVE(ARRAY[1, 2, 1], 1)", result: "[2]" }],
  overloads: [
    boundOverload(
      [parameter("array", arrayOf(T)), parameter("value", T)],
      arrayOf(T),
      ({ argumentTypes }) => {
        const element = elementType(argumentTypes);
        return (array: List | null, value: Value) =>
          array === null ? null : array.filter((item) => !valuesEqual(element, item, value));
      },
      { seesNull: true },
    ),
  ],
};

const arrayLength: ScalarFunction = {
  kind: "scalar",
  name: "ARRAY_LENGTH",
  category: "ARRAY",
  description: "How many elements an array has.",
  examples: [{ sql: "ARRAY_LENGTH(ARRAY['a', 'b'])", result: "2" }],
  overloads: [overload([parameter("array", arrayOf(T))], INTEGER, (array: List) => array.length)],
};

export const arraySetFunctions = [
  arrayContains,
  arrayConcat,
  arrayDistinct,
  arrayRemove,
  arrayLength,
  ofTwo(
    "ARRAY_EXCEPT",
    "The distinct elements of the first array that are not in the second.",
    (element, left, right) => {
      const excluded = keysOf(element, right);
      return distinct(element, left).filter((item) => !excluded.has(valueKey(element, item)));
    },
    "[1, 3]",
  ),
  ofTwo(
    "ARRAY_INTERSECT",
    "The distinct elements that are in both arrays, in the order of the first.",
    (element, left, right) => {
      const wanted = keysOf(element, right);
      return distinct(element, left).filter((item) => wanted.has(valueKey(element, item)));
    },
    "[2]",
  ),
  ofTwo(
    "ARRAY_UNION",
    "The distinct elements of both arrays.",
    (element, left, right) => distinct(element, left, right),
    "[1, 2, 3, 4]",
  ),
];
