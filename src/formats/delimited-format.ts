/**
 * The DELIMITED format: one line of fields, as Apache Commons CSV writes them: a field with the delimiter, a quote or
 * a line break stands in quotes, quotes inside are doubled, NULL is an empty field (so an empty string reads as NULL).
 */
import { Decimal, fitDecimal } from "../data/decimal.ts";
import { doubleText, parseDouble } from "../data/java-double.ts";
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { DeserializationError } from "./deserialization-error.ts";
import type { Decoder, DecodeTarget, Encoder, FormatColumn, FormatOptions } from "./format.ts";

export function delimitedDecoder(
  columns: readonly FormatColumn[],
  options: FormatOptions,
  targets: readonly DecodeTarget[],
): Decoder {
  const readers = targets.map(({ column }) => fieldReader(columns[column]!.type));
  return {
    decode(bytes: Buffer, start: number, end: number, out: Value[]): void {
      const fields = splitFields(bytes.utf8Slice(start, end), options.delimiter);
      if (fields.length !== columns.length) {
        throw new DeserializationError(`${fields.length} fields where ${columns.length} are declared`);
      }
      for (let i = 0; i < targets.length; i++) {
        const { column, target } = targets[i]!;
        const text = fields[column]!;
        out[target] = text === "" ? null : readers[i]!(text);
      }
    },
  };
}

/** Splits one CSV record; text after a closing quote and an unclosed quote are errors. */
export function splitFields(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let position = 0;
  for (;;) {
    if (line[position] === '"') {
      const { text, after } = quotedField(line, position);
      fields.push(text);
      position = after;
      if (position < line.length && line[position] !== delimiter) {
        throw new DeserializationError(`text after the closing quote of field ${fields.length}`);
      }
    } else {
      const next = line.indexOf(delimiter, position);
      const stop = next < 0 ? line.length : next;
      fields.push(line.slice(position, stop));
      position = stop;
    }
    if (position >= line.length) return fields;
    position += delimiter.length;
  }
}

function quotedField(line: string, open: number): { text: string; after: number } {
  let text = "";
  let from = open + 1;
  for (;;) {
    const quote = line.indexOf('"', from);
    if (quote < 0) throw new DeserializationError("a quoted field is not closed");
    text += line.slice(from, quote);
    if (line[quote + 1] !== '"') return { text, after: quote + 1 };
    text += '"';
    from = quote + 2;
  }
}

function fieldReader(type: SqlType): (text: string) => Value {
  switch (type.kind) {
    case "STRING":
      return (text) => text;
    case "INTEGER":
    case "DATE":
    case "TIME":
      return (text) => Number(wholeNumber(text, type.kind, -(2n ** 31n), 2n ** 31n - 1n));
    case "BIGINT":
      return (text) => wholeNumber(text, "BIGINT", -(2n ** 63n), 2n ** 63n - 1n);
    case "TIMESTAMP":
      return (text) => Number(wholeNumber(text, "TIMESTAMP", -(2n ** 63n), 2n ** 63n - 1n));
    case "BOOLEAN":
      return (text) => text.toLowerCase() === "true";
    case "DOUBLE":
      return (text) => parseDouble(text) ?? unreadable(text, "DOUBLE");
    case "DECIMAL":
      return (text) => {
        const value = Decimal.tryParse(text.trim()) ?? unreadable(text, "DECIMAL");
        return fitDecimal(value, type.precision, type.scale);
      };
    case "BYTES":
      return (text) => Buffer.from(text, "base64");
    default:
      throw new DeserializationError(`the DELIMITED format has no ${type.kind}`);
  }
}

function unreadable(text: string, type: string): never {
  throw new DeserializationError(`cannot read '${text.slice(0, 60)}' as ${type}`);
}

function wholeNumber(text: string, type: string, low: bigint, high: bigint): bigint {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) unreadable(text, type);
  const value = BigInt(trimmed.startsWith("+") ? trimmed.slice(1) : trimmed);
  return value < low || value > high ? unreadable(text, type) : value;
}

export function delimitedEncoder(columns: readonly FormatColumn[], options: FormatOptions): Encoder {
  const texts = columns.map((column) => fieldText(column.type));
  return {
    encode(values: readonly Value[], writer: ByteWriter): boolean {
      for (let i = 0; i < texts.length; i++) {
        if (i > 0) writer.utf8(options.delimiter);
        const value = values[i]!;
        if (value !== null) writer.utf8(quoted(texts[i]!(value), options.delimiter, i === 0));
      }
      return true;
    },
  };
}

/** At the beginning of a line anything else is quoted, a minus sign too. */
const PLAIN_START = /^[0-9A-Za-z]/;

/** Minimal quoting: where a reader would otherwise see another field, quote or line. */
function quoted(text: string, delimiter: string, first: boolean): string {
  const edge = text !== "" && (text.charCodeAt(0) <= 0x23 || text.charCodeAt(text.length - 1) <= 0x20);
  const needed =
    text.includes(delimiter) || /["\r\n]/.test(text) || edge || (first && !PLAIN_START.test(text));
  return needed ? `"${text.replaceAll('"', '""')}"` : text;
}

function fieldText(type: SqlType): (value: Value) => string {
  switch (type.kind) {
    case "DOUBLE":
      return (value) => doubleText(value as number);
    case "BYTES":
      return (value) => Buffer.from(value as Uint8Array).toString("base64");
    case "ARRAY":
    case "MAP":
    case "STRUCT":
      throw new DeserializationError(`the DELIMITED format has no ${type.kind}`);
    default:
      return (value) => String(value);
  }
}
