/**
 * Compiles a message type and columns to a function that reads the wanted fields into slots and passes over the others.
 * What is absent is NULL for messages, `optional` fields and members of a oneof, and the type's default otherwise. A
 * wrapper message may be read as the scalar in it or as a struct, as the column is declared.
 */
import { typeText } from "../../data/types.ts";
import type { SqlType, StructField } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import {
  fromBoolean,
  fromBytes,
  fromDouble,
  fromFloat,
  fromInt32,
  fromInt64,
  fromString,
  typeMismatch,
} from "../connect/value-conversion.ts";
import { logicalRead } from "./proto-logical.ts";
import { FIXED32, FIXED64, SIZED, VARINT } from "./proto-cursor.ts";
import type { ProtoCursor } from "./proto-cursor.ts";
import { describeProtoType, logicalMessage } from "./proto-message.ts";
import type { ProtoField, ProtoMessage, ProtoScalar, ProtoType } from "./proto-message.ts";

/** Reads one value; a message's value includes its length. */
export interface ProtoRead {
  readonly wireType: number;
  readonly read: (cursor: ProtoCursor) => Value;
  /** The value of an absent field without presence. */
  readonly otherwise: Value;
}

/** Reads a message up to the cursor's end into slots. */
export type MessageRead = (cursor: ProtoCursor, out: Value[]) => void;

export interface SlotTarget {
  readonly slot: number;
  readonly type: SqlType;
  readonly fields: "all" | ReadonlySet<number>;
}

interface FieldRead {
  readonly read: (cursor: ProtoCursor, wireType: number, out: Value[]) => void;
}

const NO_ITEMS: readonly Value[] = [];
const NO_ENTRIES: ReadonlyMap<Value, Value> = new Map();

/**
 * @param targetOf where a field or the struct of a oneof goes; undefined: nobody wants it
 * @throws DeserializationError where a wanted field can't be read as its column's type
 */
export function messageRead(
  message: ProtoMessage,
  targetOf: (name: string) => SlotTarget | undefined,
  path: string,
): MessageRead {
  const byNumber = new Map<number, FieldRead>();
  const absent: { readonly slot: number; readonly value: Value }[] = [];
  for (const field of message.fields) {
    const target = targetOf(field.oneof?.column ?? field.name);
    if (target === undefined) continue;
    const fieldPath = `${path}->${field.name}`;
    if (field.oneof !== undefined) {
      const member = memberRead(field, target, fieldPath);
      if (member !== undefined) byNumber.set(field.number, member);
      absent.push({ slot: target.slot, value: null });
      continue;
    }
    const { read, otherwise } = fieldRead(field, target, fieldPath);
    byNumber.set(field.number, { read });
    absent.push({ slot: target.slot, value: field.presence ? null : otherwise });
  }
  return (cursor, out) => {
    for (const { slot, value } of absent) out[slot] = value;
    while (cursor.position < cursor.end) {
      const tag = cursor.tag();
      const field = byNumber.get(tag >>> 3);
      if (field === undefined) cursor.skip(tag & 7);
      else field.read(cursor, tag & 7, out);
    }
  };
}

function memberRead(field: ProtoField, target: SlotTarget, path: string): FieldRead | undefined {
  if (target.type.kind !== "STRUCT") throw typeMismatch("a oneof", target.type, path);
  const { fields } = target.type;
  const at = matchingField(fields, field.name);
  if (at === undefined || (target.fields !== "all" && !target.fields.has(at))) return undefined;
  const { wireType, read } = valueRead(field.type, fields[at]!.type, path);
  return {
    read: (cursor, found, out) => {
      if (found !== wireType) {
        cursor.skip(found);
        return;
      }
      const struct: Value[] = fields.map(() => null);
      struct[at] = read(cursor);
      out[target.slot] = struct;
    },
  };
}

function fieldRead(
  field: ProtoField,
  { slot, type: sql, fields }: SlotTarget,
  path: string,
): FieldRead & { readonly otherwise: Value } {
  if (field.map || (field.nestedMap && sql.kind === "MAP")) return mapRead(field, slot, sql, path);
  if (field.repeated) {
    if (sql.kind !== "ARRAY") throw typeMismatch("a repeated field", sql, path);
    const item = valueRead(field.type, sql.element, `${path}->ARRAY`);
    return { read: (cursor, found, out) => readItems(cursor, found, item, slot, out), otherwise: NO_ITEMS };
  }
  const value = valueRead(field.type, sql, path, fields);
  const read: FieldRead["read"] = (cursor, found, out) => {
    if (found === value.wireType) out[slot] = value.read(cursor);
    else cursor.skip(found);
  };
  return { read, otherwise: value.otherwise };
}

/** A repeated field's items come one by one or packed, whatever the schema says. */
function readItems(cursor: ProtoCursor, found: number, item: ProtoRead, slot: number, out: Value[]): void {
  const items = out[slot] === NO_ITEMS ? [] : (out[slot] as Value[]);
  if (found === item.wireType) items.push(item.read(cursor));
  else if (found === SIZED) {
    const start = cursor.sized();
    const { position: end, end: outer } = cursor;
    cursor.position = start;
    cursor.end = end;
    while (cursor.position < end) items.push(item.read(cursor));
    cursor.end = outer;
  } else {
    cursor.skip(found);
    return;
  }
  out[slot] = items;
}

function mapRead(
  field: ProtoField,
  slot: number,
  sql: SqlType,
  path: string,
): FieldRead & { readonly otherwise: Value } {
  if (sql.kind !== "MAP" || field.type.kind !== "message") throw typeMismatch("a map", sql, path);
  const types = new Map<string, SqlType>([
    ["key", sql.key],
    ["value", sql.value],
  ]);
  const read = messageRead(
    field.type.message,
    (name) => ({ slot: name === "key" ? 0 : 1, type: types.get(name)!, fields: "all" }),
    path,
  );
  return {
    read: (cursor, found, out) => {
      if (found !== SIZED) {
        cursor.skip(found);
        return;
      }
      const entry: Value[] = [null, null];
      inside(cursor, () => read(cursor, entry));
      const map = out[slot] === NO_ENTRIES ? new Map<Value, Value>() : (out[slot] as Map<Value, Value>);
      map.set(entry[0]!, entry[1]!);
      out[slot] = map;
    },
    otherwise: NO_ENTRIES,
  };
}

/** Narrows the cursor to the message that begins here with its length. */
export function inside(cursor: ProtoCursor, read: () => void): void {
  const start = cursor.sized();
  const { position: end, end: outer } = cursor;
  cursor.position = start;
  cursor.end = end;
  read();
  cursor.end = outer;
}

function valueRead(
  type: ProtoType,
  sql: SqlType,
  path: string,
  wanted: "all" | ReadonlySet<number> = "all",
): ProtoRead {
  if (type.kind === "scalar") return scalarRead(type.scalar, sql, path);
  if (type.kind === "enum") return enumRead(type, sql, path);
  const logical = logicalMessage(type.message);
  if (logical === "wrapper" && sql.kind !== "STRUCT") return wrapperRead(type.message, sql, path);
  if (logical !== undefined && logical !== "wrapper") {
    const convert = logicalRead(logical, sql, path);
    return { wireType: SIZED, read: convert, otherwise: null };
  }
  if (sql.kind !== "STRUCT") throw typeMismatch(describeProtoType(type), sql, path);
  const { fields } = sql;
  const read = messageRead(type.message, structTarget(fields, wanted), path);
  return {
    wireType: SIZED,
    read: (cursor) => {
      const struct: Value[] = fields.map(() => null);
      inside(cursor, () => read(cursor, struct));
      return struct;
    },
    otherwise: null,
  };
}

function structTarget(
  fields: readonly StructField[],
  wanted: "all" | ReadonlySet<number>,
): (name: string) => SlotTarget | undefined {
  return (name) => {
    const slot = matchingField(fields, name);
    if (slot === undefined || (wanted !== "all" && !wanted.has(slot))) return undefined;
    return { slot, type: fields[slot]!.type, fields: "all" };
  };
}

/** By the name, or by the name in upper case. */
export function matchingField(
  declared: readonly { readonly name: string }[],
  name: string,
): number | undefined {
  const exact = declared.findIndex((field) => field.name === name);
  const at = exact >= 0 ? exact : declared.findIndex((field) => field.name === name.toUpperCase());
  return at < 0 ? undefined : at;
}

function wrapperRead(message: ProtoMessage, sql: SqlType, path: string): ProtoRead {
  const read = messageRead(message, () => ({ slot: 0, type: sql, fields: "all" }), path);
  return {
    wireType: SIZED,
    read: (cursor) => {
      const out: Value[] = [null];
      inside(cursor, () => read(cursor, out));
      return out[0]!;
    },
    otherwise: null,
  };
}

function enumRead(type: ProtoType & { kind: "enum" }, sql: SqlType, path: string): ProtoRead {
  const convert = fromString(sql, path);
  const names = new Map<number, string>();
  for (const [name, number] of type.symbols) if (!names.has(number)) names.set(number, name);
  const nameOf = (number: number): string => names.get(number) ?? `UNKNOWN_ENUM_VALUE_${type.name}_${number}`;
  const first = type.symbols.values().next().value ?? 0;
  return {
    wireType: VARINT,
    read: (cursor) => convert(nameOf(cursor.int32())),
    otherwise: convert(nameOf(first)),
  };
}

function scalarRead(scalar: ProtoScalar, sql: SqlType, path: string): ProtoRead {
  switch (scalar) {
    case "int32":
      return int32Read(VARINT, (cursor) => cursor.int32(), sql, path);
    case "sint32":
      return int32Read(VARINT, (cursor) => cursor.sint32(), sql, path);
    case "sfixed32":
      return int32Read(FIXED32, (cursor) => cursor.bytes.readInt32LE(cursor.take(4)), sql, path);
    case "uint32":
      return int64Read(VARINT, (cursor) => BigInt(cursor.uint32()), sql, path);
    case "fixed32":
      return int64Read(FIXED32, (cursor) => BigInt(cursor.bytes.readUInt32LE(cursor.take(4))), sql, path);
    case "int64":
    case "uint64":
      return int64Read(VARINT, (cursor) => cursor.int64(), sql, path);
    case "sint64":
      return int64Read(VARINT, (cursor) => cursor.sint64(), sql, path);
    case "sfixed64":
    case "fixed64":
      return int64Read(FIXED64, (cursor) => cursor.bytes.readBigInt64LE(cursor.take(8)), sql, path);
    case "float": {
      const convert = fromFloat(sql, path);
      const read = (cursor: ProtoCursor): Value => convert(cursor.bytes.readFloatLE(cursor.take(4)));
      return { wireType: FIXED32, read, otherwise: convert(0) };
    }
    case "double": {
      const convert = fromDouble(sql, path);
      const read = (cursor: ProtoCursor): Value => convert(cursor.bytes.readDoubleLE(cursor.take(8)));
      return { wireType: FIXED64, read, otherwise: convert(0) };
    }
    case "bool": {
      const convert = fromBoolean(sql, path);
      return { wireType: VARINT, read: (cursor) => convert(cursor.bool()), otherwise: convert(false) };
    }
    case "string":
    case "bytes":
      return textRead(scalar, sql, path);
    default:
      throw typeMismatch(`the unknown type ${String(scalar)}`, sql, `${path} (${typeText(sql)})`);
  }
}

function textRead(scalar: "string" | "bytes", sql: SqlType, path: string): ProtoRead {
  if (scalar === "string") {
    const convert = fromString(sql, path);
    const read = (cursor: ProtoCursor): Value => {
      const start = cursor.sized();
      return convert(cursor.bytes.utf8Slice(start, cursor.position));
    };
    return { wireType: SIZED, read, otherwise: convert("") };
  }
  const convert = fromBytes(sql, path);
  const read = (cursor: ProtoCursor): Value => {
    const start = cursor.sized();
    return convert(Buffer.from(cursor.bytes.subarray(start, cursor.position)));
  };
  return { wireType: SIZED, read, otherwise: convert(Buffer.alloc(0)) };
}

function int32Read(
  wireType: number,
  read: (cursor: ProtoCursor) => number,
  sql: SqlType,
  path: string,
): ProtoRead {
  const convert = fromInt32(sql, path);
  return { wireType, read: (cursor) => convert(read(cursor)), otherwise: convert(0) };
}

function int64Read(
  wireType: number,
  read: (cursor: ProtoCursor) => bigint,
  sql: SqlType,
  path: string,
): ProtoRead {
  const convert = fromInt64(sql, path);
  return { wireType, read: (cursor) => convert(read(cursor)), otherwise: convert(0n) };
}
