/** The lakes that connectors write to: one database for each, opened by the first who needs it, closed by the last. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { openLake } from "../../lake/lake.ts";
import type { Lake } from "../../lake/lake.ts";
import { isStoreUrl, lakeLocation } from "../../lake/store/lake-location.ts";
import type { LakeLocation } from "../../lake/store/lake-location.ts";

interface OpenLake {
  readonly lake: Lake;
  readonly location: LakeLocation;
}

export interface SharedLake extends OpenLake {
  /** To be called once. */
  release(): Promise<void>;
}

interface Entry {
  readonly opened: Promise<OpenLake>;
  users: number;
}

export interface LakePoolOptions {
  readonly clock: Clock;
  /** A name that no other process on the same lake has, fit for a folder's. */
  readonly owner: string;
  /** Credentials of object stores. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly warn: (message: string) => void;
}

export class LakePool {
  readonly #entries = new Map<string, Entry>();
  readonly #options: LakePoolOptions;

  constructor(options: LakePoolOptions) {
    this.#options = options;
  }

  /**
   * @param place a folder or a URL
   * @throws SpoorError LAKE_LOCATION_INVALID; LAKE_QUERY_FAILED where the database does not start; what the file system says
   */
  async acquire(place: string): Promise<SharedLake> {
    const key = isStoreUrl(place) ? place : resolve(place);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { opened: this.#open(place), users: 0 };
      this.#entries.set(key, entry);
    }
    const shared = entry;
    shared.users += 1;
    try {
      return { ...(await shared.opened), release: () => this.#release(key, shared) };
    } catch (error) {
      shared.users -= 1;
      if (this.#entries.get(key) === shared) this.#entries.delete(key);
      throw error;
    }
  }

  /** Files of an object store lie in a folder for this time alone. */
  async #open(place: string): Promise<OpenLake> {
    const { clock, owner, environment, warn } = this.#options;
    const cacheFolder = isStoreUrl(place) ? await mkdtemp(join(tmpdir(), "spoor-sink-")) : "";
    try {
      const location = lakeLocation(place, { workingDirectory: ".", environment, cacheFolder, clock });
      const { localFolder } = location;
      await mkdir(localFolder, { recursive: true });
      const lake = await openLake({
        folders: [localFolder],
        scratchFolder: join(localFolder, "_scratch", owner),
        clock,
        warn: (message, error) => warn(`${message}: ${String(error)}`),
      });
      return { lake, location };
    } catch (error) {
      if (cacheFolder !== "") await rm(cacheFolder, { recursive: true, force: true });
      throw error;
    }
  }

  async #release(key: string, entry: Entry): Promise<void> {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    const { lake, location } = await entry.opened;
    await lake.database.close();
    if (location.isRemote) await rm(location.localFolder, { recursive: true, force: true });
  }
}
