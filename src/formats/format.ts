/**
 * Formats turn the bytes of a record's key or value into column values and back.
 *
 * A decoder or encoder is made once for a list of columns (their declared names and types) and serves one
 * thread. A decoder may be made for some of the columns only: what nobody reads is not decoded.
 */
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { SchemaRegistry } from "./registry/schema-registry.ts";

export interface FormatColumn {
  readonly name: string;
  readonly type: SqlType;
}

export interface FormatOptions {
  /** Single column: stands bare instead of in an object. */
  readonly unwrapped: boolean;
  /** DELIMITED: the one character between fields. */
  readonly delimiter: string;
  /** Formats with schemas. */
  readonly schema: SchemaOptions;
}

/** How a format with schemas finds and names the schema of one side of a topic. */
export interface SchemaOptions {
  /** Absent: AVRO, PROTOBUF and JSON_SR can't be used. */
  readonly registry: SchemaRegistry | undefined;
  /** Where a derived schema is registered: `<topic>-key` or `<topic>-value`. */
  readonly subject: string;
  /** Records are written with this schema instead of one derived from the columns. */
  readonly schemaId: number | undefined;
  /** The name of a derived Avro record or Protobuf message; of several Protobuf messages the one that is meant. */
  readonly fullName: string | undefined;
  readonly protobufNulls: ProtobufNulls;
}

/** How a derived Protobuf schema tells NULL from a default value: not at all, `optional`, or wrapper messages. */
export type ProtobufNulls = "none" | "optional" | "wrapper";

export interface Decoder {
  /**
   * Decodes bytes[start, end) and writes column i's value to out[targets[i]] for each wanted column.
   * @throws DeserializationError
   */
  decode(bytes: Buffer, start: number, end: number, out: Value[]): void;
}

export interface Encoder {
  /**
   * Appends the encoded columns to `writer`; `values` is in the columns' order.
   * Answers false, with nothing written, where the format stands for "no bytes at all" (NULL bare values, NONE).
   * @throws SerializationError where the values don't fit a schema that the format did not derive itself
   */
  encode(values: readonly Value[], writer: ByteWriter): boolean;
}

/** Which of the declared columns are wanted, and where each value goes. */
export interface DecodeTarget {
  /** Index into the format's columns. */
  readonly column: number;
  /** Index into `out`. */
  readonly target: number;
  /** Of a STRUCT column: only these fields are wanted; a format may leave the others NULL. */
  readonly fields?: "all" | ReadonlySet<number>;
}
