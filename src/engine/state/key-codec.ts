/**
 * Values as key bytes of state: two lists of values have the same bytes exactly when `valuesEqual` says that they are
 * equal (−0 is not 0, NaN is NaN, NULL is NULL), and no key is the beginning of another, so that a suffix (a window,
 * a time) may follow. The order of the bytes is the values' order (NULL first; texts by code point).
 *
 * Layout: 0x01 for NULL, else 0x02 and: BOOLEAN 1 byte; numbers big-endian with the sign bit turned, negative doubles
 * with all bits turned; DECIMAL sign and length (2 bytes), magnitude, scale; STRING (UTF-8) and BYTES with 0x00 written
 * 0x00 0xFF and 0x00 0x00 at the end; ARRAY its elements, then 0x00; STRUCT its fields; MAP its entries by key, then 0x00.
 *
 * A key above {@link LONG_KEY_BYTES} is cut there and gets the SHA-256 of the whole, because LMDB's keys are short. Its
 * order then is that of its beginning.
 */
import { createHash } from "node:crypto";
import { unreachable } from "../../base/assert.ts";
import type { Decimal } from "../../data/decimal.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { ByteWriter } from "../../formats/byte-writer.ts";

export const LONG_KEY_BYTES = 900;

const NULL = 1;
const PRESENT = 2;
const END = 0;
/** 0x00 within a text is 0x00 0xFF. */
const ESCAPED = 0xff;

type KeyWriter = (writer: ByteWriter, value: Value) => void;

export class KeyCodec {
  readonly #writers: readonly KeyWriter[];
  readonly #bytes = new ByteWriter(128);

  constructor(types: readonly SqlType[]) {
    this.#writers = types.map((type) => nullableWriter(type));
  }

  /** The key's bytes; a view that is valid until the next call. */
  view(values: readonly Value[]): Buffer {
    const writer = this.#bytes;
    writer.reset();
    for (let i = 0; i < this.#writers.length; i++) this.#writers[i]!(writer, values[i]!);
    return writer.position <= LONG_KEY_BYTES ? writer.view() : shortened(writer.view());
  }

  /** The key's bytes; the caller's. */
  encode(values: readonly Value[]): Buffer {
    return Buffer.from(this.view(values));
  }
}

function shortened(key: Buffer): Buffer {
  const hash = createHash("sha256").update(key).digest();
  return Buffer.concat([key.subarray(0, LONG_KEY_BYTES), hash]);
}

/** Two keys one after the other. */
export function joinKeys(first: Buffer, second: Buffer): Buffer {
  const key = Buffer.allocUnsafe(first.length + second.length);
  first.copy(key, 0);
  second.copy(key, first.length);
  return key;
}

/** Milliseconds as 8 bytes that sort by time, from 0 to 2^53. */
export function writeTime(bytes: Buffer, timeMs: number, at: number): number {
  bytes.writeUInt32BE(Math.floor(timeMs / 0x1_0000_0000), at);
  return bytes.writeUInt32BE(timeMs % 0x1_0000_0000, at + 4);
}

export function readTime(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}

/** `key`, then the times. */
export function keyThenTimes(key: Buffer, ...timesMs: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(key.length + timesMs.length * 8);
  key.copy(bytes, 0);
  let at = key.length;
  for (const timeMs of timesMs) at = writeTime(bytes, timeMs, at);
  return bytes;
}

/** The time, then `key`: keys in the order of time. */
export function timeThenKey(timeMs: number, key: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(8 + key.length);
  writeTime(bytes, timeMs, 0);
  key.copy(bytes, 8);
  return bytes;
}

/** The least key that is above every key that begins with `prefix`, which must not be all 0xFF. */
export function prefixEnd(prefix: Buffer): Buffer {
  let length = prefix.length;
  while (prefix[length - 1] === 0xff) length -= 1;
  const end = Buffer.from(prefix.subarray(0, length));
  end[length - 1]! += 1;
  return end;
}

function nullableWriter(type: SqlType): KeyWriter {
  const write = keyWriter(type);
  return (writer, value) => {
    writer.byte(value === null ? NULL : PRESENT);
    if (value !== null) write(writer, value);
  };
}

function keyWriter(type: SqlType): KeyWriter {
  switch (type.kind) {
    case "BOOLEAN":
      return (writer, value) => writer.byte(value === true ? 1 : 0);
    case "INTEGER":
      return writeInteger;
    case "BIGINT":
      return writeBigint;
    case "DOUBLE":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return writeDouble;
    case "DECIMAL":
      return writeDecimal;
    case "STRING":
      return (writer, value) => writeText(writer, value as string);
    case "BYTES":
      return (writer, value) => writeEscaped(writer, value as Uint8Array);
    case "ARRAY":
      return arrayWriter(type.element);
    case "STRUCT": {
      const fields = type.fields.map((field) => nullableWriter(field.type));
      return (writer, value) => {
        for (const [i, field] of fields.entries()) field(writer, (value as readonly Value[])[i] ?? null);
      };
    }
    case "MAP":
      return mapWriter(type.key, type.value);
    default:
      return unreachable(type, "type");
  }
}

function arrayWriter(elementType: SqlType): KeyWriter {
  const element = nullableWriter(elementType);
  return (writer, value) => {
    for (const item of value as readonly Value[]) element(writer, item);
    writer.byte(END);
  };
}

/** Maps are equal whatever their order. */
function mapWriter(keyType: SqlType, valueType: SqlType): KeyWriter {
  const key = nullableWriter(keyType);
  const item = nullableWriter(valueType);
  return (writer, value) => {
    const entries: Buffer[] = [];
    for (const [name, content] of value as ReadonlyMap<Value, Value>) {
      const entry = new ByteWriter(64);
      key(entry, name);
      item(entry, content);
      entries.push(entry.view());
    }
    for (const entry of entries.toSorted((a, b) => a.compare(b))) writer.copy(entry, 0, entry.length);
    writer.byte(END);
  };
}

function writeInteger(writer: ByteWriter, value: Value): void {
  writer.ensure(4);
  writer.position = writer.bytes.writeUInt32BE(((value as number) ^ 0x8000_0000) >>> 0, writer.position);
}

const words = new Uint32Array(2);
const asBigint = new BigInt64Array(words.buffer);
const asDouble = new Float64Array(words.buffer);

function writeBigint(writer: ByteWriter, value: Value): void {
  asBigint[0] = value as bigint;
  writeWords(writer, (words[1]! ^ 0x8000_0000) >>> 0, words[0]!);
}

function writeDouble(writer: ByteWriter, value: Value): void {
  asDouble[0] = value as number;
  const [low, high] = [words[0]!, words[1]!];
  if (high >= 0x8000_0000 && value === value) writeWords(writer, ~high >>> 0, ~low >>> 0);
  else writeWords(writer, (high | 0x8000_0000) >>> 0, low);
}

function writeWords(writer: ByteWriter, high: number, low: number): void {
  writer.ensure(8);
  const at = writer.bytes.writeUInt32BE(high, writer.position);
  writer.position = writer.bytes.writeUInt32BE(low, at);
}

/** Sorted by value where the scales are equal, as they are in a column; the scale last tells 1.0 from 1.00. */
function writeDecimal(writer: ByteWriter, value: Value): void {
  const { unscaled, scale } = value as Decimal;
  const negative = unscaled < 0n;
  const hex = (negative ? -unscaled : unscaled).toString(16);
  const magnitude = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  if (negative) for (let i = 0; i < magnitude.length; i++) magnitude[i] = ~magnitude[i]! & 0xff;
  writer.ensure(2 + magnitude.length + 4);
  const head = 0x8000 + (negative ? -magnitude.length : magnitude.length);
  writer.position = writer.bytes.writeUInt16BE(head, writer.position);
  writer.copy(magnitude, 0, magnitude.length);
  writeInteger(writer, scale);
}

const SHORT_TEXT = 48;

function writeText(writer: ByteWriter, text: string): void {
  if (text.length <= SHORT_TEXT && writePlain(writer, text)) return;
  writeEscaped(writer, text.isWellFormed() ? Buffer.from(text, "utf8") : looseUtf8(text));
}

/** ASCII without 0x00; answers whether it was that. */
function writePlain(writer: ByteWriter, text: string): boolean {
  writer.ensure(text.length + 2);
  const { bytes, position } = writer;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code >= 0x80) return false;
    bytes[position + i] = code;
  }
  bytes[position + text.length] = END;
  bytes[position + text.length + 1] = END;
  writer.position = position + text.length + 2;
  return true;
}

function writeEscaped(writer: ByteWriter, bytes: Uint8Array): void {
  writer.ensure(bytes.length * 2 + 2);
  const target = writer.bytes;
  let at = writer.position;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    target[at++] = byte;
    if (byte === END) target[at++] = ESCAPED;
  }
  target[at++] = END;
  target[at++] = END;
  writer.position = at;
}

/** UTF-8 in which a lone surrogate is written as if it were a character, so that different texts stay different. */
function looseUtf8(text: string): Buffer {
  const writer = new ByteWriter(text.length * 3);
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0xd800 || code > 0xdfff) {
      writer.utf8(character);
    } else {
      writer.byte(0xe0 | (code >> 12));
      writer.byte(0x80 | ((code >> 6) & 0x3f));
      writer.byte(0x80 | (code & 0x3f));
    }
  }
  return writer.view();
}
