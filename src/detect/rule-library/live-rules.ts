/**
 * A set of rules whose files change while it is in use. Only changed files are read again; a rule that has not changed is the
 * same object in the next set, so that whoever compiled it keeps what it made. An edit that breaks a rule keeps the one before.
 */
import type { SpoorError } from "../../base/errors.ts";
import { readRuleFile } from "../rule/read-rule-file.ts";
import { assembleRules } from "../rule/rule-set.ts";
import type { RuleMemory, RuleSet } from "../rule/rule-set.ts";
import type { RuleStates } from "../rule/rule-state.ts";
import type { RuleText } from "../rule/rule-source.ts";
import { ruleKey } from "../rule/sigma-document.ts";
import type { CorrelationRule, SigmaDocument, SigmaRule } from "../rule/sigma-document.ts";
import type { RuleLook } from "./rule-watch.ts";

type AnyRule = SigmaRule | CorrelationRule;

/** How one set differs from the one before it. */
export interface RuleSetChange {
  readonly added: readonly AnyRule[];
  readonly removed: readonly AnyRule[];
  /** As they are now. */
  readonly changed: readonly AnyRule[];
  /** Of files that were read again, and of putting the set together: what was not told before. */
  readonly errors: readonly SpoorError[];
}

export class LiveRules {
  readonly #documents = new Map<string, readonly SigmaDocument[]>();
  readonly #memory: RuleMemory = new WeakMap();
  #states: RuleStates;
  #set: RuleSet;
  /** Errors of putting the set together that have been told. */
  #told: ReadonlySet<string>;

  constructor(texts: readonly RuleText[], states: RuleStates) {
    const errors: SpoorError[] = [];
    for (const text of texts) {
      const read = readRuleFile(text);
      // Texts of one file name stand in different paths that were named twice: the first counts, as for their rules.
      if (!this.#documents.has(text.file!)) this.#documents.set(text.file!, read.documents);
      errors.push(...read.errors);
    }
    this.#states = states;
    const set = this.#assembled();
    this.#told = new Set(set.errors.map(nameOf));
    this.#set = { ...set, errors: [...errors, ...set.errors] };
  }

  /** The same object until an update changes something. */
  get set(): RuleSet {
    return this.#set;
  }

  update({ changed, files, states }: Pick<RuleLook, "changed" | "files" | "states">): RuleSetChange {
    const errors = changed.flatMap((text) => this.#readAgain(text));
    this.#reorder(files);
    this.#states = states;
    const next = this.#assembled();
    const told = new Set(next.errors.map(nameOf));
    errors.push(...next.errors.filter((error) => !this.#told.has(nameOf(error))));
    this.#told = told;
    const difference = differenceOf(this.#set, next);
    const isSame = [difference.added, difference.removed, difference.changed].every(
      (each) => each.length === 0,
    );
    if (!isSame) this.#set = { ...next, errors: [...errors, ...next.errors] };
    return { ...difference, errors };
  }

  #assembled(): RuleSet {
    const documents = [...this.#documents.values()].flat();
    return assembleRules(documents, { states: this.#states, memory: this.#memory });
  }

  /** Rules that the file had, and that its new text has only as errors, stay. */
  #readAgain(text: RuleText): SpoorError[] {
    const { documents, errors } = readRuleFile(text);
    const before = this.#documents.get(text.file!) ?? [];
    const keys = new Set(documents.map(({ metadata }) => ruleKey(metadata)));
    const kept = errors.length === 0 ? [] : before.filter(({ metadata }) => !keys.has(ruleKey(metadata)));
    this.#documents.set(text.file!, [...documents, ...kept]);
    return [...errors];
  }

  /** Files that are gone take their rules with them; the order of files decides which of two rules of one id counts. */
  #reorder(files: readonly string[]): void {
    const documents = files.map((file) => [file, this.#documents.get(file) ?? []] as const);
    this.#documents.clear();
    for (const [file, of] of documents) this.#documents.set(file, of);
  }
}

/** The same for an error that is met again, though its hint may be another. */
function nameOf({ code, message, place }: SpoorError): string {
  return `${code} ${message} ${place?.file} ${place?.span.line}`;
}

/** Rules by key; a rule that is another object is another rule. */
export function differenceOf(
  before: Pick<RuleSet, "rules" | "correlations">,
  after: Pick<RuleSet, "rules" | "correlations">,
): Pick<RuleSetChange, "added" | "removed" | "changed"> {
  const [old, now] = [byKey(before), byKey(after)];
  return {
    added: [...now].filter(([key]) => !old.has(key)).map(([, rule]) => rule),
    removed: [...old].filter(([key]) => !now.has(key)).map(([, rule]) => rule),
    changed: [...now].filter(([key, rule]) => old.has(key) && old.get(key) !== rule).map(([, rule]) => rule),
  };
}

function byKey({ rules, correlations }: Pick<RuleSet, "rules" | "correlations">): Map<string, AnyRule> {
  return new Map([...rules, ...correlations].map((rule) => [ruleKey(rule.metadata), rule]));
}
