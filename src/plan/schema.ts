/**
 * The schema of a source, a step or a result: an ordered list of columns. A row of the schema is an array of
 * values, one for each column, in this order.
 */
import type { SqlType } from "../data/types.ts";

/**
 * Where a column's value lives: in the record's key or value, in its headers, or beside them (`pseudo`:
 * ROWTIME, ROWPARTITION, ROWOFFSET, WINDOWSTART, WINDOWEND).
 */
export type ColumnRole = "key" | "value" | "header" | "headers" | "pseudo";

export interface Column {
  readonly name: string;
  readonly type: SqlType;
  readonly role: ColumnRole;
  /** The source's alias in a join; column names are unique together with it. */
  readonly source?: string;
  /** role `header`: the header's key whose last value this column is. */
  readonly headerKey?: string;
  /**
   * The key of a source declared the KSQL 5 way (ROWKEY): can be named, but is no part of `SELECT *`, DESCRIBE or
   * the key columns that ksqlDB's rules speak of.
   */
  readonly hidden?: boolean;
}

export interface Schema {
  readonly columns: readonly Column[];
}

export function keyColumns(schema: Schema): Column[] {
  return schema.columns.filter((column) => column.role === "key");
}

export function valueColumns(schema: Schema): Column[] {
  return schema.columns.filter((column) => column.role === "value");
}
