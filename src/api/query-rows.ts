/**
 * Rows of a query as they travel.
 *
 * `/query` answers a JSON array, a {@link StreamedRow} a line (`[{"header":…},` … `]`). `/query-stream` answers the
 * delimited form (a {@link QueryMetadata} line, then a JSON array a row; an error is an object line) or, asked for
 * `application/json`, one JSON array of the same; asked for ksqlDB's own JSON it answers StreamedRows.
 * PRINT answers lines of text (`text/plain`) on both.
 *
 * Values: numbers as JSON numbers (BIGINT and DECIMAL with all their digits), BYTES as base64, DATE, TIME and
 * TIMESTAMP as ISO text, STRUCT and MAP as objects.
 */
import type { ErrorEntity } from "./error-entity.ts";

/** A value as JSON.parse gives it. BIGINT beyond 2^53 and DECIMAL lose digits there: read the text where it matters. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [field: string]: JsonValue };

/** Exactly one of the fields is there. */
export interface StreamedRow {
  readonly header?: { readonly queryId: string; readonly schema: string; readonly protoSchema?: string };
  /** `protobufBytes` (base64) in place of the columns where protobuf was asked for. */
  readonly row?:
    | { readonly columns: readonly JsonValue[]; readonly tombstone?: boolean }
    | { readonly protobufBytes: string };
  readonly errorMessage?: ErrorEntity;
  /** `Limit Reached`, `Query Completed`, `Query terminated`: the last row. */
  readonly finalMessage?: string;
}

export interface QueryMetadata {
  /** Null for pull queries in ksqlDB; Spoor names them too. */
  readonly queryId: string | null;
  readonly columnNames: readonly string[];
  readonly columnTypes: readonly string[];
}

/** `/inserts-stream` answers a line for each row, `seq` counting from 0. */
export interface InsertAck {
  readonly seq: number;
  readonly status: "ok";
}

export interface InsertError {
  readonly seq: number;
  readonly status: "error";
  readonly error_code: number;
  readonly message: string;
  readonly hint?: string;
}
