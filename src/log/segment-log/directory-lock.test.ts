import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DirectoryLock } from "./directory-lock.ts";
import type { Disk } from "./disk.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { nodeDisk } from "./node-disk.ts";

function processes(pid: number, ...alive: number[]): { pid: number; isAlive: (other: number) => boolean } {
  return { pid, isAlive: (other) => alive.includes(other) };
}

/** The same files seen by another process: the in-process register knows disks by identity. */
function otherProcess(disk: MemoryDisk): Disk {
  return new Proxy(disk, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

describe("the directory lock", () => {
  test("keeps a second process out, and names the first", () => {
    const disk = new MemoryDisk();
    const lock = DirectoryLock.acquire(disk, "d", processes(10));
    expect(() => DirectoryLock.acquire(otherProcess(disk), "d", processes(11, 10))).toThrow(
      expect.objectContaining({
        code: "LOG_LOCKED",
        message: "data directory 'd' is in use",
        detail: "process 10 has it open",
      }),
    );
    lock.release();
    DirectoryLock.acquire(otherProcess(disk), "d", processes(11, 10));
  });

  test("keeps the same process from opening twice", () => {
    const disk = new MemoryDisk();
    DirectoryLock.acquire(disk, "d", processes(10));
    expect(() => DirectoryLock.acquire(disk, "d", processes(10))).toThrow("is in use");
    DirectoryLock.acquire(disk, "other", processes(10));
  });

  test("takes over from a process that is gone, from a former one of its own id, and from an empty file", () => {
    for (const content of ["10\nhost\n", "11\nhost\n", "", "rubbish"]) {
      const disk = new MemoryDisk();
      disk.createExclusively("d/lock", content);
      DirectoryLock.acquire(disk, "d", processes(11, 0)).release();
      expect(disk.status("d/lock")).toBeUndefined();
    }
  });

  test("on a real disk, with real processes", () => {
    const directory = mkdtempSync(join(tmpdir(), "spoor-lock-"));
    writeFileSync(join(directory, "lock"), `${process.ppid}\nhost\n`);
    expect(() => DirectoryLock.acquire(nodeDisk, directory)).toThrow(
      expect.objectContaining({ detail: `process ${process.ppid} has it open` }),
    );
    writeFileSync(join(directory, "lock"), "4194400\nhost\n");
    const lock = DirectoryLock.acquire(nodeDisk, directory);
    expect(nodeDisk.list(directory)).toEqual(["lock"]);
    lock.release();
    expect(nodeDisk.list(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
  });
});
