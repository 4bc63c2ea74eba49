/**
 * Checkpoints as Parquet files (PROTOCOL.md, "Checkpoint Specs"): one column for each kind of action. Spoor writes the
 * classic kind, which every table may have; it reads that, the kind in parts, and V2's with sidecars. The database does
 * both: it is native code, streams, and does not mind columns that others add.
 */
import { writeFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { quotedText } from "../duckdb/sql-text.ts";
import type { LakeDatabase } from "../duckdb/lake-database.ts";
import { lakeErrors } from "../errors.ts";
import type { TableStore } from "../store/table-store.ts";
import { decodedPath, knownAction, parseCommit } from "./actions.ts";
import type { Action } from "./actions.ts";
import { SIDECARS } from "./log-files.ts";
import type { Snapshot } from "./snapshot.ts";
import { deletedFileRetentionMs } from "./table-properties.ts";

/** Kinds of action in a checkpoint, and a field that no action of the kind is without. */
const KINDS = {
  protocol: "minReaderVersion",
  metaData: "id",
  txn: "appId",
  domainMetadata: "domain",
  add: "path",
  remove: "path",
} as const;

const TEXT_MAP = "MAP(VARCHAR, VARCHAR)";
const VECTOR =
  '"deletionVector" STRUCT("storageType" VARCHAR, "pathOrInlineDv" VARCHAR, "offset" INTEGER, "sizeInBytes" INTEGER, "cardinality" BIGINT)';

const COLUMNS: Readonly<Record<keyof typeof KINDS, string>> = {
  protocol: "STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER{features})",
  metaData: `STRUCT(id VARCHAR, "name" VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, "options" ${TEXT_MAP}), schemaString VARCHAR, partitionColumns VARCHAR[], configuration ${TEXT_MAP}, createdTime BIGINT)`,
  txn: 'STRUCT(appId VARCHAR, "version" BIGINT, lastUpdated BIGINT)',
  domainMetadata: 'STRUCT("domain" VARCHAR, configuration VARCHAR, removed BOOLEAN)',
  add: `STRUCT(path VARCHAR, partitionValues ${TEXT_MAP}, size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags ${TEXT_MAP}, ${VECTOR})`,
  remove: `STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues ${TEXT_MAP}, size BIGINT, ${VECTOR})`,
};

/** The database's read buffers are twice the longest line that it is told of. */
const LINE_BYTES_MIN = 1024 * 1024;

/** Actions of a snapshot that a checkpoint keeps: all but removed files that no reader may need any more. */
export function checkpointActions(snapshot: Snapshot, nowMs: number): Action[] {
  const expiredMs = nowMs - deletedFileRetentionMs(snapshot.metadata);
  const removed = [...snapshot.removed.values()].filter(
    ({ deletionTimestamp }) => (deletionTimestamp ?? 0) > expiredMs,
  );
  return [
    { protocol: snapshot.protocol },
    { metaData: snapshot.metadata },
    ...[...snapshot.transactions.values()].map((txn) => ({ txn })),
    ...[...snapshot.domains.values()].map((domainMetadata) => ({ domainMetadata })),
    ...[...snapshot.files.values()].map((add) => ({ add: { ...add, dataChange: false } })),
    ...removed.map((remove) => ({ remove: { ...remove, dataChange: false } })),
  ];
}

/** Writes the actions as a Parquet file at `path` on this machine; the scratch folder holds them on the way. */
export async function writeCheckpointFile(
  database: LakeDatabase,
  actions: readonly Action[],
  path: string,
  id: string,
): Promise<void> {
  const lines = join(database.scratchFolder, `checkpoint-${id}.ndjson`);
  try {
    const texts = actions.map((action) => `${JSON.stringify(action)}\n`);
    const lineBytes = texts.reduce((most, text) => Math.max(most, 3 * text.length), LINE_BYTES_MIN);
    await writeFile(lines, texts.join(""));
    const columns = Object.entries(COLUMNS).map(([name, type]) => {
      const full = type.replace("{features}", featureFields(actions));
      return `"${name}": ${quotedText(full)}`;
    });
    await database.run(
      `COPY (SELECT * FROM read_ndjson(${quotedText(lines)}, columns = {${columns.join(", ")}}, maximum_object_size = ${lineBytes})) ` +
        `TO ${quotedText(path)} (FORMAT parquet, COMPRESSION snappy)`,
    );
  } finally {
    await rm(lines, { force: true });
  }
}

/** The lists of features must be there with versions 3 and 7, and must be null with older ones: then they are left out. */
function featureFields(actions: readonly Action[]): string {
  const action = actions.find((a) => "protocol" in a);
  if (action === undefined || !("protocol" in action)) return "";
  const reader = action.protocol.minReaderVersion >= 3 ? ", readerFeatures VARCHAR[]" : "";
  return action.protocol.minWriterVersion >= 7 ? `${reader}, writerFeatures VARCHAR[]` : reader;
}

/**
 * Reads a checkpoint, whole or in parts.
 * @throws SpoorError LAKE_LOG_DAMAGED where a sidecar is missing or an action cannot be read
 */
export async function readCheckpoint(
  database: LakeDatabase,
  store: TableStore,
  paths: readonly string[],
): Promise<Action[]> {
  const actions: Action[] = [];
  for (const path of paths) {
    if (path.endsWith(".json")) {
      const bytes = await store.read(path);
      if (bytes === undefined) throw damaged(path, "it is not there");
      const text = Buffer.from(bytes).toString("utf8");
      actions.push(...parseCommit(text, path));
      for (const sidecar of jsonSidecars(text)) await readParquet(database, store, sidecar, actions);
    } else {
      for (const sidecar of await readParquet(database, store, path, actions))
        await readParquet(database, store, sidecar, actions);
    }
  }
  return actions;
}

function jsonSidecars(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.includes('"sidecar"'))
    .map((line) => (JSON.parse(line) as { sidecar?: { path: string } }).sidecar?.path)
    .filter((path) => path !== undefined)
    .map(sidecarPath);
}

function sidecarPath(path: string): string {
  const decoded = decodedPath(path);
  return `${SIDECARS}/${decoded.slice(decoded.lastIndexOf("/") + 1)}`;
}

/** Adds a file's actions to `into`; answers the sidecars that it names. */
async function readParquet(
  database: LakeDatabase,
  store: TableStore,
  path: string,
  into: Action[],
): Promise<string[]> {
  const scan = `read_parquet(${quotedText(await store.localFile(path))})`;
  const columns = new Set((await database.columnsOf(`SELECT * FROM ${scan}`)).map(({ name }) => name));
  for (const [kind, key] of Object.entries(KINDS)) {
    if (!columns.has(kind)) continue;
    const query = `SELECT to_json("${kind}") AS body FROM ${scan} WHERE "${kind}"."${key}" IS NOT NULL`;
    await database.eachBlock(query, (rows) => {
      for (const { body } of rows) into.push(parsedAction(kind, String(body), path));
    });
  }
  if (!columns.has("sidecar")) return [];
  const rows = await database.rows(`SELECT sidecar.path AS path FROM ${scan} WHERE sidecar.path IS NOT NULL`);
  return rows.map((row) => sidecarPath(String(row["path"])));
}

function parsedAction(kind: string, text: string, path: string): Action {
  const body = JSON.parse(text) as Record<string, unknown>;
  // A checkpoint may hold statistics as columns only; as text they serve the same.
  if (kind === "add" && (body["stats"] === null || body["stats"] === undefined) && body["stats_parsed"])
    body["stats"] = JSON.stringify(body["stats_parsed"]);
  delete body["stats_parsed"];
  delete body["partitionValues_parsed"];
  const action = knownAction({ [kind]: body });
  if (action === undefined || action === "wrong") throw damaged(path, text.slice(0, 200));
  return action;
}

function damaged(path: string, detail: string): Error {
  return lakeErrors.LOG_DAMAGED({
    message: `checkpoint '${path}' of the table's log cannot be read`,
    detail,
  });
}
