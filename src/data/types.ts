/**
 * SQL types, as in ksqlDB: 14 of them. Types are plain immutable data; two types are the same when
 * {@link sameType} says so. `{@link typeText}` prints the SQL form that the parser reads back.
 */
export type SqlType =
  | { readonly kind: PrimitiveKind }
  | DecimalType
  | { readonly kind: "ARRAY"; readonly element: SqlType }
  | { readonly kind: "MAP"; readonly key: SqlType; readonly value: SqlType }
  | StructType;

export type PrimitiveKind =
  | "BOOLEAN"
  | "INTEGER"
  | "BIGINT"
  | "DOUBLE"
  | "STRING"
  | "BYTES"
  | "DATE"
  | "TIME"
  | "TIMESTAMP";

/** Exact numbers: `precision` digits in all (1…), `scale` of them after the point. */
export interface DecimalType {
  readonly kind: "DECIMAL";
  readonly precision: number;
  readonly scale: number;
}

export interface StructField {
  readonly name: string;
  readonly type: SqlType;
}

/** Field names are case-sensitive here; the parser has already upper-cased what was not quoted. */
export interface StructType {
  readonly kind: "STRUCT";
  readonly fields: readonly StructField[];
}

export const BOOLEAN: SqlType = { kind: "BOOLEAN" };
export const INTEGER: SqlType = { kind: "INTEGER" };
export const BIGINT: SqlType = { kind: "BIGINT" };
export const DOUBLE: SqlType = { kind: "DOUBLE" };
export const STRING: SqlType = { kind: "STRING" };
export const BYTES: SqlType = { kind: "BYTES" };
export const DATE: SqlType = { kind: "DATE" };
export const TIME: SqlType = { kind: "TIME" };
export const TIMESTAMP: SqlType = { kind: "TIMESTAMP" };

export function decimalType(precision: number, scale: number): DecimalType {
  return { kind: "DECIMAL", precision, scale };
}

export function arrayType(element: SqlType): SqlType {
  return { kind: "ARRAY", element };
}

export function mapType(key: SqlType, value: SqlType): SqlType {
  return { kind: "MAP", key, value };
}

export function structType(fields: readonly StructField[]): StructType {
  return { kind: "STRUCT", fields };
}

export function sameType(a: SqlType, b: SqlType): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "DECIMAL":
      return b.kind === "DECIMAL" && a.precision === b.precision && a.scale === b.scale;
    case "ARRAY":
      return b.kind === "ARRAY" && sameType(a.element, b.element);
    case "MAP":
      return b.kind === "MAP" && sameType(a.key, b.key) && sameType(a.value, b.value);
    case "STRUCT":
      return (
        b.kind === "STRUCT" &&
        a.fields.length === b.fields.length &&
        a.fields.every((field, i) => {
          const other = b.fields[i]!;
          return field.name === other.name && sameType(field.type, other.type);
        })
      );
    default:
      return a.kind === b.kind;
  }
}

/** The SQL text of a type, e.g. `STRUCT<A INTEGER, B ARRAY<STRING>>`, as ksqlDB prints it; names that need it are quoted. */
export function typeText(type: SqlType): string {
  switch (type.kind) {
    case "DECIMAL":
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case "ARRAY":
      return `ARRAY<${typeText(type.element)}>`;
    case "MAP":
      return `MAP<${typeText(type.key)}, ${typeText(type.value)}>`;
    case "STRUCT":
      return `STRUCT<${type.fields.map((f) => `${identifierText(f.name)} ${typeText(f.type)}`).join(", ")}>`;
    default:
      return type.kind;
  }
}

/** A name as it must be written to be read back: bare when it is upper case and plain, else in back-ticks. */
export function identifierText(name: string): string {
  return /^[A-Z_][A-Z0-9_]*$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}
