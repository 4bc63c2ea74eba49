/**
 * A batch's rows of one table as data files. Rows of one partition are written by a statement of their own, which costs half of
 * what the database takes to sort rows into partitions; only partitions with a handful of rows go together, since a statement
 * has its price, too. The columns are known, so that the lines need not be looked through for their names first.
 */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quotedText } from "../duckdb/sql-text.ts";
import type { AddFile, Metadata, PartitionValues } from "../delta/actions.ts";
import { checkWritable } from "../delta/protocol.ts";
import { grownSchema, sqlType } from "../delta/schema.ts";
import type { ColumnSpec } from "../delta/schema.ts";
import { bytesOf, recordsIn } from "../delta/snapshot.ts";
import type { DeltaTable, WrittenRows } from "../delta/table.ts";
import { writeDataFiles } from "../parquet/parquet-writer.ts";
import { LINE_BYTES_MAX } from "../parquet/row-source.ts";
import { plainScan } from "./plain-rows.ts";
import type { RowGroup, TableRows } from "./row-batch.ts";

/** So many rows of one partition are worth a statement of their own. */
const OWN_STATEMENT_ROWS = 256;

/** Rows that one statement writes. */
export interface RowPart {
  readonly rows: TableRows;
  readonly partition: PartitionValues | undefined;
  readonly rowsMax: number;
  readonly json: readonly Buffer[];
  readonly plain: readonly Buffer[];
  readonly bytes: number;
}

/** @param fromOf the number from which a source's rows are wanted; undefined: none of them */
export function rowParts(
  rows: TableRows,
  metadata: Metadata,
  fromOf: (source: string) => number | undefined,
): RowPart[] {
  const groups = [...rows.groups.values()];
  const own = groups.filter(
    (group) => isPartition(metadata, group) && (group.rows >= OWN_STATEMENT_ROWS || groups.length === 1),
  );
  const together = groups.filter((group) => !own.includes(group));
  const parts = own.map((group) => rowPart(rows, [group], group.partition, fromOf));
  parts.push(rowPart(rows, together, undefined, fromOf));
  return parts.filter(({ bytes }) => bytes > 0);
}

function rowPart(
  rows: TableRows,
  groups: readonly RowGroup[],
  partition: PartitionValues | undefined,
  fromOf: (source: string) => number | undefined,
): RowPart {
  const json: Buffer[] = [];
  const plain: Buffer[] = [];
  for (const { bySource } of groups) {
    for (const [source, lines] of bySource) {
      const from = fromOf(source);
      if (from === undefined) continue;
      json.push(...lines.json.from(from));
      plain.push(...lines.plain.from(from));
    }
  }
  const rowsMax = groups.reduce((sum, group) => sum + group.rows, 0);
  return { rows, partition, rowsMax, json, plain, bytes: bytesIn(json) + bytesIn(plain) };
}

/** The table may have been made by others, with other partitions. */
function isPartition({ partitionColumns }: Metadata, { partition }: RowGroup): boolean {
  if (partition === undefined || Object.keys(partition).length !== partitionColumns.length) return false;
  return partitionColumns.every((name) => partition[name] !== undefined);
}

/** Writes a part's files without a commit. */
export async function writeRows(table: DeltaTable, part: RowPart): Promise<WrittenRows> {
  const { database, newId } = table.lake;
  const { rows, plain, json, bytes } = part;
  return database.writes.run(bytes, async () => {
    const base = join(database.scratchFolder, `rows-${newId()}`);
    const staged: string[] = [];
    const stage = async (file: string, chunks: readonly Buffer[]): Promise<void> => {
      staged.push(file);
      await writeFile(file, chunks);
    };
    try {
      const scans: string[] = [];
      const names = new Set<string>();
      if (plain.length > 0) {
        await stage(`${base}.csv`, plain);
        scans.push(plainScan(`${base}.csv`, rows.spec, rows.plainColumns));
        for (const name of rows.plainColumns) names.add(name);
      }
      if (json.length > 0) {
        await stage(`${base}.ndjson`, json);
        const columns = rows.spec.columns.filter(({ name }) => rows.columns?.has(name) !== false);
        scans.push(jsonScan(`${base}.ndjson`, columns));
        for (const { name } of columns) names.add(name);
      }
      return await writeQuery(table, part, scans.join(" UNION ALL BY NAME "), [...names]);
    } finally {
      await Promise.all(staged.map((file) => rm(file, { force: true })));
    }
  });
}

async function writeQuery(
  table: DeltaTable,
  { rows, partition, rowsMax }: RowPart,
  query: string,
  columns: readonly string[],
): Promise<WrittenRows> {
  const { snapshot, lake, store } = table;
  const { protocol, metadata } = snapshot;
  checkWritable(protocol, metadata, store.location, { addsRows: true, removesRows: false });
  const schema = grownSchema(snapshot.schema, rows.spec.columns);
  const request = { query, columns, schema, metadata, dataChange: true, rowsMax, omitsAbsent: true };
  const one = partition === undefined ? {} : { partition };
  const files = await writeDataFiles({ ...lake, store }, { ...request, ...one });
  return { files, rows: recordsOf(files), bytes: bytesOf(files), malformedLines: 0, schema, snapshot };
}

function recordsOf(files: readonly AddFile[]): number {
  return files.reduce((sum, file) => sum + (recordsIn(file) ?? 0), 0);
}

function jsonScan(file: string, columns: readonly ColumnSpec[]): string {
  const types = columns.map(({ name, type }) => `${quotedText(name)}: ${quotedText(sqlType(type))}`);
  const options = `columns = {${types.join(", ")}}, maximum_object_size = ${LINE_BYTES_MAX}`;
  return `SELECT * FROM read_ndjson(${quotedText(file)}, ${options})`;
}

function bytesIn(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
