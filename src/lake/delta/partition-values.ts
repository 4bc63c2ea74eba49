/**
 * Partition values are text in the log (PROTOCOL.md, "Partition Value Serialization"). Timestamps are written in the ISO
 * form with UTC, which says its zone.
 */
import { quotedName, quotedText } from "../duckdb/sql-text.ts";
import type { PartitionValues } from "./actions.ts";
import { sqlType } from "./schema.ts";
import type { DeltaType } from "./schema.ts";

/** SQL that gives a partition column's value as the log's text; the empty text means null. */
export function partitionTextSql(column: string, type: DeltaType): string {
  const name = quotedName(column);
  if (type === "timestamp") return `strftime(${name} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')`;
  if (type === "timestamp_ntz") return `strftime(${name}, '%Y-%m-%d %H:%M:%S.%f')`;
  return `nullif(CAST(${name} AS VARCHAR), '')`;
}

/** SQL of a constant with the value that the log's text stands for. */
export function partitionConstantSql(text: string | null | undefined, type: DeltaType): string {
  const wanted = sqlType(type);
  if (text === null || text === undefined || text === "") return `CAST(NULL AS ${wanted})`;
  return `CAST(${quotedText(text)} AS ${wanted})`;
}

/** A value of the log in the table's spelling of the column's name, or null. */
export function partitionValue(values: PartitionValues, column: string): string | null {
  const value = values[column];
  return value === undefined || value === "" ? null : value;
}

/** Files that share these texts share a partition. */
export function partitionKey(values: PartitionValues, columns: readonly string[]): string {
  return JSON.stringify(columns.map((column) => partitionValue(values, column)));
}

const SEGMENT_MAX = 120;

/** A folder for a partition's files, in the common `column=value` form; nothing relies on it. */
export function partitionFolder(values: PartitionValues, columns: readonly string[]): string {
  return columns
    .map((column) => {
      const value = partitionValue(values, column);
      const text =
        value === null ? "__HIVE_DEFAULT_PARTITION__" : encodeURIComponent(value).slice(0, SEGMENT_MAX);
      return `${encodeURIComponent(column)}=${text.replaceAll(/[!'()*~]|%[0-9A-F]?$/g, "_")}`;
    })
    .join("/");
}
