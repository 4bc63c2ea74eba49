/**
 * Writes values as JSON for a schema: as the JSON format does, but for maps as arrays of entries, unions, and what
 * the schema requires. A field that no column has is null where it may be, and left out where it may not.
 */
import { typeText } from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { ByteWriter } from "../byte-writer.ts";
import { formatErrors } from "../errors.ts";
import { jsonWriter } from "../json/json-writer.ts";
import type { JsonWriter } from "../json/json-writer.ts";
import { SerializationError } from "../serialization-error.ts";
import { unionField } from "./json-shape.ts";
import type { JsonMapShape, JsonShape, JsonShapeField } from "./json-shape.ts";

const HELD: Readonly<Partial<Record<JsonShape["kind"], readonly SqlType["kind"][]>>> = {
  BOOLEAN: ["BOOLEAN"],
  INT32: ["INTEGER", "DATE", "TIME"],
  INT64: ["BIGINT", "INTEGER", "TIMESTAMP"],
  FLOAT32: ["DOUBLE"],
  FLOAT64: ["DOUBLE"],
  STRING: ["STRING"],
  BYTES: ["BYTES"],
  DATE: ["DATE"],
  TIME: ["TIME"],
  TIMESTAMP: ["TIMESTAMP"],
  DECIMAL: ["DECIMAL"],
  ARRAY: ["ARRAY"],
  MAP: ["MAP"],
  STRUCT: ["STRUCT"],
  UNION: ["STRUCT"],
};

/** @throws FORMAT_SCHEMA_MISFIT where the shape can't hold the column */
export function shapeWriter(shape: JsonShape, sql: SqlType, path: string): JsonWriter {
  if (HELD[shape.kind]?.includes(sql.kind) !== true) {
    throw formatErrors.SCHEMA_MISFIT({
      message: `the JSON schema has ${shape.kind.toLowerCase()} at ${path}, which can't hold ${typeText(sql)}`,
    });
  }
  const write = presentWriter(shape, sql, path);
  return (value, writer) => {
    if (value !== null) write(value, writer);
    else if (shape.optional) writer.ascii("null");
    else throw new SerializationError(`${path} is NULL, and the schema requires it`);
  };
}

function presentWriter(shape: JsonShape, sql: SqlType, path: string): JsonWriter {
  if (shape.kind === "ARRAY" && sql.kind === "ARRAY") {
    const item = shapeWriter(shape.items, sql.element, `${path}[]`);
    return (value, writer) => writeList(value as readonly Value[], item, writer);
  }
  if (shape.kind === "MAP" && sql.kind === "MAP") return mapWriter(shape, sql, path);
  if (shape.kind === "UNION" && sql.kind === "STRUCT") return unionWriter(shape.branches, sql.fields, path);
  if (shape.kind !== "STRUCT" || sql.kind !== "STRUCT") return jsonWriter(sql);
  const write = objectWriter(shape.fields, sql.fields, path);
  return (value, writer) => write(value as readonly Value[], writer);
}

function writeList<T>(
  items: Iterable<T>,
  write: (item: T, writer: ByteWriter) => void,
  writer: ByteWriter,
): void {
  writer.byte(0x5b);
  let first = true;
  for (const item of items) {
    if (!first) writer.byte(0x2c);
    first = false;
    write(item, writer);
  }
  writer.byte(0x5d);
}

function mapWriter(shape: JsonMapShape, sql: SqlType & { kind: "MAP" }, path: string): JsonWriter {
  const value = shapeWriter(shape.value, sql.value, `${path}[]`);
  const key = shape.entries ? shapeWriter(shape.key, sql.key, `${path} (key)`) : jsonWriter(sql.key);
  if (shape.entries) {
    return (map, writer) =>
      writeList(
        map as ReadonlyMap<Value, Value>,
        ([name, item], out) => {
          out.ascii('{"key":');
          key(name, out);
          out.ascii(',"value":');
          value(item, out);
          out.byte(0x7d);
        },
        writer,
      );
  }
  return (map, writer) => {
    let next = 0x7b;
    for (const [name, item] of map as ReadonlyMap<Value, Value>) {
      if (name === null) throw new SerializationError(`${path} has a NULL key`);
      writer.byte(next);
      next = 0x2c;
      key(name, writer);
      writer.byte(0x3a);
      value(item, writer);
    }
    if (next === 0x7b) writer.byte(next);
    writer.byte(0x7d);
  };
}

function unionWriter(
  branches: readonly JsonShape[],
  fields: readonly { readonly name: string; readonly type: SqlType }[],
  path: string,
): JsonWriter {
  const writers = fields.map(({ name, type }) => {
    const branch = branches[branches.findIndex((_, i) => unionField(i) === name)];
    if (branch === undefined) throw missing(name, path);
    return shapeWriter(branch, type, `${path}.${name}`);
  });
  return (value, writer) => {
    const items = value as readonly Value[];
    const set = items.findIndex((item) => item !== null);
    if (set < 0) throw new SerializationError(`${path} has no value for any branch of its union`);
    writers[set]!(items[set]!, writer);
  };
}

/** Writes an object from values in the order of `columns`. @throws FORMAT_SCHEMA_MISFIT */
export function objectWriter(
  fields: readonly JsonShapeField[],
  columns: readonly { readonly name: string; readonly type: SqlType }[],
  path: string,
): (values: readonly Value[], writer: ByteWriter) => void {
  for (const { name } of columns) if (!fields.some((field) => field.name === name)) throw missing(name, path);
  const steps = fields.flatMap(({ name, shape }) => {
    const at = columns.findIndex((column) => column.name === name);
    if (at < 0 && !shape.optional) return [];
    const write = at < 0 ? writeNull : shapeWriter(shape, columns[at]!.type, `${path}.${name}`);
    return [{ at, prefix: Buffer.from(`${JSON.stringify(name)}:`), write }];
  });
  return (values, writer) => {
    writer.byte(0x7b);
    let first = true;
    for (const { at, prefix, write } of steps) {
      if (!first) writer.byte(0x2c);
      first = false;
      writer.copy(prefix, 0, prefix.length);
      write(at < 0 ? null : values[at]!, writer);
    }
    writer.byte(0x7d);
  };
}

const writeNull: JsonWriter = (_, writer) => writer.ascii("null");

function missing(name: string, path: string): Error {
  return formatErrors.SCHEMA_MISFIT({
    message: `the JSON schema has no field '${name}'`,
    detail: `${path} has a column of that name`,
    hint: "name the column as the schema spells it, in back-ticks",
  });
}
