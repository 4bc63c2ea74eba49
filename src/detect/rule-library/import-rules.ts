/**
 * Rules taken into a library: files are copied as they are. Taking from the same place again brings what has changed there,
 * keeps what was decided about rules, keeps files that were edited in the library, and tells of rules that have vanished.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { SpoorError } from "../../base/errors.ts";
import { readRuleFile } from "../rule/read-rule-file.ts";
import type { RuleText } from "../rule/rule-source.ts";
import { LEVELS, levelOf, ruleKey } from "../rule/sigma-document.ts";
import type { SigmaDocument, SigmaLevel } from "../rule/sigma-document.ts";
import { rulesErrors } from "./errors.ts";
import { LibraryEdit } from "./library-file.ts";
import type { LibraryFolder } from "./library-folder.ts";
import type { LibrarySource } from "./library-file.ts";
import { LIBRARY_FILE } from "./rule-units.ts";

export interface ImportRequest {
  readonly source: LibrarySource;
  /** What the path holds; names begin with the path as it was named. */
  readonly texts: readonly RuleText[];
  /** Take away what has vanished. */
  readonly prune: boolean;
  /** Take the source's text also where the library's was edited. */
  readonly overwrite: boolean;
  /** Change nothing, only tell. */
  readonly dryRun: boolean;
}

export interface ImportReport {
  /** What the source is called in the library. */
  readonly name: string;
  /** Titles of the rules. */
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: number;
  /** Rules whose file was edited in the library, so that the source's was not taken. */
  readonly edited: readonly string[];
  /** Rules that the source no longer has. */
  readonly vanished: readonly string[];
  /** Files left out by product or level. */
  readonly leftOut: number;
  readonly refused: readonly SpoorError[];
}

interface WantedFile {
  readonly place: string;
  readonly text: string;
  readonly titles: readonly string[];
  readonly keys: readonly string[];
}

/** The library's lock is held, unless nothing is changed. @throws SpoorError RULES_LIBRARY_INVALID, RULES_LIBRARY_UNWRITABLE */
export function importRules(library: LibraryFolder, request: ImportRequest): ImportReport {
  const content = library.content();
  const name = sourceName(request.source.from, content.sources);
  const root = `rules/${name}`;
  const sums = readSums(library.read(`${root}.sha256`) ?? "");
  const taken = keysElsewhere(library, root);
  const { files, refused, leftOut } = wantedFiles(root, request, taken);
  const report = { added: [] as string[], changed: [] as string[], edited: [] as string[], unchanged: 0 };
  const writes: WantedFile[] = [];
  const newSums = new Map<string, string>();
  for (const file of files) {
    const sum = sumOf(file.text);
    const here = library.read(file.place);
    const imported = sums.get(file.place);
    const isEdited = here !== undefined && imported !== undefined && sumOf(here) !== imported;
    newSums.set(file.place, sum);
    if (here === file.text) report.unchanged += file.titles.length;
    else if (isEdited && !request.overwrite) {
      // The sum of what was taken before: the next import sees the edit, too.
      newSums.set(file.place, imported);
      report.edited.push(...file.titles);
    } else {
      (here === undefined ? report.added : report.changed).push(...file.titles);
      writes.push(file);
    }
  }
  const gone = vanishedFiles(library, root, files);
  const moved = gone.filter(({ keys }) => keys.every((key) => files.some((file) => file.keys.includes(key))));
  const vanished = gone.filter((file) => !moved.includes(file));
  if (!request.dryRun) {
    for (const { place, text } of writes) library.write(place, text);
    for (const { place } of [...moved, ...(request.prune ? vanished : [])]) library.remove(place);
    if (!request.prune)
      for (const { place } of vanished)
        newSums.set(place, sums.get(place) ?? sumOf(library.read(place) ?? ""));
    library.write(`${root}.sha256`, sumsText(newSums));
    const edit = new LibraryEdit(library.file());
    edit.setSource(name, request.source);
    library.write(LIBRARY_FILE, edit.text());
  }
  return { name, ...report, vanished: vanished.flatMap(({ titles }) => titles), leftOut, refused };
}

function wantedFiles(
  root: string,
  { source, texts }: ImportRequest,
  taken: ReadonlyMap<string, string>,
): { readonly files: WantedFile[]; readonly refused: SpoorError[]; readonly leftOut: number } {
  const read = texts.map((text) => ({ text, ...readRuleFile(text) }));
  const kept = keptNames(
    read.flatMap(({ documents }) => documents),
    source,
  );
  const seen = new Map(taken);
  const files: WantedFile[] = [];
  const refused: SpoorError[] = [];
  let leftOut = 0;
  for (const { text, documents, errors } of read) {
    // Placeholders get their values where rules run, not here.
    const waiting = errors.some(({ code }) => code === "SIGMA_UNKNOWN_PLACEHOLDER");
    refused.push(...errors.filter(({ code }) => code !== "SIGMA_UNKNOWN_PLACEHOLDER"));
    if (documents.length === 0 && !waiting) continue;
    const isPart = documents.some(({ metadata: { id, name, title } }) =>
      [id, name, title].some((each) => each !== undefined && kept.has(each)),
    );
    if (!isPart && !(waiting && documents.length === 0)) {
      leftOut++;
      continue;
    }
    const keys = documents.map(({ metadata }) => ruleKey(metadata));
    const twice = documents.find(({ metadata }) => seen.has(ruleKey(metadata)));
    if (twice !== undefined) {
      refused.push(duplicate(twice, seen.get(ruleKey(twice.metadata))!));
      continue;
    }
    const place = `${root}/${innerName(source.from, text.file!)}`;
    for (const key of keys) seen.set(key, place);
    const titles =
      documents.length === 0 ? [basename(text.file!)] : documents.map(({ metadata }) => metadata.title);
    files.push({ place, text: text.text, titles, keys });
  }
  return { files, refused, leftOut };
}

/** By product and least level; correlations and filters follow the rules they speak of. */
function isWanted(document: SigmaDocument, { only, level }: LibrarySource): boolean {
  if (document.kind === "correlation") return only === undefined && isOfLevel(document, level);
  if (only !== undefined && document.logSource.product?.toLowerCase() !== only.toLowerCase()) return false;
  return document.kind === "filter" || isOfLevel(document, level);
}

function isOfLevel({ metadata }: SigmaDocument, least: SigmaLevel | undefined): boolean {
  return least === undefined || LEVELS.indexOf(levelOf(metadata)) >= LEVELS.indexOf(least);
}

/** Names of what is wanted, of the rules that wanted correlations need, and of correlations of wanted rules alone. */
function keptNames(documents: readonly SigmaDocument[], source: LibrarySource): ReadonlySet<string> {
  const kept = new Set(documents.filter((document) => isWanted(document, source)).flatMap(namesOf));
  const correlations = documents.filter((document) => document.kind === "correlation");
  const { only } = source;
  for (const correlation of only === undefined ? [] : correlations)
    if (correlation.rules.every((name) => kept.has(name)))
      for (const name of namesOf(correlation)) kept.add(name);
  for (const correlation of correlations)
    if (kept.has(ruleKey(correlation.metadata))) for (const name of correlation.rules) kept.add(name);
  return kept;
}

function namesOf({ metadata }: SigmaDocument): string[] {
  return [metadata.id, metadata.name, ruleKey(metadata)].filter((name) => name !== undefined);
}

function duplicate({ metadata }: SigmaDocument, place: string): SpoorError {
  return rulesErrors.AMBIGUOUS({
    message: `'${metadata.title}' is in the library already`,
    detail: `${ruleKey(metadata)} stands in ${place}`,
    hint: "of two rules with one id the first counts; take one of them away",
    place: metadata.place,
  });
}

/** What files of the library outside the source hold, by rule key. */
function keysElsewhere(library: LibraryFolder, root: string): Map<string, string> {
  const keys = new Map<string, string>();
  for (const place of library.ruleFiles("rules")) {
    if (place.startsWith(`${root}/`)) continue;
    for (const { metadata } of documentsOf(library, place)) keys.set(ruleKey(metadata), place);
  }
  return keys;
}

function vanishedFiles(library: LibraryFolder, root: string, files: readonly WantedFile[]): WantedFile[] {
  const places = new Set(files.map(({ place }) => place));
  return library
    .ruleFiles(root)
    .filter((place) => !places.has(place))
    .map((place) => {
      const documents = documentsOf(library, place);
      const titles = documents.map(({ metadata }) => metadata.title);
      const keys = documents.map(({ metadata }) => ruleKey(metadata));
      return { place, text: "", titles: titles.length === 0 ? [place] : titles, keys };
    });
}

function documentsOf(library: LibraryFolder, place: string): readonly SigmaDocument[] {
  return readRuleFile({ file: place, text: library.read(place) ?? "" }).documents;
}

/** A path imported before keeps its name; another gets the last part of the path that says something, with a number where that is taken. */
function sourceName(from: string, sources: ReadonlyMap<string, LibrarySource>): string {
  for (const [name, source] of sources) if (source.from === from) return name;
  const parts = from.split(/[/\\]/).filter((part) => !/^(?:\.{0,2}|[A-Za-z]:)$/.test(part));
  const named = parts.at(-1) === "rules" ? (parts.at(-2) ?? "rules") : (parts.at(-1) ?? "rules");
  const last = named
    .replace(/\.(?:zip|tar|tgz|tar\.gz|ya?ml)$/i, "")
    .replaceAll(/[^\w.-]+/g, "-")
    .replace(/^[.-]+/, "");
  const plain = last === "" ? "rules" : last;
  let name = plain;
  for (let number = 2; sources.has(name); number++) name = `${plain}-${number}`;
  return name;
}

/** The file's name below the path it was found by; a lone file has its own. */
function innerName(from: string, file: string): string {
  const inner = file.slice(from.length).replaceAll("\\", "/").replace(/^\/+/, "");
  const parts = (inner === "" ? basename(file) : inner)
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  const place = parts.join("/");
  return /\.ya?ml$/i.test(place) ? place : `${place}.yml`;
}

function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function readSums(text: string): Map<string, string> {
  const pairs = text.split("\n").filter((line) => line !== "");
  return new Map(pairs.map((line) => [`rules/${line.slice(66)}`, line.slice(0, 64)]));
}

/** Names are from the folder that the file stands in, as `sha256sum --check` wants them. */
function sumsText(sums: ReadonlyMap<string, string>): string {
  const lines = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return lines.map(([place, sum]) => `${sum}  ${place.slice("rules/".length)}\n`).join("");
}
