/** Order and text of arrays, and series: ARRAY_MIN, ARRAY_MAX, ARRAY_SORT, ARRAY_JOIN, SLICE, GENERATE_SERIES. */
import { compareValues } from "../../../data/compare.ts";
import { arrayType, BIGINT, BOOLEAN, INTEGER, STRING, typeText, type SqlType } from "../../../data/types.ts";
import { valueText } from "../../../data/value-text.ts";
import type { Value } from "../../../data/values.ts";
import { FunctionError, type CallContext, type ScalarFunction } from "../../definition.ts";
import { arrayOf, boundOverload, overload, parameter, T } from "../../define.ts";

type List = readonly Value[];

const ARRAY = parameter("array", arrayOf(T));

function elementOf({ argumentTypes }: CallContext): SqlType {
  const [first] = argumentTypes;
  return first?.kind === "ARRAY" ? first.element : BOOLEAN;
}

/** Containers have no order; a column of them is a mistake that shows at once. */
function orderable(name: string, context: CallContext): SqlType {
  const element = elementOf(context);
  if (element.kind === "ARRAY" || element.kind === "MAP" || element.kind === "STRUCT") {
    throw new FunctionError(`${name} has no order for elements of type ${typeText(element)}`);
  }
  return element;
}

function extreme(name: string, sign: 1 | -1, description: string, result: string): ScalarFunction {
  return {
    kind: "scalar",
    name,
    category: "ARRAY",
    description: `${description} NULLs are left out.`,
    examples: [{ sql: `${name}(ARRAY[2, 3, 1])`, result }],
    overloads: [
      boundOverload([ARRAY], T as { kind: "generic"; name: string }, (context) => {
        const element = orderable(name, context);
        return (array: List) => {
          let best: Value = null;
          for (const item of array) {
            if (item !== null && (best === null || compareValues(element, item, best) * sign > 0))
              best = item;
          }
          return best;
        };
      }),
    ],
  };
}

/** 1, −1, or undefined for a word that is no direction. */
function directionOf(word: string): 1 | -1 | undefined {
  const upper = word.toUpperCase();
  if (upper === "ASC" || upper === "ASCENDING") return 1;
  return upper === "DESC" || upper === "DESCENDING" ? -1 : undefined;
}

function sorted(element: SqlType, array: List, direction: string): List | null {
  const sign = directionOf(direction);
  if (sign === undefined) return null;
  return array.toSorted((a, b) => {
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return compareValues(element, a, b) * sign;
  });
}

const arraySort: ScalarFunction = {
  kind: "scalar",
  name: "ARRAY_SORT",
  category: "ARRAY",
  description: "The array in ascending ('ASC', the default) or descending ('DESC') order, NULLs last.",
  examples: [
    { sql: "ARRAY_SORT(ARRAY[3, NULL, 1])", result: "[1, 3, null]" },
    { sql: "ARRAY_SORT(ARRAY['a', 'c', 'b'], 'DESC')", result: "[c, b, a]" },
  ],
  overloads: [[], [parameter("direction", STRING, "'ASC' or 'DESC'")]].map((direction) =>
    boundOverload([ARRAY, ...direction], arrayOf(T), (context) => {
      const element = orderable("ARRAY_SORT", context);
      return (array: List, word: string = "ASC") => sorted(element, array, word);
    }),
  ),
};

const arrayJoin: ScalarFunction = {
  kind: "scalar",
  name: "ARRAY_JOIN",
  category: "ARRAY",
  description:
    "The elements' texts, joined by a delimiter (a comma unless given). NULL elements are written null.",
  examples: [
    { sql: "ARRAY_JOIN(ARRAY[1, NULL, 3])", result: "1,null,3" },
    { sql: "ARRAY_JOIN(ARRAY['a', 'b'], '; ')", result: "a; b" },
  ],
  overloads: [[], [parameter("delimiter", STRING)]].map((delimiter) =>
    boundOverload(
      [ARRAY, ...delimiter],
      STRING,
      (context) => {
        const element = elementOf(context);
        return (array: List | null, separator: string | null = ",") =>
          array === null ? null : array.map((item) => elementText(element, item)).join(separator ?? "");
      },
      { seesNull: true },
    ),
  ),
};

const JOINABLE = new Set(["BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "STRING"]);

function elementText(element: SqlType, item: Value): string {
  if (item !== null && !JOINABLE.has(element.kind)) {
    throw new FunctionError(`ARRAY_JOIN has no text for elements of type ${typeText(element)}`);
  }
  return valueText(element, item) ?? "null";
}

const slice: ScalarFunction = {
  kind: "scalar",
  name: "SLICE",
  category: "ARRAY",
  description:
    "The elements from one place to another, both counted from 1 and included. NULL outside of the array.",
  examples: [{ sql: "SLICE(ARRAY[1, 2, 3, 4], 2, 3)", result: "[2, 3]" }],
  overloads: [
    overload(
      [ARRAY, parameter("from", INTEGER), parameter("to", INTEGER)],
      arrayOf(T),
      (array: List | null, from: number | null, to: number | null) => {
        if (array === null) return null;
        const start = (from ?? 1) - 1;
        const end = to ?? array.length;
        return start < 0 || end > array.length || start > end ? null : array.slice(start, end);
      },
      { seesNull: true },
    ),
  ],
};

const MAX_SERIES = 10_000_000;

function checkSeries(size: number, step: number, difference: number): number {
  if (step === 0) throw new FunctionError("GENERATE_SERIES step cannot be zero");
  if ((difference > 0 && step < 0) || (difference < 0 && step > 0)) {
    throw new FunctionError("GENERATE_SERIES step has wrong sign");
  }
  if (size > MAX_SERIES) throw new FunctionError(`GENERATE_SERIES gives at most ${MAX_SERIES} elements`);
  return size;
}

function integerSeries(start: number, end: number, step: number = end > start ? 1 : -1): Value[] {
  const size = checkSeries(1 + Math.trunc((end - start) / step), step, end - start);
  return Array.from({ length: size }, (_, i) => start + i * step);
}

function bigintSeries(start: bigint, end: bigint, step: number = end > start ? 1 : -1): Value[] {
  const difference = Number(end - start);
  const size = checkSeries(1 + Math.trunc(difference / step), step, difference);
  return Array.from({ length: size }, (_, i) => start + BigInt(i) * BigInt(step));
}

const STEP = [parameter("step", INTEGER, "what to add each time; 1 or -1 unless given")];

const generateSeries: ScalarFunction = {
  kind: "scalar",
  name: "GENERATE_SERIES",
  category: "ARRAY",
  description: "The numbers from a start to an end, both included, by a step.",
  examples: [
    { sql: "GENERATE_SERIES(3, 1)", result: "[3, 2, 1]" },
    { sql: "GENERATE_SERIES(1, 10, 4)", result: "[1, 5, 9]" },
  ],
  overloads: [[], STEP].flatMap((step) => [
    overload(
      [parameter("start", INTEGER), parameter("end", INTEGER), ...step],
      arrayType(INTEGER),
      integerSeries,
    ),
    overload(
      [parameter("start", BIGINT), parameter("end", BIGINT), ...step],
      arrayType(BIGINT),
      bigintSeries,
    ),
  ]),
};

export const arrayOrderFunctions = [
  extreme("ARRAY_MIN", -1, "The least element of an array.", "1"),
  extreme("ARRAY_MAX", 1, "The greatest element of an array.", "3"),
  arraySort,
  arrayJoin,
  slice,
  generateSeries,
];
