/**
 * Compiles an Avro type and the SQL type that a column was declared with to a function that reads the one as the other.
 * Fields match as in ksqlDB: by their name, or by their name in upper case; the last of several wins.
 */
import type { SqlType, StructType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { ByteWriter } from "../byte-writer.ts";
import {
  decimalOfBytes,
  fromBoolean,
  fromBytes,
  fromDecimal,
  fromDouble,
  fromFloat,
  fromInt32,
  fromInt64,
  fromString,
  typeMismatch,
} from "../connect/value-conversion.ts";
import type {
  AvroArray,
  AvroField,
  AvroMap,
  AvroRecord,
  AvroType,
  AvroUnion,
} from "../registry/avro/avro-schema.ts";
import { describeAvroType } from "../registry/avro/avro-schema.ts";
import { branchName, decimalShape, isNull, mapEntryShape, onlyBranch } from "./avro-connect.ts";
import type { MapEntryShape } from "./avro-connect.ts";
import { AvroCursor } from "./avro-cursor.ts";
import { writeDefault } from "./avro-default-value.ts";
import { avroSkip, branchOf, leastBytes } from "./avro-skipper.ts";
import type { AvroSkip } from "./avro-skipper.ts";

export type AvroRead = (cursor: AvroCursor) => Value;
export type WantedFields = "all" | ReadonlySet<number>;

/** @throws DeserializationError where the type can't be read as the column's */
export function avroRead(type: AvroType, sql: SqlType, path: string, fields: WantedFields = "all"): AvroRead {
  switch (type.kind) {
    case "primitive":
      return primitiveRead(type, sql, path);
    case "enum": {
      const convert = fromString(sql, path);
      const values = type.symbols.map(convert);
      return (cursor) => branchOf(values, cursor.count());
    }
    case "fixed":
      return bytesRead(type, sql, path, (cursor) => cursor.take(type.size));
    case "array":
      return arrayRead(type, sql, path);
    case "map":
      return mapRead(type, sql, path);
    case "union":
      return unionRead(type, sql, path, fields);
    case "record": {
      if (sql.kind !== "STRUCT") throw typeMismatch(describeAvroType(type), sql, path);
      return recordRead(type, sql, path, fields);
    }
  }
}

function primitiveRead(type: AvroType & { kind: "primitive" }, sql: SqlType, path: string): AvroRead {
  switch (type.name) {
    case "null":
      return () => null;
    case "boolean": {
      const convert = fromBoolean(sql, path);
      return (cursor) => convert(cursor.boolean());
    }
    case "int": {
      const convert = fromInt32(sql, path);
      return (cursor) => convert(cursor.int());
    }
    case "long": {
      const convert = fromInt64(sql, path);
      return (cursor) => convert(cursor.long());
    }
    case "float": {
      const convert = fromFloat(sql, path);
      return (cursor) => convert(cursor.bytes.readFloatLE(cursor.take(4)));
    }
    case "double": {
      const convert = fromDouble(sql, path);
      return (cursor) => convert(cursor.bytes.readDoubleLE(cursor.take(8)));
    }
    case "string": {
      const convert = fromString(sql, path);
      return (cursor) => convert(cursor.string());
    }
    case "bytes":
      return bytesRead(type, sql, path, (cursor) => cursor.sized());
  }
}

/** @param take passes the bytes and answers where they start */
function bytesRead(
  type: AvroType,
  sql: SqlType,
  path: string,
  take: (cursor: AvroCursor) => number,
): AvroRead {
  const decimal = decimalShape(type);
  if (decimal !== undefined) {
    const convert = fromDecimal(sql, path);
    return (cursor) => {
      const start = take(cursor);
      return convert(decimalOfBytes(cursor.bytes, start, cursor.position, decimal.scale));
    };
  }
  const convert = fromBytes(sql, path);
  return (cursor) => {
    const start = take(cursor);
    return convert(Buffer.from(cursor.bytes.subarray(start, cursor.position)));
  };
}

function arrayRead(type: AvroArray, sql: SqlType, path: string): AvroRead {
  const entry = mapEntryShape(type);
  if (entry !== undefined) return entriesRead(entry, sql, path);
  if (sql.kind !== "ARRAY") throw typeMismatch("array", sql, path);
  const item = avroRead(type.items, sql.element, `${path}->ARRAY`);
  const least = leastBytes(type.items);
  return (cursor) => {
    const items: Value[] = [];
    for (let count = cursor.block(least); count > 0; count = cursor.block(least)) {
      for (let i = 0; i < count; i++) items.push(item(cursor));
    }
    return items;
  };
}

function mapRead(type: AvroMap, sql: SqlType, path: string): AvroRead {
  if (sql.kind !== "MAP") throw typeMismatch("map", sql, path);
  const key = fromString(sql.key, `${path}->MAP_KEY`);
  const value = avroRead(type.values, sql.value, `${path}->MAP_VAL`);
  const least = 1 + leastBytes(type.values);
  return (cursor) => {
    const map = new Map<Value, Value>();
    for (let count = cursor.block(least); count > 0; count = cursor.block(least)) {
      for (let i = 0; i < count; i++) map.set(key(cursor.string()), value(cursor));
    }
    return map;
  };
}

function entriesRead(entry: MapEntryShape, sql: SqlType, path: string): AvroRead {
  if (sql.kind !== "MAP") throw typeMismatch("map", sql, path);
  const key = avroRead(entry.key.type, sql.key, `${path}->MAP_KEY`);
  const value = avroRead(entry.value.type, sql.value, `${path}->MAP_VAL`);
  const keyFirst = entry.record.fields[0] === entry.key;
  const least = leastBytes(entry.record);
  return (cursor) => {
    const map = new Map<Value, Value>();
    for (let count = cursor.block(least); count > 0; count = cursor.block(least)) {
      for (let i = 0; i < count; i++) {
        const first = keyFirst ? key(cursor) : value(cursor);
        if (keyFirst) map.set(first, value(cursor));
        else map.set(key(cursor), first);
      }
    }
    return map;
  };
}

function unionRead(type: AvroUnion, sql: SqlType, path: string, fields: WantedFields): AvroRead {
  const only = onlyBranch(type);
  if (only !== undefined) {
    const read = avroRead(only, sql, path, fields);
    const branches = type.branches.map((branch): AvroRead => (isNull(branch) ? () => null : read));
    return (cursor) => branchOf(branches, cursor.count())(cursor);
  }
  if (sql.kind !== "STRUCT") throw typeMismatch(describeAvroType(type), sql, path);
  const width = sql.fields.length;
  const branches = type.branches.map((branch): AvroRead => {
    if (isNull(branch)) return () => null;
    const name = branchName(branch);
    const at = fieldIndex(sql, name);
    const wanted = at !== undefined && (fields === "all" || fields.has(at));
    const read = wanted ? avroRead(branch, sql.fields[at]!.type, `${path}->${name}`) : undefined;
    const skip = avroSkip(branch);
    return (cursor) => {
      const struct: Value[] = Array.from({ length: width }, () => null);
      if (read === undefined) skip(cursor);
      else struct[at!] = read(cursor);
      return struct;
    };
  });
  return (cursor) => branchOf(branches, cursor.count())(cursor);
}

function recordRead(type: AvroRecord, sql: StructType, path: string, wanted: WantedFields): AvroRead {
  const width = sql.fields.length;
  const read = fieldsRead(type, (field) => {
    const at = fieldIndex(sql, field.name);
    if (at === undefined || (wanted !== "all" && !wanted.has(at))) return undefined;
    const fieldPath = `${path}->${field.name}`;
    return { slot: at, read: fieldRead(field, sql.fields[at]!.type, fieldPath) };
  });
  return (cursor) => {
    const struct: Value[] = Array.from({ length: width }, () => null);
    read(cursor, struct);
    return struct;
  };
}

/** Connect gives a field's default for a NULL. */
export function fieldRead(
  field: AvroField,
  sql: SqlType,
  path: string,
  wanted: WantedFields = "all",
): AvroRead {
  const read = avroRead(field.type, sql, path, wanted);
  const { defaultValue } = field;
  if (defaultValue === undefined || defaultValue === null || field.type.kind !== "union") return read;
  const bytes = new ByteWriter(64);
  writeDefault(field.type, defaultValue, bytes);
  const cursor = new AvroCursor();
  cursor.reset(bytes.bytes, 0, bytes.position);
  const otherwise = read(cursor);
  return otherwise === null ? read : (record) => read(record) ?? otherwise;
}

function fieldIndex(sql: StructType, name: string): number | undefined {
  return matchingName(
    sql.fields.map((field) => field.name),
    name,
  );
}

/** Which of the declared names a schema's field belongs to. */
export function matchingName(declared: readonly string[], name: string): number | undefined {
  const exact = declared.indexOf(name);
  const at = exact >= 0 ? exact : declared.indexOf(name.toUpperCase());
  return at < 0 ? undefined : at;
}

interface FieldTarget {
  readonly slot: number;
  readonly read: AvroRead;
}

/** Reads a record's wanted fields into slots and passes over the others. */
export function fieldsRead(
  type: AvroRecord,
  targetOf: (field: AvroField) => FieldTarget | undefined,
): (cursor: AvroCursor, out: Value[]) => void {
  const steps: { readonly skip: AvroSkip; readonly target: FieldTarget | undefined }[] = [];
  for (const field of type.fields) {
    const target = targetOf(field);
    steps.push({ target, skip: target === undefined ? avroSkip(field.type) : () => undefined });
  }
  return (cursor, out) => {
    for (const { skip, target } of steps) {
      if (target === undefined) skip(cursor);
      else out[target.slot] = target.read(cursor);
    }
  };
}
