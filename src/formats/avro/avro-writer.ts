/**
 * Compiles an Avro type and a column's SQL type to a function that writes the column's values. Fields take the
 * columns of exactly their names; a field without one gets its default, or NULL. A number may stand in a wider type.
 */
import { Decimal } from "../../data/decimal.ts";
import { typeText } from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { ByteWriter } from "../byte-writer.ts";
import { bytesOfDecimal } from "../connect/value-conversion.ts";
import { formatErrors } from "../errors.ts";
import { describeAvroType } from "../registry/avro/avro-schema.ts";
import type { AvroField, AvroRecord, AvroType, AvroUnion } from "../registry/avro/avro-schema.ts";
import { SerializationError } from "../serialization-error.ts";
import { branchName, decimalShape, isNull, mapEntryShape, onlyBranch } from "./avro-connect.ts";
import type { DecimalShape, MapEntryShape } from "./avro-connect.ts";
import { writeDefault } from "./avro-default-value.ts";
import { writeInt, writeLong } from "./avro-varint.ts";

export type AvroWrite = (value: Value, writer: ByteWriter) => void;

/** @throws FORMAT_SCHEMA_MISFIT where the type can't hold the column */
export function avroWrite(type: AvroType, sql: SqlType, path: string): AvroWrite {
  if (type.kind === "union") return unionWrite(type, sql, path);
  const write = presentWrite(type, sql, path);
  return (value, writer) => {
    if (value === null)
      throw new SerializationError(`${path} is NULL, which ${describeAvroType(type)} can't be`);
    write(value, writer);
  };
}

function presentWrite(type: AvroType, sql: SqlType, path: string): AvroWrite {
  switch (type.kind) {
    case "primitive":
      return primitiveWrite(type, sql, path);
    case "enum": {
      if (sql.kind !== "STRING") throw misfit(type, sql, path);
      const symbols = new Map(type.symbols.map((symbol, i) => [symbol, i]));
      return (value, writer) => {
        const at = symbols.get(value as string);
        if (at === undefined)
          throw new SerializationError(`'${String(value)}' at ${path} is no symbol of the enum`);
        writeInt(writer, at);
      };
    }
    case "fixed":
      return fixedWrite(type, sql, path);
    case "array": {
      const entry = mapEntryShape(type);
      if (entry !== undefined) return entriesWrite(entry, sql, path);
      if (sql.kind !== "ARRAY") throw misfit(type, sql, path);
      const item = avroWrite(type.items, sql.element, `${path}[]`);
      return (value, writer) => writeItems(value as readonly Value[], item, writer);
    }
    case "map": {
      if (sql.kind !== "MAP" || sql.key.kind !== "STRING") throw misfit(type, sql, path);
      const write = avroWrite(type.values, sql.value, `${path}[]`);
      return (value, writer) =>
        writeItems(
          [...(value as ReadonlyMap<Value, Value>)],
          ([key, item], out) => {
            if (key === null) throw new SerializationError(`${path} has a NULL key`);
            writeText(key as string, out);
            write(item, out);
          },
          writer,
        );
    }
    case "record": {
      if (sql.kind !== "STRUCT") throw misfit(type, sql, path);
      const write = fieldsWrite(type, sql.fields, path);
      return (value, writer) => write(value as readonly Value[], writer);
    }
    case "union":
      return unionWrite(type, sql, path);
  }
}

function writeItems<T>(
  items: readonly T[],
  write: (item: T, writer: ByteWriter) => void,
  writer: ByteWriter,
): void {
  if (items.length > 0) {
    writeInt(writer, items.length);
    for (const item of items) write(item, writer);
  }
  writer.byte(0);
}

function primitiveWrite(type: AvroType & { kind: "primitive" }, sql: SqlType, path: string): AvroWrite {
  const decimal = decimalShape(type);
  if (decimal !== undefined) return decimalWrite(decimal, undefined, type, sql, path);
  switch (`${type.name} ${sql.kind}`) {
    case "boolean BOOLEAN":
      return (value, writer) => writer.byte(value === true ? 1 : 0);
    case "int INTEGER":
    case "int DATE":
    case "int TIME":
      return (value, writer) => writeInt(writer, value as number);
    case "long INTEGER":
    case "long TIMESTAMP":
      return (value, writer) => writeLong(writer, BigInt(value as number));
    case "long BIGINT":
      return (value, writer) => writeLong(writer, value as bigint);
    case "float DOUBLE":
      return (value, writer) => {
        writer.ensure(4);
        writer.position = writer.bytes.writeFloatLE(value as number, writer.position);
      };
    case "double DOUBLE":
    case "double INTEGER":
      return (value, writer) => {
        writer.ensure(8);
        writer.position = writer.bytes.writeDoubleLE(value as number, writer.position);
      };
    case "string STRING":
      return (value, writer) => writeText(value as string, writer);
    case "bytes BYTES":
      return (value, writer) => {
        writeInt(writer, (value as Uint8Array).length);
        writeBytes(value as Uint8Array, writer);
      };
    default:
      throw misfit(type, sql, path);
  }
}

function writeText(text: string, writer: ByteWriter): void {
  const length = Buffer.byteLength(text);
  writeInt(writer, length);
  writer.ensure(length);
  writer.position += writer.bytes.utf8Write(text, writer.position, length);
}

function writeBytes(bytes: Uint8Array, writer: ByteWriter): void {
  writer.ensure(bytes.length);
  writer.bytes.set(bytes, writer.position);
  writer.position += bytes.length;
}

function fixedWrite(type: AvroType & { kind: "fixed" }, sql: SqlType, path: string): AvroWrite {
  const decimal = decimalShape(type);
  if (decimal !== undefined) return decimalWrite(decimal, type.size, type, sql, path);
  if (sql.kind !== "BYTES") throw misfit(type, sql, path);
  return (value, writer) => {
    const bytes = value as Uint8Array;
    if (bytes.length !== type.size) {
      throw new SerializationError(`${path} has ${bytes.length} bytes, and the schema wants ${type.size}`);
    }
    writeBytes(bytes, writer);
  };
}

/** @param size of a fixed */
function decimalWrite(
  { precision, scale }: DecimalShape,
  size: number | undefined,
  type: AvroType,
  sql: SqlType,
  path: string,
): AvroWrite {
  if (sql.kind !== "DECIMAL" || sql.scale > scale) throw misfit(type, sql, path);
  return (value, writer) => {
    const { unscaled } = (value as Decimal).setScale(scale, "UNNECESSARY");
    const bytes = bytesOfDecimal(unscaled);
    if (new Decimal(unscaled, 0).precision > precision || bytes.length > (size ?? bytes.length)) {
      throw new SerializationError(
        `${String(value)} at ${path} is too large for decimal(${precision}, ${scale})`,
      );
    }
    if (size === undefined) writeInt(writer, bytes.length);
    else for (let i = bytes.length; i < size; i++) writer.byte(unscaled < 0n ? 0xff : 0);
    writeBytes(bytes, writer);
  };
}

function entriesWrite(entry: MapEntryShape, sql: SqlType, path: string): AvroWrite {
  if (sql.kind !== "MAP") throw misfit(entry.record, sql, path);
  const key = avroWrite(entry.key.type, sql.key, `${path}[].key`);
  const value = avroWrite(entry.value.type, sql.value, `${path}[].value`);
  const keyFirst = entry.record.fields[0] === entry.key;
  return (map, writer) =>
    writeItems(
      [...(map as ReadonlyMap<Value, Value>)],
      ([name, item], out) => {
        if (keyFirst) key(name, out);
        value(item, out);
        if (!keyFirst) key(name, out);
      },
      writer,
    );
}

function unionWrite(type: AvroUnion, sql: SqlType, path: string): AvroWrite {
  const nullAt = type.branches.findIndex(isNull);
  const present = presentUnionWrite(type, sql, path);
  return (value, writer) => {
    if (value !== null) {
      present(value, writer);
      return;
    }
    if (nullAt < 0) throw new SerializationError(`${path} is NULL, which its union can't be`);
    writeInt(writer, nullAt);
  };
}

function presentUnionWrite(type: AvroUnion, sql: SqlType, path: string): AvroWrite {
  const only = onlyBranch(type);
  if (only !== undefined) {
    const at = type.branches.indexOf(only);
    const write = presentWrite(only, sql, path);
    return (value, writer) => {
      writeInt(writer, at);
      write(value, writer);
    };
  }
  if (sql.kind !== "STRUCT") throw misfit(type, sql, path);
  const fields = sql.fields.map(({ name, type: fieldType }) => {
    const at = type.branches.findIndex((branch) => !isNull(branch) && branchName(branch) === name);
    if (at < 0) throw missing(name, path);
    return { at, write: avroWrite(type.branches[at]!, fieldType, `${path}.${name}`) };
  });
  return (value, writer) => {
    const items = value as readonly Value[];
    const set = items.findIndex((item) => item !== null);
    if (set < 0) throw new SerializationError(`${path} has no value for any branch of its union`);
    writeInt(writer, fields[set]!.at);
    fields[set]!.write(items[set]!, writer);
  };
}

/** Writes a record from values in the order of `columns`. @throws FORMAT_SCHEMA_MISFIT */
export function fieldsWrite(
  type: AvroRecord,
  columns: readonly { readonly name: string; readonly type: SqlType }[],
  path: string,
): (values: readonly Value[], writer: ByteWriter) => void {
  for (const { name } of columns)
    if (!type.fields.some((field) => field.name === name)) throw missing(name, path);
  const steps = type.fields.map((field) => {
    const at = columns.findIndex(({ name }) => name === field.name);
    return { at, write: at < 0 ? absentWrite(field, path) : fieldWrite(field, columns[at]!.type, path) };
  });
  return (values, writer) => {
    for (const { at, write } of steps) write(at < 0 ? null : values[at]!, writer);
  };
}

/** As Connect does, a NULL becomes the field's default, where it has another one. */
function fieldWrite(field: AvroField, sql: SqlType, path: string): AvroWrite {
  const { type, defaultValue } = field;
  const write = avroWrite(type, sql, `${path}.${field.name}`);
  if (defaultValue === undefined || defaultValue === null) return write;
  return (value, writer) => {
    if (value === null) writeDefault(type, defaultValue, writer);
    else write(value, writer);
  };
}

function absentWrite(field: AvroField, path: string): AvroWrite {
  const { type, defaultValue } = field;
  if (defaultValue !== undefined) return (_, writer) => writeDefault(type, defaultValue, writer);
  if (type.kind === "union" && type.branches.some(isNull))
    return (_, writer) => writeDefault(type, null, writer);
  throw formatErrors.SCHEMA_MISFIT({
    message: `the schema requires field '${field.name}', which no column has`,
    detail: `Missing default value for required Avro field: [${field.name}] at ${path}`,
    hint: "give the result a column of that name, or the field a default",
  });
}

function missing(name: string, path: string): Error {
  return formatErrors.SCHEMA_MISFIT({
    message: `the schema has no field '${name}'`,
    detail: `${path} has a column of that name`,
    hint: "name the column as the schema spells it, in back-ticks",
  });
}

function misfit(type: AvroType, sql: SqlType, path: string): Error {
  return formatErrors.SCHEMA_MISFIT({
    message: `${describeAvroType(type)} can't hold ${typeText(sql)}`,
    detail: `the place in the schema is ${path}`,
  });
}
