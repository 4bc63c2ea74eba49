/**
 * A disk that fails on purpose, around another one. Each plan is used up by the failure it causes.
 */
import type { Disk, FileStatus } from "./disk.ts";

export class InjectedFault extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`${code}: injected`);
    this.code = code;
  }
}

export class FaultyDisk implements Disk {
  readonly #disk: Disk;
  /** Bytes that may still be written before a write stops in the middle with `tornCode`. */
  tornAfterBytes = Number.POSITIVE_INFINITY;
  tornCode = "EIO";
  /** Successful fsyncs before one fails. */
  fsyncsBeforeFailure = Number.POSITIVE_INFINITY;
  /** Fails the next truncation. */
  failNextTruncate = false;
  /** Successful renames and removals before the disk refuses both: where a process died in the middle. */
  stepsBeforeDeath = Number.POSITIVE_INFINITY;
  readonly counts = { reads: 0, writes: 0, fsyncs: 0 };

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  makeDirectory(path: string): void {
    this.#disk.makeDirectory(path);
  }

  list(directory: string): string[] {
    return this.#disk.list(directory);
  }

  status(path: string): FileStatus | undefined {
    return this.#disk.status(path);
  }

  open(path: string, create: boolean): number {
    return this.#disk.open(path, create);
  }

  close(file: number): void {
    this.#disk.close(file);
  }

  read(file: number, into: Buffer, at: number, length: number, position: number): number {
    this.counts.reads++;
    return this.#disk.read(file, into, at, length, position);
  }

  write(file: number, buffers: readonly Buffer[], position: number): number {
    this.counts.writes++;
    const bytes = Buffer.concat(buffers);
    if (bytes.length <= this.tornAfterBytes) {
      this.tornAfterBytes -= bytes.length;
      return this.#disk.write(file, [bytes], position);
    }
    const kept = bytes.subarray(0, this.tornAfterBytes);
    this.tornAfterBytes = Number.POSITIVE_INFINITY;
    if (kept.length > 0) this.#disk.write(file, [kept], position);
    throw new InjectedFault(this.tornCode);
  }

  truncate(file: number, sizeBytes: number): void {
    if (this.failNextTruncate) {
      this.failNextTruncate = false;
      throw new InjectedFault("EIO");
    }
    this.#disk.truncate(file, sizeBytes);
  }

  fsync(file: number): void {
    this.#countFsync();
    this.#disk.fsync(file);
  }

  async fsyncInBackground(file: number): Promise<void> {
    this.#countFsync();
    await this.#disk.fsyncInBackground(file);
  }

  fsyncDirectory(directory: string): void {
    this.#disk.fsyncDirectory(directory);
  }

  rename(from: string, to: string): void {
    this.#step();
    this.#disk.rename(from, to);
  }

  unlink(path: string): void {
    this.#step();
    this.#disk.unlink(path);
  }

  removeDirectory(path: string): void {
    this.#step();
    this.#disk.removeDirectory(path);
  }

  createExclusively(path: string, content: string): boolean {
    return this.#disk.createExclusively(path, content);
  }

  #countFsync(): void {
    this.counts.fsyncs++;
    if (this.fsyncsBeforeFailure-- > 0) return;
    this.fsyncsBeforeFailure = Number.POSITIVE_INFINITY;
    throw new InjectedFault("EIO");
  }

  #step(): void {
    if (this.stepsBeforeDeath <= 0) throw new InjectedFault("EIO");
    this.stepsBeforeDeath--;
  }
}
