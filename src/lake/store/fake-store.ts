/** A store for tests: a real one whose calls fail on command, before or after their effect. */
import type { ListOptions, StoredFile, TableStore } from "./table-store.ts";

export class CrashError extends Error {
  override readonly name = "CrashError";
}

/**
 * Counts calls that change the store. The one numbered `crashAt` fails, and every call after it: the process is dead. Its
 * effect happens first where `afterEffect`.
 */
export class FakeCrashingStore implements TableStore {
  readonly location: string;
  readonly stagingFolder: string;
  /** Changes asked for so far. */
  changes = 0;
  readonly #inner: TableStore;
  readonly #crashAt: number;
  readonly #afterEffect: boolean;
  #isDead = false;

  constructor(inner: TableStore, crashAt: number, afterEffect: boolean) {
    this.#inner = inner;
    this.location = inner.location;
    this.stagingFolder = inner.stagingFolder;
    this.#crashAt = crashAt;
    this.#afterEffect = afterEffect;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    this.#checkAlive();
    return this.#inner.read(path);
  }

  list(folder: string, options?: ListOptions): Promise<readonly StoredFile[]> {
    this.#checkAlive();
    return this.#inner.list(folder, options);
  }

  folders(folder: string): Promise<readonly string[]> {
    this.#checkAlive();
    return this.#inner.folders(folder);
  }

  localFile(path: string): Promise<string> {
    this.#checkAlive();
    return this.#inner.localFile(path);
  }

  putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean> {
    return this.#change(() => this.#inner.putIfAbsent(path, bytes));
  }

  put(path: string, bytes: Uint8Array): Promise<void> {
    return this.#change(() => this.#inner.put(path, bytes));
  }

  /** Each deletion is a change of its own, so that a crash can fall between two. */
  async delete(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.#change(() => this.#inner.delete([path]));
  }

  publish(stagedFile: string, path: string): Promise<StoredFile> {
    return this.#change(() => this.#inner.publish(stagedFile, path));
  }

  #checkAlive(): void {
    if (this.#isDead) throw new CrashError("the process is dead");
  }

  async #change<T>(effect: () => Promise<T>): Promise<T> {
    this.#checkAlive();
    this.changes += 1;
    if (this.changes !== this.#crashAt) return effect();
    this.#isDead = true;
    if (this.#afterEffect) await effect();
    throw new CrashError(`crashed at change ${this.#crashAt}`);
  }
}
