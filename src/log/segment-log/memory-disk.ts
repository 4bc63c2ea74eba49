/**
 * A file system in memory, for the memory log and for tests. It knows what was flushed, so that
 * {@link MemoryDisk.losePower} can take away everything that was not.
 */
import type { Disk, FileStatus } from "./disk.ts";

/** Files grow by pieces of this size, so that growing never copies what is there. */
const CHUNK = 65_536;

class MemoryFile {
  size = 0;
  modifiedMs = 0;
  /** The content at the last fsync; undefined before the first. */
  durable: Buffer | undefined;
  /** All of CHUNK bytes, except that the first starts small: most files stay so. */
  #chunks: Buffer[] = [Buffer.alloc(0)];

  write(bytes: Buffer, position: number): void {
    this.resize(Math.max(this.size, position + bytes.length));
    for (let done = 0; done < bytes.length;) {
      const at = position + done;
      done += bytes.copy(this.#chunks[Math.floor(at / CHUNK)]!, at % CHUNK, done);
    }
  }

  read(into: Buffer, at: number, length: number, position: number): number {
    const end = Math.min(this.size, position + length);
    let done = position;
    while (done < end) {
      const start = done % CHUNK;
      const stop = Math.min(CHUNK, start + end - done);
      done += this.#chunks[Math.floor(done / CHUNK)]!.copy(into, at + done - position, start, stop);
    }
    return Math.max(0, end - position);
  }

  /** New bytes are zeros. */
  resize(size: number): void {
    if (size < this.size) this.#shrink(size);
    const needed = Math.ceil(size / CHUNK);
    const first = this.#chunks[0]!;
    const firstSize = Math.min(CHUNK, size);
    if (first.length < firstSize) {
      const larger = Buffer.alloc(
        needed > 1 ? CHUNK : Math.min(CHUNK, Math.max(firstSize, first.length * 2)),
      );
      first.copy(larger);
      this.#chunks[0] = larger;
    }
    while (this.#chunks.length < needed) this.#chunks.push(Buffer.alloc(CHUNK));
    this.size = size;
  }

  content(): Buffer {
    const bytes = Buffer.alloc(this.size);
    this.read(bytes, 0, this.size, 0);
    return bytes;
  }

  #shrink(size: number): void {
    this.#chunks.length = Math.max(1, Math.ceil(size / CHUNK));
    const last = this.#chunks.at(-1)!;
    last.fill(0, Math.min(last.length, size - (this.#chunks.length - 1) * CHUNK));
  }
}

class DiskError extends Error {
  readonly code: string;

  constructor(code: string, what: string) {
    super(`${code}: ${what}`);
    this.code = code;
  }
}

export class MemoryDisk implements Disk {
  readonly #files = new Map<string, MemoryFile>();
  readonly #directories = new Set<string>();
  readonly #open = new Map<number, MemoryFile>();
  readonly #keepsDurable: boolean;
  readonly #nowMs: () => number;
  /** Bytes that all files together may hold; may be changed at any time. */
  capacityBytes: number;
  #usedBytes = 0;
  #nextFile = 3;

  /** @param options.tracksFlushes keep a copy of each file at its last fsync, for `losePower` */
  constructor(options: { capacityBytes?: number; tracksFlushes?: boolean; nowMs?: () => number } = {}) {
    this.capacityBytes = options.capacityBytes ?? Number.MAX_SAFE_INTEGER;
    this.#keepsDurable = options.tracksFlushes ?? false;
    this.#nowMs = options.nowMs ?? (() => 0);
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Files open now. */
  get openFiles(): number {
    return this.#open.size;
  }

  /** Leaves each file as it was at its last fsync, and closes all. Directory entries are taken as durable. */
  losePower(): void {
    this.#open.clear();
    for (const file of this.#files.values()) {
      const durable = file.durable ?? Buffer.alloc(0);
      this.#usedBytes += durable.length - file.size;
      file.resize(0);
      file.write(durable, 0);
    }
  }

  makeDirectory(path: string): void {
    const parts = path.split("/");
    for (let i = 1; i <= parts.length; i++) this.#directories.add(parts.slice(0, i).join("/"));
  }

  list(directory: string): string[] {
    const names = new Set<string>();
    for (const path of [...this.#files.keys(), ...this.#directories]) {
      if (!path.startsWith(`${directory}/`)) continue;
      names.add(path.slice(directory.length + 1).split("/")[0]!);
    }
    return [...names];
  }

  status(path: string): FileStatus | undefined {
    const file = this.#files.get(path);
    return file === undefined ? undefined : { sizeBytes: file.size, modifiedMs: file.modifiedMs };
  }

  open(path: string, create: boolean): number {
    let file = this.#files.get(path);
    if (file === undefined) {
      if (!create) throw new DiskError("ENOENT", path);
      file = new MemoryFile();
      file.modifiedMs = this.#nowMs();
      this.#files.set(path, file);
    }
    this.#open.set(this.#nextFile, file);
    return this.#nextFile++;
  }

  close(file: number): void {
    if (!this.#open.delete(file)) throw new DiskError("EBADF", `file ${file}`);
  }

  read(file: number, into: Buffer, at: number, length: number, position: number): number {
    return this.#file(file).read(into, at, length, position);
  }

  write(file: number, buffers: readonly Buffer[], position: number): number {
    const target = this.#file(file);
    let at = position;
    for (const buffer of buffers) {
      const grown = Math.max(0, at + buffer.length - target.size);
      if (this.#usedBytes + grown > this.capacityBytes) {
        if (at > position) return at - position;
        throw new DiskError("ENOSPC", "no space left on device");
      }
      target.write(buffer, at);
      this.#usedBytes += grown;
      at += buffer.length;
    }
    target.modifiedMs = this.#nowMs();
    return at - position;
  }

  truncate(file: number, sizeBytes: number): void {
    const target = this.#file(file);
    this.#usedBytes += sizeBytes - target.size;
    target.resize(sizeBytes);
  }

  fsync(file: number): void {
    const target = this.#file(file);
    if (this.#keepsDurable) target.durable = target.content();
  }

  fsyncInBackground(file: number): Promise<void> {
    return Promise.resolve().then(() => {
      if (this.#open.has(file)) this.fsync(file);
    });
  }

  fsyncDirectory(_directory: string): void {
    // Directory entries never get lost here.
  }

  rename(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file === undefined) throw new DiskError("ENOENT", from);
    this.unlink(to);
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  unlink(path: string): void {
    this.#usedBytes -= this.#files.get(path)?.size ?? 0;
    this.#files.delete(path);
  }

  removeDirectory(path: string): void {
    for (const each of this.#files.keys()) {
      if (each.startsWith(`${path}/`)) this.unlink(each);
    }
    for (const each of this.#directories) {
      if (each === path || each.startsWith(`${path}/`)) this.#directories.delete(each);
    }
  }

  createExclusively(path: string, content: string): boolean {
    if (this.#files.has(path)) return false;
    const file = this.open(path, true);
    this.write(file, [Buffer.from(content)], 0);
    this.close(file);
    return true;
  }

  #file(file: number): MemoryFile {
    const found = this.#open.get(file);
    if (found === undefined) throw new DiskError("EBADF", `file ${file}`);
    return found;
  }
}
