/** The rows of `FROM DETECT(…)`: one for each rule that hits an event and for each correlation that comes true. */
import { createHash } from "node:crypto";
import { arrayType, BIGINT, INTEGER, mapType, STRING, TIMESTAMP } from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { CorrelationHit } from "../../detect/correlation/correlation-item.ts";
import { attackTags } from "../../detect/rule/attack-tags.ts";
import { levelOf, ruleKey } from "../../detect/rule/sigma-document.ts";
import type { CorrelationRule, CountOperator, RuleMetadata } from "../../detect/rule/sigma-document.ts";
import type { Column } from "../../plan/schema.ts";
import type { EventSubject } from "./event-subject.ts";

const TEXTS = arrayType(STRING);

const COLUMNS: readonly (readonly [string, SqlType])[] = [
  ["ALERT_ID", STRING],
  ["KIND", STRING],
  ["RULE_ID", STRING],
  ["TITLE", STRING],
  ["LEVEL", STRING],
  ["TECHNIQUES", TEXTS],
  ["TACTICS", TEXTS],
  ["TAGS", TEXTS],
  ["REASON", TEXTS],
  ["EVENT_TIME", TIMESTAMP],
  ["HOST", STRING],
  ["USER_NAME", STRING],
  ["PROCESS", STRING],
  ["PROCESS_GUID", STRING],
  ["COMMAND_LINE", STRING],
  ["CHANNEL", STRING],
  ["PROVIDER", STRING],
  ["EVENT_ID", INTEGER],
  ["RECORD_ID", BIGINT],
  ["GROUP_BY", mapType(STRING, STRING)],
  ["EVENTS", TEXTS],
  ["EVENT", STRING],
];

export const ALERT_COLUMNS: readonly Column[] = COLUMNS.map(([name, type]) => ({
  name,
  type,
  role: "value",
}));

/** What is the same in each alert of a rule or correlation. */
export interface RuleFacts {
  readonly key: string;
  readonly title: string;
  readonly level: string;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly tags: readonly string[];
}

export function ruleFacts(metadata: RuleMetadata): RuleFacts {
  const { techniques, tactics } = attackTags(metadata.tags);
  const { title, tags } = metadata;
  return { key: ruleKey(metadata), title, level: levelOf(metadata), techniques, tactics, tags };
}

/** What differs from alert to alert. */
export interface AlertParts {
  readonly kind: "rule" | "correlation";
  readonly facts: RuleFacts;
  readonly id: string;
  readonly reason: readonly string[];
  readonly timeMs: number;
  readonly subject: EventSubject;
  readonly groupBy: ReadonlyMap<string, string> | null;
  readonly events: readonly string[];
  /** Null where the last event of a correlation is not at hand any more. */
  readonly document: string | null;
}

/** The values of {@link ALERT_COLUMNS}. */
export function alertRow(parts: AlertParts): Value[] {
  const { kind, facts, id, reason, timeMs, subject, groupBy, events, document } = parts;
  return [
    id,
    kind,
    facts.key,
    facts.title,
    facts.level,
    facts.techniques,
    facts.tactics,
    facts.tags,
    reason,
    timeMs,
    subject.host,
    subject.userName,
    subject.process,
    subject.processGuid,
    subject.commandLine,
    subject.channel,
    subject.provider,
    subject.eventId,
    subject.recordId,
    groupBy,
    events,
    document,
  ];
}

/** The same for the same rule and places, in every run. */
export function alertId(key: string, ...places: readonly string[]): string {
  const hash = createHash("sha256").update(key);
  for (const place of places) hash.update("\0").update(place);
  return hash.digest("hex").slice(0, 32);
}

const SIGNS: Readonly<Record<CountOperator, string>> = {
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
  eq: "=",
  neq: "<>",
};

/**
 * What was counted, of which rules, and in which time.
 * @param titles of the rules that the correlation refers to, in its order
 */
export function correlationReasons(
  rule: CorrelationRule,
  titles: readonly string[],
  hit: CorrelationHit,
): string[] {
  const { type, condition, timespanMs } = rule;
  const bounds = (condition?.bounds ?? []).map(({ operator, value }) => `${SIGNS[operator]} ${value}`);
  const fields =
    condition === undefined || condition.fields.length === 0 ? "" : ` of ${condition.fields.join(", ")}`;
  const wanted = bounds.length === 0 ? "" : `, wanted ${bounds.join(" and ")}`;
  return [
    `${type}${fields}: ${hit.measured}${wanted}, within ${timespanMs / 1000} s`,
    `${hit.items} hits of ${titles.map((title) => `'${title}'`).join(", ")} from ${timeText(hit.firstMs)} to ${timeText(hit.lastMs)}`,
    ...Object.entries(hit.group).map(([name, value]) => `${name} = ${value}`),
  ];
}

/** The bare number where no date can hold it: an event without a time of its own has its record's, which producers may set at will. */
function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}
