/** Passes over values that nobody wants. */
import { DeserializationError } from "../deserialization-error.ts";
import type { AvroRecord, AvroType } from "../registry/avro/avro-schema.ts";
import type { AvroCursor } from "./avro-cursor.ts";

export type AvroSkip = (cursor: AvroCursor) => void;

/** @param records skips of the records met so far, which may contain themselves */
export function avroSkip(type: AvroType, records: Map<AvroRecord, AvroSkip> = new Map()): AvroSkip {
  switch (type.kind) {
    case "primitive":
      return primitiveSkip(type.name);
    case "enum":
      return (cursor) => cursor.skipLong();
    case "fixed":
      return (cursor) => cursor.take(type.size);
    case "array":
      return blocksSkip(avroSkip(type.items, records), leastBytes(type.items));
    case "map": {
      const value = avroSkip(type.values, records);
      return blocksSkip(
        (cursor) => {
          cursor.sized();
          value(cursor);
        },
        1 + leastBytes(type.values),
      );
    }
    case "union": {
      const branches = type.branches.map((branch) => avroSkip(branch, records));
      return (cursor) => branchOf(branches, cursor.count())(cursor);
    }
    case "record":
      return recordSkip(type, records);
  }
}

/** @throws DeserializationError where the union has no such branch */
export function branchOf<T>(branches: readonly T[], index: number): T {
  const branch = branches[index];
  if (branch === undefined)
    throw new DeserializationError(`branch ${index} of a union of ${branches.length}`);
  return branch;
}

function primitiveSkip(name: string): AvroSkip {
  switch (name) {
    case "null":
      return () => undefined;
    case "boolean":
      return (cursor) => cursor.take(1);
    case "int":
    case "long":
      return (cursor) => cursor.skipLong();
    case "float":
      return (cursor) => cursor.take(4);
    case "double":
      return (cursor) => cursor.take(8);
    default:
      return (cursor) => cursor.sized();
  }
}

function blocksSkip(item: AvroSkip, least: number): AvroSkip {
  return (cursor) => {
    for (let count = cursor.block(least); count > 0; count = cursor.block(least)) {
      for (let i = 0; i < count; i++) item(cursor);
    }
  };
}

function recordSkip(type: AvroRecord, records: Map<AvroRecord, AvroSkip>): AvroSkip {
  const known = records.get(type);
  if (known !== undefined) return known;
  const fields: AvroSkip[] = [];
  const skip: AvroSkip = (cursor) => {
    cursor.enter();
    for (const field of fields) field(cursor);
    cursor.leave();
  };
  records.set(type, skip);
  for (const field of type.fields) fields.push(avroSkip(field.type, records));
  return skip;
}

/** The fewest bytes that a value of the type takes: 0 for nulls and what holds nothing else. */
export function leastBytes(type: AvroType, open: ReadonlySet<AvroType> = new Set()): number {
  switch (type.kind) {
    case "primitive":
      return type.name === "null" ? 0 : type.name === "float" ? 4 : type.name === "double" ? 8 : 1;
    case "fixed":
      return type.size;
    case "record": {
      // A record that contains itself directly has no finite value; one through a union or array takes a byte there.
      if (open.has(type)) return 1;
      const inner = new Set(open).add(type);
      return type.fields.reduce((sum, field) => sum + leastBytes(field.type, inner), 0);
    }
    default:
      return 1;
  }
}
