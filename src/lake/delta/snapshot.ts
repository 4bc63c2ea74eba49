/**
 * A table's state at one version: the log replayed (PROTOCOL.md, "Action Reconciliation"). Immutable; the next version's
 * snapshot is a copy with a commit's actions applied.
 */
import { lakeErrors } from "../errors.ts";
import { fileKey } from "./actions.ts";
import type {
  Action,
  AddFile,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
  Transaction,
} from "./actions.ts";
import { parseSchema } from "./schema.ts";
import type { DeltaStruct } from "./schema.ts";

export interface Snapshot {
  readonly version: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  readonly schema: DeltaStruct;
  /** The table's files by {@link fileKey}, in the order they came. */
  readonly files: ReadonlyMap<string, AddFile>;
  /** Files taken out, as far as the log still names them. */
  readonly removed: ReadonlyMap<string, RemoveFile>;
  readonly transactions: ReadonlyMap<string, Transaction>;
  readonly domains: ReadonlyMap<string, DomainMetadata>;
}

/** Builds one snapshot; the way of all that replays a log. Not to be used after {@link Replay.snapshot}. */
export class Replay {
  readonly #location: string;
  readonly #files: Map<string, AddFile>;
  readonly #removed: Map<string, RemoveFile>;
  readonly #transactions: Map<string, Transaction>;
  readonly #domains: Map<string, DomainMetadata>;
  #protocol: Protocol | undefined;
  #metadata: Metadata | undefined;
  #schema: DeltaStruct | undefined;

  constructor(location: string, from?: Snapshot) {
    this.#location = location;
    this.#files = new Map(from?.files);
    this.#removed = new Map(from?.removed);
    this.#transactions = new Map(from?.transactions);
    this.#domains = new Map(from?.domains);
    this.#protocol = from?.protocol;
    this.#metadata = from?.metadata;
    this.#schema = from?.schema;
  }

  /**
   * Applies the actions of one commit or checkpoint. Within a commit the order means nothing: a file that is removed and
   * added again under the same key is there.
   */
  apply(actions: readonly Action[]): void {
    for (const action of actions) if ("remove" in action) this.#remove(action.remove);
    for (const action of actions) {
      if ("add" in action) this.#add(action.add);
      else if ("metaData" in action) {
        this.#metadata = action.metaData;
        this.#schema = undefined;
      } else if ("protocol" in action) this.#protocol = action.protocol;
      else if ("txn" in action) this.#transactions.set(action.txn.appId, action.txn);
      else if ("domainMetadata" in action) this.#applyDomain(action.domainMetadata);
    }
  }

  /** @throws SpoorError LAKE_LOG_DAMAGED, LAKE_PROTOCOL_UNSUPPORTED for a schema with unknown types */
  snapshot(version: number): Snapshot {
    if (this.#protocol === undefined || this.#metadata === undefined)
      throw lakeErrors.LOG_DAMAGED({
        message: `the log of the table at '${this.#location}' has no ${this.#protocol === undefined ? "protocol" : "metadata"}`,
        detail: `up to version ${version}`,
      });
    this.#schema ??= parseSchema(this.#metadata.schemaString);
    return {
      version,
      protocol: this.#protocol,
      metadata: this.#metadata,
      schema: this.#schema,
      files: this.#files,
      removed: this.#removed,
      transactions: this.#transactions,
      domains: this.#domains,
    };
  }

  #add(file: AddFile): void {
    const key = fileKey(file);
    this.#removed.delete(key);
    this.#files.set(key, file);
  }

  #remove(file: RemoveFile): void {
    const key = fileKey(file);
    this.#files.delete(key);
    this.#removed.set(key, file);
  }

  #applyDomain(domain: DomainMetadata): void {
    if (domain.removed) this.#domains.delete(domain.domain);
    else this.#domains.set(domain.domain, domain);
  }
}

/** Rows of the table, or undefined where a file's statistics do not say. */
export function rowsOf(files: Iterable<AddFile>): number | undefined {
  let rows = 0;
  for (const file of files) {
    const count = recordsIn(file);
    if (count === undefined) return undefined;
    rows += count;
  }
  return rows;
}

/** Live rows of a file, from its statistics. */
export function recordsIn({ stats, deletionVector }: AddFile): number | undefined {
  const match = stats === undefined ? null : /"numRecords"\s*:\s*(\d+)/.exec(stats);
  return match === null ? undefined : Number(match[1]) - (deletionVector?.cardinality ?? 0);
}

export function bytesOf(files: Iterable<AddFile>): number {
  let bytes = 0;
  for (const { size } of files) bytes += size;
  return bytes;
}
