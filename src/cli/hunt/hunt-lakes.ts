/** The lakes that a hunt of this process names, and the folder in which files of object stores are kept while it lasts. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isStoreUrl, lakeLocation } from "../../lake/store/lake-location.ts";
import type { LakeLocation } from "../../lake/store/lake-location.ts";
import type { Invocation } from "../command-definition.ts";

export interface HuntLakes {
  readonly locations: readonly LakeLocation[];
  /** Removes what was fetched. */
  close(): Promise<void>;
}

/** @throws SpoorError LAKE_LOCATION_INVALID */
export async function huntLakes({ options, env, clock, workingDirectory }: Invocation): Promise<HuntLakes> {
  const names = options.list("lake");
  const cacheFolder = names.some(isStoreUrl) ? await mkdtemp(join(tmpdir(), "spoor-hunt-lakes-")) : undefined;
  const close = async (): Promise<void> => {
    if (cacheFolder !== undefined) await rm(cacheFolder, { recursive: true, force: true });
  };
  try {
    const where = { workingDirectory, environment: env, cacheFolder: cacheFolder ?? "", clock };
    return { locations: names.map((name) => lakeLocation(name, where)), close };
  } catch (error) {
    await close();
    throw error;
  }
}
