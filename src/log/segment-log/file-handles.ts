/**
 * Open files by path, at most `limit` at a time: the one used longest ago is closed for a new one. All reads
 * and writes name their position, so any handle of a file is as good as another.
 */
import type { Disk } from "./disk.ts";

export class FileHandles {
  readonly disk: Disk;
  readonly #limit: number;
  readonly #open = new Map<string, number>();
  /** Handles that a background fsync still uses, with what to do with them then. */
  readonly #busy = new Map<number, number>();

  constructor(disk: Disk, limit: number) {
    this.disk = disk;
    this.#limit = limit;
  }

  /** The handle of the file, opened (and created) if need be; good until the next call. */
  get(path: string, create = false): number {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const file = this.disk.open(path, create);
    this.#open.set(path, file);
    if (this.#open.size > this.#limit) {
      const oldest = this.#open.keys().next().value;
      if (oldest !== undefined) this.close(oldest);
    }
    return file;
  }

  /** Flushes the file without blocking; the handle stays open meanwhile, even if it is closed here. */
  async fsyncInBackground(path: string, create = false): Promise<void> {
    const file = this.get(path, create);
    this.#busy.set(file, (this.#busy.get(file) ?? 0) + 1);
    try {
      await this.disk.fsyncInBackground(file);
    } finally {
      const left = this.#busy.get(file)! - 1;
      if (left > 0) this.#busy.set(file, left);
      else {
        this.#busy.delete(file);
        if (![...this.#open.values()].includes(file)) this.disk.close(file);
      }
    }
  }

  close(path: string): void {
    const file = this.#open.get(path);
    if (file === undefined) return;
    this.#open.delete(path);
    if (!this.#busy.has(file)) this.disk.close(file);
  }

  closeAll(): void {
    for (const path of this.#open.keys()) this.close(path);
  }
}
