/** AVRO: a case's JSON by a registered schema, and bytes as logical values. */
import type { RegisteredSchema, SchemaRegistry } from "../../../src/formats/registry/schema-registry.ts";
import { NumberText, isArray, isObject, printJson } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { AvroReader, AvroWriter } from "./avro-bytes.ts";
import { avroType, isMapOfEntries } from "./avro-schema.ts";
import type { AvroType } from "./avro-schema.ts";
import { CodecError } from "./codec-error.ts";
import { framed, producerSchema, referencedTexts, unframed } from "./framed-schemas.ts";
import {
  base64Bytes,
  bigIntegerBytes,
  bigIntegerOf,
  decimalText,
  fieldOf,
  listOf,
  numberText,
  objectOf,
  textOf,
  unscaledDecimal,
  wholeNumber,
} from "./json-input.ts";
import { LogicalNumber } from "./logical-value.ts";
import type { LogicalValue } from "./logical-value.ts";

export function encodeAvro(registry: SchemaRegistry, subject: string, value: Json): Buffer {
  const schema = producerSchema(registry, subject);
  const writer = new AvroWriter();
  write(registeredType(registry, schema), value, writer);
  return framed(schema.id, writer.finish());
}

export function decodeAvro(registry: SchemaRegistry, bytes: Buffer): LogicalValue {
  const { schema, record } = unframed(registry, bytes);
  const reader = new AvroReader(record);
  const value = read(registeredType(registry, schema), reader);
  if (!reader.isAtEnd) throw new CodecError("bytes are left behind the Avro record");
  return value;
}

function registeredType(registry: SchemaRegistry, schema: RegisteredSchema): AvroType {
  const known = new Map<string, AvroType>();
  for (const text of referencedTexts(registry, schema).values()) avroType(text, known);
  return avroType(schema.schema, known);
}

function write(type: AvroType, value: Json, writer: AvroWriter): void {
  switch (type.kind) {
    case "union": {
      const index = branchOf(type.branches, value);
      writer.count(index);
      write(type.branches[index]!, value, writer);
      return;
    }
    case "record": {
      const object = objectOf(value, "record");
      for (const field of type.fields) {
        const item = fieldOf(object, field.name);
        write(field.type, item === null ? (field.defaultValue ?? null) : item, writer);
      }
      return;
    }
    case "array": {
      const entries = isObject(value)
        ? Object.entries(value).map(([key, item]): Json => ({ key, value: item }))
        : listOf(value);
      writeBlock(writer, entries, (item) => write(type.items, item, writer));
      return;
    }
    case "map":
      writeBlock(writer, Object.entries(objectOf(value, "map")), ([key, item]) => {
        writer.sized(Buffer.from(key));
        write(type.values, item, writer);
      });
      return;
    default:
      writePrimitive(type, value, writer);
  }
}

function writeBlock<T>(writer: AvroWriter, items: readonly T[], item: (value: T) => void): void {
  if (items.length > 0) writer.count(items.length);
  items.forEach(item);
  writer.count(0);
}

type Primitive = Exclude<AvroType, { readonly kind: "union" | "record" | "array" | "map" }>;

function writePrimitive(type: Primitive, value: Json, writer: AvroWriter): void {
  if (value === null && type.kind !== "null") throw new CodecError(`null where the schema has ${type.kind}`);
  switch (type.kind) {
    case "null":
      return;
    case "boolean":
      writer.raw(Buffer.from([value === true ? 1 : 0]));
      return;
    case "int":
    case "long":
      writer.long(wholeNumber(value));
      return;
    case "float":
      writer.float(Number(numberText(value)));
      return;
    case "double":
      writer.double(Number(numberText(value)));
      return;
    case "string":
      writer.sized(Buffer.from(textOf(value)));
      return;
    case "enum":
      writer.count(type.symbols.indexOf(textOf(value)));
      return;
    case "bytes":
      writer.sized(
        type.scale === undefined ? base64Bytes(value) : bigIntegerBytes(unscaledDecimal(value, type.scale)),
      );
      return;
    case "fixed":
      throw new CodecError("the runner writes no Avro fixed");
  }
}

/** @throws CodecError where no branch takes the value */
function branchOf(branches: readonly AvroType[], value: Json): number {
  const index = branches.findIndex((branch) => takes(branch, value));
  if (index >= 0) return index;
  throw new CodecError(`${printJson(value)} fits no branch of the union`);
}

const NUMERIC: readonly string[] = ["int", "long", "float", "double", "bytes"];

function takes({ kind }: AvroType, value: Json): boolean {
  if (value === null) return kind === "null";
  if (typeof value === "boolean") return kind === "boolean";
  if (typeof value === "string")
    return ["string", "enum", "bytes", "fixed"].includes(kind) || isNumeric(kind, value);
  if (value instanceof NumberText) return NUMERIC.includes(kind) || kind === "string";
  return isArray(value) ? kind === "array" : kind === "record" || kind === "map" || kind === "array";
}

function isNumeric(kind: string, text: string): boolean {
  return NUMERIC.includes(kind) && text.trim() !== "" && Number.isFinite(Number(text));
}

function read(type: AvroType, reader: AvroReader): LogicalValue {
  switch (type.kind) {
    case "union": {
      const branch = type.branches[reader.count()];
      if (branch === undefined) throw new CodecError("the union has no such branch");
      return read(branch, reader);
    }
    case "record":
      return new Map(type.fields.map((field) => [field.name, read(field.type, reader)]));
    case "array": {
      const items: LogicalValue[] = [];
      reader.blocks(() => items.push(read(type.items, reader)));
      return isMapOfEntries(type) ? mapOf(items as readonly ReadonlyMap<string, LogicalValue>[]) : items;
    }
    case "map": {
      const map = new Map<string, LogicalValue>();
      reader.blocks(() => {
        const key = reader.sized().toString("utf8");
        map.set(key, read(type.values, reader));
      });
      return map;
    }
    default:
      return readPrimitive(type, reader);
  }
}

function mapOf(entries: readonly ReadonlyMap<string, LogicalValue>[]): LogicalValue {
  return new Map(
    entries.map((entry) => {
      const key = entry.get("key") ?? null;
      return [key instanceof LogicalNumber ? key.text : String(key), entry.get("value") ?? null];
    }),
  );
}

function readPrimitive(type: Primitive, reader: AvroReader): LogicalValue {
  switch (type.kind) {
    case "null":
      return null;
    case "boolean":
      return reader.raw(1)[0] === 1;
    case "int":
    case "long":
      return new LogicalNumber("integer", String(reader.long()));
    case "float":
      return new LogicalNumber("float32", String(reader.float()));
    case "double":
      return new LogicalNumber("double", String(reader.double()));
    case "string":
      return reader.sized().toString("utf8");
    case "enum":
      return type.symbols[reader.count()] ?? null;
    case "bytes":
    case "fixed": {
      const bytes = type.kind === "bytes" ? reader.sized() : reader.raw(type.size);
      if (type.scale === undefined) return bytes;
      return new LogicalNumber("decimal", decimalText(bigIntegerOf(bytes), type.scale));
    }
  }
}
