/**
 * Whether data written with one .proto can be read with another, by the rules of Confluent's registry: field numbers decide;
 * fields may come and go unless they are required; a type may change within its wire kind only.
 */
import { differenceLine } from "../schema-language.ts";
import type { SideNames } from "../schema-language.ts";
import type { ProtobufField, ProtobufMessage, ProtobufSchema, ProtobufType } from "./protobuf-schema.ts";

const LINES_MAX = 100;

/** Scalars that read each other's bytes (protobuf.dev, "Updating A Message Type"). Enums are numbers. */
const SCALAR_KINDS: Readonly<Record<string, string>> = {
  int32: "a number",
  int64: "a number",
  uint32: "a number",
  uint64: "a number",
  bool: "a number",
  sint32: "a signed number",
  sint64: "a signed number",
  string: "text or bytes",
  bytes: "text or bytes",
  fixed32: "a fixed 32-bit number",
  sfixed32: "a fixed 32-bit number",
  fixed64: "a fixed 64-bit number",
  sfixed64: "a fixed 64-bit number",
  float: "a float",
  double: "a double",
};

/** @returns a line for each place where reading fails or loses a meaning; none where the schemas fit */
export function protobufIncompatibilities(
  reader: ProtobufSchema,
  writer: ProtobufSchema,
  names: SideNames,
): string[] {
  const comparison = new Comparison(names);
  if (reader.packageName !== writer.packageName) {
    comparison.add("PACKAGE_CHANGED", "#/", `the package is '${reader.packageName}' in the ${names.reader}`);
  }
  comparison.messages(reader.messages, writer.messages, "#/");
  return comparison.lines;
}

class Comparison {
  readonly lines: string[] = [];
  readonly #names: SideNames;
  /** Pairs that were or are being compared, and whether they fit: fields of one type are looked at once. */
  readonly #pairs: Map<ProtobufMessage, Map<ProtobufMessage, boolean>>;

  constructor(names: SideNames, pairs = new Map<ProtobufMessage, Map<ProtobufMessage, boolean>>()) {
    this.#names = names;
    this.#pairs = pairs;
  }

  add(type: string, path: string, description: string): void {
    if (this.lines.length < LINES_MAX) {
      this.lines.push(differenceLine(type, `at path '${path}': ${description}`));
    }
  }

  messages(reader: readonly ProtobufMessage[], writer: readonly ProtobufMessage[], path: string): void {
    const readable = new Map(reader.map((message) => [message.name, message]));
    for (const message of writer) {
      const place = `${path}${message.name}`;
      const other = readable.get(message.name);
      if (other !== undefined) this.#message(other, message, place);
      else {
        const what = `message '${message.name}' of the ${this.#names.writer} is not in the ${this.#names.reader}`;
        this.add("MESSAGE_REMOVED", place, what);
      }
    }
  }

  /** @returns whether the pair fits */
  #message(reader: ProtobufMessage, writer: ProtobufMessage, path: string): boolean {
    const pairs = this.#pairs.get(reader) ?? new Map<ProtobufMessage, boolean>();
    this.#pairs.set(reader, pairs);
    const known = pairs.get(writer);
    if (known !== undefined) return known;
    pairs.set(writer, true);
    const before = this.lines.length;
    this.#oneofs(reader, writer, path);
    this.#fields(reader, writer, path);
    this.messages(reader.messages, writer.messages, `${path}/`);
    const fits = this.lines.length === before;
    pairs.set(writer, fits);
    return fits;
  }

  /** Fields that could be set together before and now exclude each other lose all values but one. */
  #oneofs(reader: ProtobufMessage, writer: ProtobufMessage, path: string): void {
    const written = new Map(writer.fields.map((field) => [field.number, field]));
    for (const oneof of oneofNames(reader)) {
      const origins = new Set<string>();
      let moved = 0;
      for (const field of reader.fields) {
        const origin = field.oneof === oneof ? written.get(field.number) : undefined;
        if (origin === undefined) continue;
        origins.add(origin.oneof === undefined ? `field ${origin.number}` : `oneof ${origin.oneof}`);
        if (origin.oneof === undefined) moved++;
      }
      if (origins.size < 2) continue;
      const type = moved > 1 ? "MULTIPLE_FIELDS_MOVED_TO_ONEOF" : "FIELD_MOVED_TO_EXISTING_ONEOF";
      const what = `fields that are independent in the ${this.#names.writer} exclude each other in oneof '${oneof}' of the ${this.#names.reader}`;
      this.add(type, `${path}/${oneof}`, what);
    }
  }

  #fields(reader: ProtobufMessage, writer: ProtobufMessage, path: string): void {
    const readable = new Map(reader.fields.map((field) => [field.number, field]));
    const written = new Map(writer.fields.map((field) => [field.number, field]));
    const numbers = [...new Set([...written.keys(), ...readable.keys()])].toSorted((a, b) => a - b);
    for (const number of numbers) {
      const one = readable.get(number);
      const other = written.get(number);
      const place = `${path}/${number}`;
      if (one === undefined && other !== undefined) this.#removed(other, reader, writer, place);
      else if (other === undefined && one?.label === "required") {
        const what = `required field '${one.name}' of the ${this.#names.reader} is not in the ${this.#names.writer}`;
        this.add("REQUIRED_FIELD_ADDED", place, what);
      } else if (one !== undefined && other !== undefined) this.#field(one, other, place);
    }
  }

  #removed(field: ProtobufField, reader: ProtobufMessage, writer: ProtobufMessage, path: string): void {
    const { reader: one, writer: other } = this.#names;
    if (field.label === "required") {
      this.add(
        "REQUIRED_FIELD_REMOVED",
        path,
        `required field '${field.name}' of the ${other} is not in the ${one}`,
      );
    }
    if (field.oneof === undefined || wholeOneofRemoved(field.oneof, reader, writer)) return;
    const what = `field '${field.name}' of oneof '${field.oneof}' of the ${other} is not in the ${one}`;
    this.add("ONEOF_FIELD_REMOVED", path, what);
  }

  #field(reader: ProtobufField, writer: ProtobufField, path: string): void {
    const before = this.lines.length;
    this.#type(reader.type, writer.type, path);
    if (this.lines.length > before || reader.type.kind === "message" || reader.type.kind === "map") return;
    // A label that is not written does not count, nor does any for text and bytes, where the last value wins.
    const labels = [reader.label, writer.label];
    if (labels.includes(undefined) || reader.label === writer.label) return;
    if (scalarKind(reader.type) === "text or bytes") return;
    const what = `field '${reader.name}' is ${reader.label} in the ${this.#names.reader} and ${writer.label} in the ${this.#names.writer}`;
    this.add("FIELD_NUMERIC_LABEL_CHANGED", path, what);
  }

  #type(reader: ProtobufType, writer: ProtobufType, path: string): void {
    if (reader.kind === "message" && writer.kind === "message") {
      this.#namedType(reader.message(), writer.message(), path);
    } else if (reader.kind === "map" && writer.kind === "map") {
      this.#type(reader.key, writer.key, path);
      this.#type(reader.value, writer.value, path);
    } else if (isScalar(reader) && isScalar(writer)) {
      if (scalarKind(reader) === scalarKind(writer)) return;
      this.add("FIELD_SCALAR_KIND_CHANGED", path, this.#changed(describe(reader), describe(writer)));
    } else {
      this.add("FIELD_KIND_CHANGED", path, this.#changed(describe(reader), describe(writer)));
    }
  }

  #namedType(reader: ProtobufMessage, writer: ProtobufMessage, path: string): void {
    if (reader.localName !== writer.localName) {
      this.add("FIELD_NAMED_TYPE_CHANGED", path, this.#changed(reader.localName, writer.localName));
    } else if (!this.#message(reader, writer, path)) {
      this.add("FIELD_NAMED_TYPE_CHANGED", path, `message '${reader.localName}' has changed incompatibly`);
    }
  }

  #changed(reader: string, writer: string): string {
    return `the type is ${reader} in the ${this.#names.reader} and ${writer} in the ${this.#names.writer}`;
  }
}

function oneofNames(message: ProtobufMessage): Set<string> {
  return new Set(message.fields.flatMap(({ oneof }) => (oneof === undefined ? [] : [oneof])));
}

/** A oneof that went with all its fields is no loss of one of them. */
function wholeOneofRemoved(name: string, reader: ProtobufMessage, writer: ProtobufMessage): boolean {
  if (oneofNames(reader).has(name)) return false;
  const numbers = new Set(reader.fields.map(({ number }) => number));
  return !writer.fields.some((field) => field.oneof === name && numbers.has(field.number));
}

function isScalar(type: ProtobufType): boolean {
  return type.kind === "scalar" || type.kind === "enum";
}

function scalarKind(type: ProtobufType): string | undefined {
  if (type.kind === "enum") return "a number";
  return type.kind === "scalar" ? SCALAR_KINDS[type.name] : undefined;
}

function describe(type: ProtobufType): string {
  if (type.kind === "message") return `message '${type.message().localName}'`;
  return type.kind === "map" ? "a map" : `'${type.name}'`;
}
