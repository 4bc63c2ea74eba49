/**
 * Optimistic commits: put the next version if it is absent; where another writer was first, look at what it did
 * (`conflicts.ts`) and try the version behind it. The store decides each race, so writers in any number of processes need no
 * other agreement.
 */
import { lakeErrors } from "../errors.ts";
import { commitText } from "./actions.ts";
import type { Action, CommitInfo } from "./actions.ts";
import { checkConflict } from "./conflicts.ts";
import type { Attempt } from "./conflicts.ts";
import { commitPath } from "./log-files.ts";
import { readCommit } from "./log-reader.ts";
import type { LogSource } from "./log-reader.ts";
import { Replay } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

export const ENGINE_INFO = "Spoor";

/** Each lost race is another writer's progress; so many in one commit mean that something is wrong. */
const ATTEMPTS_MAX = 1000;

export interface CommitRequest extends Attempt {
  readonly info: CommitInfo;
}

/**
 * Commits behind `request.snapshot` or what followed it.
 * @returns the snapshot that the commit made
 * @throws SpoorError LAKE_CONFLICT, LAKE_STORE_FAILED (then the commit may or may not have happened)
 */
export async function commit(source: LogSource, request: CommitRequest): Promise<Snapshot> {
  let snapshot = request.snapshot;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const version = snapshot.version + 1;
    const actions = [
      { commitInfo: { ...request.info, readVersion: request.snapshot.version } },
      ...request.actions,
    ];
    if (await putCommit(source, version, actions)) return applied(source, snapshot, version, actions);
    const winner = await readCommit(source.store, version);
    if (winner === undefined) throw vanished(source, version);
    checkConflict(request, winner, version);
    snapshot = applied(source, snapshot, version, winner);
  }
  throw lakeErrors.CONFLICT({
    message: `${request.operation} lost ${ATTEMPTS_MAX} races in the table at '${source.store.location}'`,
  });
}

/** Version 0: makes the table, or answers undefined where another writer made it first. */
export async function commitFirst(
  source: LogSource,
  actions: readonly Action[],
): Promise<Snapshot | undefined> {
  if (!(await putCommit(source, 0, actions))) return undefined;
  const replay = new Replay(source.store.location);
  replay.apply(actions);
  return replay.snapshot(0);
}

/**
 * True where the version is now this commit. A request to an object store can succeed although its answer is lost, and is
 * then sent again and refused: so what is there is compared. The commit's own `txnId` makes it unlike every other.
 */
async function putCommit(source: LogSource, version: number, actions: readonly Action[]): Promise<boolean> {
  const bytes = Buffer.from(commitText(actions));
  if (await source.store.putIfAbsent(commitPath(version), bytes)) return true;
  const there = await source.store.read(commitPath(version));
  return there !== undefined && bytes.equals(there);
}

function applied(
  source: LogSource,
  snapshot: Snapshot,
  version: number,
  actions: readonly Action[],
): Snapshot {
  const replay = new Replay(source.store.location, snapshot);
  replay.apply(actions);
  return replay.snapshot(version);
}

function vanished(source: LogSource, version: number): Error {
  return lakeErrors.LOG_DAMAGED({
    message: `version ${version} in the log of the table at '${source.store.location}' was there and is gone`,
    detail: commitPath(version),
    hint: "the operation read a table that was cleaned up since; run it again",
  });
}
