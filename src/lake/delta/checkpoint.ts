/**
 * Writing a checkpoint and cleaning the log behind it (PROTOCOL.md, "Checkpoints", "Metadata Cleanup"). Neither is part of a
 * commit: where one fails the table is whole, and the next commit that is due tries again.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Lake } from "../lake.ts";
import type { TableStore } from "../store/table-store.ts";
import { checkpointActions, writeCheckpointFile } from "./checkpoint-file.ts";
import { LAST_CHECKPOINT, LOG_FOLDER, checkpointPath, logFile } from "./log-files.ts";
import { listLog } from "./log-reader.ts";
import type { Snapshot } from "./snapshot.ts";
import { checkpointInterval, isLogCleanupOn, logRetentionMs } from "./table-properties.ts";

const DAY_MS = 86_400_000;

export function isCheckpointDue(snapshot: Snapshot): boolean {
  return snapshot.version > 0 && snapshot.version % checkpointInterval(snapshot.metadata) === 0;
}

/** Writes the snapshot's checkpoint and points `_last_checkpoint` to it. */
export async function writeCheckpoint(lake: Lake, store: TableStore, snapshot: Snapshot): Promise<void> {
  const actions = checkpointActions(snapshot, lake.clock.nowMs());
  const id = lake.newId();
  const file = join(store.stagingFolder, `${id}.checkpoint.parquet`);
  lake.database.checkAllowed(store.stagingFolder);
  await mkdir(dirname(file), { recursive: true });
  let bytes;
  try {
    await writeCheckpointFile(lake.database, actions, file, id);
    bytes = await readFile(file);
  } finally {
    await rm(file, { force: true });
  }
  await store.put(checkpointPath(snapshot.version), bytes);
  const hint = {
    version: snapshot.version,
    size: actions.length,
    sizeInBytes: bytes.length,
    numOfAddFiles: snapshot.files.size,
  };
  await store.put(LAST_CHECKPOINT, Buffer.from(JSON.stringify(hint)));
}

/**
 * Deletes commits and checkpoints that the table's log retention no longer asks for: those before the newest checkpoint
 * that is not newer than the retention's day. Answers how many files went.
 */
export async function cleanLog(lake: Lake, store: TableStore, snapshot: Snapshot): Promise<number> {
  if (!isLogCleanupOn(snapshot.metadata)) return 0;
  const nowMs = lake.clock.nowMs();
  const cutoffMs = Math.floor((nowMs - logRetentionMs(snapshot.metadata)) / DAY_MS) * DAY_MS;
  const { commits, checkpoints } = await listLog(store);
  const cutoff = commits.findLast(({ file }) => file.modifiedMs <= cutoffMs)?.version;
  const kept =
    cutoff === undefined ? undefined : checkpoints.findLast(({ version }) => version <= cutoff)?.version;
  const doomed: string[] = [];
  for (const { path, modifiedMs } of await store.list(LOG_FOLDER)) {
    const file = logFile(path);
    if (file === undefined) continue;
    if (file.kind === "leftover") {
      if (modifiedMs < nowMs - DAY_MS) doomed.push(path);
    } else if (kept !== undefined && isBefore(file, kept)) doomed.push(path);
  }
  // In order: a reader between two deletions sees a log that begins later. What it needs, from the checkpoint on, stays.
  await store.delete(doomed);
  return doomed.length;
}

function isBefore(file: Exclude<ReturnType<typeof logFile>, undefined>, kept: number): boolean {
  if (file.kind === "leftover") return false;
  return file.kind === "compacted" ? file.version <= kept : file.version < kept;
}
