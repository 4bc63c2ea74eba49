/** The lakes that connectors write to: one database for each folder, opened by the first who needs it, closed by the last. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { openLake } from "../../lake/lake.ts";
import type { Lake } from "../../lake/lake.ts";

export interface SharedLake {
  readonly lake: Lake;
  readonly folder: string;
  /** To be called once. */
  release(): Promise<void>;
}

interface Entry {
  readonly lake: Promise<Lake>;
  users: number;
}

export class LakePool {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;
  readonly #owner: string;
  readonly #warn: (message: string) => void;

  /** @param owner a name that no other process on the same lake has, fit for a folder's */
  constructor(clock: Clock, owner: string, warn: (message: string) => void) {
    this.#clock = clock;
    this.#owner = owner;
    this.#warn = warn;
  }

  /** @throws SpoorError LAKE_QUERY_FAILED where the database does not start; what the file system says */
  async acquire(path: string): Promise<SharedLake> {
    const folder = resolve(path);
    let entry = this.#entries.get(folder);
    if (entry === undefined) {
      entry = { lake: this.#open(folder), users: 0 };
      this.#entries.set(folder, entry);
    }
    const shared = entry;
    shared.users += 1;
    try {
      return { lake: await shared.lake, folder, release: () => this.#release(folder, shared) };
    } catch (error) {
      shared.users -= 1;
      if (this.#entries.get(folder) === shared) this.#entries.delete(folder);
      throw error;
    }
  }

  async #open(folder: string): Promise<Lake> {
    await mkdir(folder, { recursive: true });
    return openLake({
      folders: [folder],
      scratchFolder: join(folder, "_scratch", this.#owner),
      clock: this.#clock,
      warn: (message, error) => this.#warn(`${message}: ${String(error)}`),
    });
  }

  async #release(folder: string, entry: Entry): Promise<void> {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (this.#entries.get(folder) === entry) this.#entries.delete(folder);
    await (await entry.lake).database.close();
  }
}
