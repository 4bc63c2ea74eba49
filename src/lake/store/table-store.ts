/**
 * Where a table lies: a folder or a prefix of an object store. Paths are relative to the table, with forward slashes,
 * never encoded. A store gives what the Delta protocol asks of one: a put that fails when the object is there, a listing
 * that sees every finished put, and reads that never see half an object.
 */
export interface StoredFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface ListOptions {
  /** Only paths that sort after this one. */
  readonly startAfter?: string;
  /** Also files in folders below; default false. */
  readonly recursive?: boolean;
}

export interface TableStore {
  /** What a person calls the place: a path or a URL without credentials. */
  readonly location: string;
  /** A folder of this machine where files are made before {@link publish} brings them in; it may not exist yet. */
  readonly stagingFolder: string;
  /** The whole object, or undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Makes the object durable unless one is there already: then false, and nothing has changed. */
  putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Makes the object durable, in place of what was there, at one instant. */
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** Files in a folder (`""` is the table's), sorted by path. A missing folder is empty. */
  list(folder: string, options?: ListOptions): Promise<readonly StoredFile[]>;
  /** Names of the folders directly in a folder, sorted. A missing folder has none. */
  folders(folder: string): Promise<readonly string[]>;
  /** Deletes objects; those that are not there do not matter. */
  delete(paths: readonly string[]): Promise<void>;
  /** Brings a finished file of the staging folder in, durably, under a path that nothing has; the staged file is gone. */
  publish(stagedFile: string, path: string): Promise<StoredFile>;
  /** A file of this machine that holds the object's bytes, for the database to read. */
  localFile(path: string): Promise<string>;
}
