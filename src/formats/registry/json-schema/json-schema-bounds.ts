/** Keywords that bound a value, a length or a count: a reader may loosen them only. */
import { numberOf, sameJson } from "../exact-json.ts";
import type { JsonObject, JsonValue } from "../exact-json.ts";
import { difference } from "./json-schema-difference.ts";
import type { Difference } from "./json-schema-difference.ts";

interface Bound {
  readonly keyword: string;
  readonly side: "upper" | "lower";
}

const NUMBER_BOUNDS: readonly Bound[] = [
  { keyword: "maximum", side: "upper" },
  { keyword: "minimum", side: "lower" },
  { keyword: "exclusiveMaximum", side: "upper" },
  { keyword: "exclusiveMinimum", side: "lower" },
];

export function boundsOf(...names: readonly string[]): Bound[] {
  return names.flatMap((name) => [
    { keyword: `max${name}`, side: "upper" as const },
    { keyword: `min${name}`, side: "lower" as const },
  ]);
}

export function compareBounds(
  writer: JsonObject,
  reader: JsonObject,
  bounds: readonly Bound[],
): Difference[] {
  return bounds.flatMap(({ keyword, side }) => {
    const before = numberOf(writer[keyword]);
    const after = numberOf(reader[keyword]);
    if (after === undefined) return [];
    const name = keyword.replaceAll(/[A-Z]/g, "_$&").toUpperCase();
    if (before === undefined) {
      return [difference(`${name}_ADDED`, keyword, `'${keyword}' is asked for by the reader only`)];
    }
    const tighter = side === "upper" ? after < before : after > before;
    if (!tighter) return [];
    const word = side === "upper" ? "DECREASED" : "INCREASED";
    const what = `'${keyword}' is ${before} where it was written and ${after} where it is read`;
    return [difference(`${name}_${word}`, keyword, what)];
  });
}

export function compareNumbers(writer: JsonObject, reader: JsonObject): Difference[] {
  const differences = compareBounds(writer, reader, NUMBER_BOUNDS);
  differences.push(...compareMultiple(writer["multipleOf"], reader["multipleOf"]));
  if (writer["type"] !== "integer" && reader["type"] === "integer") {
    differences.push(difference("TYPE_NARROWED", "", "numbers were written where whole numbers are read"));
  }
  return differences;
}

function compareMultiple(writer: JsonValue | undefined, reader: JsonValue | undefined): Difference[] {
  const after = numberOf(reader);
  if (after === undefined) return [];
  const before = numberOf(writer);
  if (before === undefined) {
    return [difference("MULTIPLE_OF_ADDED", "multipleOf", "'multipleOf' is asked for by the reader only")];
  }
  if (before === after || isMultiple(before, after)) return [];
  const type = isMultiple(after, before) ? "MULTIPLE_OF_EXPANDED" : "MULTIPLE_OF_CHANGED";
  return [
    difference(
      type,
      "multipleOf",
      `multiples of ${before} were written where multiples of ${after} are read`,
    ),
  ];
}

/** Decimal fractions as they are written: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, of: number): boolean {
  if (of === 0) return false;
  const ratio = value / of;
  return Math.abs(ratio - Math.round(ratio)) < 1e-9;
}

export function compareStrings(writer: JsonObject, reader: JsonObject): Difference[] {
  const differences = compareBounds(writer, reader, boundsOf("Length"));
  const after = reader["pattern"];
  if (after === undefined || sameJson(after, writer["pattern"])) return differences;
  const type = writer["pattern"] === undefined ? "PATTERN_ADDED" : "PATTERN_CHANGED";
  return [...differences, difference(type, "pattern", "the reader asks for another pattern")];
}
