/** What happened to a table, commit by commit, and which version was the newest at a given time. */
import { lakeErrors } from "../errors.ts";
import type { TableStore } from "../store/table-store.ts";
import type { ListedCommit } from "./log-reader.ts";
import { commitInfoOf, listLog, readCommit } from "./log-reader.ts";

export interface HistoryEntry {
  readonly version: number;
  /** Milliseconds since 1970 at which the commit was made, as time travel sees it: later than the version before. */
  readonly timestampMs: number;
  readonly operation: string | undefined;
  readonly operationParameters: Readonly<Record<string, unknown>>;
  readonly operationMetrics: Readonly<Record<string, unknown>>;
  readonly readVersion: number | undefined;
  readonly isBlindAppend: boolean | undefined;
  readonly engineInfo: string | undefined;
  readonly userMetadata: string | undefined;
}

/** Commits, newest first, at most `limit` of them. */
export async function tableHistory(store: TableStore, limit: number): Promise<HistoryEntry[]> {
  const { commits } = await listLog(store);
  const entries: HistoryEntry[] = [];
  for (const { version, timestampMs } of commitTimes(commits).toReversed().slice(0, limit)) {
    const actions = await readCommit(store, version);
    // Between the listing and now the log may have been cleaned up.
    if (actions === undefined) continue;
    const info = commitInfoOf(actions);
    entries.push({
      version,
      timestampMs: info.inCommitTimestamp ?? timestampMs,
      operation: info.operation,
      operationParameters: info.operationParameters ?? {},
      operationMetrics: info.operationMetrics ?? {},
      readVersion: info.readVersion,
      isBlindAppend: info.isBlindAppend,
      engineInfo: info.engineInfo,
      userMetadata: info.userMetadata,
    });
  }
  return entries;
}

/**
 * The version that was the newest at a time.
 * @throws SpoorError LAKE_VERSION_MISSING where the log begins later
 */
export async function versionAt(store: TableStore, timeMs: number): Promise<number> {
  const times = commitTimes((await listLog(store)).commits);
  const found = times.findLast(({ timestampMs }) => timestampMs <= timeMs);
  if (found !== undefined) return found.version;
  const first = times[0];
  throw lakeErrors.VERSION_MISSING({
    message: `the table at '${store.location}' has no version as old as ${new Date(timeMs).toISOString()}`,
    detail:
      first === undefined
        ? "its log has no commits"
        : `the oldest is version ${first.version} of ${new Date(first.timestampMs).toISOString()}`,
  });
}

/** Times at which commits came into the store, made to grow strictly, as the reference implementation does. */
function commitTimes(commits: readonly ListedCommit[]): { version: number; timestampMs: number }[] {
  let last = Number.NEGATIVE_INFINITY;
  return commits.map(({ version, file }) => {
    last = Math.max(file.modifiedMs, last + 1);
    return { version, timestampMs: last };
  });
}
