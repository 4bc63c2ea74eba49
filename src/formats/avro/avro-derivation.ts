/**
 * The Avro schema that ksqlDB derives from columns: every column and field may be NULL, structs and maps are named
 * after the path that leads to them, maps are arrays of entries (their keys may be NULL, too), and Connect's properties
 * say what Avro can't.
 */
import type { SqlType, StructField } from "../../data/types.ts";
import type { FormatColumn, FormatOptions } from "../format.ts";

const DEFAULT_NAME = "io.confluent.ksql.avro_schemas.KsqlDataSourceSchema";
const CONNECT_DATA = "org.apache.kafka.connect.data";

type Json = string | number | null | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

export function deriveAvroSchema(columns: readonly FormatColumn[], options: FormatOptions): string {
  const name = options.schema.fullName ?? DEFAULT_NAME;
  const [only] = columns;
  if (!options.unwrapped || only === undefined) return JSON.stringify(record(name, columns));
  // The whole schema of a bare column: Connect's version of a logical type is lost on ksqlDB's way there.
  const schema = Object.entries(base(only.type, name)).filter(([property]) => property !== "connect.version");
  return JSON.stringify(simplified(Object.fromEntries(schema)));
}

/** A type that is nothing but its name is written as the name. */
function simplified(schema: JsonObject): Json {
  return Object.keys(schema).length === 1 && schema["type"] !== undefined ? schema["type"] : schema;
}

function record(name: string, fields: readonly StructField[]): JsonObject {
  return {
    type: "record",
    ...named(name),
    fields: fields.map((field) => optionalField(field.name, field.type, `${name}_${field.name}`)),
    "connect.name": name,
  };
}

function named(fullName: string): { name: string; namespace?: string } {
  const dot = fullName.lastIndexOf(".");
  return dot < 0 ? { name: fullName } : { name: fullName.slice(dot + 1), namespace: fullName.slice(0, dot) };
}

function optionalField(name: string, type: SqlType, path: string): JsonObject {
  return { name: name.replaceAll(".", "_"), type: optional(type, path), default: null };
}

function optional(type: SqlType, path: string): Json {
  return ["null", simplified(base(type, path))];
}

/** @param path the name of what has to be named */
function base(type: SqlType, path: string): JsonObject {
  switch (type.kind) {
    case "BOOLEAN":
      return { type: "boolean" };
    case "INTEGER":
      return { type: "int" };
    case "BIGINT":
      return { type: "long" };
    case "DOUBLE":
      return { type: "double" };
    case "STRING":
      return { type: "string" };
    case "BYTES":
      return { type: "bytes" };
    case "DATE":
      return logical("int", "Date", "date");
    case "TIME":
      return logical("int", "Time", "time-millis");
    case "TIMESTAMP":
      return logical("long", "Timestamp", "timestamp-millis");
    case "DECIMAL":
      return {
        type: "bytes",
        scale: type.scale,
        precision: type.precision,
        "connect.version": 1,
        "connect.parameters": {
          scale: String(type.scale),
          "connect.decimal.precision": String(type.precision),
        },
        "connect.name": `${CONNECT_DATA}.Decimal`,
        logicalType: "decimal",
      };
    case "ARRAY":
      return { type: "array", items: optional(type.element, path) };
    case "MAP":
      return { type: "array", items: mapEntry(type.key, type.value, path), "connect.name": path };
    case "STRUCT":
      return record(path, type.fields);
  }
}

function logical(type: string, connectName: string, logicalType: string): JsonObject {
  return { type, "connect.version": 1, "connect.name": `${CONNECT_DATA}.${connectName}`, logicalType };
}

function mapEntry(key: SqlType, value: SqlType, path: string): JsonObject {
  return {
    type: "record",
    ...named(path),
    fields: [
      { name: "key", type: optional(key, `${path}_MapKey`), default: null },
      { name: "value", type: optional(value, `${path}_MapValue`), default: null },
    ],
    "connect.internal.type": "MapEntry",
  };
}
