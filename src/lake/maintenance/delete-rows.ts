/**
 * DELETE by copy on write: a file all of whose rows match leaves the table, one with some is written anew without them. What
 * the log can tell (partitions, exact statistics) is not read.
 */
import { fileKey, removeOf } from "../delta/actions.ts";
import type { Action, AddFile } from "../delta/actions.ts";
import { matchingFiles, shareOf } from "../delta/file-skipping.ts";
import { predicateSql } from "../delta/predicate.ts";
import type { Predicate } from "../delta/predicate.ts";
import { checkWritable } from "../delta/protocol.ts";
import { recordsIn } from "../delta/snapshot.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import type { DeltaTable } from "../delta/table.ts";
import { FILE_COLUMN, localFiles, scanQuery } from "../parquet/parquet-scan.ts";
import type { ScanFile } from "../parquet/parquet-scan.ts";
import { writeDataFiles } from "../parquet/parquet-writer.ts";

export interface DeleteResult {
  /** Undefined where no row matched, and there was no commit. */
  readonly version: number | undefined;
  readonly rowsDeleted: number;
  readonly filesRemoved: number;
  readonly filesAdded: number;
}

/** @throws SpoorError LAKE_APPEND_ONLY, LAKE_PREDICATE_INVALID, LAKE_CONFLICT */
export async function deleteRows(table: DeltaTable, predicate: Predicate): Promise<DeleteResult> {
  const snapshot = await table.refresh();
  const kind = { addsRows: false, removesRows: true };
  checkWritable(snapshot.protocol, snapshot.metadata, table.store.location, kind);
  const condition = predicateSql(predicate, snapshot.schema);
  const candidates = matchingFiles(snapshot, predicate);
  const whole = candidates.filter(
    (file) => shareOf(file, predicate, snapshot) === "all" && recordsIn(file) !== undefined,
  );
  const cut = await localFiles(
    table.store,
    candidates.filter((file) => !whole.includes(file)),
  );
  const counts = await matchesByFile(table, snapshot, cut, condition);
  const touched = cut.filter(({ localPath }) => (counts.get(localPath) ?? 0) > 0);
  const removed = [...whole, ...touched.map(({ add }) => add)];
  const rowsDeleted =
    whole.reduce((sum, file) => sum + recordsIn(file)!, 0) +
    [...counts.values()].reduce((sum, n) => sum + n, 0);
  if (removed.length === 0) return { version: undefined, rowsDeleted: 0, filesRemoved: 0, filesAdded: 0 };
  const added: AddFile[] = [];
  for (const file of touched) added.push(...(await withoutMatches(table, snapshot, file, condition)));
  const nowMs = table.lake.clock.nowMs();
  const actions: Action[] = [
    ...removed.map((file) => ({ remove: removeOf(file, nowMs, true) })),
    ...added.map((add) => ({ add })),
  ];
  const version = await table.commitChange({
    snapshot,
    actions,
    read: { rows: predicate, files: new Set(removed.map(fileKey)) },
    operation: "DELETE",
    parameters: { predicate: JSON.stringify([condition]) },
    metrics: { numRemovedFiles: removed.length, numAddedFiles: added.length, numDeletedRows: rowsDeleted },
    kind,
  });
  return { version, rowsDeleted, filesRemoved: removed.length, filesAdded: added.length };
}

/** Matching rows by local path. */
async function matchesByFile(
  table: DeltaTable,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  condition: string,
): Promise<ReadonlyMap<string, number>> {
  if (files.length === 0) return new Map();
  const scan = scanQuery(snapshot, files, { withPosition: true });
  const rows = await table.lake.database.rows(
    `SELECT ${FILE_COLUMN} AS f, count(*) AS n FROM (${scan}) WHERE ${condition} GROUP BY ${FILE_COLUMN}`,
  );
  return new Map(rows.map((row) => [String(row["f"]), Number(row["n"])]));
}

async function withoutMatches(
  table: DeltaTable,
  snapshot: Snapshot,
  file: ScanFile,
  condition: string,
): Promise<AddFile[]> {
  const { schema, metadata } = snapshot;
  const columns = schema.fields
    .map(({ name }) => name)
    .filter((name) => !metadata.partitionColumns.includes(name));
  const query = `SELECT * FROM (${scanQuery(snapshot, [file])}) WHERE (${condition}) IS NOT TRUE`;
  const { partitionValues: partition } = file.add;
  return writeDataFiles(
    { ...table.lake, store: table.store },
    { query, columns, schema, metadata, partition, dataChange: true },
  );
}
