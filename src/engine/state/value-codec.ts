/**
 * Values as bytes in state, by their type. What was written is read back as the same value: −0 and NaN, texts that
 * are no well-formed UTF-16, decimals with their scale, maps in their order.
 *
 * Layout (all but lengths little-endian): BOOLEAN 1 byte; INTEGER 4; BIGINT, DOUBLE, DATE, TIME, TIMESTAMP 8 (the last
 * three as doubles); DECIMAL scale (LEB128, zigzag), then two's complement with its length; STRING length × 2 (+ 1 for
 * UTF-16) and bytes; BYTES length and bytes; ARRAY count and elements; MAP count, keys and values; STRUCT fields.
 * Inside containers a byte before each value says whether it is NULL.
 */
import { unreachable } from "../../base/assert.ts";
import { Decimal } from "../../data/decimal.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { ByteWriter } from "../../formats/byte-writer.ts";
import type { ByteReader } from "./byte-reader.ts";

/** Of values of one type that are not NULL. */
export interface ValueCodec {
  readonly write: (writer: ByteWriter, value: Value) => void;
  readonly read: (reader: ByteReader) => Value;
}

const words = new Uint8Array(8);
const asBigint = new BigInt64Array(words.buffer);
const asDouble = new Float64Array(words.buffer);

export function valueCodec(type: SqlType): ValueCodec {
  switch (type.kind) {
    case "BOOLEAN":
      return {
        write: (writer, value) => writer.byte(value === true ? 1 : 0),
        read: (reader) => reader.byte() === 1,
      };
    case "INTEGER":
      return { write: writeInteger, read: readInteger };
    case "BIGINT":
      return { write: writeBigint, read: readBigint };
    case "DOUBLE":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return { write: (writer, value) => writeDouble(writer, value as number), read: readDouble };
    case "DECIMAL":
      return { write: writeDecimal, read: readDecimal };
    case "STRING":
      return { write: (writer, value) => writeText(writer, value as string), read: readText };
    case "BYTES":
      return { write: writeBytes, read: readBytes };
    case "ARRAY":
      return arrayCodec(type.element);
    case "MAP":
      return mapCodec(type.key, type.value);
    case "STRUCT":
      return structCodec(type.fields.map((field) => field.type));
    default:
      return unreachable(type, "type");
  }
}

/** Of values that may be NULL: a byte 0 for NULL, 1 before others. */
function nullable({ write, read }: ValueCodec): ValueCodec {
  return {
    write: (writer, value) => {
      writer.byte(value === null ? 0 : 1);
      if (value !== null) write(writer, value);
    },
    read: (reader) => (reader.byte() === 0 ? null : read(reader)),
  };
}

function arrayCodec(elementType: SqlType): ValueCodec {
  const element = nullable(valueCodec(elementType));
  return {
    write: (writer, value) => {
      const items = value as readonly Value[];
      writeLength(writer, items.length);
      for (const item of items) element.write(writer, item);
    },
    read: (reader) => {
      const items: Value[] = [];
      for (let count = reader.length(); count > 0; count--) items.push(element.read(reader));
      return items;
    },
  };
}

function mapCodec(keyType: SqlType, valueType: SqlType): ValueCodec {
  const key = nullable(valueCodec(keyType));
  const item = nullable(valueCodec(valueType));
  return {
    write: (writer, value) => {
      const map = value as ReadonlyMap<Value, Value>;
      writeLength(writer, map.size);
      for (const [name, content] of map) {
        key.write(writer, name);
        item.write(writer, content);
      }
    },
    read: (reader) => {
      const map = new Map<Value, Value>();
      for (let count = reader.length(); count > 0; count--) {
        const name = key.read(reader);
        map.set(name, item.read(reader));
      }
      return map;
    },
  };
}

function structCodec(types: readonly SqlType[]): ValueCodec {
  const fields = types.map((type) => nullable(valueCodec(type)));
  return {
    write: (writer, value) => {
      for (const [i, field] of fields.entries()) field.write(writer, (value as readonly Value[])[i] ?? null);
    },
    read: (reader) => fields.map((field) => field.read(reader)),
  };
}

function writeInteger(writer: ByteWriter, value: Value): void {
  writer.ensure(4);
  writer.position = writer.bytes.writeInt32LE(value as number, writer.position);
}

function readInteger(reader: ByteReader): Value {
  reader.position += 4;
  return reader.bytes.readInt32LE(reader.position - 4);
}

function writeWords(writer: ByteWriter): void {
  writer.ensure(8);
  const { bytes, position } = writer;
  for (let i = 0; i < 8; i++) bytes[position + i] = words[i]!;
  writer.position = position + 8;
}

function readWords(reader: ByteReader): void {
  const { bytes, position } = reader;
  for (let i = 0; i < 8; i++) words[i] = bytes[position + i]!;
  reader.position = position + 8;
}

function writeBigint(writer: ByteWriter, value: Value): void {
  asBigint[0] = value as bigint;
  writeWords(writer);
}

function readBigint(reader: ByteReader): Value {
  readWords(reader);
  return asBigint[0]!;
}

export function writeDouble(writer: ByteWriter, value: number): void {
  asDouble[0] = value;
  writeWords(writer);
}

export function readDouble(reader: ByteReader): number {
  readWords(reader);
  return asDouble[0]!;
}

/** An unsigned LEB128 number below 2^53. */
export function writeLength(writer: ByteWriter, length: number): void {
  let rest = length;
  while (rest >= 0x80) {
    writer.byte((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  writer.byte(rest);
}

function writeDecimal(writer: ByteWriter, value: Value): void {
  const { scale, unscaled } = value as Decimal;
  writeLength(writer, scale < 0 ? -scale * 2 - 1 : scale * 2);
  const bytes = twosComplement(unscaled);
  writeLength(writer, bytes.length);
  writer.copy(bytes, 0, bytes.length);
}

function readDecimal(reader: ByteReader): Value {
  const zigzag = reader.length();
  const scale = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  const length = reader.length();
  const { bytes, position } = reader;
  reader.position += length;
  const unsigned = BigInt(`0x${bytes.toString("hex", position, position + length)}`);
  return new Decimal(BigInt.asIntN(length * 8, unsigned), scale);
}

/** Big-endian, with as few bytes as hold the sign. */
function twosComplement(value: bigint): Buffer {
  const magnitude = value < 0n ? ~value : value;
  const length = (magnitude.toString(16).length >>> 1) + 1;
  const hex = BigInt.asUintN(length * 8, value).toString(16);
  return Buffer.from(hex.padStart(length * 2, "0"), "hex");
}

const SHORT_TEXT = 32;

export function writeText(writer: ByteWriter, text: string): void {
  if (text.length <= SHORT_TEXT && writeAscii(writer, text)) return;
  const wide = !text.isWellFormed();
  const length = wide ? text.length * 2 : Buffer.byteLength(text, "utf8");
  writeLength(writer, length * 2 + (wide ? 1 : 0));
  writer.ensure(length);
  const { bytes, position } = writer;
  writer.position += wide ? bytes.write(text, position, "utf16le") : bytes.utf8Write(text, position);
}

/** For short texts a loop here is faster than the call of a native function; answers whether it was ASCII. */
function writeAscii(writer: ByteWriter, text: string): boolean {
  writer.ensure(text.length + 1);
  const { bytes, position } = writer;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return false;
    bytes[position + 1 + i] = code;
  }
  bytes[position] = text.length * 2;
  writer.position = position + 1 + text.length;
  return true;
}

export function readText(reader: ByteReader): string {
  const head = reader.length();
  const length = Math.floor(head / 2);
  const start = reader.position;
  reader.position += length;
  return head % 2 === 1
    ? reader.bytes.toString("utf16le", start, start + length)
    : reader.bytes.utf8Slice(start, start + length);
}

function writeBytes(writer: ByteWriter, value: Value): void {
  const bytes = value as Uint8Array;
  writeLength(writer, bytes.length);
  writer.ensure(bytes.length);
  writer.bytes.set(bytes, writer.position);
  writer.position += bytes.length;
}

function readBytes(reader: ByteReader): Value {
  const length = reader.length();
  const start = reader.position;
  reader.position += length;
  return new Uint8Array(reader.bytes.subarray(start, start + length));
}
