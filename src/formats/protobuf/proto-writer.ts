/**
 * Compiles a message type and columns to a function that writes the columns' values: fields in the order of their
 * numbers, NULLs and (without presence) default values left out, as Protobuf's own writers do.
 */
import { typeText } from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { ByteWriter } from "../byte-writer.ts";
import { formatErrors } from "../errors.ts";
import { SerializationError } from "../serialization-error.ts";
import { LOGICAL_SQL, logicalFields } from "./proto-logical.ts";
import { FIXED32, FIXED64, SIZED, VARINT } from "./proto-cursor.ts";
import { describeProtoType, logicalMessage } from "./proto-message.ts";
import type { ProtoField, ProtoMessage, ProtoScalar, ProtoType } from "./proto-message.ts";
import { writeSigned, writeVarint } from "./proto-varint.ts";

interface ColumnLike {
  readonly name: string;
  readonly type: SqlType;
}

export type MessageWrite = (values: readonly Value[], writer: ByteWriter) => void;

interface ValueWrite {
  readonly wireType: number;
  readonly write: (value: Value, writer: ByteWriter) => void;
  readonly isDefault: (value: Value) => boolean;
}

interface Step {
  readonly number: number;
  readonly write: MessageWrite;
}

/** @param columns in the order of the values @throws FORMAT_SCHEMA_MISFIT where the message can't hold them */
export function messageWrite(
  message: ProtoMessage,
  columns: readonly ColumnLike[],
  path: string,
): MessageWrite {
  const steps: Step[] = [];
  for (const [at, { name, type }] of columns.entries()) {
    const field = message.fields.find((each) => each.name === name && each.oneof === undefined);
    const members = message.fields.filter((each) => each.oneof?.column === name);
    const place = `${path}.${name}`;
    if (field !== undefined) steps.push({ number: field.number, write: fieldWrite(field, at, type, place) });
    else if (members.length > 0) steps.push(...memberWrites(members, at, type, place));
    else throw missing(name, message);
  }
  const ordered = steps.toSorted((a, b) => a.number - b.number).map((step) => step.write);
  return (values, writer) => {
    for (const write of ordered) write(values, writer);
  };
}

function missing(name: string, message: ProtoMessage): Error {
  return formatErrors.SCHEMA_MISFIT({
    message: `message ${message.fullName} has no field '${name}'`,
    detail: `it has ${message.fields.map((field) => field.name).join(", ")}`,
    hint: "name the column as the schema spells it, in back-ticks",
  });
}

/** Only the first member with a value is written. */
function memberWrites(members: readonly ProtoField[], at: number, type: SqlType, path: string): Step[] {
  if (type.kind !== "STRUCT") throw misfit("a oneof", type, path);
  return type.fields.map(({ name, type: memberType }, index) => {
    const member = members.find((each) => each.name === name);
    if (member === undefined) {
      throw formatErrors.SCHEMA_MISFIT({ message: `the oneof at ${path} has no member '${name}'` });
    }
    const { wireType, write } = valueWrite(member.type, memberType, path);
    return {
      number: member.number,
      write: (values: readonly Value[], writer: ByteWriter) => {
        const struct = values[at] as readonly Value[] | null;
        if (struct === null || struct.findIndex((item) => item !== null) !== index) return;
        writeVarint(writer, member.number * 8 + wireType);
        write(struct[index]!, writer);
      },
    };
  });
}

function fieldWrite(field: ProtoField, at: number, type: SqlType, path: string): MessageWrite {
  if (field.map || (field.nestedMap && type.kind === "MAP")) return mapWrite(field, at, type, path);
  if (field.repeated) return repeatedWrite(field, at, type, path);
  const { wireType, write, isDefault } = valueWrite(field.type, type, path);
  const tag = field.number * 8 + wireType;
  return (values, writer) => {
    const value = values[at]!;
    if (value === null || (!field.presence && isDefault(value))) return;
    writeVarint(writer, tag);
    write(value, writer);
  };
}

function repeatedWrite(field: ProtoField, at: number, type: SqlType, path: string): MessageWrite {
  if (type.kind !== "ARRAY") throw misfit("a repeated field", type, path);
  const { wireType, write } = valueWrite(field.type, type.element, `${path}[]`);
  const item = (value: Value, writer: ByteWriter): void => {
    if (value === null) throw new SerializationError(`${path} has a NULL item, which Protobuf can't have`);
    write(value, writer);
  };
  if (!field.packed) {
    const tag = field.number * 8 + wireType;
    return (values, writer) => {
      for (const value of (values[at] as readonly Value[] | null) ?? []) {
        writeVarint(writer, tag);
        item(value, writer);
      }
    };
  }
  const sized = sizedWrite((items, writer) => {
    for (const value of items) item(value, writer);
  });
  return (values, writer) => {
    const items = (values[at] as readonly Value[] | null) ?? [];
    if (items.length === 0) return;
    writeVarint(writer, field.number * 8 + SIZED);
    sized(items, writer);
  };
}

function mapWrite(field: ProtoField, at: number, type: SqlType, path: string): MessageWrite {
  if (type.kind !== "MAP" || field.type.kind !== "message") throw misfit("a map", type, path);
  const columns = [
    { name: "key", type: type.key },
    { name: "value", type: type.value },
  ];
  const entry = sizedWrite(messageWrite(field.type.message, columns, path));
  return (values, writer) => {
    for (const pair of (values[at] as ReadonlyMap<Value, Value> | null) ?? []) {
      writeVarint(writer, field.number * 8 + SIZED);
      entry(pair, writer);
    }
  };
}

/** Writes what `write` gives behind its length. */
function sizedWrite(write: MessageWrite): MessageWrite {
  const scratch = new ByteWriter(64);
  return (values, writer) => {
    scratch.reset();
    write(values, scratch);
    writeVarint(writer, scratch.position);
    writer.copy(scratch.bytes, 0, scratch.position);
  };
}

function valueWrite(type: ProtoType, sql: SqlType, path: string): ValueWrite {
  if (type.kind === "scalar") return scalarWrite(type.scalar, sql, path);
  if (type.kind === "enum") {
    if (sql.kind !== "STRING") throw misfit(describeProtoType(type), sql, path);
    const numberOf = (value: Value): number => {
      const number = type.symbols.get(value as string);
      if (number === undefined)
        throw new SerializationError(`'${String(value)}' at ${path} is not in enum ${type.name}`);
      return number;
    };
    const write: ValueWrite["write"] = (value, writer) => writeSigned(writer, BigInt(numberOf(value)));
    return { wireType: VARINT, write, isDefault: (value) => numberOf(value) === 0 };
  }
  const logical = logicalMessage(type.message);
  if (logical !== undefined && logical !== "wrapper") {
    if (sql.kind !== LOGICAL_SQL[logical]) throw misfit(describeProtoType(type), sql, path);
    const sized = sizedWrite((parts, writer) => writeParts(parts as readonly (bigint | Buffer)[], writer));
    return messageValue((value, writer) => sized(logicalFields(logical, sql, value), writer));
  }
  if (logical === "wrapper" && sql.kind !== "STRUCT") {
    const sized = sizedWrite(messageWrite(type.message, [{ name: "value", type: sql }], path));
    return messageValue((value, writer) => sized([value], writer));
  }
  if (sql.kind !== "STRUCT") throw misfit(describeProtoType(type), sql, path);
  const sized = sizedWrite(messageWrite(type.message, sql.fields, path));
  return messageValue((value, writer) => sized(value as readonly Value[], writer));
}

function messageValue(write: ValueWrite["write"]): ValueWrite {
  return { wireType: SIZED, write, isDefault: () => false };
}

function writeParts(parts: readonly (bigint | Buffer)[], writer: ByteWriter): void {
  for (const [i, part] of parts.entries()) {
    if (typeof part !== "bigint") {
      writeVarint(writer, (i + 1) * 8 + SIZED);
      writeVarint(writer, part.length);
      writer.copy(part, 0, part.length);
    } else if (part !== 0n) {
      writeVarint(writer, (i + 1) * 8 + VARINT);
      writeSigned(writer, part);
    }
  }
}

const isZero = (value: Value): boolean => Object.is(Number(value), 0);

function scalarWrite(scalar: ProtoScalar, sql: SqlType, path: string): ValueWrite {
  const accepted = ACCEPTED[scalar];
  if (!accepted.includes(sql.kind)) throw misfit(scalar, sql, path);
  switch (scalar) {
    case "bool":
      return {
        wireType: VARINT,
        write: (value, writer) => writer.byte(value === true ? 1 : 0),
        isDefault: (v) => v === false,
      };
    case "string":
      return { wireType: SIZED, write: writeText, isDefault: (value) => value === "" };
    case "bytes":
      return { wireType: SIZED, write: writeBytes, isDefault: (value) => (value as Uint8Array).length === 0 };
    case "float":
      return fixed(FIXED32, 4, (value, writer) =>
        writer.bytes.writeFloatLE(value as number, writer.position),
      );
    case "double":
      return fixed(FIXED64, 8, (value, writer) =>
        writer.bytes.writeDoubleLE(value as number, writer.position),
      );
    case "fixed32":
    case "sfixed32":
      return fixed(FIXED32, 4, (value, writer) =>
        writer.bytes.writeInt32LE(Number(value) | 0, writer.position),
      );
    case "fixed64":
    case "sfixed64":
      return fixed(FIXED64, 8, (value, writer) => writer.bytes.writeBigInt64LE(wide(value), writer.position));
    case "sint32":
    case "sint64":
      return varint((value) => BigInt.asUintN(64, (wide(value) << 1n) ^ (wide(value) >> 63n)));
    case "uint32":
      return varint((value) => BigInt.asUintN(32, wide(value)));
    default:
      return varint(wide);
  }
}

const WIDE: readonly SqlType["kind"][] = ["BIGINT", "INTEGER"];
const NARROW: readonly SqlType["kind"][] = ["INTEGER"];
const ACCEPTED: Readonly<Record<ProtoScalar, readonly SqlType["kind"][]>> = {
  int32: NARROW,
  sint32: NARROW,
  sfixed32: NARROW,
  uint32: WIDE,
  fixed32: WIDE,
  int64: WIDE,
  sint64: WIDE,
  sfixed64: WIDE,
  uint64: WIDE,
  fixed64: WIDE,
  float: ["DOUBLE"],
  double: ["DOUBLE"],
  bool: ["BOOLEAN"],
  string: ["STRING"],
  bytes: ["BYTES"],
};

function wide(value: Value): bigint {
  return BigInt(value as number | bigint);
}

function varint(of: (value: Value) => bigint): ValueWrite {
  return { wireType: VARINT, write: (value, writer) => writeSigned(writer, of(value)), isDefault: isZero };
}

/** @param put writes at the writer's position and answers the position behind */
function fixed(
  wireType: number,
  size: number,
  put: (value: Value, writer: ByteWriter) => number,
): ValueWrite {
  const write = (value: Value, writer: ByteWriter): void => {
    writer.ensure(size);
    writer.position = put(value, writer);
  };
  return { wireType, write, isDefault: isZero };
}

function writeText(value: Value, writer: ByteWriter): void {
  const text = value as string;
  const length = Buffer.byteLength(text);
  writeVarint(writer, length);
  writer.ensure(length);
  writer.position += writer.bytes.utf8Write(text, writer.position, length);
}

function writeBytes(value: Value, writer: ByteWriter): void {
  const bytes = value as Uint8Array;
  writeVarint(writer, bytes.length);
  writer.ensure(bytes.length);
  writer.bytes.set(bytes, writer.position);
  writer.position += bytes.length;
}

function misfit(what: string, sql: SqlType, path: string): Error {
  return formatErrors.SCHEMA_MISFIT({ message: `${what} at ${path} can't hold ${typeText(sql)}` });
}
