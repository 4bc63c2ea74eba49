/** A lake's folder opened for one command. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DeltaTable } from "../../lake/delta/table.ts";
import { openLake } from "../../lake/lake.ts";
import type { Lake } from "../../lake/lake.ts";
import { placeNamed, tablePlaces } from "../../lake/medallion/lake-folder.ts";
import { LocalStore } from "../../lake/store/local-store.ts";
import type { Invocation } from "../command-definition.ts";
import { errLine } from "../io.ts";

export interface OpenLake {
  readonly lake: Lake;
  readonly folder: string;
}

/** Opens the lake that `--lake` names, and closes it after the work. A lake that is not there is made where `create`. */
export async function withLake<T>(
  { options, io, clock, workingDirectory }: Invocation,
  { create }: { readonly create: boolean },
  work: (lake: OpenLake) => Promise<T>,
): Promise<T> {
  const folder = resolve(workingDirectory, options.requiredText("lake"));
  // A server may work in the same lake: what is spilled has a folder of its own.
  if (create) await mkdir(folder, { recursive: true });
  else await tablePlaces(folder);
  await mkdir(join(folder, "_scratch"), { recursive: true });
  const scratchFolder = await mkdtemp(join(folder, "_scratch", "command-"));
  try {
    const warn = (message: string, error: unknown): void => errLine(io, `${message}: ${String(error)}`);
    const lake = await openLake({ folders: [folder], scratchFolder, clock, warn });
    try {
      return await work({ lake, folder });
    } finally {
      await lake.database.close();
    }
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

export function openTable({ lake, folder }: OpenLake, place: string): Promise<DeltaTable> {
  return DeltaTable.open(lake, new LocalStore(join(folder, place)));
}

/** The tables that the arguments name; all where there are none. @throws SpoorError LAKE_TABLE_MISSING */
export async function chosenPlaces(
  { folder }: OpenLake,
  names: readonly string[],
): Promise<readonly string[]> {
  const places = await tablePlaces(folder);
  return names.length === 0 ? places : names.map((name) => placeNamed(name, places));
}
