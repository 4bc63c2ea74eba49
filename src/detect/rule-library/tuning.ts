/**
 * Exclusions of a rule as a filter document of Sigma (specification 2.1, "Filters"), bound to the rule by its id: other tools
 * that read filters leave out the same events. One file a rule; each exclusion is a selection, of which none may hold.
 */
import { Document, isMap, parseDocument } from "yaml";
import { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { MODIFIER_NAMES } from "../rule/modifiers.ts";
import { readRuleFile } from "../rule/read-rule-file.ts";
import type { FilterRule, SigmaRule } from "../rule/sigma-document.ts";
import { rulesErrors } from "./errors.ts";
import { stemOf } from "./find-rule.ts";
import type { LibraryFolder } from "./library-folder.ts";

/** Tests of fields that hold together: `Image|endswith` → `\foo.exe`. */
export type Exclusion = ReadonlyMap<string, string>;

export interface Tuning {
  /** Where the filter stands in the library. */
  readonly place: string;
  readonly text: string;
}

export interface TuningFacts {
  readonly by: string | undefined;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly reason: string | undefined;
  readonly newId: () => string;
}

const EXAMPLE = String.raw`for example 'Image endswith \backup.exe' or 'User is SYSTEM'`;
const EQUALITY = new Set(["is", "=", "equals"]);
const SELECTION = /^exclusion_(\d+)$/;

/** `FIELD MODIFIER VALUE`: a test by itself. @throws SpoorError RULES_CANNOT_TUNE */
export function parseExclusion(text: string): Exclusion {
  const match = /^\s*(\S+)\s+(\S+)\s+(\S.*?)\s*$/s.exec(text);
  if (match === null)
    throw badExclusion(`'${text}' is no exclusion`, `write 'FIELD MODIFIER VALUE', ${EXAMPLE}`);
  const [, field, word, value] = match;
  const modifiers = word!.toLowerCase();
  if (EQUALITY.has(modifiers)) return new Map([[field!, value!]]);
  checkModifiers(modifiers.split("|"));
  return new Map([[`${field}|${modifiers}`, value!]]);
}

/** `FIELD=VALUE` or `FIELD|MODIFIER=VALUE`, all of which hold together. @throws SpoorError RULES_CANNOT_TUNE */
export function parseExcludedFields(texts: readonly string[]): Exclusion {
  const tests = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf("=");
    const key = text.slice(0, at).trim();
    if (at < 1 || key === "")
      throw badExclusion(
        `'${text}' is no field with a value`,
        "write 'FIELD=VALUE' or 'FIELD|MODIFIER=VALUE'",
      );
    checkModifiers(key.split("|").slice(1));
    tests.set(key, text.slice(at + 1).trim());
  }
  return tests;
}

/** The filter that holds a rule's exclusions; undefined where it has none. */
export function tuningOf(library: LibraryFolder, rule: SigmaRule): Tuning | undefined {
  const { id, name } = rule.metadata;
  for (const place of library.ruleFiles("filters")) {
    const text = library.read(place) ?? "";
    const { documents } = readRuleFile({ file: place, text });
    const [only] = documents;
    if (documents.length !== 1 || only?.kind !== "filter" || only.rules?.length !== 1) continue;
    if (only.rules[0] === id || only.rules[0] === name) return { place, text };
  }
  return undefined;
}

/**
 * The filter with these exclusions besides those that it has.
 * @throws SpoorError RULES_CANNOT_TUNE, SIGMA_… where an exclusion cannot be read as a selection
 */
export function tuned(
  library: LibraryFolder,
  rule: SigmaRule,
  exclusions: readonly Exclusion[],
  facts: TuningFacts,
): Tuning & { readonly added: number } {
  const before = tuningOf(library, rule);
  const document = before === undefined ? newFilter(rule, facts) : parseDocument(before.text);
  const known = selectionsOf(document);
  let [number, added] = [Math.max(0, ...known.map(({ number: each }) => each)), 0];
  const texts = new Set(known.map(({ text }) => text));
  for (const exclusion of exclusions) {
    const selection = Object.fromEntries(exclusion);
    if (texts.has(JSON.stringify(selection))) continue;
    texts.add(JSON.stringify(selection));
    document.setIn(["filter", `exclusion_${++number}`], document.createNode(selection));
    added++;
  }
  if (before !== undefined && added > 0) document.set("modified", facts.date);
  // The condition stands last, as people write it.
  const condition = document.getIn(["filter", "condition"]) ?? "not 1 of exclusion_*";
  document.deleteIn(["filter", "condition"]);
  document.setIn(["filter", "condition"], condition);
  const place = before?.place ?? freePlace(library, rule);
  const text = document.toString({
    lineWidth: 0,
    defaultStringType: "QUOTE_SINGLE",
    defaultKeyType: "PLAIN",
  });
  check({ place, text });
  return { place, text, added };
}

/** A filter read back, as the rules of a set are read. @throws SpoorError */
export function check({ place, text }: Tuning): FilterRule {
  const { documents, errors } = readRuleFile({ file: place, text });
  if (errors[0] !== undefined) throw errors[0];
  const [filter] = documents;
  if (filter?.kind === "filter") return filter;
  throw badExclusion(`'${place}' is no filter`, "a filter has a 'filter' part");
}

function newFilter({ metadata, logSource }: SigmaRule, { by, date, reason, newId }: TuningFacts): Document {
  const name = metadata.id ?? metadata.name;
  if (name === undefined)
    throw badExclusion(
      `'${metadata.title}' has neither an id nor a name`,
      "filters name rules by them: give the rule an id",
    );
  const { category, product, service } = logSource;
  const parts = Object.entries({ category, product, service }).filter(([, value]) => value !== undefined);
  const document = new Document({
    title: `Exclusions from ${metadata.title}`,
    id: newId(),
    description: reason ?? `Events that '${metadata.title}' is not to be told of.`,
    ...(by === undefined ? {} : { author: by }),
    date,
    logsource: Object.fromEntries(parts),
    filter: { rules: [name] },
  });
  document.commentBefore = " Written by 'spoor rules tune'; may be edited by hand.";
  return document;
}

function selectionsOf(document: Document): { readonly number: number; readonly text: string }[] {
  const filter = document.get("filter");
  if (!isMap(filter)) return [];
  return Object.entries(filter.toJSON() as Record<string, unknown>).flatMap(([name, value]) => {
    const number = SELECTION.exec(name)?.[1];
    return number === undefined ? [] : [{ number: Number(number), text: JSON.stringify(value) }];
  });
}

function freePlace(library: LibraryFolder, { metadata }: SigmaRule): string {
  const stem = stemOf(metadata) || metadata.title.replaceAll(/[^\w.-]+/g, "_");
  let place = `filters/${stem}.yml`;
  for (let number = 2; library.read(place) !== undefined; number++) place = `filters/${stem}-${number}.yml`;
  return place;
}

function checkModifiers(modifiers: readonly string[]): void {
  const unknown = modifiers.find((modifier) => !MODIFIER_NAMES.includes(modifier.toLowerCase()));
  if (unknown === undefined) return;
  const hint =
    didYouMean(unknown, [...MODIFIER_NAMES, "is"]) ?? `modifiers are: is, ${MODIFIER_NAMES.join(", ")}`;
  throw badExclusion(`unknown modifier '${unknown}'`, hint);
}

function badExclusion(message: string, hint: string): SpoorError {
  return rulesErrors.CANNOT_TUNE({ message, hint });
}
