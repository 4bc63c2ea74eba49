/** Encoders of message shapes: for each (shape, version) one closure, made when it is first needed. */
import { assert, defined } from "../../base/assert.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { Field, FieldType, PrimitiveKind, Shape } from "./schema.ts";

type Write = (writer: ByteWriter, value: unknown) => void;
type Message = Readonly<Record<string, unknown>>;

/** The encoder of a message. A value that the shape does not allow is a bug in the caller. */
export function compileWriter(
  shape: Shape,
  version: number,
  flexible: boolean,
): (writer: ByteWriter, message: object) => void {
  return structWriter(shape, version, flexible);
}

interface Step {
  readonly name: string;
  readonly absent: unknown;
  readonly optional: boolean;
  readonly write: Write;
}

interface TaggedStep extends Step {
  readonly tag: number;
}

function structWriter(shape: Shape, version: number, flexible: boolean): Write {
  const steps: Step[] = [];
  const tagged: TaggedStep[] = [];
  for (const [name, field] of Object.entries(shape)) {
    if (version < field.since || version > field.until) continue;
    const { absent, optional, tag } = field;
    const step = { name, absent, optional, write: fieldWriter(field, version, flexible) };
    if (tag === undefined) steps.push(step);
    else tagged.push({ ...step, tag });
  }
  tagged.sort((a, b) => a.tag - b.tag);
  return (writer, value) => {
    const message = value as Message;
    for (const { name, absent, optional, write } of steps) {
      const given = message[name];
      assert(given !== undefined || optional, `field '${name}' of an answer is missing`);
      write(writer, given === undefined ? absent : given);
    }
    if (flexible) writeTags(writer, message, tagged);
  };
}

function writeTags(writer: ByteWriter, message: Message, tagged: readonly TaggedStep[]): void {
  const present = tagged.filter(({ name, absent }) => !isAbsent(message[name], absent));
  writer.uvarint(present.length);
  for (const { name, tag, write } of present) {
    writer.uvarint(tag);
    const inner = new ByteWriter(64);
    write(inner, message[name]);
    writer.uvarint(inner.size);
    writer.append(inner);
  }
}

function isAbsent(value: unknown, absent: unknown): boolean {
  return value === undefined || value === absent || (Array.isArray(value) && value.length === 0);
}

function fieldWriter(field: Field, version: number, flexible: boolean): Write {
  const { type } = field;
  if (type.kind === "struct" && version >= field.nullableSince) {
    const write = structWriter(type.shape, version, flexible);
    return (writer, value) => {
      writer.int8(value === null ? -1 : 1);
      if (value !== null) write(writer, value);
    };
  }
  return typeWriter(type, version, flexible, version >= field.nullableSince);
}

function typeWriter(type: FieldType, version: number, flexible: boolean, nullable: boolean): Write {
  if (type.kind === "struct") return structWriter(type.shape, version, flexible);
  if (type.kind !== "array") return primitiveWriter(type.kind, flexible, nullable);
  const element = typeWriter(type.element, version, flexible, false);
  return (writer, value) => {
    const values = value as readonly unknown[] | null;
    if (values === null && nullable) {
      writer.length(-1, flexible);
      return;
    }
    // A field that was not nullable in an early version is empty there.
    const present = values ?? [];
    writer.length(present.length, flexible);
    for (const each of present) element(writer, each);
  };
}

function primitiveWriter(kind: PrimitiveKind, flexible: boolean, nullable: boolean): Write {
  switch (kind) {
    case "bool":
      return (writer, value) => writer.bool(value as boolean);
    case "int8":
      return (writer, value) => writer.int8(value as number);
    case "int16":
      return (writer, value) => writer.int16(value as number);
    case "int32":
      return (writer, value) => writer.int32(value as number);
    case "int64":
      return (writer, value) => writer.int64(value as number);
    case "float64":
      return (writer, value) => writer.float64(value as number);
    case "producerId":
      return (writer, value) => writer.bigInt64(value as bigint);
    case "uuid":
      return (writer, value) => writer.uuid(value as string);
    case "string":
      return (writer, value) => writeString(writer, value as string | null, flexible, nullable);
    case "bytes":
      return (writer, value) => {
        if (value === null && nullable) {
          writer.length(-1, flexible);
          return;
        }
        const raw = defined(value as Uint8Array | null, "a value of bytes");
        writer.length(raw.length, flexible);
        writer.raw(raw);
      };
  }
}

/** A string's length has 16 bits in the versions that are not flexible. */
const SHORT_MAX = 32_767;

function writeString(writer: ByteWriter, value: string | null, flexible: boolean, nullable: boolean): void {
  if (value === null && nullable) {
    writer.stringLength(-1, flexible);
    return;
  }
  let text = value ?? "";
  let size = Buffer.byteLength(text);
  if (size > SHORT_MAX) {
    text = Buffer.from(text).toString("utf8", 0, SHORT_MAX - 3);
    size = Buffer.byteLength(text);
  }
  writer.stringLength(size, flexible);
  writer.text(text, size);
}
