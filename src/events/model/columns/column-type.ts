/**
 * Types of the model's columns, and the values that stand for them in a row.
 *
 * | type | value in a row | SQL |
 * |---|---|---|
 * | `text` | string | VARCHAR |
 * | `int` | number, −2^31…2^31−1 | INTEGER |
 * | `long` | number, beyond ±2^53 bigint; −2^63…2^63−1 | BIGINT |
 * | `double` | number | DOUBLE |
 * | `bool` | boolean | BOOLEAN |
 * | `time` | number: microseconds since 1970-01-01T00:00Z | TIMESTAMP |
 * | `guid` | string: lower case, hyphens, no braces | VARCHAR |
 * | `ip` | string: IPv4, or IPv6 as RFC 5952 writes it | VARCHAR |
 * | `hex` | string: `0x` and lower-case digits without leading zeros | VARCHAR |
 * | `json` | string: a JSON text | VARCHAR |
 *
 * Each is null where the source has the name and no value (empty, or `-`).
 */
export const COLUMN_TYPES = [
  "text",
  "int",
  "long",
  "double",
  "bool",
  "time",
  "guid",
  "ip",
  "hex",
  "json",
] as const;

export type ColumnType = (typeof COLUMN_TYPES)[number];

export type ModelValue = string | number | bigint | boolean | null;

/** One event: values by column name. What has no mapping stands under the provider's own name. */
export type ModelRow = Record<string, ModelValue>;

export type SqlTypeName = "VARCHAR" | "INTEGER" | "BIGINT" | "DOUBLE" | "BOOLEAN" | "TIMESTAMP";

const SQL_TYPES: Readonly<Record<ColumnType, SqlTypeName>> = {
  text: "VARCHAR",
  int: "INTEGER",
  long: "BIGINT",
  double: "DOUBLE",
  bool: "BOOLEAN",
  time: "TIMESTAMP",
  guid: "VARCHAR",
  ip: "VARCHAR",
  hex: "VARCHAR",
  json: "VARCHAR",
};

export function sqlTypeName(type: ColumnType): SqlTypeName {
  return SQL_TYPES[type];
}
