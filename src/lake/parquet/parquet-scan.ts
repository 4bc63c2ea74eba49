/**
 * A snapshot's files as a query. The database reads the Parquet files; values of partition columns come from the log, as
 * constants of one branch for each partition, so that a condition on them leaves whole branches out. Columns that a file is
 * too old to have are null, and every column has the table's type.
 */
import type { AddFile } from "../delta/actions.ts";
import { decodedPath } from "../delta/actions.ts";
import { deletedRows } from "../delta/deletion-vector.ts";
import { partitionConstantSql, partitionKey, partitionValue } from "../delta/partition-values.ts";
import { sqlType } from "../delta/schema.ts";
import type { DeltaField } from "../delta/schema.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { quotedName, textList } from "../duckdb/sql-text.ts";
import { lakeErrors } from "../errors.ts";
import type { TableStore } from "../store/table-store.ts";

export interface ScanOptions {
  /** Also `_file` (the local file's path) and `_row` (position in it, from 0). */
  readonly withPosition?: boolean;
  /** Leave the partition columns out. */
  readonly dataOnly?: boolean;
}

/** Name of the column with the file that a row lies in, where asked for. */
export const FILE_COLUMN = "_file";
export const ROW_COLUMN = "_row";

/** A file of the table, where the database reads it. */
export interface ScanFile {
  readonly add: AddFile;
  readonly localPath: string;
  /** Positions of rows that a deletion vector takes out. */
  readonly deleted?: Uint32Array;
}

/** Deleted rows of one file that a query can carry; such a file wants OPTIMIZE. */
const DELETED_MAX = 2_000_000;

/**
 * Where the files lie on this machine; those of an object store are fetched.
 * @throws SpoorError LAKE_FILE_MISSING, LAKE_PROTOCOL_UNSUPPORTED for files outside the table
 */
export async function localFiles(store: TableStore, files: Iterable<AddFile>): Promise<ScanFile[]> {
  const found: ScanFile[] = [];
  for (const add of files) {
    if (/^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(add.path))
      throw lakeErrors.PROTOCOL_UNSUPPORTED({
        message: `the table at '${store.location}' has files outside its folder`,
        detail: add.path,
        hint: "a shallow clone is read by the system that made it",
      });
    const localPath = await store.localFile(decodedPath(add.path));
    if (add.deletionVector === undefined) found.push({ add, localPath });
    else if (add.deletionVector.cardinality > DELETED_MAX)
      throw lakeErrors.MEMORY_EXCEEDED({
        message: `'${add.path}' has ${add.deletionVector.cardinality} deleted rows, more than ${DELETED_MAX}`,
        hint: "run OPTIMIZE or REORG TABLE … APPLY (PURGE) in the system that deleted them",
      });
    else found.push({ add, localPath, deleted: await deletedRows(store, add.deletionVector) });
  }
  return found;
}

/** SQL of a SELECT with the table's columns, over these files. */
export function scanQuery(snapshot: Snapshot, files: readonly ScanFile[], options: ScanOptions = {}): string {
  const { partitionColumns } = snapshot.metadata;
  const groups = new Map<string, ScanFile[]>();
  for (const file of files) {
    const key = partitionKey(file.add.partitionValues, partitionColumns);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  if (groups.size === 0) return emptyQuery(snapshot, options);
  return [...groups.values()].map((group) => branch(snapshot, group, options)).join(" UNION ALL ");
}

function emptyQuery({ schema, metadata }: Snapshot, options: ScanOptions): string {
  const columns = columnsOf(schema.fields, metadata.partitionColumns, options).map(
    ({ name, type }) => `CAST(NULL AS ${sqlType(type)}) AS ${quotedName(name)}`,
  );
  if (options.withPosition === true)
    columns.push(`CAST(NULL AS VARCHAR) AS ${FILE_COLUMN}`, `CAST(NULL AS BIGINT) AS ${ROW_COLUMN}`);
  return `SELECT ${columns.join(", ")} WHERE FALSE`;
}

function columnsOf(
  fields: readonly DeltaField[],
  partitionColumns: readonly string[],
  options: ScanOptions,
): readonly DeltaField[] {
  return options.dataOnly === true ? fields.filter(({ name }) => !partitionColumns.includes(name)) : fields;
}

function branch({ schema, metadata }: Snapshot, group: readonly ScanFile[], options: ScanOptions): string {
  const { partitionColumns } = metadata;
  const values = group[0]!.add.partitionValues;
  const data = schema.fields.filter(({ name }) => !partitionColumns.includes(name));
  const columns = columnsOf(schema.fields, partitionColumns, options).map(({ name, type }) => {
    const value = partitionColumns.includes(name)
      ? partitionConstantSql(partitionValue(values, name), type)
      : `CAST(${quotedName(name)} AS ${sqlType(type)})`;
    return `${value} AS ${quotedName(name)}`;
  });
  if (options.withPosition === true)
    columns.push(`filename AS ${FILE_COLUMN}`, `file_row_number AS ${ROW_COLUMN}`);
  return `SELECT ${columns.join(", ")} FROM (${paddedScan(data, group, options)})`;
}

/** An empty relation with every column stands first, so that a column which no file has is there as nulls. */
function paddedScan(data: readonly DeltaField[], group: readonly ScanFile[], options: ScanOptions): string {
  const nulls = data.map(({ name, type }) => `CAST(NULL AS ${sqlType(type)}) AS ${quotedName(name)}`);
  const parts = [`SELECT ${nulls.join(", ")} WHERE FALSE`];
  const whole = group.filter(({ deleted }) => deleted === undefined);
  if (whole.length > 0) parts.push(fileScan(whole, options.withPosition === true));
  for (const file of group) {
    if (file.deleted === undefined) continue;
    const kept = `SELECT * FROM (${fileScan([file], true)}) WHERE file_row_number NOT IN (SELECT unnest([${file.deleted.join(",")}]::BIGINT[]))`;
    parts.push(
      options.withPosition === true ? kept : `SELECT * EXCLUDE (filename, file_row_number) FROM (${kept})`,
    );
  }
  return parts.join(" UNION ALL BY NAME ");
}

function fileScan(files: readonly ScanFile[], withPosition: boolean): string {
  const flags = withPosition ? ", filename = true, file_row_number = true" : "";
  const paths = textList(files.map(({ localPath }) => localPath));
  return `SELECT * FROM read_parquet(${paths}, union_by_name = true, hive_partitioning = false${flags})`;
}
