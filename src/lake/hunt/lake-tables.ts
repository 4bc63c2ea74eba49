/** Delta tables of a folder, for hunts: the files of their newest snapshot, and of those what a condition may want. */
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { openLake } from "../lake.ts";
import type { Clock } from "../../base/clock.ts";
import { matchingFiles } from "../delta/file-skipping.ts";
import type { Predicate } from "../delta/predicate.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { DeltaTable } from "../delta/table.ts";
import { localFiles, scanQuery } from "../parquet/parquet-scan.ts";
import { LocalStore } from "../store/local-store.ts";
import type { TableStore } from "../store/table-store.ts";
import { huntErrors } from "./errors.ts";

/** A table of a lake at one version; it does not change while a session lasts. */
export interface LakeTable {
  readonly name: string;
  readonly folder: string;
  readonly snapshot: Snapshot;
  /** A SELECT over the files that may hold rows which the predicate wants, and how many files these are. */
  readonly query: (predicate?: Predicate) => Promise<{ readonly sql: string; readonly files: number }>;
}

const DEPTH_MAX = 4;
const MEMORY_BYTES = 256 * 1024 * 1024;

/**
 * The tables in a folder and the folders in it, by the names of their folders; the folder may be a table itself.
 * @throws SpoorError HUNT_NO_LAKE; LAKE_… where a table's log cannot be read
 */
export async function openLakeTables(
  folder: string,
  scratchFolder: string,
  clock: Clock,
): Promise<LakeTable[]> {
  const root = resolve(folder);
  const folders = await tableFolders(root, 0);
  if (folders.length === 0)
    throw huntErrors.NO_LAKE({
      message: `'${folder}' holds no Delta tables`,
      hint: "a table is a folder with a '_delta_log' in it; 'spoor hunt --events' reads event files",
    });
  const lake = await openLake({
    folders: [root],
    scratchFolder,
    memoryBytes: MEMORY_BYTES,
    connections: 1,
    clock,
  });
  try {
    const tables: LakeTable[] = [];
    for (const each of folders) {
      const store = new LocalStore(each);
      const { snapshot } = await DeltaTable.open(lake, store);
      tables.push({
        name: basename(each),
        folder: each,
        snapshot,
        query: (predicate) => scan(store, snapshot, predicate),
      });
    }
    return tables;
  } finally {
    await lake.database.close();
  }
}

async function scan(
  store: TableStore,
  snapshot: Snapshot,
  predicate: Predicate | undefined,
): Promise<{ sql: string; files: number }> {
  const files = await localFiles(store, matchingFiles(snapshot, predicate));
  return { sql: scanQuery(snapshot, files), files: files.length };
}

async function tableFolders(folder: string, depth: number): Promise<string[]> {
  const isTable = await stat(join(folder, "_delta_log")).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (isTable) return [folder];
  if (depth >= DEPTH_MAX) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (depth > 0) return [];
    throw huntErrors.NO_LAKE({ message: `the lake's folder '${folder}' cannot be read`, cause: error });
  });
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory() && !/^[._]/.test(entry.name))
      found.push(...(await tableFolders(join(folder, entry.name), depth + 1)));
  }
  return found;
}
