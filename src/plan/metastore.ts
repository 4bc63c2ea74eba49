/**
 * What the engine knows of streams, tables and types. Sources are immutable; a statement makes a new one.
 */
import type { SqlType } from "../data/types.ts";
import type { Schema } from "./schema.ts";

export type FormatName =
  | "JSON"
  | "JSON_SR"
  | "AVRO"
  | "PROTOBUF"
  | "PROTOBUF_NOSR"
  | "DELIMITED"
  | "KAFKA"
  | "NONE";

export interface FormatInfo {
  readonly format: FormatName;
  /** Format properties by ksqlDB's names, e.g. `delimiter`, `schemaId`, `fullSchemaName`. */
  readonly properties: Readonly<Record<string, string>>;
  /** Whether a single column stands bare (`unwrap`) or in an object (`wrap`); absent: the format's default. */
  readonly wrapping?: "wrap" | "unwrap";
}

export interface WindowInfo {
  readonly type: "TUMBLING" | "HOPPING" | "SESSION";
  /** Milliseconds; absent for SESSION. */
  readonly sizeMs?: number;
}

export interface TimestampColumn {
  readonly column: string;
  /** A Java date pattern where the column is a STRING. */
  readonly format?: string;
}

export interface DataSource {
  readonly name: string;
  readonly kind: "stream" | "table";
  readonly topic: string;
  /** Key, value and header columns; pseudo columns are added where a query reads the source. */
  readonly schema: Schema;
  readonly keyFormat: FormatInfo;
  readonly valueFormat: FormatInfo;
  /** Set when the record keys are windowed. */
  readonly window?: WindowInfo;
  readonly timestamp?: TimestampColumn;
  /** CREATE SOURCE …: read-only. */
  readonly isSource: boolean;
  /** Made by a query (CSAS, CTAS): the query's id. */
  readonly createdBy?: string;
  /** KSQL 5: this value column equals the record's key (WITH (KEY='c'), or PARTITION BY c at the end). */
  readonly keyHint?: string;
  /** Declared or derived the KSQL 5 way: the key is a hidden `ROWKEY STRING`. */
  readonly legacyKey?: boolean;
  /** The statement that made it, as the user wrote it. */
  readonly statementText: string;
}

export interface Metastore {
  source(name: string): DataSource | undefined;
  sources(): readonly DataSource[];
  type(name: string): SqlType | undefined;
  types(): readonly { readonly name: string; readonly type: SqlType }[];
  /** Ids of running queries that read (`readers`) or write (`writers`) the source. */
  readers(name: string): readonly string[];
  writers(name: string): readonly string[];
}

/** What planning asks of the log: a topic's partition count, or undefined where there is no such topic. */
export interface TopicCatalog {
  partitions(topic: string): number | undefined;
}
