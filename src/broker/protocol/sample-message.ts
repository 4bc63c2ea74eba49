/** Random messages of a shape, for tests: in a version, with the defaults of the fields that it lacks. */
import * as fc from "fast-check";
import type { Field, FieldType, PrimitiveKind, Shape } from "./schema.ts";

type Message = Record<string, unknown>;

export function messageOf(shape: Shape, version: number): fc.Arbitrary<Message> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, field] of Object.entries(shape)) fields[name] = fieldOf(field, version);
  return fc.record(fields);
}

function fieldOf(field: Field, version: number): fc.Arbitrary<unknown> {
  if (version < field.since || version > field.until) return fc.constant(field.absent);
  const value = valueOf(field.type, version);
  if (version < field.nullableSince) return value;
  return fc.option(value, { nil: null, freq: 4 });
}

function valueOf(type: FieldType, version: number): fc.Arbitrary<unknown> {
  if (type.kind === "struct") return messageOf(type.shape, version);
  if (type.kind === "array") return fc.array(valueOf(type.element, version), { maxLength: 3 });
  return primitiveOf(type.kind);
}

function primitiveOf(kind: PrimitiveKind): fc.Arbitrary<unknown> {
  switch (kind) {
    case "bool":
      return fc.boolean();
    case "int8":
      return fc.integer({ min: -128, max: 127 });
    case "int16":
      return fc.integer({ min: -32_768, max: 32_767 });
    case "int32":
      return fc.integer();
    case "int64":
      return fc.maxSafeInteger();
    case "float64":
      return fc.double({ noNaN: true });
    case "producerId":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "uuid":
      return fc.uuid();
    case "string":
      return fc.string({ unit: "grapheme", maxLength: 12 });
    case "bytes":
      return fc
        .oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 5000, maxLength: 6000 }))
        .map((array) => Buffer.from(array));
  }
}
