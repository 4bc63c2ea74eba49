/**
 * Rules that belong together: filters worked into the rules they name, references of correlations resolved, what a hunter
 * decided about them heeded. What does not fit is refused alone, the rest loads.
 */
import type { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { sigmaErrors } from "../errors.ts";
import { allOf } from "../expression/expression.ts";
import type { Expression } from "../expression/expression.ts";
import { readRuleFile } from "./read-rule-file.ts";
import type { ReadOptions } from "./read-rule-file.ts";
import type { RuleText } from "./rule-source.ts";
import { NO_STATES } from "./rule-state.ts";
import type { RuleStates } from "./rule-state.ts";
import { ruleKey } from "./sigma-document.ts";
import type {
  CorrelationRule,
  FilterRule,
  LogSource,
  RuleMetadata,
  SigmaDocument,
  SigmaLevel,
  SigmaRule,
} from "./sigma-document.ts";

export interface RuleSet {
  /** With the filters that concern them. */
  readonly rules: readonly SigmaRule[];
  /** What a correlation refers to stands before it. */
  readonly correlations: readonly CorrelationRule[];
  readonly filters: readonly FilterRule[];
  /** What is switched off, as it was read. */
  readonly disabled: readonly (SigmaRule | CorrelationRule)[];
  /** One for each document that was refused. */
  readonly errors: readonly SpoorError[];
}

/** Rules as they were put together before: one that has not changed since is the same object again. */
export type RuleMemory = WeakMap<SigmaRule | CorrelationRule, AdjustedRule>;

interface AdjustedRule {
  readonly filters: readonly FilterRule[];
  readonly level: SigmaLevel | undefined;
  readonly rule: SigmaRule | CorrelationRule;
}

export interface AssembleOptions {
  readonly states?: RuleStates | undefined;
  readonly memory?: RuleMemory;
}

/** Reads files and puts what they hold together. */
export function loadRules(files: Iterable<RuleText>, options: ReadOptions & AssembleOptions = {}): RuleSet {
  const documents: SigmaDocument[] = [];
  const errors: SpoorError[] = [];
  for (const file of files) {
    const read = readRuleFile(file, options);
    documents.push(...read.documents);
    errors.push(...read.errors);
  }
  const set = assembleRules(documents, options);
  return { ...set, errors: [...errors, ...set.errors] };
}

/** Of documents with one id or name the first counts. */
export function assembleRules(documents: readonly SigmaDocument[], options: AssembleOptions = {}): RuleSet {
  const { states = NO_STATES, memory } = options;
  const errors: SpoorError[] = [];
  const distinct = withoutDuplicates(documents, errors);
  const filters = distinct.filter((document) => document.kind === "filter");
  const all = distinct.filter((document) => document.kind !== "filter");
  const isOn = ({ metadata }: SigmaDocument): boolean =>
    states.get(ruleKey(metadata))?.disabled === undefined;
  const disabled = all.filter((rule) => !isOn(rule));
  const active = all.filter(isOn).map((rule) => {
    const concerned = rule.kind === "rule" ? filtersOf(rule, filters) : [];
    return adjusted(rule, concerned, states.get(ruleKey(rule.metadata))?.level, memory);
  });
  const known = new Map<string, SigmaRule | CorrelationRule>();
  for (const rule of active) nameIn(known, rule);
  const off = new Map<string, SigmaRule | CorrelationRule>();
  for (const rule of disabled) nameIn(off, rule);
  const correlations = resolved(
    active.filter((rule) => rule.kind === "correlation"),
    known,
    off,
    errors,
  );
  for (const filter of filters) {
    for (const name of filter.rules ?? [])
      if (!known.has(name) && !off.has(name)) errors.push(unknownFilterRule(filter, name, known));
  }
  return { rules: active.filter((rule) => rule.kind === "rule"), correlations, filters, disabled, errors };
}

/** The filters that concern a rule. */
export function filtersOf(rule: SigmaRule, filters: readonly FilterRule[]): readonly FilterRule[] {
  return filters.filter((filter) => concerns(filter, rule));
}

/** The keys of the rules that a correlation refers to, by what it calls them. */
export function referredKeys(
  correlation: CorrelationRule,
  known: ReadonlyMap<string, SigmaRule | CorrelationRule>,
): ReadonlyMap<string, string> {
  return new Map(correlation.rules.map((name) => [name, ruleKey(known.get(name)!.metadata)]));
}

/** Rules and correlations by their ids and names. */
export function rulesByName(
  set: Pick<RuleSet, "rules" | "correlations">,
): Map<string, SigmaRule | CorrelationRule> {
  const known = new Map<string, SigmaRule | CorrelationRule>();
  for (const rule of [...set.rules, ...set.correlations]) nameIn(known, rule);
  return known;
}

/**
 * The keys of the rules and correlations whose hits are alerts of their own: all but those that stand only in correlations
 * without `generate: true`.
 */
export function alertingKeys(set: Pick<RuleSet, "rules" | "correlations">): ReadonlySet<string> {
  const known = rulesByName(set);
  const keys = new Set([...set.rules, ...set.correlations].map(({ metadata }) => ruleKey(metadata)));
  const parts = (generate: boolean): string[] =>
    set.correlations
      .filter((correlation) => correlation.generate === generate)
      .flatMap((correlation) => [...referredKeys(correlation, known).values()]);
  for (const key of parts(false)) keys.delete(key);
  for (const key of parts(true)) keys.add(key);
  return keys;
}

function nameIn(known: Map<string, SigmaRule | CorrelationRule>, rule: SigmaRule | CorrelationRule): void {
  for (const name of [rule.metadata.id, rule.metadata.name]) if (name !== undefined) known.set(name, rule);
}

function withoutDuplicates(documents: readonly SigmaDocument[], errors: SpoorError[]): SigmaDocument[] {
  const names = new Map<string, RuleMetadata>();
  return documents.filter(({ metadata }) => {
    // Rules that have neither are told apart by their titles, for want of anything else.
    const own = [metadata.id, metadata.name].filter((name) => name !== undefined);
    const all = own.length > 0 ? own : [metadata.title];
    const taken = all.find((name) => names.has(name));
    if (taken !== undefined) {
      const first = names.get(taken)!;
      const where = first.place.file === undefined ? "" : ` of ${first.place.file}`;
      errors.push(
        sigmaErrors.DUPLICATE_RULE({
          message: `'${taken}' names two rules`,
          detail: `the first is '${first.title}'${where}`,
          hint: "give each rule an id of its own; the first one is kept",
          place: metadata.place,
        }),
      );
      return false;
    }
    for (const name of all) names.set(name, metadata);
    return true;
  });
}

function adjusted(
  rule: SigmaRule | CorrelationRule,
  filters: readonly FilterRule[],
  level: SigmaLevel | undefined,
  memory: RuleMemory | undefined,
): SigmaRule | CorrelationRule {
  if (filters.length === 0 && level === undefined) return rule;
  const before = memory?.get(rule);
  if (before !== undefined && before.level === level && sameItems(before.filters, filters))
    return before.rule;
  const metadata = level === undefined ? rule.metadata : { ...rule.metadata, level };
  const made: SigmaRule | CorrelationRule =
    rule.kind === "rule" ? { ...rule, metadata, expression: filtered(rule, filters) } : { ...rule, metadata };
  memory?.set(rule, { filters, level, rule: made });
  return made;
}

function sameItems<T>(left: readonly T[], right: readonly T[]): boolean {
  return left.length === right.length && left.every((item, at) => item === right[at]);
}

function filtered(rule: SigmaRule, filters: readonly FilterRule[]): Expression {
  const kept = filters.map(({ metadata, expression }) =>
    expression.kind === "constant"
      ? expression
      : ({ kind: "selection", name: `filter '${metadata.title}'`, operand: expression } as const),
  );
  return kept.length === 0 ? rule.expression : allOf([rule.expression, ...kept]);
}

/** A filter is for the rules it names whose log source has every part that the filter's has. */
function concerns(filter: FilterRule, rule: SigmaRule): boolean {
  const { id, name } = rule.metadata;
  const isNamed = filter.rules === undefined || filter.rules.some((each) => each === id || each === name);
  const parts: readonly (keyof LogSource)[] = ["category", "product", "service"];
  const contains = parts.every(
    (part) => filter.logSource[part] === undefined || filter.logSource[part] === rule.logSource[part],
  );
  return isNamed && contains;
}

/** Those whose references are all known and lead to no circle, each after the ones it refers to. */
function resolved(
  correlations: readonly CorrelationRule[],
  known: ReadonlyMap<string, SigmaRule | CorrelationRule>,
  off: ReadonlyMap<string, SigmaRule | CorrelationRule>,
  errors: SpoorError[],
): CorrelationRule[] {
  const ordered = new Set<CorrelationRule>();
  const refused = new Set<CorrelationRule>();
  const visit = (correlation: CorrelationRule, trail: readonly CorrelationRule[]): boolean => {
    if (ordered.has(correlation)) return true;
    if (refused.has(correlation)) return false;
    const fault = referenceFault(correlation, known, off, trail);
    const inner = correlation.rules.flatMap((name) => known.get(name) ?? []);
    const innerFault = inner.find(
      (rule) => fault === undefined && rule.kind === "correlation" && !visit(rule, [...trail, correlation]),
    );
    if (fault === undefined && innerFault === undefined) {
      ordered.add(correlation);
      return true;
    }
    if (!refused.has(correlation)) errors.push(fault ?? brokenReference(correlation, innerFault!));
    refused.add(correlation);
    return false;
  };
  for (const correlation of correlations) visit(correlation, []);
  return [...ordered];
}

function referenceFault(
  correlation: CorrelationRule,
  known: ReadonlyMap<string, SigmaRule | CorrelationRule>,
  off: ReadonlyMap<string, SigmaRule | CorrelationRule>,
  trail: readonly CorrelationRule[],
): SpoorError | undefined {
  const { place } = correlation.metadata;
  if (trail.includes(correlation)) {
    const message = `correlation '${correlation.metadata.title}' refers to itself`;
    return sigmaErrors.INVALID_CORRELATION({ message, hint: "break the circle of references", place });
  }
  const silenced = correlation.rules.find((name) => !known.has(name) && off.has(name));
  if (silenced !== undefined) {
    const message = `correlation '${correlation.metadata.title}' needs rule '${silenced}', which is disabled`;
    return sigmaErrors.INVALID_CORRELATION({ message, hint: "enable the one or disable the other", place });
  }
  const missing = correlation.rules.find((name) => !known.has(name));
  if (missing !== undefined) {
    const hint = didYouMean(missing, known.keys()) ?? "load the rule together with the correlation";
    return sigmaErrors.INVALID_CORRELATION({ message: `rule '${missing}' is not loaded`, hint, place });
  }
  for (const [alias, fields] of correlation.aliases) {
    const stranger = [...fields.keys()].find((name) => !refersTo(correlation, name, known));
    if (stranger === undefined) continue;
    const message = `alias '${alias}' speaks of rule '${stranger}', which the correlation does not refer to`;
    const hint = didYouMean(stranger, correlation.rules) ?? `its rules are: ${correlation.rules.join(", ")}`;
    return sigmaErrors.INVALID_CORRELATION({ message, hint, place });
  }
  return undefined;
}

function refersTo(
  correlation: CorrelationRule,
  name: string,
  known: ReadonlyMap<string, SigmaRule | CorrelationRule>,
): boolean {
  return correlation.rules.some((each) => each === name || known.get(each) === known.get(name));
}

function brokenReference(correlation: CorrelationRule, inner: SigmaRule | CorrelationRule): SpoorError {
  const message = `correlation '${inner.metadata.title}' was refused`;
  const hint = `'${correlation.metadata.title}' refers to it: correct that one first`;
  return sigmaErrors.INVALID_CORRELATION({ message, hint, place: correlation.metadata.place });
}

function unknownFilterRule(
  filter: FilterRule,
  name: string,
  known: ReadonlyMap<string, unknown>,
): SpoorError {
  const hint = didYouMean(name, known.keys()) ?? "load the rule together with the filter";
  return sigmaErrors.INVALID_DOCUMENT({
    message: `filter '${filter.metadata.title}' names rule '${name}', which is not loaded`,
    hint,
    place: filter.metadata.place,
  });
}
