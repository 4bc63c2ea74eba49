/** A rule and the kinds of events it is for. */
import { EVENT_ID_FIELD, CHANNEL_FIELD, PROVIDER_FIELD } from "../expression/event-fields.ts";
import type { EventFields } from "../expression/event-fields.ts";
import { evaluate } from "../expression/evaluate.ts";
import { anyOf, constant, FALSE, mapTests, testsOf } from "../expression/expression.ts";
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
  /** True where a test or the log source names a provider. */
  readonly asksProvider: boolean;
}

export function bindRule(rule: SigmaRule, logSources: LogSourceMap): BoundRule {
  const bound = { rule, sources: logSources.resolve(rule.logSource) ?? [], asksProvider: false };
  return { ...bound, asksProvider: !headerValues(bound, "provider").next().done };
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

const PARTS = Object.keys(HEADER_FIELDS) as HeaderPart[];

/** The values of a part of the header that the rule names: events that differ in others only are one to it. */
export function* headerValues(bound: BoundRule, part: HeaderPart): Generator<string> {
  for (const source of bound.sources) yield* sourceNames(source, part) ?? [];
  for (const test of testsOf(bound.rule.expression)) {
    if (test.field === HEADER_FIELDS[part] && isPlainEquality(test)) yield test.matcher.text;
  }
}

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
    if (!PARTS.every((part) => isNamed(sourceNames(source, part), header[part]))) continue;
    const expression = mapTests(bound.rule.expression, (test) => foldHeaderTest(test, source, header), false);
    const before = planned.get(source.fields);
    if (expression !== FALSE)
      planned.set(source.fields, before === undefined ? expression : anyOf([before, expression]));
  }
  return [...planned].map(([origins, expression]) => ({ rule: bound.rule, expression, origins }));
}

function isNamed(names: ReadonlySet<string> | undefined, value: string | undefined): boolean {
  return names === undefined || (value !== undefined && names.has(value));
}

function foldHeaderTest(test: TestExpression, source: EventSource, header: EventHeader): Expression {
  const part = PARTS.find((each) => HEADER_FIELDS[each] === test.field);
  if (part === undefined || source.fields.has(HEADER_FIELDS[part]) || !isPlainEquality(test)) return test;
  return constant(header[part] === test.matcher.text);
}
