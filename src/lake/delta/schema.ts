/**
 * Schemas of Delta tables: their JSON form (PROTOCOL.md, "Schema Serialization Format"), the SQL types that stand for
 * them in the database, and how a schema may grow.
 */
import { didYouMean } from "../../base/nearest.ts";
import { lakeErrors } from "../errors.ts";
import { quotedName } from "../duckdb/sql-text.ts";

/** A primitive is its name in the protocol: `string`, `long`, `decimal(10,2)`, … */
export type DeltaType = string | DeltaStruct | DeltaArray | DeltaMap;

export interface DeltaStruct {
  readonly type: "struct";
  readonly fields: readonly DeltaField[];
}

export interface DeltaField {
  readonly name: string;
  readonly type: DeltaType;
  readonly nullable: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface DeltaArray {
  readonly type: "array";
  readonly elementType: DeltaType;
  readonly containsNull: boolean;
}

export interface DeltaMap {
  readonly type: "map";
  readonly keyType: DeltaType;
  readonly valueType: DeltaType;
  readonly valueContainsNull: boolean;
}

/** What a new table's column is given as. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: DeltaType;
  /** Default true. */
  readonly nullable?: boolean;
}

const SQL_TYPES: Readonly<Record<string, string>> = {
  string: "VARCHAR",
  long: "BIGINT",
  integer: "INTEGER",
  short: "SMALLINT",
  byte: "TINYINT",
  float: "FLOAT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMPTZ",
  timestamp_ntz: "TIMESTAMP",
  binary: "BLOB",
};

const DECIMAL = /^decimal\((\d{1,2}),\s*(\d{1,2})\)$/;

/**
 * Reads the schema text of a `metaData` action.
 * @throws SpoorError LAKE_LOG_DAMAGED, LAKE_PROTOCOL_UNSUPPORTED for a type that Spoor does not know
 */
export function parseSchema(text: string): DeltaStruct {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw lakeErrors.LOG_DAMAGED({ message: "the table's schema cannot be read", detail: String(error) });
  }
  const schema = value as Partial<DeltaStruct> | null;
  if (schema?.type !== "struct" || !Array.isArray(schema.fields))
    throw lakeErrors.LOG_DAMAGED({ message: "the table's schema is no struct", detail: text.slice(0, 200) });
  for (const field of schema.fields) sqlType(field.type);
  return schema as DeltaStruct;
}

/**
 * A schema of columns.
 * @throws SpoorError LAKE_SCHEMA_INVALID
 */
export function schemaOf(columns: readonly ColumnSpec[], partitionColumns: readonly string[]): DeltaStruct {
  const seen = new Set<string>();
  for (const { name, type } of columns) {
    if (!/^[^ ,;{}()\n\t=]+$/.test(name))
      throw invalid(
        `column name '${name}' is not allowed`,
        "a name has none of the signs  ,;{}()= and no space",
      );
    if (seen.has(name.toLowerCase())) throw invalid(`column '${name}' is there twice`, undefined);
    seen.add(name.toLowerCase());
    sqlType(type);
  }
  const names = columns.map(({ name }) => name);
  for (const name of partitionColumns) {
    const column = columns.find((c) => c.name === name);
    if (column === undefined)
      throw lakeErrors.COLUMN_UNKNOWN({
        message: `partition column '${name}' is not a column of the table`,
        hint: didYouMean(name, names),
      });
    if (typeof column.type !== "string" || column.type === "binary")
      throw invalid(
        `column '${name}' cannot be a partition column`,
        "its type must be simple and not binary",
      );
  }
  if (columns.length === partitionColumns.length)
    throw invalid("a table needs a column that is no partition column", undefined);
  const fields = columns.map(({ name, type, nullable = true }) => ({ name, type, nullable, metadata: {} }));
  return { type: "struct", fields };
}

function invalid(message: string, detail: string | undefined): Error {
  return lakeErrors.SCHEMA_INVALID({ message, detail });
}

/**
 * The database's type for a Delta type.
 * @throws SpoorError LAKE_PROTOCOL_UNSUPPORTED
 */
export function sqlType(type: DeltaType): string {
  if (typeof type === "string") {
    const simple = SQL_TYPES[type];
    if (simple !== undefined) return simple;
    const decimal = DECIMAL.exec(type);
    if (decimal !== null) return `DECIMAL(${decimal[1]},${decimal[2]})`;
    throw lakeErrors.PROTOCOL_UNSUPPORTED({
      message: `the table has a column of type '${type}', which is not supported`,
      hint: didYouMean(type, Object.keys(SQL_TYPES)),
    });
  }
  switch (type.type) {
    case "struct":
      return `STRUCT(${type.fields.map((f) => `${quotedName(f.name)} ${sqlType(f.type)}`).join(", ")})`;
    case "array":
      return `${sqlType(type.elementType)}[]`;
    case "map":
      return `MAP(${sqlType(type.keyType)}, ${sqlType(type.valueType)})`;
    default:
      throw lakeErrors.PROTOCOL_UNSUPPORTED({
        message: `the table has a type that is not supported: ${JSON.stringify(type).slice(0, 100)}`,
      });
  }
}

/**
 * The column of that name, in any case, as the protocol's readers resolve names.
 * @throws SpoorError LAKE_COLUMN_UNKNOWN
 */
export function columnNamed(schema: DeltaStruct, name: string): DeltaField {
  const wanted = name.toLowerCase();
  const field = schema.fields.find((f) => f.name.toLowerCase() === wanted);
  if (field !== undefined) return field;
  const names = schema.fields.map((f) => f.name);
  throw lakeErrors.COLUMN_UNKNOWN({
    message: `column '${name}' is not in the table`,
    detail: `its columns are ${names.slice(0, 40).join(", ")}`,
    hint: didYouMean(name, names),
  });
}

/** True where a value of type `from` is written into a column of type `to` without loss, part by part. */
export function fitsInto(from: DeltaType, to: DeltaType): boolean {
  if (typeof from === "string" || typeof to === "string")
    return from === to || (typeof from === "string" && (WIDER[from]?.includes(String(to)) ?? false));
  if (from.type === "struct")
    return to.type === "struct" && from.fields.every((field) => fieldFits(field, to));
  if (from.type === "array") return to.type === "array" && fitsInto(from.elementType, to.elementType);
  return to.type === "map" && fitsInto(from.keyType, to.keyType) && fitsInto(from.valueType, to.valueType);
}

/** A struct's field goes by its name; what the column has besides is null. */
function fieldFits(field: DeltaField, to: DeltaStruct): boolean {
  const into = to.fields.find(({ name }) => name.toLowerCase() === field.name.toLowerCase());
  return into !== undefined && fitsInto(field.type, into.type);
}

const WIDER: Readonly<Record<string, readonly string[]>> = {
  byte: ["short", "integer", "long", "float", "double"],
  short: ["integer", "long", "float", "double"],
  integer: ["long", "double"],
  float: ["double"],
  date: ["timestamp"],
  timestamp_ntz: ["timestamp"],
};

/** Types that lie in the same Parquet type, so that a column may widen without a table feature. */
const SAME_STORAGE = ["byte", "short", "integer"];

/**
 * The schema with new columns behind the old ones, and small integers widened where the new values are wider. Other
 * types stay: the protocol widens those only under a table feature that Spoor refuses.
 * @throws SpoorError LAKE_SCHEMA_MISMATCH, LAKE_SCHEMA_INVALID
 */
export function grownSchema(schema: DeltaStruct, added: readonly ColumnSpec[]): DeltaStruct {
  const fields = [...schema.fields];
  for (const { name, type } of added) {
    const at = fields.findIndex((f) => f.name.toLowerCase() === name.toLowerCase());
    const old = fields[at];
    if (old === undefined) fields.push({ name, type: newType(type), nullable: true, metadata: {} });
    else if (fitsInto(type, old.type)) continue;
    else if (isWiderStorage(old.type, type)) fields[at] = { ...old, type };
    else
      throw lakeErrors.SCHEMA_MISMATCH({
        message: `column '${old.name}' is of type ${typeName(old.type)}, not ${typeName(type)}`,
        hint: "convert the values, or give them a column of another name",
      });
  }
  schemaOf(fields, []);
  return { type: "struct", fields };
}

/** Times without a zone count as UTC: a column that keeps them apart needs a table feature. */
function newType(type: DeltaType): DeltaType {
  return type === "timestamp_ntz" ? "timestamp" : type;
}

function isWiderStorage(old: DeltaType, wanted: DeltaType): boolean {
  if (typeof old !== "string" || typeof wanted !== "string") return false;
  return SAME_STORAGE.includes(old) && SAME_STORAGE.indexOf(wanted) > SAME_STORAGE.indexOf(old);
}

export function typeName(type: DeltaType): string {
  return typeof type === "string" ? type : type.type;
}
