/**
 * One writer of a library at a time: whoever can make the file `library.lock` is it. The file has the number of the process, so
 * that the lock of one that was killed is taken over. Readers take no lock: every file changes by being moved into its place.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rulesErrors } from "./errors.ts";

/** The process that writes, and how it tells of others whether they run. */
export interface LibraryWriter {
  readonly pid: number;
  readonly isRunning: (pid: number) => boolean;
}

const LOCK_FILE = "library.lock";

/**
 * Runs the work with the library's lock, which is let go whatever comes of it.
 * @throws SpoorError RULES_LIBRARY_BUSY, RULES_LIBRARY_UNWRITABLE
 */
export async function withLibraryLock<T>(
  folder: string,
  writer: LibraryWriter,
  work: () => T | Promise<T>,
): Promise<T> {
  const path = join(folder, LOCK_FILE);
  if (!taken(path, writer)) {
    const holder = holderOf(path);
    if (holder !== undefined && writer.isRunning(holder)) throw busy(folder, holder);
    if (!tookOver(path, holder, writer)) throw busy(folder, holderOf(path));
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** The lock appears with its number in it: a file that others see empty would look like a dead one's. */
function taken(path: string, { pid }: LibraryWriter): boolean {
  const beside = `${path}.${pid}`;
  try {
    writeFileSync(beside, `${pid}\n`);
    linkSync(beside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw rulesErrors.LIBRARY_UNWRITABLE({
      message: `cannot write '${path}'`,
      detail: error instanceof Error ? error.message : String(error),
      hint: "check the folder and its permissions",
      cause: error,
    });
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Another that saw the dead lock may have been faster: its lock is put back. */
function tookOver(path: string, dead: number | undefined, writer: LibraryWriter): boolean {
  const aside = `${path}.${writer.pid}.old`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return taken(path, writer);
  }
  const isDead = holderOf(aside) === dead;
  if (!isDead) putBack(aside, path);
  rmSync(aside, { force: true });
  return isDead && taken(path, writer);
}

function putBack(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function holderOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function busy(folder: string, holder: number | undefined): Error {
  return rulesErrors.LIBRARY_BUSY({
    message: `another command is writing to the library '${folder}'`,
    ...(holder === undefined ? {} : { detail: `process ${holder}` }),
    hint: "try again when it has ended",
  });
}
