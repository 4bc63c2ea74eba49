/**
 * A table in a folder of this machine. A commit is written to a file of its own, synced, and then linked under its name:
 * `link` fails when the name is taken, so no commit is overwritten and none can be seen half written. Data files are made
 * in the table's `_staging` folder (readers and VACUUM of every Delta system pass over names with an underscore), synced
 * and renamed. A folder is synced after every change of its names.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { lakeErrors } from "../errors.ts";
import type { ListOptions, StoredFile, TableStore } from "./table-store.ts";

/** Name of the folder in the table where unfinished files lie; what a crash leaves there is VACUUM's to delete. */
export const STAGING = "_staging";

export class LocalStore implements TableStore {
  readonly location: string;
  readonly stagingFolder: string;
  readonly #root: string;

  constructor(folder: string) {
    this.#root = resolve(folder);
    this.location = this.#root;
    this.stagingFolder = join(this.#root, STAGING);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#full(path));
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
      throw this.#failed("read", path, error);
    }
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean> {
    const target = this.#full(path);
    return this.#guarded("write", path, async () => {
      const written = await this.#writeBeside(target, bytes);
      try {
        await link(written, target);
      } catch (error) {
        if (codeOf(error) === "EEXIST") return false;
        throw error;
      } finally {
        await rm(written, { force: true });
      }
      await syncFolder(dirname(target));
      return true;
    });
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    const target = this.#full(path);
    await this.#guarded("write", path, async () => {
      const written = await this.#writeBeside(target, bytes);
      await rename(written, target);
      await syncFolder(dirname(target));
    });
  }

  async list(folder: string, options: ListOptions = {}): Promise<readonly StoredFile[]> {
    return this.#guarded("list", folder, async () => {
      const found = await this.#walk(folder, options);
      return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    });
  }

  async folders(folder: string): Promise<readonly string[]> {
    return this.#guarded("list", folder, async () => {
      const entries = await readdir(this.#full(folder), { withFileTypes: true }).catch((error: unknown) => {
        if (codeOf(error) === "ENOENT") return [];
        throw error;
      });
      return entries
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .toSorted();
    });
  }

  async delete(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      await this.#guarded("delete", path, () => rm(this.#full(path), { force: true }));
    }
  }

  async publish(stagedFile: string, path: string): Promise<StoredFile> {
    const target = this.#full(path);
    return this.#guarded("publish", path, async () => {
      await syncFile(stagedFile);
      await this.#makeFolder(dirname(target));
      await rename(stagedFile, target);
      await syncFolder(dirname(target));
      const { size, mtimeMs } = await stat(target);
      return { path, sizeBytes: size, modifiedMs: Math.floor(mtimeMs) };
    });
  }

  localFile(path: string): Promise<string> {
    return Promise.resolve(this.#full(path));
  }

  #full(path: string): string {
    return join(this.#root, path);
  }

  /** A synced file with these bytes in the target's folder. */
  async #writeBeside(target: string, bytes: Uint8Array): Promise<string> {
    const folder = dirname(target);
    await this.#makeFolder(folder);
    const path = join(folder, `.${randomUUID()}.tmp`);
    const file = await open(path, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return path;
  }

  /** Makes a folder of the table and syncs each new name in the folder above it. */
  async #makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    const above = dirname(first);
    for (let at = folder; at !== above; at = dirname(at)) await syncFolder(dirname(at));
  }

  async #walk(folder: string, { startAfter, recursive }: ListOptions): Promise<StoredFile[]> {
    let entries;
    try {
      entries = await readdir(this.#full(folder), { withFileTypes: true });
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    }
    const found: StoredFile[] = [];
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (recursive === true) found.push(...(await this.#walk(path, { recursive })));
        continue;
      }
      if (startAfter !== undefined && path <= startAfter) continue;
      try {
        const { size, mtimeMs } = await stat(this.#full(path));
        found.push({ path, sizeBytes: size, modifiedMs: Math.floor(mtimeMs) });
      } catch (error) {
        // Another process may delete between the listing and this look.
        if (codeOf(error) !== "ENOENT") throw error;
      }
    }
    return found;
  }

  async #guarded<T>(what: string, path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failed(what, path, error);
    }
  }

  #failed(what: string, path: string, error: unknown): Error {
    const isLink = ["EPERM", "ENOTSUP", "EMLINK"].includes(codeOf(error) ?? "");
    return lakeErrors.STORE_FAILED({
      message: `cannot ${what} '${path}' in the table at '${this.location}'`,
      detail: error instanceof Error ? error.message : String(error),
      hint:
        isLink && what === "write"
          ? "a table needs a file system with hard links, such as ext4, xfs, apfs or ntfs"
          : undefined,
      cause: error,
    });
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Windows has no way to sync a folder; its file system journals names by itself. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
