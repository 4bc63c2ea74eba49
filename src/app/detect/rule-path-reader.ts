/**
 * The texts of the rules below some paths: files, folders with all below them, and archives (zip, tar, gzip), whose members
 * are read in place. Hidden names are passed over, and so are YAML files of a folder or an archive that have none
 * of the parts of a rule; they are counted. A file that was named is always taken for one.
 */
import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { RULE_FILE_BYTES_MAX } from "../../detect/rule/read-rule-file.ts";
import type { RuleText } from "../../detect/rule/rule-source.ts";
import type { ByteStream } from "../../events/files/byte-stream.ts";
import { fileMembers } from "../../events/files/file-members.ts";
import type { SkippedMember } from "../../events/files/file-members.ts";

export interface RulePathsRead {
  /** Of each path in the order given, by name. */
  readonly texts: readonly RuleText[];
  /** YAML files without any part of a rule. */
  readonly passedOver: number;
}

const RULE_FILES_MAX = 100_000;
const RULE_BYTES_MAX = 512 << 20;
const FOLDER_DEPTH_MAX = 32;
const RULE_NAME = /\.ya?ml$/i;
const ARCHIVE_NAME = /\.(?:zip|tar|tgz|tar\.gz)$/i;
const HIDDEN_NAME = /(?:^|\/)\.[^./]/;
const RULE_PART = /^(?:detection|correlation|filter|logsource|action)\s*:/m;
/** A UTF-16 unit has at most so many bytes of UTF-8: more bytes than this make a text that the reader refuses. */
const UNIT_BYTES_MAX = 3;

/** @throws Error with the path in its message */
export async function readRulePaths(paths: readonly string[]): Promise<RulePathsRead> {
  const reader = new RulePathReader();
  for (const path of paths) {
    try {
      await reader.read(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(reason.includes(path) ? reason : `'${path}': ${reason}`, { cause: error });
    }
  }
  return reader;
}

class RulePathReader implements RulePathsRead {
  readonly texts: RuleText[] = [];
  passedOver = 0;
  #bytes = 0;

  async read(path: string): Promise<void> {
    const info = await stat(path);
    if (info.isDirectory()) await this.#readFolder(path, 0);
    else if (RULE_NAME.test(path)) this.#add(path, await readFile(path), true);
    else await this.#readArchive(path);
  }

  async #readFolder(folder: string, depth: number): Promise<void> {
    if (depth > FOLDER_DEPTH_MAX) throw new Error(`folders are deeper than ${FOLDER_DEPTH_MAX}`);
    const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
    for (const { name, ...entry } of named(entries)) {
      const path = join(folder, name);
      if (name.startsWith(".")) continue;
      if (entry.isDirectory) await this.#readFolder(path, depth + 1);
      else if (RULE_NAME.test(name)) this.#add(path, await readFile(path), false);
      else if (ARCHIVE_NAME.test(name)) await this.#readArchive(path);
    }
  }

  async #readArchive(path: string): Promise<void> {
    const found: { name: string; bytes: Buffer }[] = [];
    const skip = ({ member, reason }: SkippedMember): void => {
      if (member === path) throw new Error(`'${path}' ${reason}`);
      if (RULE_NAME.test(member)) this.passedOver++;
    };
    for await (const { name, bytes } of fileMembers(path, { bytesRead: 0 }, skip)) {
      if (name === path) throw new Error(`'${path}' is no archive and no YAML`);
      if (!RULE_NAME.test(name) || HIDDEN_NAME.test(name.slice(path.length + 1))) continue;
      found.push({ name, bytes: await wholeText(bytes) });
    }
    for (const { name, bytes } of found.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
      this.#add(name, bytes, false);
  }

  #add(file: string, bytes: Buffer, isNamed: boolean): void {
    const text = bytes.toString("utf8");
    if (!isNamed && !RULE_PART.test(text)) {
      this.passedOver++;
      return;
    }
    this.#bytes += bytes.length;
    if (this.texts.length === RULE_FILES_MAX || this.#bytes > RULE_BYTES_MAX) {
      const most = `${RULE_FILES_MAX} rule files or ${RULE_BYTES_MAX >> 20} MiB of them`;
      throw new Error(`more than ${most}; the last one read is '${file}'`);
    }
    this.texts.push({ file, text });
  }
}

function named(entries: readonly Dirent[]): readonly { name: string; isDirectory: boolean }[] {
  return entries
    .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** At most a piece more than a rule file may have. */
async function wholeText(source: ByteStream): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    // Pieces may be views of a buffer that is filled again.
    pieces.push(Buffer.from(piece));
    length += piece.length;
    if (length > RULE_FILE_BYTES_MAX * UNIT_BYTES_MAX) break;
  }
  return Buffer.concat(pieces);
}
