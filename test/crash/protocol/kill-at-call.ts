/**
 * Loaded into the server before it starts (`node --import`): kills the process at its n-th call of a function of the file
 * system that the log, tables or connectors' files use. So the server dies at each step of its writes without knowing anything of tests.
 */
import fs from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import type { CallKill } from "./spoor-process.ts";

const plan = JSON.parse(process.env["SPOOR_TEST_KILL_AT"] ?? "null") as CallKill | null;

function die(): void {
  process.kill(process.pid, "SIGKILL");
  // The signal comes at once; what stands behind must not run.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}

function nothing(): void {
  // It dies before the call.
}

if (plan !== null) {
  let left = plan.count;
  const before = (act: () => void): void => {
    if (--left > 0) return;
    act();
    die();
  };
  const { writeSync, fdatasyncSync, renameSync, ftruncateSync, openSync } = fs;
  const { link, rename, open } = fs.promises;
  switch (plan.call) {
    case "write":
      fs.writeSync = ((file: number, bytes: Buffer, at: number, length: number, position: number) => {
        before(() => {
          if (plan.torn) writeSync(file, bytes, at, Math.floor(length * 0.6), position);
        });
        return writeSync(file, bytes, at, length, position);
      }) as typeof fs.writeSync;
      break;
    case "fsync":
      fs.fdatasyncSync = (file) => {
        before(nothing);
        fdatasyncSync(file);
      };
      break;
    case "rename":
      fs.renameSync = (from, to) => {
        before(nothing);
        renameSync(from, to);
      };
      break;
    case "ftruncate":
      fs.ftruncateSync = (file, size) => {
        before(nothing);
        ftruncateSync(file, size);
      };
      break;
    case "open":
      fs.openSync = (path, flags, mode) => {
        before(nothing);
        return openSync(path, flags, mode);
      };
      break;
    case "promises.link":
      fs.promises.link = (from, to) => {
        before(nothing);
        return link(from, to);
      };
      break;
    case "promises.rename":
      fs.promises.rename = (from, to) => {
        before(nothing);
        return rename(from, to);
      };
      break;
    case "promises.append":
      fs.promises.open = async (...of) => {
        const handle = await open(...of);
        const append = handle.appendFile.bind(handle);
        handle.appendFile = ((bytes: Buffer) => {
          before(() => {
            if (plan.torn) writeSync(handle.fd, bytes, 0, Math.floor(bytes.length * 0.6));
          });
          return append(bytes);
        }) as FileHandle["appendFile"];
        return handle;
      };
  }
  syncBuiltinESMExports();
}
