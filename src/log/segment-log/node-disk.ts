/** The real file system. */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
  writevSync,
} from "node:fs";
import { constants } from "node:fs";
import type { Disk, FileStatus } from "./disk.ts";

export const nodeDisk: Disk = {
  makeDirectory: (path) => void mkdirSync(path, { recursive: true }),
  list: (directory) => absentAs<string[]>([], () => readdirSync(directory)),
  status: (path) => absentAs<FileStatus | undefined>(undefined, () => fileStatus(path)),
  open: (path, create) => openSync(path, constants.O_RDWR | (create ? constants.O_CREAT : 0), 0o644),
  close: (file) => closeSync(file),
  read: (file, into, at, length, position) => readSync(file, into, at, length, position),
  write: (file, buffers, position) =>
    buffers.length === 1
      ? writeSync(file, buffers[0]!, 0, buffers[0]!.length, position)
      : writevSync(file, buffers, position),
  truncate: (file, sizeBytes) => ftruncateSync(file, sizeBytes),
  fsync: (file) => fdatasyncSync(file),
  fsyncInBackground: (file) =>
    new Promise((resolve, reject) => {
      fdatasync(file, (error) => (error === null ? resolve() : reject(error)));
    }),
  fsyncDirectory,
  rename: (from, to) => renameSync(from, to),
  unlink: (path) => rmSync(path, { force: true }),
  removeDirectory: (path) => rmSync(path, { recursive: true, force: true }),
  createExclusively,
};

function fileStatus(path: string): FileStatus {
  const status = statSync(path);
  return { sizeBytes: status.size, modifiedMs: status.mtimeMs };
}

function createExclusively(path: string, content: string): boolean {
  const prepared = `${path}.${process.pid}.tmp`;
  writeFileSync(prepared, content);
  try {
    linkSync(prepared, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(prepared, { force: true });
  }
}

/** Windows cannot open a directory; its file system journals renames by itself. */
function fsyncDirectory(directory: string): void {
  let file: number;
  try {
    file = openSync(directory, constants.O_RDONLY);
  } catch (error) {
    if (errorCode(error) === "EISDIR" || errorCode(error) === "EPERM") return;
    throw error;
  }
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function absentAs<T>(absent: T, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return absent;
    throw error;
  }
}

/** The `code` of a system error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
