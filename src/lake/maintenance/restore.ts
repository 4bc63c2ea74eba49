/**
 * RESTORE: the table becomes what it was at an older version, by a new commit. Nothing of the history is lost; files that
 * VACUUM has deleted since cannot come back.
 */
import { decodedPath, fileKey, removeOf } from "../delta/actions.ts";
import type { Action, AddFile } from "../delta/actions.ts";
import { recordsIn } from "../delta/snapshot.ts";
import type { DeltaTable, TableTime } from "../delta/table.ts";
import { lakeErrors } from "../errors.ts";

export interface RestoreResult {
  readonly version: number;
  readonly filesRestored: number;
  readonly filesRemoved: number;
}

/** @throws SpoorError LAKE_VERSION_MISSING, LAKE_FILE_MISSING, LAKE_CONFLICT */
export async function restoreTable(table: DeltaTable, time: TableTime): Promise<RestoreResult> {
  const now = await table.refresh();
  const then = await table.at(time);
  const back = [...then.files].filter(([key]) => !now.files.has(key)).map(([, file]) => file);
  const gone = [...now.files].filter(([key]) => !then.files.has(key)).map(([, file]) => file);
  await checkPresent(table, back);
  const nowMs = table.lake.clock.nowMs();
  const isChanged = JSON.stringify(then.metadata) !== JSON.stringify(now.metadata);
  const actions: Action[] = [
    ...(isChanged ? [{ metaData: then.metadata }] : []),
    ...gone.map((file) => ({ remove: removeOf(file, nowMs, true) })),
    ...back.map((add) => ({ add: { ...add, dataChange: true } })),
  ];
  const version = await table.commitChange({
    snapshot: now,
    actions,
    read: { rows: "all", files: new Set([...now.files.values()].map(fileKey)) },
    operation: "RESTORE",
    parameters:
      "version" in time
        ? { version: String(time.version) }
        : { timestamp: new Date(time.timestampMs).toISOString(), version: String(then.version) },
    metrics: {
      numRestoredFiles: back.length,
      numRemovedFiles: gone.length,
      numOfFilesAfterRestore: then.files.size,
      rowsRestored: back.reduce((sum, file) => sum + (recordsIn(file) ?? 0), 0),
    },
    kind: { addsRows: true, removesRows: true },
  });
  return { version, filesRestored: back.length, filesRemoved: gone.length };
}

async function checkPresent(table: DeltaTable, files: readonly AddFile[]): Promise<void> {
  if (files.length === 0) return;
  const present = new Set((await table.store.list("", { recursive: true })).map(({ path }) => path));
  const missing = files.filter((file) => !present.has(decodedPath(file.path)));
  if (missing.length === 0) return;
  throw lakeErrors.FILE_MISSING({
    message: `${missing.length} files of that version are no longer in the table at '${table.store.location}'`,
    detail: `the first is '${missing[0]!.path}'`,
    hint: "VACUUM has deleted them; choose a newer version",
  });
}
