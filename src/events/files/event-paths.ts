import type { Dirent, Stats } from "node:fs";
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

const EVENT_FILE_NAME = /\.(evtx|xml|json|jsonl|ndjson|log|gz|tgz|tar|zip)$/i;
const DEPTH_MAX = 32;

/**
 * The file itself, or the event files of a folder and the folders in it: names of a folder are in the order of their
 * characters, a folder's files stand where its name does. A file named outright is read whatever its name is; in a folder
 * the suffix decides. Hidden names and links to folders are passed over.
 * @throws SpoorError EVENTS_FILE_MISSING, EVENTS_FOLDER_EMPTY, EVENTS_FILE_UNREADABLE
 */
export async function eventPaths(path: string): Promise<EventPath[]> {
  const info = await statOf(path);
  if (!info.isDirectory()) return [{ path, bytes: info.size }];
  const found: EventPath[] = [];
  await collect(path, found, 0);
  if (found.length > 0) return found;
  throw eventErrors.FOLDER_EMPTY({
    message: `'${path}' holds no event files`,
    hint: "event files end in .evtx, .xml, .json, .jsonl, .ndjson, .log, .gz, .tgz, .tar or .zip",
  });
}

async function collect(folder: string, into: EventPath[], depth: number): Promise<void> {
  const entries = (await entriesOf(folder)).filter(({ name }) => !name.startsWith("."));
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth < DEPTH_MAX) await collect(path, into, depth + 1);
    } else if (EVENT_FILE_NAME.test(entry.name)) {
      const file = await statOf(path);
      if (file.isFile()) into.push({ path, bytes: file.size });
    }
  }
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

async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    throw unreadable(path, error);
  }
}
