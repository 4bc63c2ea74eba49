/**
 * Conditions on a table's rows that the log can answer in part: which files may hold a matching row, by partition values
 * and statistics. The same tree prints as SQL, so that what is skipped and what is asked cannot differ.
 */
import { quotedName, quotedText } from "../duckdb/sql-text.ts";
import { lakeErrors } from "../errors.ts";
import { columnNamed, sqlType, typeName } from "./schema.ts";
import type { DeltaStruct, DeltaType } from "./schema.ts";

/** Dates are `YYYY-MM-DD`, timestamps ISO-8601 with a zone; null belongs into `isNull`. */
export type PredicateValue = string | number | bigint | boolean;

export type Comparison = "=" | "<" | "<=" | ">" | ">=";

export type Predicate =
  | {
      readonly kind: "compare";
      readonly column: string;
      readonly op: Comparison;
      readonly value: PredicateValue;
    }
  | { readonly kind: "in"; readonly column: string; readonly values: readonly PredicateValue[] }
  | { readonly kind: "isNull"; readonly column: string }
  | { readonly kind: "isNotNull"; readonly column: string }
  | { readonly kind: "and"; readonly terms: readonly Predicate[] }
  | { readonly kind: "or"; readonly terms: readonly Predicate[] };

/** Names of the columns that the predicate reads, in the table's spelling. */
export function predicateColumns(predicate: Predicate, schema: DeltaStruct): ReadonlySet<string> {
  switch (predicate.kind) {
    case "and":
    case "or":
      return new Set(predicate.terms.flatMap((term) => [...predicateColumns(term, schema)]));
    default:
      return new Set([columnNamed(schema, predicate.column).name]);
  }
}

/**
 * The predicate as SQL over the table's columns.
 * @throws SpoorError LAKE_COLUMN_UNKNOWN, LAKE_PREDICATE_INVALID
 */
export function predicateSql(predicate: Predicate, schema: DeltaStruct): string {
  switch (predicate.kind) {
    case "and":
      return joined(predicate.terms, "AND", "TRUE", schema);
    case "or":
      return joined(predicate.terms, "OR", "FALSE", schema);
    case "isNull":
      return `${name(predicate.column, schema)} IS NULL`;
    case "isNotNull":
      return `${name(predicate.column, schema)} IS NOT NULL`;
    case "in": {
      const values = predicate.values.map((value) => constant(predicate.column, value, schema));
      return values.length === 0 ? "FALSE" : `${name(predicate.column, schema)} IN (${values.join(", ")})`;
    }
    case "compare": {
      const value = constant(predicate.column, predicate.value, schema);
      return `${name(predicate.column, schema)} ${predicate.op} ${value}`;
    }
  }
}

function joined(terms: readonly Predicate[], word: string, none: string, schema: DeltaStruct): string {
  if (terms.length === 0) return none;
  return `(${terms.map((term) => predicateSql(term, schema)).join(` ${word} `)})`;
}

function name(column: string, schema: DeltaStruct): string {
  return quotedName(columnNamed(schema, column).name);
}

function constant(column: string, value: PredicateValue, schema: DeltaStruct): string {
  const { type } = columnNamed(schema, column);
  checkValue(column, value, type);
  return `CAST(${quotedText(String(value))} AS ${sqlType(type)})`;
}

const FORMS: Readonly<Record<string, RegExp>> = {
  byte: /^-?\d+$/,
  short: /^-?\d+$/,
  integer: /^-?\d+$/,
  long: /^-?\d+$/,
  float: /^-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)$/i,
  double: /^-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)$/i,
  boolean: /^(?:true|false)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  timestamp: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)$/,
  timestamp_ntz: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?$/,
  string: /^/,
};

/** @throws SpoorError LAKE_PREDICATE_INVALID */
function checkValue(column: string, value: PredicateValue, type: DeltaType): void {
  const kind = typeof type !== "string" ? undefined : type.startsWith("decimal(") ? "double" : type;
  const form = kind === undefined ? undefined : FORMS[kind];
  if (form === undefined)
    throw lakeErrors.PREDICATE_INVALID({
      message: `column '${column}' of type ${typeName(type)} cannot be compared with a value`,
    });
  const isText = typeof value === "string";
  if (form.test(String(value)) && (isText || kind !== "string")) return;
  throw lakeErrors.PREDICATE_INVALID({
    message: `'${String(value)}' is no value for column '${column}' of type ${typeName(type)}`,
    hint:
      kind === "date"
        ? "a date is YYYY-MM-DD"
        : kind === "timestamp"
          ? "a time is like 2026-01-31T23:59:00Z"
          : undefined,
  });
}
