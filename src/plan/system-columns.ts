/** Columns every record has beside key and value, and their names, which no declared column may take. */
import { BIGINT, BYTES, INTEGER, STRING, arrayType, structType } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import type { Column } from "./schema.ts";

export const ROWTIME = "ROWTIME";
export const ROWPARTITION = "ROWPARTITION";
export const ROWOFFSET = "ROWOFFSET";
export const WINDOWSTART = "WINDOWSTART";
export const WINDOWEND = "WINDOWEND";
/** KSQL 5's key column, and the name ksqlDB gives a join's synthetic key. */
export const ROWKEY = "ROWKEY";

export const HEADERS_TYPE: SqlType = arrayType(
  structType([
    { name: "KEY", type: STRING },
    { name: "VALUE", type: BYTES },
  ]),
);

const TYPES: ReadonlyMap<string, SqlType> = new Map([
  [ROWTIME, BIGINT],
  [ROWPARTITION, INTEGER],
  [ROWOFFSET, BIGINT],
  [WINDOWSTART, BIGINT],
  [WINDOWEND, BIGINT],
]);

export function isSystemColumn(name: string): boolean {
  return TYPES.has(name);
}

export function isWindowBound(name: string): boolean {
  return name === WINDOWSTART || name === WINDOWEND;
}

/** A pseudo column as a step's schema has it. */
export function pseudoColumn(name: string, source?: string): Column {
  const type = TYPES.get(name) ?? BIGINT;
  return source === undefined ? { name, type, role: "pseudo" } : { name, type, role: "pseudo", source };
}

/** KSQL 5's key: the record's key as text. */
export function hiddenRowKey(source?: string): Column {
  const column: Column = { name: ROWKEY, type: STRING, role: "key", hidden: true };
  return source === undefined ? column : { ...column, source };
}

/** Key columns by ksqlDB's rules: not KSQL 5's hidden one. */
export function declaredKeys(columns: readonly Column[]): Column[] {
  return columns.filter((column) => column.role === "key" && column.hidden !== true);
}

/** Columns as ksqlDB prints a schema: `` `ID` BIGINT KEY, `NAME` STRING ``. Hidden ones are left out. */
export function isShown(column: Column): boolean {
  return column.hidden !== true && column.role !== "pseudo";
}
