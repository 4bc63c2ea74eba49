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
  /** How another folder is allowed; `--folder` where nothing is said. */
  readonly hint?: string | undefined;
}

const PATTERN = /[*?[\]{}]/;
const FILES_MAX = 10_000;

/**
 * The files or folders that a path or pattern names, links resolved.
 * @throws SpoorError HUNT_NO_FILES, HUNT_FILE_FORBIDDEN
 */
export async function allowedPaths(path: string, rules: PathRules, place?: ErrorPlace): Promise<string[]> {
  const full = isAbsolute(path) ? resolve(path) : join(rules.workingDirectory, path);
  const allowed = rules.allowed === undefined ? undefined : await withReal(rules.allowed);
  // Before the disk is looked at: whether a file elsewhere exists is not told. Braces of a pattern may hide a way up.
  if (allowed !== undefined && (!isBelow(full, allowed) || full.includes("..")))
    throw forbidden(path, rules, place);
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
  if (allowed === undefined || real.every((each) => isBelow(each, allowed))) return real;
  throw forbidden(path, rules, place);
}

async function withReal(folders: readonly string[]): Promise<readonly string[]> {
  return [...folders, ...(await Promise.all(folders.map(realOf)))];
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some(
    (folder) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep),
  );
}

function forbidden(path: string, { allowed = [], hint }: PathRules, place: ErrorPlace | undefined): Error {
  return huntErrors.FILE_FORBIDDEN({
    message: `'${path}' is outside the folders that hunts may read`,
    detail:
      allowed.length === 0
        ? "there are none"
        : `they are ${allowed.map((folder) => `'${folder}'`).join(", ")}`,
    hint: hint ?? "--folder allows another one",
    place,
  });
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
