/**
 * Event files as tables of the database: once under the source's own names (the documents, flattened), once as rows of the event
 * model in OSSEM's words. Both become one Parquet file in the database's private folder, in the files' order: what is asked of it
 * reads only the columns and row groups that it needs, and memory does not grow with the capture.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { SpoorError } from "../../base/errors.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import { sqlTypeName } from "../../events/model/columns/column-type.ts";
import type { ModelRow } from "../../events/model/columns/column-type.ts";
import { rowJson } from "../../events/model/tables/table-row.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import type { SourceObject } from "../../events/shapes/raw-event.ts";
import { quotedName, quotedText } from "../duckdb/sql-text.ts";
import { DocumentColumns } from "./document-columns.ts";
import { LineFile, readDocuments, stageDocuments } from "./event-staging.ts";
import type { ReadOptions, ReadReport } from "./event-staging.ts";
import type { HuntDatabase } from "./hunt-database.ts";

/** A table over a Parquet file of the private folder. */
export interface EventTable {
  /** A SELECT of all its rows and columns. */
  readonly query: string;
  readonly report: ReadReport;
}

/** The column of {@link modelTable} that names the silver table an event belongs to. */
export const TABLE_COLUMN = "event_table";

/** Columns that views of the table are made by, there whatever the events hold. */
const VIEWED_COLUMNS = [TABLE_COLUMN, "log_name"];

export const ROW_GROUP_ROWS = 20_480;
const OBJECT_BYTES_LEAST = 1 << 20;

/** @param name of the Parquet file; a name of this module's user, free in the private folder */
export async function sourceTable(
  database: HuntDatabase,
  name: string,
  paths: readonly string[],
  options: ReadOptions,
): Promise<EventTable> {
  const staged = join(database.folder, `${name}.ndjson`);
  const rewritten = join(database.folder, `${name}-rewritten.ndjson`);
  try {
    const { columns, report, longest } = await stageDocuments(paths, staged, options);
    try {
      return {
        query: await stored(database, name, columns.flattened(readJson(staged, columns, longest))),
        report,
      };
    } catch (error) {
      if (!(error instanceof SpoorError) || error.code !== "HUNT_CONVERSION") throw error;
    }
    // The database takes no object with a name twice; JSON.parse does, and keeps the last.
    const again = await stageDocuments([staged], rewritten, options, true);
    const reader = readJson(rewritten, again.columns, again.longest);
    return { query: await stored(database, name, again.columns.flattened(reader)), report };
  } finally {
    await rm(staged, { force: true });
    await rm(rewritten, { force: true });
  }
}

export async function modelTable(
  database: HuntDatabase,
  name: string,
  paths: readonly string[],
  model: EventModel,
  options: ReadOptions,
): Promise<EventTable> {
  const staged = join(database.folder, `${name}.ndjson`);
  const columns = new DocumentColumns();
  const lines = await LineFile.create(staged);
  try {
    let report: ReadReport;
    try {
      report = await readDocuments(
        paths,
        (_line, document) => lines.add(modelRowLine(model, columns, document)),
        options,
      );
    } finally {
      await lines.close();
    }
    const types = modelColumns(model, columns);
    const readAs = types.map(({ name: column, read }) => `${quotedText(column)}: ${quotedText(read)}`);
    const list = [
      ...types.map(({ name: column, isTime }) =>
        isTime ? `make_timestamp(${quotedName(column)}) AS ${quotedName(column)}` : quotedName(column),
      ),
      ...absentColumns(types),
    ];
    const reader = readLines(staged, readAs.join(", ") || "'record_number': 'BIGINT'", lines.longest);
    return { query: await stored(database, name, `SELECT ${list.join(", ")} FROM ${reader}`), report };
  } finally {
    await rm(staged, { force: true });
  }
}

/** A column of rows of the model: how it is read from JSON lines. */
export interface ModelColumn {
  readonly name: string;
  readonly read: string;
  /** Read as microseconds since 1970. */
  readonly isTime: boolean;
}

/** @param columns of the lines that {@link modelRowLine} gave */
export function modelColumns(model: EventModel, columns: DocumentColumns): ModelColumn[] {
  return columns.top().map(({ name, type }) => {
    const known = model.column(name)?.type;
    const isTime = known === "time";
    return { name, isTime, read: known === undefined ? type : isTime ? "BIGINT" : sqlTypeName(known) };
  });
}

/** Columns that views are made by and no event filled. */
export function absentColumns(columns: readonly ModelColumn[]): string[] {
  const names = new Set(columns.map(({ name }) => name));
  const absent = VIEWED_COLUMNS.filter((column) => !names.has(column));
  return absent.map((column) => `CAST(NULL AS VARCHAR) AS ${quotedName(column)}`);
}

/**
 * An event as a row of the model without its nulls: a column that is null throughout is none.
 * @throws SpoorError EVENTS_SHAPE_UNKNOWN
 */
export function modelRowLine(
  model: EventModel,
  columns: DocumentColumns,
  document: Readonly<Record<string, unknown>>,
): string {
  const row = model.normalize(readRawEvent(document as SourceObject));
  const out: ModelRow = {};
  for (const name in row) if (row[name] !== null) out[name] = row[name]!;
  const table = model.tableOf(row);
  if (table !== undefined) out[TABLE_COLUMN] = table;
  for (const { from, to } of columns.add(out)) {
    out[to] ??= out[from] ?? null;
    delete out[from];
  }
  return rowJson(out);
}

function readJson(path: string, columns: DocumentColumns, longest: number): string {
  return readLines(path, columns.readerColumns(), longest);
}

export function readLines(path: string, columns: string, longest: number): string {
  const objectBytes = Math.max(OBJECT_BYTES_LEAST, longest + 1024);
  return `read_json(${quotedText(path)}, format = 'newline_delimited', columns = {${columns}}, maximum_object_size = ${objectBytes})`;
}

async function stored(database: HuntDatabase, name: string, query: string): Promise<string> {
  const path = quotedText(join(database.folder, `${name}.parquet`));
  await database.run(
    `COPY (${query}) TO ${path} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
  );
  return `SELECT * FROM read_parquet(${path})`;
}
