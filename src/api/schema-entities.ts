/** SQL types and columns as the entities show them. */

export type SqlBaseTypeName =
  | "BOOLEAN"
  | "INTEGER"
  | "BIGINT"
  | "DECIMAL"
  | "DOUBLE"
  | "STRING"
  | "BYTES"
  | "DATE"
  | "TIME"
  | "TIMESTAMP"
  | "ARRAY"
  | "MAP"
  | "STRUCT";

export interface SchemaInfo {
  readonly type: SqlBaseTypeName;
  /** STRUCT only, else null. */
  readonly fields: readonly FieldInfo[] | null;
  /** ARRAY: its elements; MAP: its values; else null. */
  readonly memberSchema: SchemaInfo | null;
  /** DECIMAL: `precision`, `scale`. */
  readonly parameters?: Readonly<Record<string, number>>;
}

export interface FieldInfo {
  readonly name: string;
  readonly schema: SchemaInfo;
  /** Absent for value columns and for fields of a STRUCT. */
  readonly type?: "KEY" | "HEADER";
  /** `HEADER('k')`: the header's key. */
  readonly headerKey?: string;
}

/** A column of a result: its type as SQL text, e.g. `ARRAY<STRING>`. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
  /** Pull queries mark the primary key's columns. */
  readonly key?: boolean;
}

/** The `schema` text of a /query header: `` `K` STRING KEY, `V` INTEGER ``. */
export function columnsText(columns: readonly ResultColumn[]): string {
  return columns
    .map((c) => `\`${c.name.replaceAll("`", "``")}\` ${c.type}${c.key === true ? " KEY" : ""}`)
    .join(", ");
}
