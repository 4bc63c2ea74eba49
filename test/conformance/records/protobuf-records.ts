/** PROTOBUF with the library protobufjs: a case's JSON by a registered or derived schema, and bytes as logical values. */
import Long from "long";
import protobuf from "protobufjs";
import type { SchemaRegistry } from "../../../src/formats/registry/schema-registry.ts";
import { isObject } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { CodecError } from "./codec-error.ts";
import { framed, producerSchema, referencedTexts, unframed } from "./framed-schemas.ts";
import { base64Bytes, fieldOf, listOf, numberText, objectOf, textOf, wholeNumber } from "./json-input.ts";
import { LogicalNumber } from "./logical-value.ts";
import type { LogicalValue } from "./logical-value.ts";
import { protobufSchema } from "./protobuf-schema.ts";
import { decodeWellKnown, encodeWellKnown, isWellKnown } from "./protobuf-well-known.ts";

/** @param fullName of the message; undefined: the schema's first */
export function encodeProtobuf(
  registry: SchemaRegistry,
  subject: string,
  fullName: string | undefined,
  value: Json,
): Buffer {
  const schema = producerSchema(registry, subject);
  const { messages } = protobufSchema(schema.schema, referencedTexts(registry, schema));
  const named = messages.findIndex((type) => type.fullName.slice(1) === fullName || type.name === fullName);
  const index = Math.max(0, named);
  const type = messages[index];
  if (type === undefined) throw new CodecError("the protobuf schema has no message");
  return framed(schema.id, Buffer.concat([messageIndex(index), encodeMessage(type, value)]));
}

export function decodeProtobuf(registry: SchemaRegistry, bytes: Buffer): LogicalValue {
  const { schema, record } = unframed(registry, bytes);
  const { messages } = protobufSchema(schema.schema, referencedTexts(registry, schema));
  const reader = protobuf.Reader.create(record);
  const path = Array.from({ length: reader.sint32() }, () => reader.sint32());
  const type = path.slice(1).reduce(nestedMessage, messages[path[0] ?? 0]);
  if (type === undefined) throw new CodecError(`the schema has no message ${path.join("/")}`);
  return decodeMessage(type, record.subarray(reader.pos));
}

function nestedMessage(type: protobuf.Type | undefined, index: number): protobuf.Type | undefined {
  return type?.nestedArray.filter((item): item is protobuf.Type => item instanceof protobuf.Type)[index];
}

export function encodeMessage(type: protobuf.Type, value: Json): Uint8Array {
  return type.encode(messageValue(type, value)).finish();
}

export function decodeMessage(type: protobuf.Type, bytes: Uint8Array): LogicalValue {
  return logicalMessage(type, type.decode(bytes));
}

/** How many indexes there are, then they; the usual case, the first message, is a single 0. */
function messageIndex(index: number): Uint8Array {
  const writer = protobuf.Writer.create();
  return (index === 0 ? writer.sint32(0) : writer.sint32(1).sint32(index)).finish();
}

function messageValue(type: protobuf.Type, value: Json): protobuf.Message {
  const object = objectOf(value, `message ${type.name}`);
  const message = type.create();
  for (const field of type.fieldsArray) {
    field.resolve();
    const item = fieldOf(object, field.name);
    if (item !== null) (message as unknown as Record<string, unknown>)[field.name] = fieldValue(field, item);
  }
  return message;
}

function fieldValue(field: protobuf.Field, value: Json): unknown {
  if (field instanceof protobuf.MapField) {
    const entries = Object.entries(objectOf(value, "map"));
    return Object.fromEntries(entries.map(([key, item]) => [key, singleValue(field, item)]));
  }
  if (!field.repeated) return singleValue(field, value);
  // Connect writes a map as repeated entries.
  const items = isObject(value)
    ? Object.entries(value).map(([key, item]): Json => ({ key, value: item }))
    : listOf(value);
  return items.map((item) => singleValue(field, item));
}

function singleValue(field: protobuf.Field, value: Json): unknown {
  const { resolvedType, type } = field;
  if (resolvedType instanceof protobuf.Enum) {
    const number = resolvedType.values[textOf(value)];
    return number ?? Number(numberText(value));
  }
  if (resolvedType instanceof protobuf.Type) {
    if (isWellKnown(resolvedType)) return encodeWellKnown(field, resolvedType, value);
    return value === null ? resolvedType.create() : messageValue(resolvedType, value);
  }
  if (value === null) return field.typeDefault;
  switch (type) {
    case "bool":
      return value;
    case "string":
      return textOf(value);
    case "bytes":
      return base64Bytes(value);
    case "float":
    case "double":
      return Number(numberText(value));
    default:
      return type.endsWith("64") ? Long.fromString(String(wholeNumber(value))) : Number(wholeNumber(value));
  }
}

function logicalMessage(type: protobuf.Type, message: object): ReadonlyMap<string, LogicalValue> {
  const values = message as Readonly<Record<string, unknown>>;
  return new Map(
    type.fieldsArray.map((field) => {
      field.resolve();
      const present = Object.hasOwn(values, field.name);
      return [field.name, present ? logicalField(field, values[field.name]) : absent(field)];
    }),
  );
}

/** Of a field that is not there: nothing where its absence can be told from its default. */
function absent(field: protobuf.Field): LogicalValue {
  if (field.map) return new Map();
  if (field.repeated) return isMapEntry(field) ? new Map() : [];
  if (field.resolvedType instanceof protobuf.Type || field.partOf !== null || isOptional(field)) return null;
  return logicalField(field, field.typeDefault);
}

function isOptional(field: protobuf.Field): boolean {
  return field.options?.["proto3_optional"] === true || field.hasPresence;
}

function isMapEntry({ resolvedType }: protobuf.Field): boolean {
  return (
    resolvedType instanceof protobuf.Type &&
    resolvedType.name.endsWith("Entry") &&
    resolvedType.fieldsArray.map(({ name }) => name).join() === "key,value"
  );
}

function logicalField(field: protobuf.Field, value: unknown): LogicalValue {
  if (field instanceof protobuf.MapField) {
    const entries = Object.entries(value as object) as [string, unknown][];
    return new Map(entries.map(([key, item]) => [key, logicalSingle(field, item)]));
  }
  if (!field.repeated) return logicalSingle(field, value);
  const items = (value as readonly unknown[]).map((item) => logicalSingle(field, item));
  if (!isMapEntry(field)) return items;
  const entries = items as readonly ReadonlyMap<string, LogicalValue>[];
  return new Map(entries.map((entry) => [keyText(entry.get("key")), entry.get("value") ?? null]));
}

function keyText(key: LogicalValue | undefined): string {
  return key instanceof LogicalNumber ? key.text : String(key);
}

function logicalSingle(field: protobuf.Field, value: unknown): LogicalValue {
  const { resolvedType, type } = field;
  if (resolvedType instanceof protobuf.Enum) return resolvedType.valuesById[value as number] ?? String(value);
  if (resolvedType instanceof protobuf.Type) {
    return isWellKnown(resolvedType)
      ? decodeWellKnown(field, resolvedType, value as object)
      : logicalMessage(resolvedType, value as object);
  }
  switch (type) {
    case "bool":
    case "string":
      return value as boolean | string;
    case "bytes":
      return Buffer.from(value as Uint8Array);
    case "double":
      return new LogicalNumber("double", String(value));
    case "float":
      return new LogicalNumber("float32", String(value));
    default:
      return new LogicalNumber("integer", String(value));
  }
}
