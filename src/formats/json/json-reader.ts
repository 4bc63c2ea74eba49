/**
 * Reads JSON values from byte ranges as SQL values of a known type, with ksqlDB's conversions: numbers may
 * stand as strings, anything may be read as STRING (objects as their JSON text), BYTES are base64, DATE counts days,
 * TIME and TIMESTAMP milliseconds, field names match without regard to case.
 */
import { Decimal, fitDecimal } from "../../data/decimal.ts";
import type { DecimalType, SqlType, StructType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { DeserializationError } from "../deserialization-error.ts";
import { JsonScanner, skipSpace, skipValue, stringEnd } from "./json-scanner.ts";

/** Reads the value in bytes[start, end), which holds exactly one JSON value. @throws DeserializationError */
export type JsonReader = (bytes: Buffer, start: number, end: number) => Value;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const INTEGER_MAX = 2 ** 31 - 1;
const INTEGER_MIN = -(2 ** 31);
const BIGINT_MAX = 2n ** 63n - 1n;
const BIGINT_MIN = -(2n ** 63n);
const BIGINT_DIGITS = 19;

/** @param fields of a STRUCT the positions that are wanted; the others are passed over and stay NULL */
export function jsonReader(type: SqlType, fields: "all" | ReadonlySet<number> = "all"): JsonReader {
  const read = type.kind === "STRUCT" ? structReader(type, fields) : presentReader(type);
  return (bytes, start, end) => (bytes[start] === 0x6e ? null : read(bytes, start, end));
}

function presentReader(type: SqlType): JsonReader {
  switch (type.kind) {
    case "BOOLEAN":
      return readBoolean;
    case "INTEGER":
    case "DATE":
    case "TIME":
      return readInteger;
    case "BIGINT":
      return readBigint;
    case "TIMESTAMP":
      return (bytes, start, end) => Number(readBigint(bytes, start, end));
    case "DOUBLE":
      return readDouble;
    case "DECIMAL":
      return (bytes, start, end) => readDecimal(bytes, start, end, type);
    case "STRING":
      return readString;
    case "BYTES":
      return (bytes, start, end) => Buffer.from(textOf(bytes, start, end, "BYTES"), "base64");
    case "ARRAY":
      return arrayReader(jsonReader(type.element));
    case "MAP":
      return mapReader(jsonReader(type.value));
    case "STRUCT":
      return structReader(type, "all");
  }
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROLS = /[\u0000-\u001f]/g;

function mismatch(bytes: Buffer, start: number, end: number, type: string): DeserializationError {
  const shown = bytes.toString("utf8", start, Math.min(end, start + 60));
  return new DeserializationError(`cannot read ${shown} as ${type}`);
}

function readBoolean(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] === 0x74) return true;
  if (bytes[start] === 0x66) return false;
  throw mismatch(bytes, start, end, "BOOLEAN");
}

/** The text of a number, also of one that stands in quotes. */
function scalarText(bytes: Buffer, start: number, end: number, type: string): string {
  const first = bytes[start]!;
  if (first === QUOTE) return jsonString(bytes, start, end).trim();
  if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return bytes.latin1Slice(start, end);
  throw mismatch(bytes, start, end, type);
}

const INTEGER_TEXT = /^[+-]?\d+$/;
const NUMBER_TEXT = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function readInteger(bytes: Buffer, start: number, end: number): number {
  const value = readWhole(bytes, start, end, "INTEGER");
  const number = Number(value);
  if (number > INTEGER_MAX || number < INTEGER_MIN) {
    if (bytes[start] === QUOTE) throw mismatch(bytes, start, end, "INTEGER");
    return Number(BigInt.asIntN(32, value));
  }
  return number;
}

function readBigint(bytes: Buffer, start: number, end: number): bigint {
  return readWhole(bytes, start, end, "BIGINT");
}

/** @param type what the column is, for the message */
function readWhole(bytes: Buffer, start: number, end: number, type: string): bigint {
  const text = scalarText(bytes, start, end, type);
  const isNumber = bytes[start] !== QUOTE;
  let value: bigint | undefined;
  if (INTEGER_TEXT.test(text)) value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  else if (isNumber && NUMBER_TEXT.test(text)) value = wholePart(text);
  if (value === undefined || value > BIGINT_MAX || value < BIGINT_MIN) {
    throw mismatch(bytes, start, end, type);
  }
  return value;
}

/** The whole part of a decimal number; undefined where it has far more digits than a BIGINT. */
function wholePart(text: string): bigint | undefined {
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e");
  const [whole, fraction = ""] = mantissa!.split(".");
  const digits = BigInt(whole! + fraction);
  const shift = Number(exponent) - fraction.length;
  if (digits === 0n || -shift > text.length) return 0n;
  if (shift > BIGINT_DIGITS) return undefined;
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}

function readDouble(bytes: Buffer, start: number, end: number): number {
  const text = scalarText(bytes, start, end, "DOUBLE");
  const value = Number(text);
  if (text === "" || (Number.isNaN(value) && text !== "NaN")) throw mismatch(bytes, start, end, "DOUBLE");
  return value;
}

function readDecimal(bytes: Buffer, start: number, end: number, type: DecimalType): Decimal {
  const value = Decimal.tryParse(scalarText(bytes, start, end, "DECIMAL"));
  if (value === undefined) throw mismatch(bytes, start, end, "DECIMAL");
  try {
    return fitDecimal(value, type.precision, type.scale);
  } catch {
    throw mismatch(bytes, start, end, `DECIMAL(${type.precision}, ${type.scale})`);
  }
}

function readString(bytes: Buffer, start: number, end: number): string {
  return bytes[start] === QUOTE ? jsonString(bytes, start, end) : bytes.utf8Slice(start, end);
}

function textOf(bytes: Buffer, start: number, end: number, type: string): string {
  if (bytes[start] !== QUOTE) throw mismatch(bytes, start, end, type);
  return jsonString(bytes, start, end);
}

/** The string in bytes[start, end), quotes included. */
export function jsonString(bytes: Buffer, start: number, end: number): string {
  let ascii = true;
  for (let i = start + 1; i < end - 1; i++) {
    const byte = bytes[i]!;
    if (byte === BACKSLASH) return parsedString(bytes, start, end);
    if (byte >= 0x80) ascii = false;
  }
  return ascii ? bytes.latin1Slice(start + 1, end - 1) : bytes.utf8Slice(start + 1, end - 1);
}

function parsedString(bytes: Buffer, start: number, end: number): string {
  try {
    return JSON.parse(bytes.utf8Slice(start, end)) as string;
  } catch {
    return lenientString(bytes, start, end);
  }
}

/** JSON forbids bare control characters in strings; events have them, so they are escaped and read again. */
function lenientString(bytes: Buffer, start: number, end: number): string {
  const text = bytes
    .utf8Slice(start, end)
    .replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
  try {
    return JSON.parse(text) as string;
  } catch {
    throw mismatch(bytes, start, end, "STRING");
  }
}

function arrayReader(element: JsonReader): JsonReader {
  return (bytes, start, end) => {
    if (bytes[start] !== 0x5b) throw mismatch(bytes, start, end, "ARRAY");
    const items: Value[] = [];
    let position = skipSpace(bytes, start + 1, end);
    while (bytes[position] !== 0x5d) {
      const after = skipValue(bytes, position, end);
      if (after < 0) throw mismatch(bytes, start, end, "ARRAY");
      items.push(element(bytes, position, after));
      position = afterItem(bytes, after, end, 0x5d);
      if (position < 0) throw mismatch(bytes, start, end, "ARRAY");
    }
    return items;
  };
}

/** Position of the next item or of the closing bracket; −1 where neither a comma nor the bracket follows. */
function afterItem(bytes: Buffer, position: number, end: number, close: number): number {
  const at = skipSpace(bytes, position, end);
  if (bytes[at] === close) return at;
  if (at >= end || bytes[at] !== 0x2c) return -1;
  const next = skipSpace(bytes, at + 1, end);
  return bytes[next] === close ? -1 : next;
}

function mapReader(value: JsonReader): JsonReader {
  return (bytes, start, end) => {
    if (bytes[start] !== 0x7b) throw mismatch(bytes, start, end, "MAP");
    const entries = new Map<Value, Value>();
    let position = skipSpace(bytes, start + 1, end);
    while (bytes[position] !== 0x7d) {
      const nameEnd = bytes[position] === QUOTE ? stringEnd(bytes, position + 1, end) : -1;
      if (nameEnd < 0) throw mismatch(bytes, start, end, "MAP");
      const colon = skipSpace(bytes, nameEnd + 1, end);
      const valueStart = skipSpace(bytes, colon + 1, end);
      const valueEnd = bytes[colon] === 0x3a ? skipValue(bytes, valueStart, end) : -1;
      if (valueEnd < 0) throw mismatch(bytes, start, end, "MAP");
      entries.set(jsonString(bytes, position, nameEnd + 1), value(bytes, valueStart, valueEnd));
      position = afterItem(bytes, valueEnd, end, 0x7d);
      if (position < 0) throw mismatch(bytes, start, end, "MAP");
    }
    return entries;
  };
}

function structReader(type: StructType, wanted: "all" | ReadonlySet<number>): JsonReader {
  const indexes = [...type.fields.keys()].filter((index) => wanted === "all" || wanted.has(index));
  const readers = indexes.map((index) => jsonReader(type.fields[index]!.type));
  const fields = indexes.map((index, slot) => ({ name: type.fields[index]!.name, slot }));
  const scanner = new JsonScanner({ fields }, fields.length);
  const width = type.fields.length;
  return (bytes, start, end) => {
    if (!scanner.scan(bytes, start, end)) throw mismatch(bytes, start, end, "STRUCT");
    // A STRUCT inside this one is read by another reader, but one inside an ARRAY may come back to this scanner.
    const ranges = scanner.slots.slice();
    const values: Value[] = Array.from({ length: width }, () => null);
    for (let slot = 0; slot < readers.length; slot++) {
      const from = ranges[2 * slot]!;
      if (from >= 0) values[indexes[slot]!] = readers[slot]!(bytes, from, ranges[2 * slot + 1]!);
    }
    return values;
  };
}
