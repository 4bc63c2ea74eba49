/**
 * The texts of rules, wherever they stand, and what a library among them says about rules. Members of archives are read in
 * place. YAML files of a folder or an archive that have none of the parts of a rule are passed over and counted; a file named
 * outright is always taken for one.
 */
import { readFileSync } from "node:fs";
import type { ByteStream } from "../../events/files/byte-stream.ts";
import { fileMembers } from "../../events/files/file-members.ts";
import type { SkippedMember } from "../../events/files/file-members.ts";
import { defaultRules } from "../default-rules/default-rules.ts";
import { RULE_FILE_BYTES_MAX } from "../rule/read-rule-file.ts";
import type { RuleText } from "../rule/rule-source.ts";
import type { RuleState, RuleStates } from "../rule/rule-state.ts";
import { rulesErrors } from "./errors.ts";
import { readLibraryText } from "./library-file.ts";
import { DEFAULT_RULES, findRuleUnits, isArchiveName, isRuleName, unreadable } from "./rule-units.ts";
import type { RuleUnit } from "./rule-units.ts";

export interface RuleTexts {
  /** Of each path in the order given, by name. */
  readonly texts: readonly RuleText[];
  /** What libraries say of rules; of two that speak of one rule the first counts. */
  readonly states: RuleStates;
  /** True where a library was among the paths. */
  readonly hasLibrary: boolean;
  /** YAML files that are no rules, and members that could not be opened; the first few names are kept. */
  readonly passedOver: { readonly total: number; readonly samples: readonly string[] };
}

/** What one unit holds. */
export interface UnitTexts {
  readonly texts: readonly RuleText[];
  readonly states: RuleStates | undefined;
  readonly passedOver: readonly string[];
}

export interface ReadTextsOptions {
  /** A path as the user wrote it to one that can be opened. */
  readonly resolve: (path: string) => string;
  /** Of files that were not named outright, those whose names it takes. */
  readonly accepts?: (file: string) => boolean;
}

const RULE_FILES_MAX = 100_000;
const RULE_BYTES_MAX = 512 << 20;
const SAMPLES_MAX = 5;
const RULE_PART = /^(?:detection|correlation|filter|logsource|action)\s*:/m;
/** A UTF-16 unit has at most so many bytes of UTF-8: more bytes than this make a text that the reader refuses. */
const UNIT_BYTES_MAX = 3;

/** @throws SpoorError RULES_MISSING, RULES_UNREADABLE, RULES_TOO_MANY, RULES_LIBRARY_INVALID */
export async function readRuleTexts(
  paths: readonly string[],
  { resolve, accepts }: ReadTextsOptions,
): Promise<RuleTexts> {
  const { units, passedOver } = findRuleUnits(paths, { resolve });
  const read: UnitTexts[] = [{ texts: [], states: undefined, passedOver }];
  const limit = new TextLimit();
  for (const unit of units) {
    const of = unit.kind === "archive" ? await readArchive(unit, accepts) : readPlainUnit(unit, accepts);
    limit.take(of.texts);
    read.push(of);
  }
  return joinTexts(read);
}

/** The texts of one unit. @throws SpoorError RULES_UNREADABLE, RULES_LIBRARY_INVALID */
export async function readRuleUnit(unit: RuleUnit): Promise<UnitTexts> {
  return unit.kind === "archive" ? readArchive(unit) : readPlainUnit(unit);
}

/** What units hold together. */
export function joinTexts(units: Iterable<UnitTexts>): RuleTexts {
  const texts: RuleText[] = [];
  const states = new Map<string, RuleState>();
  const samples: string[] = [];
  let [total, hasLibrary] = [0, false];
  for (const unit of units) {
    for (const text of unit.texts) texts.push(text);
    for (const [key, state] of unit.states ?? []) if (!states.has(key)) states.set(key, state);
    hasLibrary ||= unit.states !== undefined;
    total += unit.passedOver.length;
    samples.push(...unit.passedOver.slice(0, SAMPLES_MAX - samples.length));
  }
  return { texts, states, hasLibrary, passedOver: { total, samples } };
}

/** Refuses more than any command or server can use. */
export class TextLimit {
  #files = 0;
  #units = 0;

  /** @throws SpoorError RULES_TOO_MANY */
  take(texts: readonly RuleText[]): void {
    for (const { file, text } of texts) {
      this.#units += text.length;
      if (++this.#files <= RULE_FILES_MAX && this.#units <= RULE_BYTES_MAX) continue;
      throw rulesErrors.TOO_MANY({
        message: `more than ${RULE_FILES_MAX} rule files, or more than ${RULE_BYTES_MAX >> 20} MiB of them`,
        detail: `the last one read is '${file}'`,
        hint: "name the folders that are needed",
      });
    }
  }
}

type Accepts = ReadTextsOptions["accepts"];

function readPlainUnit(unit: RuleUnit, accepts?: Accepts): UnitTexts {
  const { kind, name, path, isNamed } = unit;
  if (kind === "default") {
    const texts = defaultRules().map(({ file, text }) => ({ file: `${DEFAULT_RULES}/${file}`, text }));
    return { texts, states: undefined, passedOver: [] };
  }
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(name, error);
  }
  if (kind === "library")
    return { texts: [], states: readLibraryText({ file: name, text }).rules, passedOver: [] };
  return judged([{ name, text, isNamed }], accepts);
}

/** What is named outright and is no archive is itself a rule's file, whatever its name. */
async function readArchive({ name, path, isNamed }: RuleUnit, accepts?: Accepts): Promise<UnitTexts> {
  const found: FoundText[] = [];
  const unopened: string[] = [];
  const skip = ({ member }: SkippedMember): void => {
    if (isNamed && member === path) throw new Error("it is neither a rule nor an archive that is whole");
    if (isRuleName(member)) unopened.push(name + member.slice(path.length));
  };
  try {
    for await (const member of fileMembers(path, { bytesRead: 0 }, skip)) {
      const inner = member.name.slice(path.length);
      const isItself = isNamed && inner === "";
      if (isItself && isArchiveName(name)) throw new Error("it is no archive, as its name says");
      if (!isItself && (!isRuleName(inner) || inner.split("/").some(isHiddenName))) continue;
      const bytes = await wholeMember(member.bytes, RULE_FILE_BYTES_MAX * UNIT_BYTES_MAX);
      found.push({ name: name + inner, text: bytes.toString("utf8"), isNamed: isItself });
    }
  } catch (error) {
    throw unreadable(name, error);
  }
  const of = judged(
    found.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    accepts,
  );
  return { ...of, passedOver: [...unopened, ...of.passedOver] };
}

interface FoundText {
  readonly name: string;
  readonly text: string;
  readonly isNamed: boolean;
}

function judged(found: readonly FoundText[], accepts: Accepts): UnitTexts {
  const texts: RuleText[] = [];
  const passedOver: string[] = [];
  for (const { name, text, isNamed } of found) {
    if (!isNamed && accepts?.(name) === false) continue;
    if (isNamed || RULE_PART.test(text)) texts.push({ file: name, text });
    else passedOver.push(name);
  }
  return { texts, states: undefined, passedOver };
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
