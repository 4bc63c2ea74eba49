/**
 * The texts of rules, wherever they stand: files, folders with all below them (git checkouts too), zip, tar and tar.gz
 * archives, whose members are read in place. Hidden names are passed over, and so are YAML files of a folder or an archive
 * that have none of the parts of a rule: they are counted. A file named outright is always taken for one.
 */
import type { Dirent } from "node:fs";
import { readdirSync, readFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { defaultRules } from "../../detect/default-rules/default-rules.ts";
import { RULE_FILE_BYTES_MAX } from "../../detect/rule/read-rule-file.ts";
import type { RuleText } from "../../detect/rule/rule-source.ts";
import type { ByteStream } from "../../events/files/byte-stream.ts";
import { fileMembers } from "../../events/files/file-members.ts";
import { rulesErrors } from "./errors.ts";

export interface RuleFiles {
  /** Of each path in the order given, by name. */
  readonly texts: readonly RuleText[];
  /** YAML files that are no rules, and members that could not be opened; the first few names are kept. */
  readonly passedOver: { readonly total: number; readonly samples: readonly string[] };
}

const RULE_FILES_MAX = 100_000;
const RULE_BYTES_MAX = 512 << 20;
const FOLDER_DEPTH_MAX = 32;
const SAMPLES_MAX = 5;
const RULE_NAME = /\.ya?ml$/i;
const ARCHIVE_NAME = /\.(?:zip|tar|tgz|tar\.gz)$/i;
const RULE_PART = /^(?:detection|correlation|filter|logsource|action)\s*:/m;
/** A UTF-16 unit has at most so many bytes of UTF-8: more bytes than this make a text that the reader refuses. */
const UNIT_BYTES_MAX = 3;

/** In place of a path: the rules that come with Spoor. A folder of that name is `./default`. */
export const DEFAULT_RULES = "default";

/** @throws SpoorError RULES_MISSING, RULES_UNREADABLE, RULES_TOO_MANY */
export async function readRuleFiles(
  paths: readonly string[],
  workingDirectory: string,
  accepts: (file: string) => boolean = () => true,
): Promise<RuleFiles> {
  const shelf = new RuleShelf(accepts);
  for (const path of paths) {
    if (path === DEFAULT_RULES) {
      for (const { file, text } of defaultRules())
        shelf.add(`${DEFAULT_RULES}/${file}`, Buffer.from(text), true);
      continue;
    }
    const absolute = resolve(workingDirectory, path);
    const info = await stat(absolute).catch(async (error: unknown) => {
      throw await missing(path, absolute, error);
    });
    if (info.isDirectory()) await addFolder(path, absolute, shelf, 0);
    else if (RULE_NAME.test(path)) shelf.add(path, bytesOf(path, absolute), true);
    else await addArchive(path, absolute, shelf, true);
  }
  return shelf;
}

class RuleShelf implements RuleFiles {
  readonly texts: RuleText[] = [];
  readonly #accepts: (file: string) => boolean;
  readonly #samples: string[] = [];
  #passedOver = 0;
  #bytes = 0;

  constructor(accepts: (file: string) => boolean) {
    this.#accepts = accepts;
  }

  get passedOver(): RuleFiles["passedOver"] {
    return { total: this.#passedOver, samples: this.#samples };
  }

  add(file: string, bytes: Buffer, isNamed: boolean): void {
    if (!isNamed && !this.#accepts(file)) return;
    const text = bytes.toString("utf8");
    if (!isNamed && !RULE_PART.test(text)) return this.passOver(file);
    this.#bytes += bytes.length;
    if (this.texts.length === RULE_FILES_MAX || this.#bytes > RULE_BYTES_MAX) {
      throw rulesErrors.TOO_MANY({
        message: `more than ${RULE_FILES_MAX} rule files, or more than ${RULE_BYTES_MAX >> 20} MiB of them`,
        detail: `the last one read is '${file}'`,
        hint: "name the folders that are needed",
      });
    }
    this.texts.push({ file, text });
  }

  passOver(file: string): void {
    this.#passedOver++;
    if (this.#samples.length < SAMPLES_MAX) this.#samples.push(file);
  }
}

async function addFolder(name: string, path: string, shelf: RuleShelf, depth: number): Promise<void> {
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw unreadable(name, error);
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".")) continue;
    const [inner, innerPath] = [join(name, entry.name), join(path, entry.name)];
    if (entry.isDirectory()) {
      if (depth < FOLDER_DEPTH_MAX) await addFolder(inner, innerPath, shelf, depth + 1);
      else shelf.passOver(inner);
    } else if (RULE_NAME.test(entry.name)) shelf.add(inner, bytesOf(inner, innerPath), false);
    else if (ARCHIVE_NAME.test(entry.name)) await addArchive(inner, innerPath, shelf, false);
  }
}

/** What is named outright and is no archive is itself a rule's file, whatever its name. */
async function addArchive(name: string, path: string, shelf: RuleShelf, isNamed: boolean): Promise<void> {
  const found: { file: string; bytes: Buffer; isNamed: boolean }[] = [];
  try {
    const skip = ({ member }: { member: string }): void => {
      if (isNamed && member === path) throw new Error("it is neither a rule nor an archive that is whole");
      if (RULE_NAME.test(member)) shelf.passOver(name + member.slice(path.length));
    };
    for await (const member of fileMembers(path, { bytesRead: 0 }, skip)) {
      const file = name + member.name.slice(path.length);
      const isHidden = member.name.slice(path.length).split("/").some(isHiddenName);
      const isItself = isNamed && member.name === path;
      if (!isItself && (!RULE_NAME.test(file) || isHidden)) continue;
      const bytes = await wholeMember(member.bytes, RULE_FILE_BYTES_MAX * UNIT_BYTES_MAX);
      found.push({ file, bytes, isNamed: isItself });
    }
  } catch (error) {
    throw unreadable(name, error);
  }
  for (const each of found.toSorted((a, b) => (a.file < b.file ? -1 : 1)))
    shelf.add(each.file, each.bytes, each.isNamed);
}

function isHiddenName(name: string): boolean {
  return name.startsWith(".") && name !== "." && name !== "..";
}

/** At most a piece more than `most` bytes. */
export async function wholeMember(source: ByteStream, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    // Pieces may be views of a buffer that is filled again.
    pieces.push(Buffer.from(piece));
    length += piece.length;
    if (length > most) break;
  }
  return Buffer.concat(pieces);
}

/** Rule files are small and many: waiting for each would cost more than reading it. */
function bytesOf(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(name, error);
  }
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
export async function missing(name: string, path: string, cause: unknown): Promise<Error> {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== "ENOENT" && code !== "ENOTDIR") return unreadable(name, cause);
  const beside = await readdir(dirname(path)).catch(() => []);
  const hint = didYouMean(basename(path), beside) ?? "check the path";
  return rulesErrors.MISSING({ message: `there is no '${name}'`, hint, cause });
}
