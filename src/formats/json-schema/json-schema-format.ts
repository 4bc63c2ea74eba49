/** The JSON_SR format: JSON text behind the id of a JSON schema, which Connect's converter gives its types. */
import type { Value } from "../../data/values.ts";
import type { ByteWriter } from "../byte-writer.ts";
import { typeMismatch } from "../connect/value-conversion.ts";
import { DeserializationError } from "../deserialization-error.ts";
import { formatErrors } from "../errors.ts";
import type { DecodeTarget, FormatColumn, FormatOptions } from "../format.ts";
import { structType } from "../../data/types.ts";
import type { JsonReader } from "../json/json-reader.ts";
import { JsonScanner, skipSpace, skipValue } from "../json/json-scanner.ts";
import type { ResolvedReference } from "../registry/schema-language.ts";
import type { RecordForm, RecordReader, RecordWriter, SchemaFormat, WriterSchema } from "../schema-format.ts";
import { jsonSqlFields, jsonSqlType } from "./json-columns.ts";
import { parseJsonShape } from "./json-schema-parser.ts";
import type { JsonShape } from "./json-shape.ts";
import { deriveJsonSchema } from "./json-schema-derivation.ts";
import { absentValue, shapeReader, writtenField } from "./json-shape-reader.ts";
import { objectWriter, shapeWriter } from "./json-shape-writer.ts";

export const jsonSchemaFormat: SchemaFormat = {
  type: "JSON",

  derive: (columns, options) => ({
    type: "JSON",
    schema: deriveJsonSchema(columns, options),
    references: [],
  }),

  parse: (text: string, references: readonly ResolvedReference[]): WriterSchema =>
    new JsonSchema(parseJsonShape(text, references)),
};

class JsonSchema implements WriterSchema {
  readonly names: readonly string[] = [];
  readonly #shape: JsonShape;

  constructor(shape: JsonShape) {
    this.#shape = shape;
  }

  columns(bareName: string | undefined): readonly FormatColumn[] {
    const shape = this.#shape;
    if (bareName !== undefined) return [{ name: bareName, type: jsonSqlType(shape) }];
    if (shape.kind === "STRUCT") return jsonSqlFields(shape.fields);
    throw formatErrors.SCHEMA_MISFIT({
      message: "the JSON schema is of no object",
      hint: "add WRAP_SINGLE_VALUE=false to take it as a single column",
    });
  }

  recordForm(): RecordForm {
    const unwrapped = this.#shape.kind !== "STRUCT";
    return { columns: this.columns(unwrapped ? "value" : undefined), unwrapped };
  }

  reader(
    columns: readonly FormatColumn[],
    { unwrapped }: FormatOptions,
    targets: readonly DecodeTarget[],
  ): RecordReader {
    const shape = this.#shape;
    if (unwrapped) {
      const [wanted] = targets;
      if (wanted === undefined) return () => undefined;
      const read = shapeReader(shape, columns[wanted.column]!.type, "value", wanted.fields);
      return (bytes, start, end, out) => {
        out[wanted.target] = wholeValue(bytes, start, end, read);
      };
    }
    if (shape.kind !== "STRUCT") throw typeMismatch(shape.kind.toLowerCase(), structType(columns), "value");
    const readers = targets.map(({ column, fields }): JsonReader => {
      const { name, type } = columns[column]!;
      const written = writtenField(shape, name);
      return written === undefined ? () => null : shapeReader(written, type, name, fields);
    });
    const absent = targets.map(({ column }) => {
      const { name, type } = columns[column]!;
      return absentValue(writtenField(shape, name), type, name);
    });
    return objectReader(columns, targets, readers, absent);
  }

  writer(columns: readonly FormatColumn[], { unwrapped }: FormatOptions): RecordWriter {
    const shape = this.#shape;
    const [only] = columns;
    if (unwrapped && only !== undefined) {
      const write = shapeWriter(shape, only.type, only.name);
      return (values: readonly Value[], writer: ByteWriter) => write(values[0]!, writer);
    }
    if (shape.kind === "STRUCT") return objectWriter(shape.fields, columns, "the record");
    throw formatErrors.SCHEMA_MISFIT({ message: "the JSON schema is of no object" });
  }
}

function wholeValue(bytes: Buffer, start: number, end: number, read: JsonReader): Value {
  const from = skipSpace(bytes, start, end);
  const to = from < end ? skipValue(bytes, from, end) : -1;
  if (to < 0 || skipSpace(bytes, to, end) !== end) throw noJson(bytes, start, end);
  return read(bytes, from, to);
}

function objectReader(
  columns: readonly FormatColumn[],
  targets: readonly DecodeTarget[],
  readers: readonly JsonReader[],
  absent: readonly Value[],
): RecordReader {
  const fields = targets.map(({ column }, slot) => ({ name: columns[column]!.name, slot }));
  const scanner = new JsonScanner({ fields }, targets.length);
  return (bytes, start, end, out) => {
    if (!scanner.scan(bytes, start, end)) {
      if (bytes.latin1Slice(start, end) !== "null") throw noJson(bytes, start, end);
      for (const { target } of targets) out[target] = null;
      return;
    }
    for (const [i, read] of readers.entries()) {
      const from = scanner.slots[2 * i]!;
      out[targets[i]!.target] = from < 0 ? absent[i]! : read(bytes, from, scanner.slots[2 * i + 1]!);
    }
  };
}

function noJson(bytes: Buffer, start: number, end: number): DeserializationError {
  return new DeserializationError(`no JSON: ${bytes.toString("utf8", start, Math.min(end, start + 60))}`);
}
