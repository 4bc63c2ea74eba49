/** The JSON format: an object with a field for each column, or one bare value. */
import type { Value } from "../../data/values.ts";
import type { ByteWriter } from "../byte-writer.ts";
import { DeserializationError } from "../deserialization-error.ts";
import type { Decoder, DecodeTarget, Encoder, FormatColumn, FormatOptions } from "../format.ts";
import { JsonScanner, skipSpace, skipValue } from "./json-scanner.ts";
import { jsonReader } from "./json-reader.ts";
import { fieldPrefixes, jsonWriter } from "./json-writer.ts";

export function jsonDecoder(
  columns: readonly FormatColumn[],
  options: FormatOptions,
  targets: readonly DecodeTarget[],
): Decoder {
  if (options.unwrapped) return bareDecoder(columns[0]!, targets[0]);
  const scanner = new JsonScanner(
    { fields: targets.map(({ column }, slot) => ({ name: columns[column]!.name, slot })) },
    targets.length,
  );
  const readers = targets.map(({ column, fields }) => jsonReader(columns[column]!.type, fields));
  return {
    decode(bytes: Buffer, start: number, end: number, out: Value[]): void {
      if (!scanner.scan(bytes, start, end)) throw notAnObject(bytes, start, end);
      const slots = scanner.slots;
      for (let i = 0; i < readers.length; i++) {
        const from = slots[2 * i]!;
        out[targets[i]!.target] = from < 0 ? null : readers[i]!(bytes, from, slots[2 * i + 1]!);
      }
    },
  };
}

/** Where an object is wanted, the text `null` stands for a record without a value, as in ksqlDB. */
export function isNullText(bytes: Buffer, start: number, end: number): boolean {
  return end - start === 4 && bytes[start] === 0x6e && bytes.latin1Slice(start, end) === "null";
}

function notAnObject(bytes: Buffer, start: number, end: number): DeserializationError {
  const shown = bytes.toString("utf8", start, Math.min(end, start + 60));
  return new DeserializationError(`no JSON object: ${shown}${end - start > 60 ? "…" : ""}`);
}

function bareDecoder(column: FormatColumn, target: DecodeTarget | undefined): Decoder {
  const read = jsonReader(column.type);
  return {
    decode(bytes: Buffer, start: number, end: number, out: Value[]): void {
      const from = skipSpace(bytes, start, end);
      const to = from < end ? skipValue(bytes, from, end) : -1;
      if (to < 0 || skipSpace(bytes, to, end) !== end) {
        throw new DeserializationError(
          `no JSON value: ${bytes.toString("utf8", start, Math.min(end, start + 60))}`,
        );
      }
      if (target !== undefined) out[target.target] = read(bytes, from, to);
    },
  };
}

export function jsonEncoder(columns: readonly FormatColumn[], options: FormatOptions): Encoder {
  const writers = columns.map((column) => jsonWriter(column.type));
  if (options.unwrapped) {
    return {
      encode(values: readonly Value[], writer: ByteWriter): boolean {
        if (values[0] === null) return false;
        writers[0]!(values[0]!, writer);
        return true;
      },
    };
  }
  const prefixes = fieldPrefixes(columns.map((column) => column.name));
  return {
    encode(values: readonly Value[], writer: ByteWriter): boolean {
      if (writers.length === 0) writer.byte(0x7b);
      for (let i = 0; i < writers.length; i++) {
        writer.copy(prefixes[i]!, 0, prefixes[i]!.length);
        writers[i]!(values[i]!, writer);
      }
      writer.byte(0x7d);
      return true;
    },
  };
}
