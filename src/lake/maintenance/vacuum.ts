/**
 * VACUUM: files in the table's folder that no version within the retention names are deleted. The retention protects readers
 * of older versions and, since a file is written before the commit that names it, writers that are at work; a shorter one is
 * refused unless the caller says that nobody else uses the table.
 */
import { checkWritable } from "../delta/protocol.ts";
import { decodedPath } from "../delta/actions.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { deletedFileRetentionMs } from "../delta/table-properties.ts";
import type { DeltaTable } from "../delta/table.ts";
import { deletionVectorPath } from "../delta/deletion-vector.ts";
import { lakeErrors } from "../errors.ts";
import { STAGING } from "../store/local-store.ts";
import type { StoredFile } from "../store/table-store.ts";

const HOUR_MS = 3_600_000;

export interface VacuumOptions {
  /** Default: the table's `delta.deletedFileRetentionDuration`, a week. */
  readonly retentionMs?: number;
  /** Take a retention shorter than the table's. Right only while no other reader or writer uses the table. */
  readonly allowShortRetention?: boolean;
  /** Name the files and delete none. */
  readonly dryRun?: boolean;
}

export interface VacuumResult {
  /** Files that were deleted, or would be. */
  readonly files: readonly string[];
  readonly bytes: number;
  readonly dryRun: boolean;
}

/** @throws SpoorError LAKE_RETENTION_TOO_SHORT, LAKE_OPTION_INVALID */
export async function vacuumTable(table: DeltaTable, options: VacuumOptions = {}): Promise<VacuumResult> {
  const snapshot = await table.refresh();
  checkWritable(snapshot.protocol, snapshot.metadata, table.store.location, {
    addsRows: false,
    removesRows: false,
  });
  const cutoffMs = table.lake.clock.nowMs() - checkedRetention(snapshot, options);
  const needed = neededFiles(snapshot, cutoffMs);
  const doomed = (await table.store.list("", { recursive: true })).filter(
    (file) =>
      file.modifiedMs < cutoffMs &&
      !needed.has(file.path) &&
      isDataPlace(file, snapshot.metadata.partitionColumns),
  );
  if (options.dryRun !== true) await table.store.delete(doomed.map(({ path }) => path));
  return {
    files: doomed.map(({ path }) => path),
    bytes: doomed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    dryRun: options.dryRun === true,
  };
}

function checkedRetention({ metadata }: Snapshot, options: VacuumOptions): number {
  const tablesMs = deletedFileRetentionMs(metadata);
  const askedMs = options.retentionMs ?? tablesMs;
  if (!Number.isFinite(askedMs) || askedMs < 0)
    throw lakeErrors.OPTION_INVALID({ message: `a retention of ${askedMs} ms is none` });
  if (askedMs < tablesMs && options.allowShortRetention !== true)
    throw lakeErrors.RETENTION_TOO_SHORT({
      message: `VACUUM may not delete files that are ${askedMs / HOUR_MS} hours old`,
      detail: `the table keeps removed files for ${tablesMs / HOUR_MS} hours, for readers and writers at work`,
      hint: "allow the short retention only while no other process uses the table",
    });
  return askedMs;
}

/** Paths of the files of the newest version, and of those removed since the cutoff. */
function neededFiles(snapshot: Snapshot, cutoffMs: number): ReadonlySet<string> {
  const needed = new Set<string>();
  const recently = [...snapshot.removed.values()].filter((file) => (file.deletionTimestamp ?? 0) >= cutoffMs);
  for (const file of [...snapshot.files.values(), ...recently]) {
    needed.add(decodedPath(file.path));
    const vector = file.deletionVector === undefined ? undefined : deletionVectorPath(file.deletionVector);
    if (vector !== undefined) needed.add(vector);
  }
  return needed;
}

/**
 * Whether a file is one that tables put there: not in a hidden folder, such as the log, unless the folder's name is that of a
 * partition or the place where unfinished files lie.
 */
function isDataPlace({ path }: StoredFile, partitionColumns: readonly string[]): boolean {
  const [first] = path.split("/");
  if (first === STAGING) return true;
  return path.split("/").every((segment) => {
    if (!segment.startsWith("_") && !segment.startsWith(".")) return true;
    return partitionColumns.some((column) => segment.startsWith(`${encodeURIComponent(column)}=`));
  });
}
