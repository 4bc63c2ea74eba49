import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { didYouMean } from "../../base/nearest.ts";
import { eventErrors } from "../errors.ts";
import { unreadable } from "./byte-stream.ts";

/** One file to read and its size on disk. */
export interface EventPath {
  readonly path: string;
  readonly bytes: number;
}

const EVENT_FILE_NAME = /\.(json|jsonl|ndjson|log|gz|tgz|tar|zip)$/i;

/**
 * The file itself, or the event files of a folder (not of its sub-folders) sorted by name. A file named
 * outright is read whatever its name is; in a folder the suffix decides.
 * @throws SpoorError EVENTS_FILE_MISSING, EVENTS_FOLDER_EMPTY, EVENTS_FILE_UNREADABLE
 */
export async function eventPaths(path: string): Promise<EventPath[]> {
  const info = await statOf(path);
  if (!info.isDirectory()) return [{ path, bytes: info.size }];
  const names = (await namesIn(path)).filter((name) => EVENT_FILE_NAME.test(name) && !name.startsWith("."));
  const found: EventPath[] = [];
  for (const name of names.toSorted()) {
    const file = await statOf(join(path, name));
    if (file.isFile()) found.push({ path: join(path, name), bytes: file.size });
  }
  if (found.length > 0) return found;
  throw eventErrors.FOLDER_EMPTY({
    message: `'${path}' holds no event files`,
    hint: "event files end in .json, .jsonl, .ndjson, .log, .gz, .tgz, .tar or .zip",
  });
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw unreadable(path, error);
    throw eventErrors.FILE_MISSING({
      message: `no file '${path}'`,
      hint: await nearFile(path),
      cause: error,
    });
  }
}

/** The nearest name in the folder, or that the folder is missing too. */
async function nearFile(path: string): Promise<string | undefined> {
  const folder = dirname(path);
  try {
    return didYouMean(basename(path), await readdir(folder));
  } catch {
    return `the folder '${folder}' does not exist either`;
  }
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}
