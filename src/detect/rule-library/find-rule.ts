/** The rule that a person means: by its id, the beginning of its id, its name, its title, or its file's name. */
import { basename } from "node:path";
import { didYouMean } from "../../base/nearest.ts";
import type { RuleMetadata } from "../rule/sigma-document.ts";
import { rulesErrors } from "./errors.ts";

/** Fewer characters of an id than this name no rule. */
const PREFIX_MIN = 4;
const NAMES_SHOWN = 5;

/** @throws SpoorError RULES_UNKNOWN, RULES_AMBIGUOUS */
export function findRule<R extends { readonly metadata: RuleMetadata }>(
  name: string,
  rules: readonly R[],
): R {
  const wanted = name.toLowerCase();
  for (const fits of [isCalled, isInFile, beginsWith]) {
    const found = rules.filter(({ metadata }) => fits(metadata, wanted));
    if (found.length === 1) return found[0]!;
    if (found.length > 1) throw ambiguous(name, found);
  }
  const names = rules.flatMap(({ metadata }) => [
    metadata.title,
    metadata.id ?? metadata.title,
    stemOf(metadata),
  ]);
  throw rulesErrors.UNKNOWN({
    message: `no rule is called '${name}'`,
    detail: `${rules.length} rules were read`,
    hint: didYouMean(name, names) ?? "look for it with: spoor rules list --search WORDS",
  });
}

function isCalled({ id, name, title }: RuleMetadata, wanted: string): boolean {
  return [id, name, title].some((each) => each?.toLowerCase() === wanted);
}

function isInFile(metadata: RuleMetadata, wanted: string): boolean {
  const stem = stemOf(metadata).toLowerCase();
  return stem !== "" && stem === wanted.replace(/\.ya?ml$/, "");
}

function beginsWith({ id }: RuleMetadata, wanted: string): boolean {
  return wanted.length >= PREFIX_MIN && id?.toLowerCase().startsWith(wanted) === true;
}

/** The name of the rule's file, without its suffix. */
export function stemOf({ place: { file } }: RuleMetadata): string {
  return basename(file ?? "").replace(/\.ya?ml$/i, "");
}

function ambiguous(name: string, found: readonly { readonly metadata: RuleMetadata }[]): Error {
  const names = found
    .slice(0, NAMES_SHOWN)
    .map(({ metadata }) => `${metadata.id ?? metadata.name ?? ""} ${metadata.title}`.trim());
  return rulesErrors.AMBIGUOUS({
    message: `'${name}' fits ${found.length} rules`,
    detail: `${names.join("; ")}${found.length > names.length ? "; …" : ""}`,
    hint: "give the whole id",
  });
}
