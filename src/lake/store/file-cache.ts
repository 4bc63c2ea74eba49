/**
 * Files of an object store, fetched to this machine's disk for the database to read. Data files never change, so a path is
 * all there is to know; the log's checkpoints, which may be written twice, hold the same each time. Least recently used files
 * go when the cache is over its limit, but none that was asked for in the last minutes: a statement may be reading it.
 */
import { createHash } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";

export const CACHE_BYTES_DEFAULT = 10 * 1024 ** 3;
const IN_USE_MS = 10 * 60_000;

interface Entry {
  readonly file: string;
  readonly bytes: number;
  usedMs: number;
}

export class FileCache {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #bytesMax: number;
  /** By path, least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #fetching = new Map<string, Promise<Entry>>();
  #bytes = 0;
  #emptied: Promise<void> | undefined;

  constructor(folder: string, clock: Clock, bytesMax = CACHE_BYTES_DEFAULT) {
    this.#folder = folder;
    this.#clock = clock;
    this.#bytesMax = bytesMax;
  }

  /** Bytes on disk now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The local file with a path's bytes; asks `fetch` for them once, however many ask at the same time. */
  async file(path: string, fetch: () => Promise<Uint8Array>): Promise<string> {
    let entry = this.#entries.get(path);
    if (entry === undefined) {
      let fetching = this.#fetching.get(path);
      if (fetching === undefined) {
        fetching = this.#fetched(path, fetch).finally(() => this.#fetching.delete(path));
        this.#fetching.set(path, fetching);
      }
      entry = await fetching;
    }
    entry.usedMs = this.#clock.nowMs();
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    await this.#evict();
    return entry.file;
  }

  async #fetched(path: string, fetch: () => Promise<Uint8Array>): Promise<Entry> {
    this.#emptied ??= this.#empty();
    await this.#emptied;
    const bytes = await fetch();
    const file = join(this.#folder, `${createHash("sha256").update(path).digest("hex")}.parquet`);
    await writeFile(`${file}.part`, bytes);
    await rename(`${file}.part`, file);
    this.#bytes += bytes.length;
    return { file, bytes: bytes.length, usedMs: this.#clock.nowMs() };
  }

  /** Files of a process before this one are not known to the limit. */
  async #empty(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true });
  }

  async #evict(): Promise<void> {
    const unusedSince = this.#clock.nowMs() - IN_USE_MS;
    for (const [path, entry] of this.#entries) {
      if (this.#bytes <= this.#bytesMax || entry.usedMs > unusedSince) return;
      this.#entries.delete(path);
      this.#bytes -= entry.bytes;
      await rm(entry.file, { force: true });
    }
  }
}
