/**
 * For tests: a disk of which one operation fails, whichever it is, or all from one on; and which forgets, as operating
 * systems do, what a failed fsync could not write.
 */
import type { Disk, FileStatus } from "./disk.ts";
import { InjectedFault } from "./faulty-disk.ts";

export type Operation = "write" | "truncate" | "fsync" | "directory" | "rename" | "unlink" | "create";

export interface FaultPlan {
  /** Which operations count, and may fail. */
  readonly operations: ReadonlySet<Operation>;
  /** So many of them succeed first. */
  readonly after: number;
  readonly code: "EIO" | "ENOSPC";
  /** All from then on fail, until the plan is taken away; else the one. */
  readonly lasting: boolean;
}

export class ScriptedDisk implements Disk {
  readonly #disk: Disk;
  #plan: FaultPlan | undefined;
  #count = 0;
  #paths = new Map<number, string>();
  /** Files whose unwritten pages are gone: a later fsync says success and writes nothing. */
  readonly #dropped = new Set<string>();
  /** Faults so far. */
  faults = 0;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  set plan(plan: FaultPlan | undefined) {
    this.#plan = plan;
    this.#count = 0;
  }

  #step(operation: Operation, before?: () => void): void {
    const plan = this.#plan;
    if (plan?.operations.has(operation) !== true) return;
    const at = this.#count++;
    if (at < plan.after || (at > plan.after && !plan.lasting)) return;
    this.faults++;
    before?.();
    throw new InjectedFault(plan.code);
  }

  makeDirectory(path: string): void {
    this.#step("create");
    this.#disk.makeDirectory(path);
  }

  list(directory: string): string[] {
    return this.#disk.list(directory);
  }

  status(path: string): FileStatus | undefined {
    return this.#disk.status(path);
  }

  open(path: string, create: boolean): number {
    if (create && this.#disk.status(path) === undefined) this.#step("create");
    const file = this.#disk.open(path, create);
    this.#paths.set(file, path);
    return file;
  }

  close(file: number): void {
    this.#paths.delete(file);
    this.#disk.close(file);
  }

  read(file: number, into: Buffer, at: number, length: number, position: number): number {
    return this.#disk.read(file, into, at, length, position);
  }

  write(file: number, buffers: readonly Buffer[], position: number): number {
    const bytes = Buffer.concat(buffers);
    // A write that fails has written a part.
    this.#step("write", () => {
      if (bytes.length > 1) this.#disk.write(file, [bytes.subarray(0, bytes.length >> 1)], position);
    });
    return this.#disk.write(file, [bytes], position);
  }

  truncate(file: number, sizeBytes: number): void {
    this.#step("truncate");
    // What is written from here on has new pages.
    if (sizeBytes === 0) this.#dropped.delete(this.#paths.get(file) ?? "");
    this.#disk.truncate(file, sizeBytes);
  }

  fsync(file: number): void {
    const path = this.#paths.get(file) ?? "";
    this.#step("fsync", () => this.#dropped.add(path));
    if (!this.#dropped.has(path)) this.#disk.fsync(file);
  }

  async fsyncInBackground(file: number): Promise<void> {
    this.fsync(file);
    await Promise.resolve();
  }

  fsyncDirectory(directory: string): void {
    this.#step("directory");
    this.#disk.fsyncDirectory(directory);
  }

  rename(from: string, to: string): void {
    this.#step("rename");
    // Another file of the name: what was lost of the one before does not concern it.
    this.#dropped.delete(to);
    this.#disk.rename(from, to);
  }

  unlink(path: string): void {
    this.#step("unlink");
    this.#dropped.delete(path);
    this.#disk.unlink(path);
  }

  removeDirectory(path: string): void {
    this.#step("unlink");
    this.#disk.removeDirectory(path);
  }

  createExclusively(path: string, content: string): boolean {
    this.#step("create");
    return this.#disk.createExclusively(path, content);
  }
}
