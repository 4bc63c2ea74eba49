/**
 * Decoders of message shapes: for each (shape, version) one closure, made when it is first needed. A decoded message has
 * every field of its shape; those the version does not have hold their default.
 */
import type { ByteReader } from "./byte-reader.ts";
import { MalformedFrame } from "./byte-reader.ts";
import type { Field, FieldType, PrimitiveKind, Shape } from "./schema.ts";

type Read = (reader: ByteReader) => unknown;

interface CompiledReader {
  readonly read: Read;
  /** The fewest bytes a value takes. */
  readonly least: number;
}

/** The decoder of a message. @throws MalformedFrame (the decoder) */
export function compileReader(
  shape: Shape,
  version: number,
  flexible: boolean,
): (reader: ByteReader) => Record<string, unknown> {
  return structReader(shape, version, flexible).read as (reader: ByteReader) => Record<string, unknown>;
}

interface Step {
  readonly name: string;
  readonly read: Read;
}

function structReader(shape: Shape, version: number, flexible: boolean): CompiledReader {
  const template: Record<string, unknown> = {};
  const steps: Step[] = [];
  const tagged = new Map<number, Step>();
  let least = flexible ? 1 : 0;
  for (const [name, field] of Object.entries(shape)) {
    template[name] = field.absent;
    if (version < field.since || version > field.until) continue;
    const compiled = fieldReader(field, version, flexible);
    if (field.tag !== undefined) {
      tagged.set(field.tag, { name, read: compiled.read });
      continue;
    }
    least += compiled.least;
    steps.push({ name, read: compiled.read });
  }
  const read = (reader: ByteReader): Record<string, unknown> => {
    const message = { ...template };
    for (const step of steps) message[step.name] = step.read(reader);
    if (flexible) readTags(reader, message, tagged);
    return message;
  };
  return { read, least };
}

function readTags(
  reader: ByteReader,
  message: Record<string, unknown>,
  known: ReadonlyMap<number, Step>,
): void {
  const count = reader.uvarint();
  reader.elements(count, 2);
  let lastTag = -1;
  for (let i = 0; i < count; i++) {
    const tag = reader.uvarint();
    if (tag <= lastTag) throw new MalformedFrame(`tag ${tag} is out of order`);
    lastTag = tag;
    const size = reader.uvarint();
    const step = known.get(tag);
    if (step === undefined) {
      reader.view(size);
      continue;
    }
    const end = reader.position + size;
    message[step.name] = step.read(reader);
    if (reader.position !== end) throw new MalformedFrame(`tag ${tag} does not have the size it claims`);
  }
}

function fieldReader(field: Field, version: number, flexible: boolean): CompiledReader {
  const nullable = version >= field.nullableSince;
  const { type } = field;
  if (type.kind === "struct" && nullable) {
    const { read } = structReader(type.shape, version, flexible);
    return { read: (reader) => (reader.int8() < 0 ? null : read(reader)), least: 1 };
  }
  return typeReader(type, version, flexible, nullable);
}

function typeReader(type: FieldType, version: number, flexible: boolean, nullable: boolean): CompiledReader {
  if (type.kind === "struct") return structReader(type.shape, version, flexible);
  if (type.kind !== "array") return primitiveReader(type.kind, flexible, nullable);
  const element = typeReader(type.element, version, flexible, false);
  const least = Math.max(1, element.least);
  const read = (reader: ByteReader): unknown[] | null => {
    const count = reader.length(flexible);
    if (count === -1) return nullOrFault(nullable);
    reader.elements(count, least);
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) values.push(element.read(reader));
    return values;
  };
  return { read, least: flexible ? 1 : 4 };
}

function nullOrFault(nullable: boolean): null {
  if (!nullable) throw new MalformedFrame("null stands where a value must be");
  return null;
}

function primitiveReader(kind: PrimitiveKind, flexible: boolean, nullable: boolean): CompiledReader {
  switch (kind) {
    case "bool":
      return { read: (reader) => reader.bool(), least: 1 };
    case "int8":
      return { read: (reader) => reader.int8(), least: 1 };
    case "int16":
      return { read: (reader) => reader.int16(), least: 2 };
    case "int32":
      return { read: (reader) => reader.int32(), least: 4 };
    case "int64":
      return { read: (reader) => reader.int64(), least: 8 };
    case "float64":
      return { read: (reader) => reader.float64(), least: 8 };
    case "producerId":
      return { read: (reader) => reader.bigInt64(), least: 8 };
    case "uuid":
      return { read: (reader) => reader.uuid(), least: 16 };
    case "string": {
      const read = (reader: ByteReader): string | null => {
        const length = reader.stringLength(flexible);
        return length === -1 ? nullOrFault(nullable) : reader.text(length);
      };
      return { read, least: flexible ? 1 : 2 };
    }
    case "bytes": {
      const read = (reader: ByteReader): Buffer | null => {
        const length = reader.length(flexible);
        return length === -1 ? nullOrFault(nullable) : reader.view(length);
      };
      return { read, least: flexible ? 1 : 4 };
    }
  }
}
