/**
 * What AVRO, PROTOBUF and JSON_SR have in common: a record is written with a schema, and read with the schema that its
 * writer used, whatever columns the reader declares. A format compiles a pair of schema and columns once.
 *
 * Words follow Kafka Connect, whose converters ksqlDB uses: a schema's *columns* are what Connect makes of it.
 */
import type { Value } from "../data/values.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { DecodeTarget, FormatColumn, FormatOptions, SchemaOptions } from "./format.ts";
import type { ResolvedReference } from "./registry/schema-language.ts";
import type { SchemaText, SchemaType } from "./registry/schema-registry.ts";

/** Reads what follows the schema's id. @throws DeserializationError */
export type RecordReader = (bytes: Buffer, start: number, end: number, out: Value[]) => void;

/** Writes what follows the schema's id. @throws SerializationError */
export type RecordWriter = (values: readonly Value[], writer: ByteWriter) => void;

export interface SchemaFormat {
  readonly type: SchemaType;
  /** The schema that ksqlDB registers for these columns. */
  derive(columns: readonly FormatColumn[], options: FormatOptions): SchemaText;
  /** @throws SCHEMA_INVALID */
  parse(text: string, references: readonly ResolvedReference[]): WriterSchema;
}

export interface RecordForm {
  readonly columns: readonly FormatColumn[];
  /** The one column is the whole record. */
  readonly unwrapped: boolean;
}

/** A parsed schema. */
export interface WriterSchema {
  /**
   * The columns that a record has, names as the schema spells them. What has no SQL type is left out.
   * @param bareName the name of the one column where the whole schema is a column's; undefined: it must be a record
   * @throws FORMAT_SCHEMA_MISFIT
   */
  columns(bareName: string | undefined, options: SchemaOptions): readonly FormatColumn[];
  /** Full names of the records the schema defines at its top. */
  readonly names: readonly string[];
  /** What the record in these bytes (behind the id) is, for a reader who declared nothing. @throws FORMAT_SCHEMA_MISFIT */
  recordForm(bytes: Buffer, start: number, end: number): RecordForm;
  /** @throws DeserializationError where a wanted column can't be read from the schema */
  reader(
    columns: readonly FormatColumn[],
    options: FormatOptions,
    targets: readonly DecodeTarget[],
  ): RecordReader;
  /** @throws FORMAT_SCHEMA_MISFIT where the columns can't be written with the schema */
  writer(columns: readonly FormatColumn[], options: FormatOptions): RecordWriter;
}
