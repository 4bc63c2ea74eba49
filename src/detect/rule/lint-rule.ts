/** What is not wrong with a rule, but not right either. */
import type { ErrorPlace } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { testsOf } from "../expression/expression.ts";
import type { LogSourceMap } from "../log-sources/log-source-map.ts";
import { LEVELS } from "./sigma-document.ts";
import type { SigmaRule } from "./sigma-document.ts";
import { attackTags } from "./attack-tags.ts";

export type LintCheck =
  | "missing-id"
  | "invalid-id"
  | "missing-date"
  | "invalid-date"
  | "missing-level"
  | "missing-description"
  | "long-title"
  | "unknown-log-source"
  | "other-taxonomy"
  | "unused-selection"
  | "unknown-field"
  | "constant-condition"
  | "no-attack-technique"
  | "invalid-tag";

export interface LintFinding {
  readonly check: LintCheck;
  readonly message: string;
  readonly hint: string | undefined;
  readonly place: ErrorPlace;
}

export interface LintOptions {
  readonly logSources: LogSourceMap;
  /** The fields that events of the rule's log source can have; undefined where that is not known. */
  readonly knownFields?: (rule: SigmaRule) => ReadonlySet<string> | undefined;
}

const TITLE_MAX = 256;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DATE = /^\d{4}-(?:0[1-9]|1[012])-(?:0[1-9]|[12]\d|3[01])$/;
const TAG = /^[a-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+$/;

export function lintRule(rule: SigmaRule, options: LintOptions): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  const add = (check: LintCheck, message: string, hint?: string, place = rule.metadata.place): void => {
    findings.push({ check, message, hint, place });
  };
  lintMetadata(rule, add);
  if (options.logSources.resolve(rule.logSource) === undefined) {
    const { product, category, service } = rule.logSource;
    const parts = [product, category, service].filter((part) => part !== undefined);
    const hint = options.logSources.nearest(rule.logSource) ?? "add it to a log source file";
    add("unknown-log-source", `no events are known for log source '${parts.join("/")}'`, hint);
  }
  for (const name of rule.unusedSelections) {
    const { place } = rule.selections.get(name)!;
    add(
      "unused-selection",
      `no condition uses selection '${name}'`,
      "name it in the condition, or take it out",
      place,
    );
  }
  if (rule.expression.kind === "constant") {
    const what = rule.expression.value ? "holds for every event" : "can never hold";
    add("constant-condition", `the condition ${what}`, "correct the condition");
  }
  lintFields(rule, options, add);
  return findings;
}

type Add = (check: LintCheck, message: string, hint?: string, place?: ErrorPlace) => void;

function lintMetadata({ metadata }: SigmaRule, add: Add): void {
  const { id, date, modified, level, title, description, tags, taxonomy } = metadata;
  if (id === undefined) add("missing-id", "the rule has no id", "add: id: a random UUID");
  else if (!UUID.test(id)) add("invalid-id", `id '${id}' is no UUID`, "give it a random UUID");
  if (date === undefined) add("missing-date", "the rule has no date", "add: date: YYYY-MM-DD");
  for (const each of [date, modified]) {
    if (each !== undefined && !DATE.test(each))
      add("invalid-date", `'${each}' is no date`, "write YYYY-MM-DD");
  }
  if (taxonomy !== "sigma")
    add(
      "other-taxonomy",
      `taxonomy '${taxonomy}' is not translated`,
      "its field names must be those of the events",
    );
  if (level === undefined) add("missing-level", "the rule has no level", `add: level: ${LEVELS.join(", ")}`);
  if (description === undefined) add("missing-description", "the rule has no description");
  if (title.length > TITLE_MAX) add("long-title", `the title is longer than ${TITLE_MAX} characters`);
  if (attackTags(tags).techniques.length === 0)
    add("no-attack-technique", "no tag names an ATT&CK technique", "add: tags: [attack.t1059.001]");
  for (const tag of tags) {
    if (!TAG.test(tag)) add("invalid-tag", `'${tag}' is no tag`, "write namespace.name in lower case");
  }
}

function lintFields(rule: SigmaRule, options: LintOptions, add: Add): void {
  const known = options.knownFields?.(rule);
  if (known === undefined) return;
  for (const [name, { expression, place }] of rule.selections) {
    const fields = new Set([...testsOf(expression)].flatMap(({ field }) => field ?? []));
    for (const field of fields) {
      if (known.has(field)) continue;
      const message = `selection '${name}' asks for field '${field}', which its events do not have`;
      add("unknown-field", message, didYouMean(field, known), place);
    }
  }
}
