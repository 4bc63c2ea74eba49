/**
 * A query's rows as the bytes of a response. The stream reads the next batch only when the socket has taken the
 * last one, so a slow reader holds the query back; a reader that goes away ends the query.
 */
import { Readable } from "node:stream";
import type { StreamedRow } from "../api/query-rows.ts";
import { columnsText } from "../api/schema-entities.ts";
import type { QueryRow, QueryStream } from "../app/service.ts";
import { errorEntity } from "./error-response.ts";

/** How rows are framed: `/query`'s array of StreamedRows, or `/query-stream`'s delimited or JSON form. */
export interface RowFraming {
  readonly head: (query: QueryStream) => string;
  readonly row: (row: QueryRow) => string;
  readonly error: (error: unknown) => string;
  /** After the last row; not called after an error. */
  readonly tail: (query: QueryStream) => string;
}

/** @param onError told of failures that the response can only carry as a row. */
export function rowStream(
  query: QueryStream,
  framing: RowFraming,
  onError: (error: unknown) => void,
): Readable {
  const stream = Readable.from(frames(query, framing, onError), {
    objectMode: false,
    highWaterMark: 64 * 1024,
  });
  stream.once("close", () => query.close());
  return stream;
}

/** The head, the batches of rows, and the tail or the error. */
function frames(
  query: QueryStream,
  framing: RowFraming,
  onError: (error: unknown) => void,
): AsyncGenerator<Buffer> {
  const joined = (batch: readonly QueryRow[]) => [batch.map(framing.row).join("")];
  return framed(query, framing, joined, onError);
}

/** The same with every row by itself. */
export function rowFrames(
  query: QueryStream,
  framing: RowFraming,
  onError: (error: unknown) => void,
): AsyncGenerator<Buffer> {
  return framed(query, framing, (batch) => batch.map(framing.row), onError);
}

async function* framed(
  query: QueryStream,
  framing: RowFraming,
  texts: (batch: readonly QueryRow[]) => readonly string[],
  onError: (error: unknown) => void,
): AsyncGenerator<Buffer> {
  try {
    const head = framing.head(query);
    if (head !== "") yield Buffer.from(head);
    for await (const batch of query.rows) {
      for (const text of texts(batch)) yield Buffer.from(text);
    }
    const tail = framing.tail(query);
    if (tail !== "") yield Buffer.from(tail);
  } catch (error) {
    onError(error);
    yield Buffer.from(framing.error(error));
  } finally {
    query.close();
  }
}

/** `[{"header":…},⏎ {"row":…},⏎ … {"finalMessage":…}]` */
export const streamedRowFraming: RowFraming = {
  head: (query) => `[${json({ header: { queryId: query.queryId, schema: columnsText(query.columns) } })}`,
  row: (row) => `,\n{"row":{"columns":${row.text}${row.tombstone ? ',"tombstone":true' : ""}}}`,
  error: (error) => `,\n${json({ errorMessage: errorEntity(error) })}]\n`,
  tail: (query) => {
    const message = finalMessage(query);
    return message === undefined ? "]\n" : `,\n${json({ finalMessage: message })}]\n`;
  },
};

/** The same with each row as a protobuf message in base64; tombstones stay JSON, as in ksqlDB. */
export const protobufRowFraming: RowFraming = {
  ...streamedRowFraming,
  head: ({ queryId, columns, protoSchema = "" }) =>
    `[${json({ header: { queryId, schema: columnsText(columns), protoSchema } })}`,
  row: (row) => (row.tombstone ? streamedRowFraming.row(row) : `,\n{"row":{"protobufBytes":"${row.text}"}}`),
};

/** A line of metadata, then a line a row. */
export const delimitedFraming: RowFraming = {
  head: (query) => `${metadata(query)}\n`,
  row: (row) => `${row.text}\n`,
  error: (error) => `${JSON.stringify(errorEntity(error))}\n`,
  tail: () => "",
};

/** One JSON array of the metadata and the rows. */
export const jsonArrayFraming: RowFraming = {
  head: (query) => `[${metadata(query)}`,
  row: (row) => `,\n${row.text}`,
  error: (error) => `,\n${JSON.stringify(errorEntity(error))}]\n`,
  tail: () => "]\n",
};

/** PRINT: the lines as they are. */
export const lineFraming: RowFraming = {
  head: () => "",
  row: (row) => `${row.text}\n`,
  error: (error) => `${JSON.stringify(errorEntity(error))}\n`,
  tail: () => "",
};

function json(row: StreamedRow): string {
  return JSON.stringify(row);
}

function metadata(query: QueryStream): string {
  return JSON.stringify({
    queryId: query.queryId,
    columnNames: query.columns.map((column) => column.name),
    columnTypes: query.columns.map((column) => column.type),
  });
}

/** ksqlDB ends a pull query over a table without a word, and one over a stream with `Query Completed`. */
function finalMessage(query: QueryStream): string | undefined {
  if (query.end === "terminated" || query.end === undefined) return "Query terminated";
  if (query.kind === "pull" && query.source === "table") return undefined;
  return query.end === "limit" ? "Limit Reached" : "Query Completed";
}
