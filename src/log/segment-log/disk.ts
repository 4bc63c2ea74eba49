/**
 * What the segment log needs of a file system, handed in so that tests can fill it, break it and cut its
 * power. All calls are synchronous; failures are Node's errors with a `code` ("ENOSPC", "ENOENT", …).
 */

export interface FileStatus {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface Disk {
  /** Creates the directory and its parents; does nothing where it is there. */
  makeDirectory(path: string): void;
  /** Names in the directory, in no particular order; none where the directory is missing. */
  list(directory: string): string[];
  /** Undefined where there is no such file. */
  status(path: string): FileStatus | undefined;
  /** Opens for reading and writing; creates the file where `create`. */
  open(path: string, create: boolean): number;
  close(file: number): void;
  /** Reads up to `length` bytes into `into` at `at`; returns how many were read, 0 at the file's end. */
  read(file: number, into: Buffer, at: number, length: number, position: number): number;
  /** Writes the buffers one behind the other; returns how many bytes were written, which may be fewer. */
  write(file: number, buffers: readonly Buffer[], position: number): number;
  truncate(file: number, sizeBytes: number): void;
  /** Returns once the file's content is on the device. */
  fsync(file: number): void;
  /** The same without blocking; the file must stay open until it settles. */
  fsyncInBackground(file: number): Promise<void>;
  /** Makes creations, renames and removals in the directory durable. */
  fsyncDirectory(directory: string): void;
  /** Replaces `to` in one step where it exists. */
  rename(from: string, to: string): void;
  /** Does nothing where the file is missing. */
  unlink(path: string): void;
  /** Removes the directory with everything in it; does nothing where it is missing. */
  removeDirectory(path: string): void;
  /** Puts a file with this content in place in one step; false, changing nothing, where one is there. */
  createExclusively(path: string, content: string): boolean;
}

/** Writes all bytes at `position`, over as many calls as it takes. */
export function writeFully(disk: Disk, file: number, buffers: readonly Buffer[], position: number): void {
  let pending = buffers;
  let at = position;
  while (pending.length > 0) {
    let written = disk.write(file, pending, at);
    at += written;
    const rest: Buffer[] = [];
    for (const buffer of pending) {
      if (written >= buffer.length) written -= buffer.length;
      else {
        rest.push(buffer.subarray(written));
        written = 0;
      }
    }
    pending = rest;
  }
}

/** Reads up to `length` bytes at `position` into the start of `into`; fewer only at the file's end. */
export function readFully(
  disk: Disk,
  file: number,
  position: number,
  length: number,
  into: Buffer = Buffer.allocUnsafeSlow(length),
): Buffer {
  let filled = 0;
  while (filled < length) {
    const read = disk.read(file, into, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled === into.length ? into : into.subarray(0, filled);
}

/** The whole content of a small file, or undefined where there is none. */
export function readSmallFile(disk: Disk, path: string): Buffer | undefined {
  const status = disk.status(path);
  if (status === undefined) return undefined;
  const file = disk.open(path, false);
  try {
    return readFully(disk, file, 0, status.sizeBytes);
  } finally {
    disk.close(file);
  }
}

/**
 * Replaces the file's content in one step: after a crash the file holds either the old or the new content,
 * whole. With `durable` the new one is on the device when the call returns.
 */
export function replaceFile(disk: Disk, path: string, content: Buffer, durable: boolean): void {
  const temporary = `${path}.tmp`;
  const file = disk.open(temporary, true);
  try {
    disk.truncate(file, 0);
    writeFully(disk, file, [content], 0);
    if (durable) disk.fsync(file);
  } finally {
    disk.close(file);
  }
  disk.rename(temporary, path);
  if (durable) disk.fsyncDirectory(path.slice(0, path.lastIndexOf("/")));
}
