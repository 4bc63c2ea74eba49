/**
 * Whether a commit that lost its version to others may follow them (the protocol's reference calls this its conflict
 * checker). Appends follow anything but a changed schema or protocol. What removes or rewrites files fails when one of these
 * was removed by another, and, where the result depends on what was read, when rows came in that it would have read.
 */
import { lakeErrors } from "../errors.ts";
import { fileKey } from "./actions.ts";
import type { Action, AddFile } from "./actions.ts";
import { shareOf } from "./file-skipping.ts";
import { commitInfoOf } from "./log-reader.ts";
import type { Predicate } from "./predicate.ts";
import type { Snapshot } from "./snapshot.ts";
import { isolationLevel } from "./table-properties.ts";

/** What a commit relied on. */
export interface ReadSet {
  /** Rows that the operation looked at: none (an append, a rewrite), those of a predicate, or the table's. */
  readonly rows: "none" | "all" | Predicate;
  /** Keys of files that it looked at and that must still be there. */
  readonly files: ReadonlySet<string>;
}

export const READ_NOTHING: ReadSet = { rows: "none", files: new Set() };

export interface Attempt {
  readonly location: string;
  readonly operation: string;
  readonly snapshot: Snapshot;
  readonly actions: readonly Action[];
  readonly read: ReadSet;
}

/**
 * @param winner actions that were committed as `version`
 * @throws SpoorError LAKE_CONFLICT
 */
export function checkConflict(attempt: Attempt, winner: readonly Action[], version: number): void {
  const fail = (what: string): never => {
    throw lakeErrors.CONFLICT({
      message: `${attempt.operation} met another writer in the table at '${attempt.location}'`,
      detail: `version ${version} (${commitInfoOf(winner).operation ?? "unknown operation"}) ${what}`,
    });
  };
  const own = ownSets(attempt);
  for (const action of winner) {
    if ("protocol" in action) fail("changed the table's protocol");
    if ("metaData" in action) fail("changed the table's schema or properties");
    if ("txn" in action && own.applications.has(action.txn.appId))
      fail(`has the transaction ${action.txn.version} of the same application '${action.txn.appId}'`);
    if ("domainMetadata" in action && own.domains.has(action.domainMetadata.domain))
      fail(`changed the same metadata domain '${action.domainMetadata.domain}'`);
    if ("remove" in action) {
      const key = fileKey(action.remove);
      if (own.removed.has(key) || attempt.read.files.has(key)) fail(`removed '${action.remove.path}' too`);
    }
    const isFile = "add" in action || "remove" in action;
    if (isFile && own.replacesSchema) fail("changed rows of a table that this operation makes anew");
    if ("add" in action && addsMatter(attempt, winner) && wouldRead(attempt, action.add))
      fail(`added '${action.add.path}', whose rows this operation should have seen`);
  }
}

interface OwnSets {
  readonly removed: ReadonlySet<string>;
  readonly applications: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
  /** All rows are read and the schema is another afterwards: no other's rows fit between. */
  readonly replacesSchema: boolean;
}

function ownSets({ actions, read }: Attempt): OwnSets {
  const removed = new Set<string>();
  const applications = new Set<string>();
  const domains = new Set<string>();
  let replacesSchema = false;
  for (const action of actions) {
    if ("remove" in action) removed.add(fileKey(action.remove));
    if ("txn" in action) applications.add(action.txn.appId);
    if ("domainMetadata" in action) domains.add(action.domainMetadata.domain);
    if ("metaData" in action && read.rows === "all") replacesSchema = true;
  }
  return { removed, applications, domains, replacesSchema };
}

/**
 * Under WriteSerializable, the default, an append that read nothing may be ordered behind this operation although it came
 * first; under Serializable the order of commits is the order of effects.
 */
function addsMatter({ snapshot }: Attempt, winner: readonly Action[]): boolean {
  if (isolationLevel(snapshot.metadata) === "Serializable") return true;
  return commitInfoOf(winner).isBlindAppend !== true;
}

function wouldRead({ read, snapshot }: Attempt, file: AddFile): boolean {
  // Files that were only rewritten bring no new rows.
  if (!file.dataChange) return false;
  if (read.rows === "none") return false;
  if (read.rows === "all") return true;
  return shareOf(file, read.rows, snapshot) !== "none";
}
