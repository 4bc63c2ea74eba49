/** Which files of this machine a hunter's statement may read with events('…'): those below folders that were allowed. */
import { glob, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, resolve, sep } from "node:path";
import { didYouMean } from "../../base/nearest.ts";
import type { ErrorPlace } from "../../base/errors.ts";
import { huntErrors } from "./errors.ts";

export interface PathRules {
  /** Relative paths count from here. */
  readonly workingDirectory: string;
  /** Folders, and files that are allowed themselves; undefined allows all. */
  readonly allowed: readonly string[] | undefined;
}

const PATTERN = /[*?[\]{}]/;
const FILES_MAX = 10_000;

/**
 * The files or folders that a path or pattern names, links resolved.
 * @throws SpoorError HUNT_NO_FILES, HUNT_FILE_FORBIDDEN
 */
export async function allowedPaths(path: string, rules: PathRules, place?: ErrorPlace): Promise<string[]> {
  const full = isAbsolute(path) ? path : join(rules.workingDirectory, path);
  const isThere = await stat(full).then(
    () => true,
    () => false,
  );
  const found = isThere || !PATTERN.test(path) ? [full] : await matches(full);
  if (!isThere && (found.length === 0 || !PATTERN.test(path)))
    throw huntErrors.NO_FILES({
      message: `no event file '${path}'`,
      hint: didYouMean(path, rules.allowed ?? []),
      place,
    });
  const real = await Promise.all(found.map(realOf));
  if (rules.allowed === undefined) return real;
  const allowed = await Promise.all(rules.allowed.map(realOf));
  for (const each of real) {
    if (
      allowed.some(
        (folder) => each === folder || each.startsWith(folder.endsWith(sep) ? folder : folder + sep),
      )
    )
      continue;
    throw huntErrors.FILE_FORBIDDEN({
      message: `'${path}' is outside the folders that hunts may read`,
      detail: `they are ${rules.allowed.map((folder) => `'${folder}'`).join(", ")}`,
      hint: "--folder allows another one",
      place,
    });
  }
  return real;
}

async function matches(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const each of glob(pattern)) {
    found.push(each);
    if (found.length >= FILES_MAX) break;
  }
  return found.toSorted();
}

async function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
