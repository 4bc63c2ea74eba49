/**
 * A query's rows as the table's data files: Parquet with zstd, statistics and, where the table asks, bloom filters, written
 * by the database in the store's staging folder and published from there. Until a commit names them they are not part of the
 * table.
 *
 * DuckDB writes a bloom filter for every dictionary-encoded column chunk and for no other. A table's property
 * `spoor.bloomFilterColumns` therefore raises the dictionary's limits to a whole row group, so that columns whose values are
 * nearly all different (GUIDs, hashes, addresses) are dictionary-encoded too.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { encodedPath } from "../delta/actions.ts";
import type { AddFile, Metadata, PartitionValues } from "../delta/actions.ts";
import { statisticsText } from "../delta/file-statistics.ts";
import type { LeafStatistics } from "../delta/file-statistics.ts";
import { partitionFolder, partitionTextSql } from "../delta/partition-values.ts";
import { sqlType } from "../delta/schema.ts";
import type { DeltaField, DeltaStruct } from "../delta/schema.ts";
import { statisticsColumns } from "../delta/table-properties.ts";
import type { JsonRow, LakeDatabase } from "../duckdb/lake-database.ts";
import { quotedName, quotedText } from "../duckdb/sql-text.ts";
import { lakeErrors } from "../errors.ts";
import type { TableStore } from "../store/table-store.ts";
import { invalidRows } from "./row-source.ts";

/**
 * Rows of a row group: about 20 MB of 2 KB events before compression, which is what a needle costs to decode. Larger groups
 * compress no better. A multiple of the database's 2,048.
 */
export const ROW_GROUP_ROWS = 10_240;
/** Mean bytes that a value of a bloom-filtered column may have for its dictionary to fit. */
const BLOOM_VALUE_BYTES = 256;
const DICTIONARY_LEAST = 64;
const DICTIONARY_BYTES_LEAST = 64 * 1024;
const ZSTD_LEVEL = 3;
/** Columns that get bloom filters, separated by commas. */
export const BLOOM_PROPERTY = "spoor.bloomFilterColumns";
const PUBLISHED_AT_ONCE = 4;

export interface WriterTarget {
  readonly store: TableStore;
  readonly database: LakeDatabase;
  readonly clock: Clock;
  readonly newId: () => string;
}

export interface WriteRequest {
  /** A query whose columns are among the table's, by name; what it lacks is null. */
  readonly query: string;
  readonly columns: readonly string[];
  readonly schema: DeltaStruct;
  readonly metadata: Metadata;
  /** All rows belong to this partition, and the query gives no partition columns; else rows are sorted out. */
  readonly partition?: PartitionValues;
  /** Where one partition is written: a file is closed when it has grown to so many bytes. */
  readonly fileBytes?: number;
  /** No more rows come: dictionaries are made for so many. They are taken for every column of every file, used or not. */
  readonly rowsMax?: number;
  /** Nullable columns that the query does not give are left out of the files, where readers take them for null; default false. */
  readonly omitsAbsent?: boolean;
  readonly dataChange: boolean;
}

/**
 * Writes and publishes the rows.
 * @throws SpoorError LAKE_ROWS_INVALID, LAKE_SCHEMA_MISMATCH for nulls where none may be, LAKE_STORE_FAILED
 */
export async function writeDataFiles(target: WriterTarget, request: WriteRequest): Promise<AddFile[]> {
  const { store, database } = target;
  database.checkAllowed(store.stagingFolder);
  const staging = join(store.stagingFolder, target.newId());
  await mkdir(staging, { recursive: true });
  try {
    const rows = await copyOut(database, request, join(staging, "files"));
    const written = rows.map(writtenFile).filter(({ records }) => records > 0);
    checkNulls(written, request.schema);
    const files: AddFile[] = [];
    for (let i = 0; i < written.length; i += PUBLISHED_AT_ONCE) {
      const some = written.slice(i, i + PUBLISHED_AT_ONCE);
      files.push(...(await Promise.all(some.map((file) => publish(target, request, file)))));
    }
    return files;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function copyOut(database: LakeDatabase, request: WriteRequest, folder: string): Promise<JsonRow[]> {
  const { schema, metadata, partition } = request;
  const given = new Set(request.columns.map((name) => name.toLowerCase()));
  const partitions = partition === undefined ? metadata.partitionColumns : [];
  const absent = new Set(absentColumns(request));
  const chosen = schema.fields.filter(
    ({ name }) => !absent.has(name) && (partition === undefined || !metadata.partitionColumns.includes(name)),
  );
  const columns = chosen.map((field) => columnSql(field, given, partitions.includes(field.name)));
  const options = [
    "FORMAT parquet",
    "COMPRESSION zstd",
    `COMPRESSION_LEVEL ${ZSTD_LEVEL}`,
    "RETURN_STATS true",
  ];
  options.push(`ROW_GROUP_SIZE ${ROW_GROUP_ROWS}`, ...bloomOptions(metadata, request.rowsMax));
  if (partitions.length > 0) options.push(`PARTITION_BY (${partitions.map(quotedName).join(", ")})`);
  else options.push(`FILE_SIZE_BYTES ${request.fileBytes ?? 1024 * 1024 * 1024}`);
  try {
    return await database.rows(
      `COPY (SELECT ${columns.join(", ")} FROM (${request.query})) TO ${quotedText(folder)} (${options.join(", ")})`,
    );
  } catch (error) {
    throw invalidRows(error);
  }
}

/** Columns of the table that its new files do not have. */
function absentColumns({ omitsAbsent, columns, schema, metadata }: WriteRequest): readonly string[] {
  if (omitsAbsent !== true) return [];
  const given = new Set(columns.map((name) => name.toLowerCase()));
  return schema.fields
    .filter(({ name, nullable }) => nullable && !given.has(name.toLowerCase()))
    .map(({ name }) => name)
    .filter((name) => !metadata.partitionColumns.includes(name));
}

function columnSql(field: DeltaField, given: ReadonlySet<string>, isPartition: boolean): string {
  const name = quotedName(field.name);
  const isGiven = given.has(field.name.toLowerCase());
  const value = `CAST(${isGiven ? name : "NULL"} AS ${sqlType(field.type)})`;
  if (!isPartition) return `${value} AS ${name}`;
  return isGiven
    ? `${partitionTextSql(field.name, field.type)} AS ${name}`
    : `CAST(NULL AS VARCHAR) AS ${name}`;
}

function bloomOptions(metadata: Metadata, rowsMax = ROW_GROUP_ROWS): string[] {
  if ((metadata.configuration[BLOOM_PROPERTY] ?? "").trim() === "") return [];
  const values = Math.max(DICTIONARY_LEAST, Math.min(ROW_GROUP_ROWS, rowsMax));
  return [
    `DICTIONARY_SIZE_LIMIT ${values}`,
    `STRING_DICTIONARY_PAGE_SIZE_LIMIT ${Math.max(DICTIONARY_BYTES_LEAST, values * BLOOM_VALUE_BYTES)}`,
  ];
}

interface WrittenFile {
  readonly path: string;
  readonly records: number;
  readonly leaves: readonly LeafStatistics[];
  readonly partition: PartitionValues;
}

interface Entry {
  readonly key: string;
  readonly value: unknown;
}

/** A row of what COPY … RETURN_STATS answers; its maps come as lists of entries. */
function writtenFile(row: JsonRow): WrittenFile {
  const columns = (row["column_statistics"] ?? []) as readonly Entry[];
  const keys = (row["partition_keys"] ?? []) as readonly Entry[];
  return {
    path: String(row["filename"]),
    records: Number(row["count"]),
    leaves: columns.map(leafStatistics),
    partition: Object.fromEntries(keys.map(({ key, value }) => [key, partitionText(value)])),
  };
}

function partitionText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function leafStatistics({ key, value }: Entry): LeafStatistics {
  const facts = new Map((value as readonly Entry[]).map((entry) => [entry.key, String(entry.value)]));
  const nullCount = facts.get("null_count");
  return {
    path: [...key.matchAll(/"((?:[^"]|"")*)"/g)].map((match) => match[1]!.replaceAll('""', '"')),
    min: facts.get("min"),
    max: facts.get("max"),
    nullCount: nullCount === undefined ? undefined : Number(nullCount),
    hasNan: facts.get("has_nan") === "true",
  };
}

function allNulls(column: string, nullCount: number): LeafStatistics {
  return { path: [column], min: undefined, max: undefined, nullCount, hasNan: false };
}

function checkNulls(files: readonly WrittenFile[], schema: DeltaStruct): void {
  for (const { name, nullable } of schema.fields) {
    if (nullable) continue;
    const holdsNull = files.some(
      ({ leaves, partition }) =>
        partition[name] === null ||
        leaves.some((leaf) => leaf.path.length === 1 && leaf.path[0] === name && (leaf.nullCount ?? 0) > 0),
    );
    if (holdsNull)
      throw lakeErrors.SCHEMA_MISMATCH({
        message: `column '${name}' may not be null`,
        detail: "the rows have no value for it",
      });
  }
}

async function publish(target: WriterTarget, request: WriteRequest, file: WrittenFile): Promise<AddFile> {
  const { metadata, schema } = request;
  const partitionValues = request.partition ?? file.partition;
  assert(
    metadata.partitionColumns.every((column) => partitionValues[column] !== undefined),
    "a data file has a value for each partition column",
  );
  const folder = partitionFolder(partitionValues, metadata.partitionColumns);
  const name = `part-${target.newId()}.zstd.parquet`;
  const path = folder === "" ? name : `${folder}/${name}`;
  const stored = await target.store.publish(file.path, path);
  const dataSchema: DeltaStruct = {
    type: "struct",
    fields: schema.fields.filter((field) => !metadata.partitionColumns.includes(field.name)),
  };
  const nulls = absentColumns(request).map((column) => allNulls(column, file.records));
  const leaves = [...file.leaves, ...nulls];
  return {
    path: encodedPath(path),
    partitionValues,
    size: stored.sizeBytes,
    modificationTime: target.clock.nowMs(),
    dataChange: request.dataChange,
    stats: statisticsText(file.records, leaves, dataSchema, statisticsColumns(metadata)),
  };
}
