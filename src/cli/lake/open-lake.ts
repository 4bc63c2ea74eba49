/** A lake opened for one command, wherever it lies. */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeltaTable } from "../../lake/delta/table.ts";
import { lakeErrors } from "../../lake/errors.ts";
import { openLake } from "../../lake/lake.ts";
import type { Lake } from "../../lake/lake.ts";
import { placeNamed, tablePlaces } from "../../lake/medallion/lake-folder.ts";
import { isStoreUrl, lakeLocation } from "../../lake/store/lake-location.ts";
import type { LakeLocation } from "../../lake/store/lake-location.ts";
import type { Invocation } from "../command-definition.ts";
import { errLine } from "../io.ts";

export interface OpenLake {
  readonly lake: Lake;
  readonly location: LakeLocation;
}

/**
 * Opens the lake that `--lake` names, and closes it after the work. A folder that is not there is made where `create`. What the database
 * spills, and what is fetched of an object store, has a folder of its own that goes at the end: a server may work in the same lake.
 */
export async function withLake<T>(
  { options, io, clock, env, workingDirectory }: Invocation,
  { create }: { readonly create: boolean },
  work: (lake: OpenLake) => Promise<T>,
): Promise<T> {
  const text = options.requiredText("lake");
  const cacheFolder = isStoreUrl(text) ? await mkdtemp(join(tmpdir(), "spoor-lake-")) : "";
  let scratchFolder = join(cacheFolder, "scratch");
  try {
    const location = lakeLocation(text, { workingDirectory, environment: env, cacheFolder, clock });
    if (!location.isRemote) scratchFolder = await localScratch(location.localFolder, create);
    const warn = (message: string, error: unknown): void => errLine(io, `${message}: ${String(error)}`);
    const lake = await openLake({ folders: [location.localFolder], scratchFolder, clock, warn });
    try {
      return await work({ lake, location });
    } finally {
      await lake.database.close();
    }
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
    if (cacheFolder !== "") await rm(cacheFolder, { recursive: true, force: true });
  }
}

/** @throws SpoorError LAKE_STORE_FAILED where the lake's folder is not there and is not to be made */
async function localScratch(folder: string, create: boolean): Promise<string> {
  if (create) await mkdir(folder, { recursive: true });
  else
    await readdir(folder).catch((error: unknown) => {
      throw lakeErrors.STORE_FAILED({
        message: `the lake's folder '${folder}' cannot be read`,
        detail: error instanceof Error ? error.message : String(error),
        cause: error,
      });
    });
  await mkdir(join(folder, "_scratch"), { recursive: true });
  return mkdtemp(join(folder, "_scratch", "command-"));
}

export function openTable({ lake, location }: OpenLake, place: string): Promise<DeltaTable> {
  return DeltaTable.open(lake, location.store(place));
}

/** The tables that the arguments name; all where there are none. @throws SpoorError LAKE_TABLE_MISSING */
export async function chosenPlaces(
  { location }: OpenLake,
  names: readonly string[],
): Promise<readonly string[]> {
  const places = await tablePlaces(location.store(""));
  return names.length === 0 ? places : names.map((name) => placeNamed(name, places));
}
