/**
 * Keeps two processes out of one data directory: a file `lock` that names the owner's process. The lock of a
 * process that is gone is taken over.
 */
import { hostname } from "node:os";
import { resolve } from "node:path";
import { logErrors } from "../errors.ts";
import type { Disk } from "./disk.ts";
import { readSmallFile } from "./disk.ts";
import { errorCode } from "./node-disk.ts";

export interface ProcessTable {
  readonly pid: number;
  isAlive(pid: number): boolean;
}

export const systemProcesses: ProcessTable = {
  pid: process.pid,
  isAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return errorCode(error) === "EPERM";
    }
  },
};

/** Directories this very process holds: its own pid in a lock file may be a reused one. */
const heldHere = new WeakMap<Disk, Set<string>>();

export class DirectoryLock {
  readonly #disk: Disk;
  readonly #directory: string;

  private constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** @throws LOG_LOCKED */
  static acquire(disk: Disk, directory: string, processes: ProcessTable = systemProcesses): DirectoryLock {
    const held = heldHere.get(disk) ?? new Set<string>();
    heldHere.set(disk, held);
    if (held.has(resolve(directory))) throw locked(directory, processes.pid);
    const path = `${directory}/lock`;
    const content = `${processes.pid}\n${hostname()}\n`;
    // Two takers of one stale lock meet at the exclusive creation: one of them comes round again and sees a live owner.
    for (let attempt = 0; attempt < 3; attempt++) {
      if (disk.createExclusively(path, content)) {
        held.add(resolve(directory));
        return new DirectoryLock(disk, directory);
      }
      // A lock without a pid is what a loss of power leaves of one: it was written before it was put in place.
      const owner = Number(readSmallFile(disk, path)?.toString("utf8").split("\n")[0]);
      const alive = owner !== processes.pid && owner > 0 && processes.isAlive(owner);
      if (alive) throw locked(directory, owner);
      disk.unlink(path);
    }
    throw locked(directory, undefined);
  }

  release(): void {
    heldHere.get(this.#disk)?.delete(resolve(this.#directory));
    this.#disk.unlink(`${this.#directory}/lock`);
  }

  /** Gives the lock up as a killed process does: the file stays. */
  abandon(): void {
    heldHere.get(this.#disk)?.delete(resolve(this.#directory));
  }
}

function locked(directory: string, pid: number | undefined): Error {
  return logErrors.LOCKED({
    message: `data directory '${directory}' is in use`,
    detail:
      pid === undefined ? "another process takes the lock at this moment" : `process ${pid} has it open`,
    hint: "stop that process, or choose another data directory",
  });
}
