import { didYouMean } from "../../base/nearest.ts";
import type { AttackCatalogue } from "../catalogue/attack-catalogue.ts";
import { ANALYTICS, TAG_KEYS, isTagged, parseRuleTags, ruleNameOf } from "./rule-tags.ts";
import type { RuleTags, TaggedTechnique, TagRange } from "./rule-tags.ts";

/** `problem`: the tag does not place its events; `note`: it does, or may be meant so, and could be better. */
export type FindingWeight = "problem" | "note";

export type FindingKind =
  | "malformed-id"
  | "unknown-technique"
  | "revoked"
  | "deprecated"
  | "no-id"
  | "unknown-tactic"
  | "bare-id"
  | "other-title"
  | "unknown-key"
  | "unknown-analytic"
  | "untagged";

/** What is wrong with a rule's name. */
export interface TagFinding {
  readonly kind: FindingKind;
  readonly weight: FindingWeight;
  /** Short, lower case, no full stop. */
  readonly message: string;
  readonly hint: string | undefined;
  /** In the rule's name. */
  readonly range: TagRange;
}

/** Checks the tags of one name, in the order of the name. Names that are empty or `-` have nothing to check. */
export function checkRuleName(ruleName: string, catalogue: AttackCatalogue): readonly TagFinding[] {
  const tags = parseRuleTags(ruleName);
  const whole = { start: 0, end: ruleName.length };
  const findings = [
    ...tags.techniques.flatMap((tagged) => techniqueFindings(tagged, catalogue, whole)),
    ...otherFindings(tags, catalogue, whole),
  ];
  return findings.toSorted((a, b) => a.range.start - b.range.start);
}

function techniqueFindings(
  tagged: TaggedTechnique,
  catalogue: AttackCatalogue,
  whole: TagRange,
): readonly TagFinding[] {
  const range = tagged.idRange ?? tagged.nameRange ?? whole;
  if (tagged.malformedId !== undefined) {
    const byDigits = /\d/.test(tagged.malformedId) ? catalogue.nearName(tagged.malformedId) : undefined;
    const near = idByName(tagged.name, catalogue) ?? byDigits;
    const message =
      tagged.malformedId === "" ? "'technique_id' is empty" : `'${tagged.malformedId}' is no technique id`;
    return [
      {
        kind: "malformed-id",
        weight: "problem",
        message,
        hint: near === undefined ? "ids are written T1059 or T1059.001" : `did you mean '${near}'?`,
        range,
      },
    ];
  }
  if (tagged.id === undefined) {
    const id = idByName(tagged.name, catalogue);
    return [
      {
        kind: "no-id",
        weight: id === undefined ? "problem" : "note",
        message: `'${tagged.name}' has no 'technique_id'`,
        hint: id === undefined ? nearTitle(tagged.name!, catalogue) : `add technique_id=${id}`,
        range,
      },
    ];
  }
  return idFindings(tagged.id, tagged, range, catalogue);
}

function idFindings(
  id: string,
  tagged: TaggedTechnique,
  range: TagRange,
  catalogue: AttackCatalogue,
): readonly TagFinding[] {
  const technique = catalogue.technique(id);
  if (technique === undefined) {
    const near = idByName(tagged.name, catalogue) ?? catalogue.nearName(id);
    const hint = near === undefined ? undefined : `did you mean '${near}'?`;
    return [{ kind: "unknown-technique", weight: "problem", message: `ATT&CK has no '${id}'`, hint, range }];
  }
  const findings: TagFinding[] = [];
  const current = catalogue.currentTechnique(id);
  if (technique.status === "deprecated") {
    const message = `'${id}' (${technique.title}) is deprecated`;
    const hint = "nothing took its place: choose techniques for what the rule sees";
    findings.push({ kind: "deprecated", weight: "problem", message, hint, range });
  } else if (technique.status === "revoked") {
    const message = `'${id}' (${technique.title}) is revoked`;
    const hint =
      current === undefined
        ? "what took its place is gone too"
        : `write technique_id=${current.id},technique_name=${current.title}`;
    findings.push({ kind: "revoked", weight: "problem", message, hint, range });
  } else if (tagged.name !== undefined && !catalogue.byTitle(tagged.name).includes(technique)) {
    const message = `'${id}' is '${technique.title}', not '${tagged.name}'`;
    const meant = idByName(tagged.name, catalogue);
    const hint = meant === undefined || meant === id ? undefined : `'${tagged.name}' is ${meant}`;
    findings.push({ kind: "other-title", weight: "note", message, hint, range: tagged.nameRange ?? range });
  }
  if (tagged.isBare) {
    const message = `'${id}' stands there without a key`;
    const hint = `write technique_id=${(current ?? technique).id},technique_name=${(current ?? technique).title}`;
    findings.push({ kind: "bare-id", weight: "note", message, hint, range });
  }
  return findings;
}

function otherFindings(tags: RuleTags, catalogue: AttackCatalogue, whole: TagRange): readonly TagFinding[] {
  const findings: TagFinding[] = [];
  for (const { key, range } of tags.others) {
    const hint = didYouMean(key, TAG_KEYS) ?? `keys are ${TAG_KEYS.join(", ")}`;
    findings.push({
      kind: "unknown-key",
      weight: "note",
      message: `'${key}' is no key of ATT&CK`,
      hint,
      range,
    });
  }
  for (const name of tags.tactics) {
    if (catalogue.tactic(name) !== undefined) continue;
    const names = catalogue.tactics.map(({ shortName }) => shortName);
    const message = `ATT&CK has no tactic '${name}'`;
    findings.push({
      kind: "unknown-tactic",
      weight: "problem",
      message,
      hint: didYouMean(name, names),
      range: whole,
    });
  }
  if (tags.analytic !== undefined && !ANALYTICS.includes(tags.analytic)) {
    const hint = didYouMean(tags.analytic, ANALYTICS) ?? `analytics are '${ANALYTICS.join("' and '")}'`;
    const message = `'${tags.analytic}' is no kind of analytic`;
    findings.push({ kind: "unknown-analytic", weight: "note", message, hint, range: whole });
  }
  const label = tags.labels[0];
  if (label !== undefined && !isTagged(tags) && tags.techniques.length === 0) {
    const id = idByName(label, catalogue);
    const hint =
      id === undefined ? undefined : `write technique_id=${id},technique_name=${titleOf(id, catalogue)}`;
    const message = `'${ruleNameOf({ ...tags, others: [] })}' names no technique`;
    findings.push({ kind: "untagged", weight: "note", message, hint, range: whole });
  }
  return findings;
}

function titleOf(id: string, catalogue: AttackCatalogue): string {
  return catalogue.technique(id)?.title ?? "";
}

/** Where exactly one technique of today has that title. */
function idByName(name: string | undefined, catalogue: AttackCatalogue): string | undefined {
  if (name === undefined) return undefined;
  const ids = new Set(catalogue.byTitle(name).map(({ id }) => catalogue.currentTechnique(id)?.id));
  return ids.size === 1 ? [...ids][0] : undefined;
}

function nearTitle(name: string, catalogue: AttackCatalogue): string | undefined {
  const near = catalogue.nearName(name);
  const found = near === undefined ? undefined : catalogue.byTitle(near);
  return found?.length === 1 ? `did you mean '${near}' (${found[0]!.id})?` : undefined;
}
