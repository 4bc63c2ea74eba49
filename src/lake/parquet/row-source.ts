/**
 * Where new rows come from, and the query that gives them. Rows reach the database as bytes: JSON lines in a file of the
 * scratch folder, parsed by native code. From JavaScript values they would cost several times as much.
 */
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { JsonRow, LakeDatabase } from "../duckdb/lake-database.ts";
import { quotedName, quotedText, textList } from "../duckdb/sql-text.ts";
import { isLakeError, lakeErrors } from "../errors.ts";
import { columnNamed, sqlType } from "../delta/schema.ts";
import type { ColumnSpec, DeltaStruct } from "../delta/schema.ts";
import { deltaType } from "./column-types.ts";

export type RowSource =
  /** A query of the lake's database; its columns go by name. */
  | { readonly kind: "sql"; readonly query: string }
  /** JSON lines, each an object with the table's column names. Chunks end at a line's end. */
  | { readonly kind: "rows"; readonly chunks: readonly Uint8Array[] }
  /** JSON lines of any shape, with a recipe for the columns. A line that is no JSON is kept: see {@link LineColumn}. */
  | {
      readonly kind: "lines";
      readonly chunks: readonly Uint8Array[];
      readonly columns: readonly LineColumn[];
    };

/**
 * How a column comes from a line. A value that does not fit its column's type, or a path that leads nowhere, is null; of a
 * line that is no JSON every path leads nowhere. So a table that keeps `line` loses nothing.
 */
export type LineColumn =
  | { readonly name: string; readonly from: "line" }
  /** JSON paths such as `$.event_data.ProcessGuid`; the first that leads to a value counts. */
  | { readonly name: string; readonly from: "paths"; readonly paths: readonly string[] }
  /** SQL over the columns that come from paths and the line. Not for text that a user gave. */
  | { readonly name: string; readonly from: "sql"; readonly sql: string };

/** Longest line. The database's read buffers, one a thread, are twice as large. */
export const LINE_BYTES_MAX = 8 * 1024 * 1024;

/** A source made ready: a query, the columns it brings, and what to delete afterwards. */
export interface StagedRows {
  readonly query: string;
  /** Columns of the query with their types; where a type is the table's own business (JSON text), it is the table's. */
  readonly columns: readonly ColumnSpec[];
  /** Lines that are no JSON and are kept as they are. */
  readonly malformedLines: number;
  discard(): Promise<void>;
}

/**
 * Stages the source's rows for a table with this schema. The query of `lines` fails on a line that is no JSON unless
 * `safe`, which costs about twice as much and is needed as seldom as a shipper sends broken events.
 * @throws SpoorError LAKE_ROWS_INVALID, LAKE_QUERY_FAILED
 */
export async function stageRows(
  database: LakeDatabase,
  source: RowSource,
  schema: DeltaStruct,
  { id, safe = false }: { readonly id: string; readonly safe?: boolean },
): Promise<StagedRows> {
  if (source.kind === "sql") {
    const described = await database.columnsOf(source.query);
    const columns = described.map(({ name, type }) => ({ name, type: deltaType(type, name) }));
    return { query: source.query, columns, malformedLines: 0, discard: () => Promise.resolve() };
  }
  const file = join(database.scratchFolder, `rows-${id}.ndjson`);
  const discard = (): Promise<void> => rm(file, { force: true });
  try {
    const isSafe = safe && source.kind === "lines";
    await writeChunks(file, isSafe ? source.chunks.map(linesAsTexts) : source.chunks);
    const staged =
      source.kind === "rows"
        ? await stagedObjects(database, file, schema)
        : await stagedLines(database, isSafe ? safeScan(file) : fastScan(file), source, schema);
    return { ...staged, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

const NEWLINE = Buffer.from("\n");

async function writeChunks(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "w");
  try {
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      await file.writeFile(chunk);
      if (chunk.at(-1) !== 0x0a) await file.writeFile(NEWLINE);
    }
  } finally {
    await file.close();
  }
}

type Staged = Omit<StagedRows, "discard">;

/**
 * Every field of every line must be a column or become one, so the lines' fields are gathered first.
 */
async function stagedObjects(database: LakeDatabase, file: string, schema: DeltaStruct): Promise<Staged> {
  const scan = `read_ndjson_objects(${quotedText(file)}, maximum_object_size = ${LINE_BYTES_MAX})`;
  const names = await namesIn(database, scan);
  const known = new Map(schema.fields.map((field) => [field.name.toLowerCase(), field]));
  const unknown = names.filter((name) => !known.has(name.toLowerCase()));
  const types = unknown.length === 0 ? undefined : await typesOf(database, scan, unknown);
  const columns = names.map((name): ColumnSpec => {
    const type = known.get(name.toLowerCase())?.type ?? deltaType(types?.get(name) ?? "VARCHAR", name);
    return { name, type };
  });
  if (columns.length === 0)
    return { query: "SELECT 1 AS nothing WHERE FALSE", columns: [], malformedLines: 0 };
  const typed = columns.map(({ name, type }) => `${quotedText(name)}: ${quotedText(sqlType(type))}`);
  const query = `SELECT * FROM read_ndjson(${quotedText(file)}, columns = {${typed.join(", ")}}, maximum_object_size = ${LINE_BYTES_MAX})`;
  return { query, columns, malformedLines: 0 };
}

/** Names of the fields that any line has. */
async function namesIn(database: LakeDatabase, scan: string): Promise<string[]> {
  const names = "CASE WHEN json_type(json) = 'OBJECT' THEN json_keys(json) ELSE [NULL] END";
  const rows = await readRows(database, `SELECT DISTINCT unnest(${names}) AS name FROM ${scan}`);
  if (rows.some((row) => row["name"] === null))
    throw lakeErrors.ROWS_INVALID({
      message: "a line of rows is no JSON object",
      hint: "nothing of the batch was written",
    });
  return rows.map((row) => String(row["name"])).toSorted();
}

/** Types that hold all values of these fields; only for new ones, since finding them takes memory. */
async function typesOf(
  database: LakeDatabase,
  scan: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const parts = names.map((name) => `${quotedText(name)}, json_extract(json, ${quotedText(jsonPath(name))})`);
  const fields = `json_object(${parts.join(", ")})`;
  const rows = await readRows(
    database,
    `SELECT CAST(json_group_structure(${fields}) AS VARCHAR) AS s FROM ${scan}`,
  );
  const structure = JSON.parse(String(rows[0]?.["s"])) as Record<string, unknown>;
  return new Map(Object.entries(structure).map(([name, type]) => [name, structureType(type)]));
}

function jsonPath(name: string): string {
  return `$."${name.replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`;
}

async function readRows(database: LakeDatabase, query: string): Promise<JsonRow[]> {
  try {
    return await database.rows(query);
  } catch (error) {
    throw invalidRows(error);
  }
}

/** The SQL type of a JSON structure as DuckDB reports it: objects by field, arrays by element, or a type's name. */
function structureType(structure: unknown): string {
  if (Array.isArray(structure)) return `${structureType(structure[0])}[]`;
  if (typeof structure === "object" && structure !== null) {
    const fields = Object.entries(structure).map(
      ([name, type]) => `${quotedName(name)} ${structureType(type)}`,
    );
    return `STRUCT(${fields.join(", ")})`;
  }
  switch (structure) {
    case "UBIGINT":
    case "HUGEINT":
      return "BIGINT";
    case "NULL":
    case "JSON":
      return "VARCHAR";
    default:
      return String(structure);
  }
}

async function stagedLines(
  database: LakeDatabase,
  scan: LineScan,
  source: RowSource & { kind: "lines" },
  schema: DeltaStruct,
): Promise<Staged> {
  const columns = source.columns.map(({ name }) => ({ name, type: columnNamed(schema, name).type }));
  const [bad] = scan.malformed === undefined ? [] : await readRows(database, scan.malformed);
  const malformedLines = Number(bad?.["n"] ?? 0);
  return { query: linesQuery(source.columns, schema, scan), columns, malformedLines };
}

interface LineScan {
  readonly from: string;
  readonly line: string;
  readonly extract: (paths: string) => string;
  /** A query of how many lines, `n`, are no JSON; without it none can be. */
  readonly malformed?: string;
}

function fastScan(file: string): LineScan {
  return {
    from: `read_ndjson_objects(${quotedText(file)}, maximum_object_size = ${LINE_BYTES_MAX})`,
    line: "CAST(json AS VARCHAR)",
    extract: (paths) => `json_extract_string(json, ${paths})`,
  };
}

/** Lines as text in JSON, so that none can break the scan. */
function safeScan(file: string): LineScan {
  const from = `read_ndjson(${quotedText(file)}, columns = {'line': 'VARCHAR'}, maximum_object_size = ${2 * LINE_BYTES_MAX})`;
  return {
    from,
    malformed: `SELECT count(*) FILTER (NOT json_valid(line)) AS n FROM ${from}`,
    line: "line",
    extract: (paths) => `CASE WHEN json_valid(line) THEN json_extract_string(line, ${paths}) END`,
  };
}

function linesAsTexts(chunk: Uint8Array): Uint8Array {
  const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return Buffer.from(lines.map((line) => `${JSON.stringify({ line: line.replace(/\r$/, "") })}\n`).join(""));
}

/** Paths are taken in one pass over each line; the columns are cut from what it found. */
function linesQuery(columns: readonly LineColumn[], schema: DeltaStruct, scan: LineScan): string {
  const paths: string[] = [];
  const position = (path: string): number => {
    const at = paths.indexOf(path);
    return at >= 0 ? at + 1 : paths.push(path);
  };
  const direct: string[] = [];
  const derived: string[] = [];
  for (const column of columns) {
    const name = quotedName(column.name);
    if (column.from === "sql") derived.push(`${column.sql} AS ${name}`);
    else if (column.from === "line") direct.push(`line AS ${name}`);
    else {
      const values = column.paths.map((path) => `x[${position(path)}]`);
      const value = values.length === 1 ? values[0]! : `coalesce(${values.join(", ")})`;
      const type = sqlType(columnNamed(schema, column.name).type);
      direct.push(`${type === "VARCHAR" ? value : `TRY_CAST(${value} AS ${type})`} AS ${name}`);
    }
  }
  const extracted = paths.length === 0 ? "NULL" : scan.extract(textList(paths));
  const found = `SELECT ${scan.line} AS line, ${extracted} AS x FROM ${scan.from}`;
  const cut = `SELECT ${direct.join(", ")} FROM (${found})`;
  return derived.length === 0 ? cut : `SELECT *, ${derived.join(", ")} FROM (${cut})`;
}

/** A statement over rows failed: the rows are to blame. */
export function invalidRows(error: unknown): unknown {
  if (!isLakeError(error, "QUERY_FAILED")) return error;
  return lakeErrors.ROWS_INVALID({
    message: "the rows cannot be read",
    detail: error.detail,
    hint: "nothing of the batch was written",
    cause: error,
  });
}
