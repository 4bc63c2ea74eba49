/** The AVRO format: schemas as Connect's Avro converter has them, records in Avro's binary encoding. */
import type { Value } from "../../data/values.ts";
import type { ByteWriter } from "../byte-writer.ts";
import type { DecodeTarget, FormatColumn, FormatOptions } from "../format.ts";
import { formatErrors } from "../errors.ts";
import { describeAvroType } from "../registry/avro/avro-schema.ts";
import type { AvroType } from "../registry/avro/avro-schema.ts";
import { parseAvroSchema } from "../registry/avro/avro-schema-parser.ts";
import type { AvroNames } from "../registry/avro/avro-schema-parser.ts";
import type { ResolvedReference } from "../registry/schema-language.ts";
import type { RecordForm, RecordReader, RecordWriter, SchemaFormat, WriterSchema } from "../schema-format.ts";
import { typeMismatch } from "../connect/value-conversion.ts";
import { structType } from "../../data/types.ts";
import { avroSqlFields, avroSqlType } from "./avro-columns.ts";
import { AvroCursor } from "./avro-cursor.ts";
import { deriveAvroSchema } from "./avro-derivation.ts";
import { avroRead, fieldRead, fieldsRead, matchingName } from "./avro-reader.ts";
import { avroWrite, fieldsWrite } from "./avro-writer.ts";

export const avroFormat: SchemaFormat = {
  type: "AVRO",

  derive: (columns, options) => ({
    type: "AVRO",
    schema: deriveAvroSchema(columns, options),
    references: [],
  }),

  parse(text: string, references: readonly ResolvedReference[]): WriterSchema {
    const names: AvroNames = new Map();
    for (const schema of new Set(references.map((each) => each.schema.schema)))
      parseAvroSchema(schema, names);
    return new AvroSchema(parseAvroSchema(text, names));
  },
};

const sameSpelling = (name: string): string => name;

class AvroSchema implements WriterSchema {
  readonly names: readonly string[];
  readonly #type: AvroType;

  constructor(type: AvroType) {
    this.#type = type;
    this.names = type.kind === "record" ? [type.fullName] : [];
  }

  columns(bareName: string | undefined): readonly FormatColumn[] {
    const type = this.#type;
    if (bareName !== undefined) return [{ name: bareName, type: avroSqlType(type, sameSpelling) }];
    if (type.kind === "record") return avroSqlFields(type.fields, sameSpelling, [type]);
    throw formatErrors.SCHEMA_MISFIT({
      message: `the schema is ${describeAvroType(type)} and no record`,
      hint: "add WRAP_SINGLE_VALUE=false to take it as a single column",
    });
  }

  recordForm(): RecordForm {
    const unwrapped = this.#type.kind !== "record";
    return { columns: this.columns(unwrapped ? "value" : undefined), unwrapped };
  }

  reader(
    columns: readonly FormatColumn[],
    { unwrapped }: FormatOptions,
    targets: readonly DecodeTarget[],
  ): RecordReader {
    const cursor = new AvroCursor();
    if (unwrapped) {
      const [wanted] = targets;
      if (wanted === undefined) return () => undefined;
      const read = avroRead(this.#type, columns[wanted.column]!.type, "value", wanted.fields);
      return (bytes, start, end, out) => {
        cursor.reset(bytes, start, end);
        out[wanted.target] = read(cursor);
      };
    }
    const read = this.#rowReader(columns, targets);
    return (bytes, start, end, out) => {
      cursor.reset(bytes, start, end);
      read(cursor, out);
    };
  }

  #rowReader(
    columns: readonly FormatColumn[],
    targets: readonly DecodeTarget[],
  ): (cursor: AvroCursor, out: Value[]) => void {
    const type = this.#type;
    if (type.kind !== "record") throw typeMismatch(describeAvroType(type), structType(columns), "value");
    const names = columns.map((column) => column.name);
    const found = new Set<number>();
    const read = fieldsRead(type, (field) => {
      const column = matchingName(names, field.name);
      const wanted = targets.find((target) => target.column === column);
      if (column === undefined || wanted === undefined) return undefined;
      found.add(wanted.target);
      const value = fieldRead(field, columns[column]!.type, field.name, wanted.fields);
      return { slot: wanted.target, read: value };
    });
    const absent = targets.filter(({ target }) => !found.has(target)).map(({ target }) => target);
    return (cursor, out) => {
      for (const slot of absent) out[slot] = null;
      read(cursor, out);
    };
  }

  writer(columns: readonly FormatColumn[], { unwrapped }: FormatOptions): RecordWriter {
    const type = this.#type;
    const [only] = columns;
    if (unwrapped && only !== undefined) {
      const write = avroWrite(type, only.type, only.name);
      return (values: readonly Value[], writer: ByteWriter) => write(values[0]!, writer);
    }
    if (type.kind === "record") return fieldsWrite(type, columns, "the record");
    throw formatErrors.SCHEMA_MISFIT({
      message: `the schema is ${describeAvroType(type)} and no record`,
      detail: `the columns are ${columns.map((column) => column.name).join(", ")}`,
    });
  }
}
