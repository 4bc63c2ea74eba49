/**
 * Answers of the HTTP API against expected ones (the corpus' section 6, step 6): an expected object is a subset of the
 * actual one; plain values are equal, numbers by value and scale; rows are compared in any order unless order counts.
 */
import { NumberText, isArray, isObject, printJson } from "../corpus/lossless-json.ts";
import type { Json, JsonObject } from "../corpus/lossless-json.ts";
import { sameDecimal } from "../records/value-comparison.ts";

const STARTS_WITH = "|starts_with";

/** Where the actual value is not what the expected one asks for; undefined where it is. */
export function subsetDifference(
  expected: Json,
  actual: Json | undefined,
  path = "answer",
): string | undefined {
  if (isObject(expected)) {
    if (!isObject(actual)) return `${path} is ${text(actual)}, not ${printJson(expected)}`;
    for (const [name, wanted] of Object.entries(expected)) {
      const difference = fieldDifference(name, wanted, actual, path);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (isArray(expected)) {
    if (!isArray(actual) || actual.length !== expected.length) {
      return `${path} is ${text(actual)}, not ${printJson(expected)}`;
    }
    for (const [i, item] of expected.entries()) {
      const difference = subsetDifference(item, actual[i], `${path}[${i}]`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return plainEqual(expected, actual) ? undefined : `${path} is ${text(actual)}, not ${printJson(expected)}`;
}

function fieldDifference(name: string, wanted: Json, actual: JsonObject, path: string): string | undefined {
  if (!name.endsWith(STARTS_WITH)) return subsetDifference(wanted, actual[name], `${path}.${name}`);
  const field = name.slice(0, -STARTS_WITH.length);
  const found = actual[field];
  return typeof found === "string" && found.startsWith(String(wanted))
    ? undefined
    : `${path}.${field} is ${text(found)}, and does not start with ${printJson(wanted)}`;
}

function plainEqual(expected: Json, actual: Json | undefined): boolean {
  if (expected === null) return actual === null || actual === undefined;
  if (expected instanceof NumberText) {
    return actual instanceof NumberText && sameDecimal(expected.text, actual.text);
  }
  return expected === actual;
}

/** Rows of a query. */
export function rowsDifference(
  expected: Json,
  actual: readonly Json[],
  ordered: boolean,
): string | undefined {
  if (!isArray(expected)) return `the case expects no list of rows: ${printJson(expected)}`;
  if (expected.length !== actual.length) {
    return `${actual.length} rows, not ${expected.length}: ${actual.map((row) => printJson(row)).join(" ")}`;
  }
  for (const [i, row] of expected.entries()) {
    const wanted = ordered ? row : withoutColumns(row);
    const difference = subsetDifference(wanted, actual[i], `row ${i}`);
    if (difference !== undefined) return difference;
  }
  return ordered ? undefined : columnsDifference(expected.flatMap(columnsOf), actual.flatMap(columnsOf));
}

function columnsOf(row: Json): Json[] {
  const inner = isObject(row) ? row["row"] : undefined;
  const columns = isObject(inner) ? inner["columns"] : undefined;
  return columns === undefined ? [] : [columns];
}

function withoutColumns(row: Json): Json {
  if (!isObject(row) || !isObject(row["row"])) return row;
  const fields = Object.entries(row["row"]).filter(([name]) => name !== "columns");
  return { ...row, row: Object.fromEntries(fields) };
}

function columnsDifference(expected: readonly Json[], actual: readonly Json[]): string | undefined {
  const left = [...actual];
  for (const columns of expected) {
    const at = left.findIndex((other) => subsetDifference(columns, other) === undefined);
    if (at < 0) return `no row ${printJson(columns)} among ${actual.map((row) => printJson(row)).join(" ")}`;
    left.splice(at, 1);
  }
  return left.length === 0 ? undefined : `a row too many: ${printJson(left[0]!)}`;
}

function text(value: Json | undefined): string {
  return value === undefined ? "missing" : printJson(value);
}
