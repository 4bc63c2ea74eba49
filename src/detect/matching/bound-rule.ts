/** A rule and the kinds of events it is for. */
import { EVENT_ID_FIELD, CHANNEL_FIELD, PROVIDER_FIELD } from "../expression/event-fields.ts";
import type { EventFields } from "../expression/event-fields.ts";
import { evaluate } from "../expression/evaluate.ts";
import { anyOf, constant, FALSE, mapTests } from "../expression/expression.ts";
import type { Expression, TestExpression } from "../expression/expression.ts";
import { MappedFields } from "../log-sources/field-origin.ts";
import { isOfSource } from "../log-sources/log-source-map.ts";
import type { EventSource, LogSourceMap } from "../log-sources/log-source-map.ts";
import type { SigmaRule } from "../rule/sigma-document.ts";
import type { PlannedRule } from "./rule-plan.ts";

export interface BoundRule {
  readonly rule: SigmaRule;
  /** Empty for a rule whose log source is not known: no event is for it. */
  readonly sources: readonly EventSource[];
  /** The values of each part of the header that the rule names: events that differ in others only are one to it. */
  readonly headerNames: Readonly<Record<HeaderPart, readonly string[]>>;
  /** True where a test is about the header. */
  readonly testsHeader: boolean;
}

export function bindRule(rule: SigmaRule, logSources: LogSourceMap): BoundRule {
  const sources = logSources.resolve(rule.logSource) ?? [];
  const named = { channel: new Set<string>(), eventId: new Set<string>(), provider: new Set<string>() };
  for (const source of sources) {
    for (const part of HEADER_PARTS)
      for (const name of sourceNames(source, part) ?? []) named[part].add(name);
  }
  const testsHeader = addTestedNames(rule.expression, named);
  const { channel, eventId, provider } = named;
  const headerNames = { channel: [...channel], eventId: [...eventId], provider: [...provider] };
  return { rule, sources, headerNames, testsHeader };
}

/** True where there are any. */
function addTestedNames(expression: Expression, named: Readonly<Record<HeaderPart, Set<string>>>): boolean {
  switch (expression.kind) {
    case "test": {
      const part = headerPartOf(expression);
      if (part === undefined || !isPlainEquality(expression)) return false;
      named[part].add(expression.matcher.text);
      return true;
    }
    case "not":
    case "selection":
      return addTestedNames(expression.operand, named);
    case "and":
    case "or":
    case "at-least": {
      let isAny = false;
      for (const operand of expression.operands) isAny = addTestedNames(operand, named) || isAny;
      return isAny;
    }
    case "constant":
      return false;
  }
}

/** Whether the rule hits the event, worked out from its tree alone. */
export function boundRuleHits(bound: BoundRule, event: EventFields): boolean {
  return sourceThatHits(bound, event) !== undefined;
}

/** The event under the rule's names for its fields, where the rule hits it. */
export function sourceThatHits(bound: BoundRule, event: EventFields): MappedFields | undefined {
  for (const source of bound.sources) {
    if (!isOfSource(source, event)) continue;
    const fields = new MappedFields(event, source.fields);
    if (evaluate(bound.rule.expression, fields)) return fields;
  }
  return undefined;
}

/** The parts of an event's header that select rules, folded; undefined for a value that no rule names. */
export interface EventHeader {
  readonly channel: string | undefined;
  readonly eventId: string | undefined;
  readonly provider: string | undefined;
}

export type HeaderPart = keyof EventHeader;

export const HEADER_FIELDS: Readonly<Record<HeaderPart, string>> = {
  channel: CHANNEL_FIELD,
  eventId: EVENT_ID_FIELD,
  provider: PROVIDER_FIELD,
};

export const HEADER_PARTS = Object.keys(HEADER_FIELDS) as HeaderPart[];

function sourceNames(source: EventSource, part: HeaderPart): ReadonlySet<string> | undefined {
  if (part === "channel") return source.channels;
  return part === "eventId" ? source.eventIds : source.providers;
}

type EqualityTest = TestExpression & { readonly matcher: { readonly kind: "text"; readonly text: string } };

function isPlainEquality(test: TestExpression): test is EqualityTest {
  const { matcher } = test;
  return matcher.kind === "text" && matcher.relation === "equals" && !matcher.cased;
}

/** The rule as it is for events with this header, once for each way of naming fields; nothing where it cannot hit. */
export function planRule(bound: BoundRule, header: EventHeader): PlannedRule[] {
  const planned = new Map<EventSource["fields"], Expression>();
  for (const source of bound.sources) {
    if (!HEADER_PARTS.every((part) => isNamed(sourceNames(source, part), header[part]))) continue;
    const expression = bound.testsHeader
      ? mapTests(bound.rule.expression, (test) => foldHeaderTest(test, source, header), false)
      : bound.rule.expression;
    const before = planned.get(source.fields);
    if (expression !== FALSE && before !== expression)
      planned.set(source.fields, before === undefined ? expression : anyOf([before, expression]));
  }
  return [...planned].map(([origins, expression]) => ({ rule: bound.rule, expression, origins }));
}

function isNamed(names: ReadonlySet<string> | undefined, value: string | undefined): boolean {
  return names === undefined || (value !== undefined && names.has(value));
}

function foldHeaderTest(test: TestExpression, source: EventSource, header: EventHeader): Expression {
  const part = headerPartOf(test);
  if (part === undefined || source.fields.has(HEADER_FIELDS[part]) || !isPlainEquality(test)) return test;
  return constant(header[part] === test.matcher.text);
}

function headerPartOf({ field }: TestExpression): HeaderPart | undefined {
  return HEADER_PARTS.find((part) => HEADER_FIELDS[part] === field);
}
