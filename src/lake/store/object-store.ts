/** What stores of objects share: keys below a prefix, files that are made and fetched on this machine. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { lakeErrors } from "../errors.ts";
import { CACHE_BYTES_DEFAULT, FileCache } from "./file-cache.ts";
import type { ListOptions, StoredFile, TableStore } from "./table-store.ts";

export interface ObjectStoreOptions {
  /** Where in the bucket or container the table lies; no slash at either end. */
  readonly prefix: string;
  /** Folder of this machine for staged and fetched files, among the lake's folders and this process's alone. */
  readonly cacheFolder: string;
  readonly cacheBytesMax?: number;
  readonly clock: Clock;
}

export abstract class ObjectStore implements TableStore {
  readonly location: string;
  readonly stagingFolder: string;
  readonly #prefix: string;
  readonly #cache: FileCache;

  constructor(location: string, { prefix, cacheFolder, cacheBytesMax, clock }: ObjectStoreOptions) {
    this.location = location;
    this.#prefix = prefix;
    const folder = join(cacheFolder, createHash("sha256").update(location).digest("hex").slice(0, 16));
    this.stagingFolder = join(folder, "staging");
    this.#cache = new FileCache(join(folder, "files"), clock, cacheBytesMax ?? CACHE_BYTES_DEFAULT);
  }

  abstract read(path: string): Promise<Uint8Array | undefined>;
  abstract putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean>;
  abstract put(path: string, bytes: Uint8Array): Promise<void>;
  abstract list(folder: string, options?: ListOptions): Promise<readonly StoredFile[]>;
  abstract folders(folder: string): Promise<readonly string[]>;
  abstract delete(paths: readonly string[]): Promise<void>;
  abstract publish(stagedFile: string, path: string): Promise<StoredFile>;

  localFile(path: string): Promise<string> {
    return this.#cache.file(path, async () => {
      const bytes = await this.read(path);
      if (bytes !== undefined) return bytes;
      throw lakeErrors.FILE_MISSING({ message: `'${path}' is not in the table at '${this.location}'` });
    });
  }

  /** The object's key for a path of the table; that of the root for `""`, with a slash. */
  protected key(path: string): string {
    return this.#prefix === "" ? path : `${this.#prefix}/${path}`;
  }

  /** What the keys of a folder's objects begin with. */
  protected folderKey(folder: string): string {
    return this.key(folder === "" ? "" : `${folder}/`);
  }
}
