/** Delta tables of a lake, for hunts: the files of their newest snapshot, and of those what a condition may want. */
import type { Clock } from "../../base/clock.ts";
import { matchingFiles } from "../delta/file-skipping.ts";
import type { Predicate } from "../delta/predicate.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { DeltaTable } from "../delta/table.ts";
import { openLake } from "../lake.ts";
import { tablePlaces } from "../medallion/lake-folder.ts";
import { localFiles, scanQuery } from "../parquet/parquet-scan.ts";
import type { LakeLocation } from "../store/lake-location.ts";
import type { TableStore } from "../store/table-store.ts";
import { huntErrors } from "./errors.ts";

/** A table of a lake at one version; it does not change while a session lasts. */
export interface LakeTable {
  readonly name: string;
  /** Where it lies: a folder, or a URL. */
  readonly location: string;
  readonly snapshot: Snapshot;
  /** A SELECT over the files that may hold rows which the predicate wants, and how many files these are. */
  readonly query: (predicate?: Predicate) => Promise<{ readonly sql: string; readonly files: number }>;
}

const MEMORY_BYTES = 256 * 1024 * 1024;

/**
 * The tables of a lake, by the last parts of their places; the lake's root may be a table itself.
 * @param mayBeEmpty a lake without tables, or that is not there, is none
 * @throws SpoorError HUNT_NO_LAKE; LAKE_… where the store does not answer or a table's log cannot be read
 */
export async function openLakeTables(
  lakeLocation: LakeLocation,
  scratchFolder: string,
  clock: Clock,
  mayBeEmpty = false,
): Promise<LakeTable[]> {
  const places = await tablePlaces(lakeLocation.store(""));
  if (places.length === 0 && mayBeEmpty) return [];
  if (places.length === 0)
    throw huntErrors.NO_LAKE({
      message: `'${lakeLocation.name}' holds no Delta tables`,
      hint: "a table is a folder with a '_delta_log' in it; 'spoor hunt --events' reads event files",
    });
  const lake = await openLake({
    folders: [lakeLocation.localFolder],
    scratchFolder,
    memoryBytes: MEMORY_BYTES,
    connections: 1,
    clock,
  });
  try {
    const tables: LakeTable[] = [];
    for (const place of places) {
      const store = lakeLocation.store(place === "." ? "" : place);
      const { snapshot } = await DeltaTable.open(lake, store);
      const location = place === "." ? lakeLocation.name : `${lakeLocation.name}/${place}`;
      tables.push({
        name: location.split(/[\\/]/).at(-1)!,
        location,
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
