/**
 * Where the rules of some paths stand, without reading them: files, folders with all below them (git checkouts too),
 * archives (zip, tar, tar.gz), libraries (folders with a `library.yml`), and the rules that come with Spoor. Hidden names
 * are passed over. The walk is synchronous: rule files are many and small, waiting for each would cost more than the look.
 */
import type { BigIntStats, Dirent } from "node:fs";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { rulesErrors } from "./errors.ts";

/** Something that rules are read from at one go. */
export interface RuleUnit {
  readonly kind: "default" | "file" | "archive" | "library";
  /** As the user named it, with what is below it. */
  readonly name: string;
  readonly path: string;
  /** True for what was named itself: it is always taken for rules. */
  readonly isNamed: boolean;
  /** Changes when the file does; undefined where it was not asked for, and for the shipped rules. */
  readonly stamp: string | undefined;
}

export interface RuleUnits {
  /** Of each path in the order given, by name. */
  readonly units: readonly RuleUnit[];
  /** Folders that are too deep. */
  readonly passedOver: readonly string[];
}

export interface WalkOptions {
  /** A path as the user wrote it to one that can be opened. */
  readonly resolve: (path: string) => string;
  readonly withStamps?: boolean;
}

/** In place of a path: the rules that come with Spoor. A folder of that name is `./default`. */
export const DEFAULT_RULES = "default";
export const LIBRARY_FILE = "library.yml";

const FOLDER_DEPTH_MAX = 32;
const RULE_NAME = /\.ya?ml$/i;
const ARCHIVE_NAME = /\.(?:zip|tar|tgz|tar\.gz)$/i;
const LIBRARY_MARK = /^library:\s*sigma-rules\b/m;
/** Folders of a library that hold documents of Sigma. */
export const LIBRARY_FOLDERS = ["rules", "filters"] as const;

export function isRuleName(name: string): boolean {
  return RULE_NAME.test(name);
}

export function isArchiveName(name: string): boolean {
  return ARCHIVE_NAME.test(name);
}

/** @throws SpoorError RULES_MISSING, RULES_UNREADABLE */
export function findRuleUnits(paths: readonly string[], options: WalkOptions): RuleUnits {
  const units: RuleUnit[] = [];
  const passedOver: string[] = [];
  const add = (kind: RuleUnit["kind"], name: string, path: string, isNamed: boolean): void => {
    const stamp = options.withStamps === true ? stampOf(name, path) : undefined;
    units.push({ kind, name, path, isNamed, stamp });
  };
  const walk = (name: string, path: string, depth: number): void => {
    const entries = entriesOf(name, path);
    if (isLibrary(path, entries)) {
      add("library", join(name, LIBRARY_FILE), join(path, LIBRARY_FILE), false);
      for (const folder of LIBRARY_FOLDERS) {
        if (entries.some((entry) => entry.name === folder && entry.isDirectory()))
          walk(join(name, folder), join(path, folder), depth + 1);
      }
      return;
    }
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      const [inner, innerPath] = [join(name, entry.name), join(path, entry.name)];
      if (entry.isDirectory()) {
        if (depth < FOLDER_DEPTH_MAX) walk(inner, innerPath, depth + 1);
        else passedOver.push(inner);
      } else if (isRuleName(entry.name)) add("file", inner, innerPath, false);
      else if (isArchiveName(entry.name)) add("archive", inner, innerPath, false);
    }
  };
  for (const name of paths) {
    if (name === DEFAULT_RULES) {
      units.push({ kind: "default", name, path: name, isNamed: true, stamp: undefined });
      continue;
    }
    const path = options.resolve(name);
    if (statOf(name, path).isDirectory()) walk(name, path, 0);
    else add(isRuleName(name) ? "file" : "archive", name, path, true);
  }
  return { units, passedOver };
}

/** True for a folder with a library's `library.yml` in it. */
export function isLibraryFolder(path: string): boolean {
  try {
    return LIBRARY_MARK.test(readFileSync(join(path, LIBRARY_FILE), "utf8"));
  } catch {
    return false;
  }
}

function isLibrary(path: string, entries: readonly Dirent[]): boolean {
  return entries.some(({ name }) => name === LIBRARY_FILE) && isLibraryFolder(path);
}

function entriesOf(name: string, path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw unreadable(name, error);
  }
}

function statOf(name: string, path: string): BigIntStats {
  try {
    return statSync(path, { bigint: true });
  } catch (error) {
    throw missing(name, path, error);
  }
}

function stampOf(name: string, path: string): string {
  const { mtimeNs, ctimeNs, size, ino } = statOf(name, path);
  return `${mtimeNs} ${ctimeNs} ${size} ${ino}`;
}

export function unreadable(name: string, cause: unknown): Error {
  if (cause instanceof SpoorError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return rulesErrors.UNREADABLE({
    message: `'${name}' cannot be read`,
    detail,
    hint: "check the file and its permissions",
    cause,
  });
}

/** For a path that `stat` refused. */
export function missing(name: string, path: string, cause: unknown): Error {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== "ENOENT" && code !== "ENOTDIR") return unreadable(name, cause);
  const hint = didYouMean(basename(path), namesBeside(path)) ?? "check the path";
  return rulesErrors.MISSING({ message: `there is no '${name}'`, hint, cause });
}

function namesBeside(path: string): string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}
