/**
 * A file that is appended to and, when it is large or old, set aside under its name with the time (`alerts.json.20260105T080000.000Z`).
 * What is written is on the device when {@link RotatedFile.append} settles. A line that a crash left half is ended first, so it spoils
 * no other. Somebody else may set the file aside too: it is then made anew.
 */
import { open, readdir, rename, stat, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Clock } from "../../base/clock.ts";

export interface RotationRule {
  /** 0: never. */
  readonly bytes: number;
  /** 0: never. */
  readonly ageMs: number;
  /** How many that were set aside are kept; 0: all. */
  readonly keep: number;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: number;
  readonly sinceMs: number;
  bytes: number;
}

const NEWLINE = 0x0a;

export class RotatedFile {
  readonly path: string;
  readonly #rule: RotationRule;
  readonly #clock: Clock;
  #open: OpenFile | undefined;

  constructor(path: string, rule: RotationRule, clock: Clock) {
    this.path = path;
    this.#rule = rule;
    this.#clock = clock;
  }

  /** @throws what the file system says; what was written in part is then ended by a line break at the next append */
  async append(bytes: Buffer): Promise<void> {
    const file = await this.#current(bytes.length);
    try {
      await file.handle.appendFile(bytes);
      await file.handle.datasync();
      file.bytes += bytes.length;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const file = this.#open;
    this.#open = undefined;
    await file?.handle.close();
  }

  async #current(more: number): Promise<OpenFile> {
    if (this.#open !== undefined && (await this.#isMoved(this.#open))) await this.close();
    let file = (this.#open ??= await this.#openFile());
    if (this.#isDue(file, more)) {
      await this.close();
      await this.#setAside();
      file = this.#open = await this.#openFile();
    }
    return file;
  }

  #isDue({ bytes, sinceMs }: OpenFile, more: number): boolean {
    if (bytes === 0) return false;
    const { bytes: bytesMax, ageMs } = this.#rule;
    if (bytesMax > 0 && bytes + more > bytesMax) return true;
    return ageMs > 0 && this.#clock.nowMs() - sinceMs >= ageMs;
  }

  async #isMoved({ inode }: OpenFile): Promise<boolean> {
    try {
      return (await stat(this.path)).ino !== inode;
    } catch {
      return true;
    }
  }

  async #openFile(): Promise<OpenFile> {
    const handle = await open(this.path, "a+", 0o600);
    try {
      const { size, ino, birthtimeMs } = await handle.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await handle.read(last, 0, 1, size - 1);
      const isTorn = size > 0 && last[0] !== NEWLINE;
      if (isTorn) await handle.appendFile("\n");
      // Not every file system knows when a file was made.
      const sinceMs = size === 0 || birthtimeMs === 0 ? this.#clock.nowMs() : birthtimeMs;
      return { handle, inode: ino, sinceMs, bytes: size + (isTorn ? 1 : 0) };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #setAside(): Promise<void> {
    const time = new Date(this.#clock.nowMs()).toISOString().replaceAll(/[-:]/g, "");
    let name = `${this.path}.${time}`;
    for (let i = 1; await isThere(name); i++) name = `${this.path}.${time}-${i}`;
    await rename(this.path, name);
    if (this.#rule.keep > 0) await this.#forget();
  }

  async #forget(): Promise<void> {
    const folder = dirname(this.path);
    const begin = `${basename(this.path)}.`;
    const aside = (await readdir(folder))
      .filter((name) => name.startsWith(begin) && /^\d{8}T\d{6}\.\d{3}Z/.test(name.slice(begin.length)))
      .toSorted();
    for (const name of aside.slice(0, Math.max(0, aside.length - this.#rule.keep)))
      await unlink(join(folder, name));
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
