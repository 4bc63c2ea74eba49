/** Rows of a hunt as they come from the database: texts for people, and JSON that keeps every digit. */
import { JsonDuckDBValueConverter } from "@duckdb/node-api";
import type { DuckDBResult, Json } from "@duckdb/node-api";

export interface HuntColumn {
  readonly name: string;
  readonly type: string;
  readonly isNumeric: boolean;
}

/** One value: what JSON has, and numbers beyond its own as texts of digits. */
export type HuntValue = Json;

export interface HuntRow {
  readonly values: readonly HuntValue[];
}

const NUMERIC = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/;

export function columnsOf(result: DuckDBResult): HuntColumn[] {
  const types = result.columnTypes();
  return result.columnNames().map((name, i) => {
    const type = String(types[i]);
    return { name, type, isNumeric: isNumericType(type) };
  });
}

/** @param type in the database's words */
export function isNumericType(type: string): boolean {
  return NUMERIC.test(type);
}

/** Rows in blocks, as the database makes them. */
export async function* rowBlocks(result: DuckDBResult): AsyncGenerator<HuntValue[][]> {
  for await (const rows of result.yieldConvertedRows(JsonDuckDBValueConverter))
    if (rows.length > 0) yield rows;
}

/** A value as a person reads it; null is `null`, lists and objects are JSON. */
export function huntValueText(value: HuntValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A row as one line of JSON; names that stand twice get a number. */
export function huntRowJson(
  columns: readonly HuntColumn[],
  names: readonly string[],
  values: readonly HuntValue[],
): string {
  const members = columns.map((column, i) => `${JSON.stringify(names[i])}:${valueJson(column, values[i])}`);
  return `{${members.join(",")}}`;
}

/** A row as a JSON array. */
export function huntRowArray(columns: readonly HuntColumn[], values: readonly HuntValue[]): string {
  return `[${columns.map((column, i) => valueJson(column, values[i])).join(",")}]`;
}

/** The database's digits are JSON's, but for the words that stand for no number. */
function valueJson({ isNumeric }: HuntColumn, value: HuntValue = null): string {
  return isNumeric && typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value)
    ? value
    : JSON.stringify(value);
}

/** Column names that are all different, as JSON needs them. */
export function distinctNames(columns: readonly HuntColumn[]): string[] {
  const seen = new Set<string>();
  return columns.map(({ name }) => {
    let free = name;
    for (let n = 2; seen.has(free); n++) free = `${name}_${n}`;
    seen.add(free);
    return free;
  });
}
