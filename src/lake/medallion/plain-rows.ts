/**
 * Rows as separated values, which the database reads twice as fast as JSON and which take a raw event as the bytes it came in:
 * fields are separated by U+001F, an empty field is null, and nothing is quoted or escaped. So a row is plain only where no
 * field holds a control character and no text is empty; what is not goes as a JSON line.
 */
import type { TableSpec } from "../delta/new-table.ts";
import { sqlType } from "../delta/schema.ts";
import { quotedText } from "../duckdb/sql-text.ts";

export const SEPARATOR = "\u001f";
/** Longest plain row; the database's read buffers, one a thread, hold several. */
export const PLAIN_BYTES_MAX = 1024 * 1024;
const READ_BUFFER_BYTES = 8 * 1024 * 1024;

/** A test of a row's first `fields` fields, each with the separator behind it: whether they are what they should be. */
export function plainHead(fields: number): RegExp {
  return new RegExp(`^(?:[^\\x00-\\x1f]*\\x1f){${fields}}$`);
}

/** A query of the rows in a file. */
export function plainScan(file: string, { columns }: TableSpec, names: readonly string[]): string {
  const typeOf = new Map(columns.map(({ name, type }) => [name, sqlType(type)]));
  const types = names.map((name) => `${quotedText(name)}: ${quotedText(typeOf.get(name) ?? "VARCHAR")}`);
  const options = [
    `columns = {${types.join(", ")}}`,
    "auto_detect = false",
    "header = false",
    `delim = ${quotedText(SEPARATOR)}`,
    "quote = ''",
    "escape = ''",
    "nullstr = ''",
    "new_line = '\\n'",
    `max_line_size = ${PLAIN_BYTES_MAX}`,
    `buffer_size = ${READ_BUFFER_BYTES}`,
  ];
  return `SELECT * FROM read_csv(${quotedText(file)}, ${options.join(", ")})`;
}
