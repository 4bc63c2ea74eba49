import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLibraryLock } from "./library-lock.ts";
import type { LibraryWriter } from "./library-lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function writer(pid: number, running: readonly number[] = []): LibraryWriter {
  return { pid, isRunning: (other) => running.includes(other) };
}

function fail(): never {
  throw new Error("no room");
}

test("one at a time: a second is told who works, and may once the first has ended", async () => {
  const order: string[] = [];
  await withLibraryLock(folder, writer(1), async () => {
    order.push("first");
    await expect(withLibraryLock(folder, writer(2, [1]), () => order.push("second"))).rejects.toMatchObject({
      code: "RULES_LIBRARY_BUSY",
      detail: "process 1",
    });
  });
  await withLibraryLock(folder, writer(2, [1]), () => order.push("second"));
  expect(order).toEqual(["first", "second"]);
  expect(readdirSync(folder)).toEqual([]);
});

test("the lock of a process that is dead, and one without a number, are taken over", async () => {
  for (const text of ["99\n", ""]) {
    writeFileSync(join(folder, "library.lock"), text);
    expect(await withLibraryLock(folder, writer(3, [1]), () => "done")).toBe("done");
  }
  expect(readdirSync(folder)).toEqual([]);
});

test("it is let go when the work fails", async () => {
  await expect(withLibraryLock(folder, writer(1), fail)).rejects.toThrow("no room");
  expect(existsSync(join(folder, "library.lock"))).toBe(false);
});
