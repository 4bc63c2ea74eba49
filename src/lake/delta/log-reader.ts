/**
 * From the files of `_delta_log` to a snapshot: the newest complete checkpoint that is not too new, and every commit behind
 * it without a gap.
 */
import { lakeErrors } from "../errors.ts";
import type { LakeDatabase } from "../duckdb/lake-database.ts";
import type { StoredFile, TableStore } from "../store/table-store.ts";
import { parseCommit } from "./actions.ts";
import type { Action, CommitInfo } from "./actions.ts";
import { readCheckpoint } from "./checkpoint-file.ts";
import { LAST_CHECKPOINT, LOG_FOLDER, beforeVersion, commitPath, logFile } from "./log-files.ts";
import { Replay } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

export interface LogSource {
  readonly store: TableStore;
  readonly database: LakeDatabase;
}

/** What a listing of the log shows. */
export interface LogListing {
  /** Commits in order of their versions. */
  readonly commits: readonly ListedCommit[];
  /** Complete checkpoints, oldest first. */
  readonly checkpoints: readonly ListedCheckpoint[];
}

export interface ListedCommit {
  readonly version: number;
  readonly file: StoredFile;
}

export interface ListedCheckpoint {
  readonly version: number;
  readonly paths: readonly string[];
}

/** Lists the log, from `fromVersion` on. */
export async function listLog(store: TableStore, fromVersion = 0): Promise<LogListing> {
  const options = fromVersion === 0 ? {} : { startAfter: beforeVersion(fromVersion) };
  const commits: ListedCommit[] = [];
  const whole: ListedCheckpoint[] = [];
  const parts = new Map<string, string[]>();
  for (const file of await store.list(LOG_FOLDER, options)) {
    const known = logFile(file.path);
    if (known?.kind === "commit") commits.push({ version: known.version, file });
    if (known?.kind !== "checkpoint") continue;
    if (known.parts === 0) whole.push({ version: known.version, paths: [file.path] });
    else {
      const key = `${known.version}/${known.parts}`;
      const of = parts.get(key) ?? [];
      parts.set(key, [...of, file.path]);
    }
  }
  for (const [key, paths] of parts) {
    const [version, count] = key.split("/").map(Number);
    if (paths.length === count) whole.push({ version: version!, paths });
  }
  return { commits, checkpoints: whole.toSorted((a, b) => a.version - b.version) };
}

/**
 * The snapshot at a version, or the newest.
 * @throws SpoorError LAKE_TABLE_MISSING, LAKE_VERSION_MISSING, LAKE_LOG_DAMAGED
 */
export async function loadSnapshot(source: LogSource, version?: number): Promise<Snapshot> {
  const { store } = source;
  const hint = await lastCheckpoint(store);
  const start = hint !== undefined && (version === undefined || hint <= version) ? hint : 0;
  let listing = await listLog(store, start);
  if (start > 0 && !listing.checkpoints.some((c) => c.version === start)) listing = await listLog(store);
  const newest = newestVersion(listing);
  if (newest === undefined)
    throw lakeErrors.TABLE_MISSING({
      message: `there is no table at '${store.location}'`,
      detail: `no log in its '${LOG_FOLDER}'`,
    });
  const target = version ?? newest;
  if (!Number.isInteger(target) || target < 0 || target > newest) throw missing(source, target, newest);
  const checkpoint = listing.checkpoints.findLast((c) => c.version <= target);
  const replay = new Replay(store.location);
  if (checkpoint !== undefined) replay.apply(await readCheckpoint(source.database, store, checkpoint.paths));
  const from = checkpoint === undefined ? 0 : checkpoint.version + 1;
  const listed = new Set(listing.commits.map((commit) => commit.version));
  for (let at = from; at <= target; at++) {
    const actions = listed.has(at) ? await readCommit(store, at) : undefined;
    if (actions === undefined) throw gap(source, at, target, checkpoint, listing);
    replay.apply(actions);
  }
  return replay.snapshot(target);
}

/** Commits behind a snapshot that were made since; the snapshot itself where there are none. */
export async function refreshedSnapshot(source: LogSource, snapshot: Snapshot): Promise<Snapshot> {
  const { store } = source;
  let replay: Replay | undefined;
  let version = snapshot.version;
  for (;;) {
    const actions = await readCommit(store, version + 1);
    if (actions === undefined) break;
    replay ??= new Replay(store.location, snapshot);
    replay.apply(actions);
    version += 1;
  }
  const newest = await lastCheckpoint(store);
  // The next commit may be gone because the log was cleaned up to a later one.
  if (newest !== undefined && newest > version) return loadSnapshot(source);
  return replay?.snapshot(version) ?? snapshot;
}

/** The actions of one commit, or undefined where it is not there. */
export async function readCommit(store: TableStore, version: number): Promise<Action[] | undefined> {
  const path = commitPath(version);
  const bytes = await store.read(path);
  return bytes === undefined ? undefined : parseCommit(Buffer.from(bytes).toString("utf8"), path);
}

export function commitInfoOf(actions: readonly Action[]): CommitInfo {
  for (const action of actions) if ("commitInfo" in action) return action.commitInfo;
  return {};
}

export function newestVersion({ commits, checkpoints }: LogListing): number | undefined {
  const newest = Math.max(commits.at(-1)?.version ?? -1, checkpoints.at(-1)?.version ?? -1);
  return newest < 0 ? undefined : newest;
}

/** Version that `_last_checkpoint` names. The file is a hint: what cannot be read is passed over. */
async function lastCheckpoint(store: TableStore): Promise<number | undefined> {
  const bytes = await store.read(LAST_CHECKPOINT);
  if (bytes === undefined) return undefined;
  try {
    const { version } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { version?: unknown };
    return typeof version === "number" && Number.isInteger(version) && version >= 0 ? version : undefined;
  } catch {
    return undefined;
  }
}

function gap(
  source: LogSource,
  at: number,
  target: number,
  checkpoint: ListedCheckpoint | undefined,
  { commits, checkpoints }: LogListing,
): Error {
  const oldest = checkpoints[0]?.version ?? commits[0]?.version ?? 0;
  if (checkpoint === undefined && oldest > 0)
    return missing(source, target, newestVersion({ commits, checkpoints })!, oldest);
  return lakeErrors.LOG_DAMAGED({
    message: `version ${at} is missing in the log of the table at '${source.store.location}'`,
    detail: `version ${target} cannot be built without '${commitPath(at)}'`,
  });
}

function missing(source: LogSource, version: number, newest: number, oldest = 0): Error {
  return lakeErrors.VERSION_MISSING({
    message: `the table at '${source.store.location}' has no version ${version}`,
    detail: `it has the versions ${oldest} to ${newest}`,
    hint: version > newest ? `the newest is ${newest}` : "older versions were cleaned up",
  });
}
