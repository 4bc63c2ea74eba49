/**
 * The actions of a Delta log and their JSON lines (PROTOCOL.md, "Actions"). Fields and actions that Spoor does not know
 * are passed over, as the protocol asks. Paths are kept as the log has them: URI-encoded.
 */
import { lakeErrors } from "../errors.ts";

export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly readerFeatures?: readonly string[];
  readonly writerFeatures?: readonly string[];
}

export interface Metadata {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> };
  /** The schema as JSON text; `delta/schema.ts` reads it. */
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  readonly createdTime?: number;
}

export interface DeletionVector {
  readonly storageType: string;
  readonly pathOrInlineDv: string;
  readonly offset?: number;
  readonly sizeInBytes: number;
  readonly cardinality: number;
}

export type PartitionValues = Readonly<Record<string, string | null>>;

export interface AddFile {
  readonly path: string;
  readonly partitionValues: PartitionValues;
  readonly size: number;
  readonly modificationTime: number;
  readonly dataChange: boolean;
  /** JSON text; `delta/file-statistics.ts` reads it. */
  readonly stats?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly deletionVector?: DeletionVector;
}

export interface RemoveFile {
  readonly path: string;
  readonly deletionTimestamp?: number;
  readonly dataChange: boolean;
  readonly extendedFileMetadata?: boolean;
  readonly partitionValues?: PartitionValues;
  readonly size?: number;
  readonly deletionVector?: DeletionVector;
}

export interface Transaction {
  readonly appId: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly lastUpdated?: number;
}

export interface DomainMetadata {
  readonly domain: string;
  readonly configuration: string;
  readonly removed: boolean;
}

export interface CommitInfo {
  readonly timestamp?: number;
  readonly inCommitTimestamp?: number;
  readonly operation?: string;
  readonly operationParameters?: Readonly<Record<string, unknown>>;
  readonly operationMetrics?: Readonly<Record<string, unknown>>;
  readonly readVersion?: number;
  readonly isolationLevel?: string;
  readonly isBlindAppend?: boolean;
  readonly engineInfo?: string;
  readonly txnId?: string;
  readonly userMetadata?: string;
}

/** One line of a commit: an object with exactly one of these keys. */
export type Action =
  | { readonly commitInfo: CommitInfo }
  | { readonly protocol: Protocol }
  | { readonly metaData: Metadata }
  | { readonly add: AddFile }
  | { readonly remove: RemoveFile }
  | { readonly txn: Transaction }
  | { readonly domainMetadata: DomainMetadata };

export function commitText(actions: readonly Action[]): string {
  return actions.map((action) => `${JSON.stringify(action)}\n`).join("");
}

/**
 * The actions of a commit's text, without those Spoor does not know.
 * @param file name of the commit's file, for errors
 * @throws SpoorError LAKE_LOG_DAMAGED
 */
export function parseCommit(text: string, file: string): Action[] {
  const actions: Action[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw damaged(file, index, error instanceof Error ? error.message : String(error));
    }
    const action = knownAction(value);
    if (action === "wrong") throw damaged(file, index, line.slice(0, 200));
    if (action !== undefined) actions.push(action);
  }
  return actions;
}

/** Undefined for an action that is not known; "wrong" where a known one lacks what its readers rely on. */
export function knownAction(value: unknown): Action | undefined | "wrong" {
  if (typeof value !== "object" || value === null) return "wrong";
  const fields = value as Record<string, unknown>;
  for (const [name, isRight] of Object.entries(CHECKS)) {
    const body = fields[name];
    if (body === undefined || body === null) continue;
    if (typeof body !== "object" || !isRight(body as Record<string, unknown>)) return "wrong";
    return { [name]: withoutNulls(body as Record<string, unknown>) } as unknown as Action;
  }
  return undefined;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";

const CHECKS: Readonly<Record<string, (body: Record<string, unknown>) => boolean>> = {
  add: (b) => isText(b["path"]) && isNumber(b["size"]) && typeof b["partitionValues"] === "object",
  remove: (b) => isText(b["path"]),
  commitInfo: () => true,
  metaData: (b) => isText(b["id"]) && isText(b["schemaString"]) && Array.isArray(b["partitionColumns"]),
  protocol: (b) => isNumber(b["minReaderVersion"]) && isNumber(b["minWriterVersion"]),
  txn: (b) => isText(b["appId"]) && isNumber(b["version"]),
  domainMetadata: (b) => isText(b["domain"]) && isText(b["configuration"]),
};

/** A field that is null means the same as one that is not there; a partition's null value has a meaning and stays. */
function withoutNulls(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

/** What a file of the table is known by: its path, and which of its rows are deleted. */
export function fileKey(file: AddFile | RemoveFile): string {
  const { deletionVector: vector } = file;
  const path = decodedPath(file.path);
  if (vector === undefined) return path;
  const at = vector.offset === undefined ? "" : `@${vector.offset}`;
  return `${path}\n${vector.storageType}${vector.pathOrInlineDv}${at}`;
}

/** The path in the store of a path in the log. */
export function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Some writers leave a bare per cent sign; then the text is the path.
    return path;
  }
}

/** The path in the log of a path in the store; `=` and `/` stay readable. */
export function encodedPath(path: string): string {
  return path.split("/").map(encodeSegment).join("/");
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll("%3D", "=");
}

/** The action that takes a file out of the table. */
export function removeOf(file: AddFile, nowMs: number, dataChange: boolean): RemoveFile {
  return {
    path: file.path,
    deletionTimestamp: nowMs,
    dataChange,
    extendedFileMetadata: true,
    partitionValues: file.partitionValues,
    size: file.size,
    ...(file.deletionVector === undefined ? {} : { deletionVector: file.deletionVector }),
  };
}

function damaged(file: string, index: number, detail: string): Error {
  return lakeErrors.LOG_DAMAGED({
    message: `line ${index + 1} of '${file}' in the table's log cannot be read`,
    detail,
  });
}
