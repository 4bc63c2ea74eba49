/** A hit of a rule or a correlation, with what a reader needs to judge it. */
import type { CorrelationHit } from "../../detect/correlation/correlation-item.ts";
import type { Reason } from "../../detect/expression/explain.ts";
import type { CorrelationRule, RuleMetadata, SigmaLevel } from "../../detect/rule/sigma-document.ts";
import type { RawEvent } from "../../events/shapes/raw-event.ts";
import { levelOf } from "../../detect/rule/sigma-document.ts";

export interface Hit {
  readonly rule: RuleMetadata;
  readonly level: SigmaLevel;
  /** ISO 8601 in UTC, with the source's decimals; undefined where the event has no time. */
  readonly time: string | undefined;
  readonly timeMs: number | undefined;
  readonly host: string | undefined;
  readonly channel: string | undefined;
  readonly eventId: number | undefined;
  readonly recordId: number | undefined;
  /** Where the event stands; of a correlation, where its events do. */
  readonly file: string;
  /** The rule's clauses that were met, in its order. */
  readonly reasons: readonly Reason[];
  /** The event's payload, cut to what a report shows. */
  readonly fields: readonly (readonly [string, string])[];
}

export const FIELDS_MAX = 40;
export const VALUE_MAX = 512;

export function eventHit(rule: RuleMetadata, event: RawEvent, file: string, reasons: readonly Reason[]): Hit {
  const { time, computer, channel, eventId, recordId } = event.system;
  return {
    rule,
    level: levelOf(rule),
    time: time?.text,
    timeMs: time?.epochMs,
    host: computer,
    channel,
    eventId,
    recordId,
    file,
    reasons,
    fields: event.data.slice(0, FIELDS_MAX).map(({ name, value }) => [name, cut(valueText(value))]),
  };
}

/** A correlation's clauses are its group and what it measured. */
export function correlationHit(rule: CorrelationRule, hit: CorrelationHit): Hit {
  const group = Object.entries(hit.group);
  const measured = reason(undefined, String(hit.measured), `${rule.type} over ${hit.items} hits`);
  const span = `${isoText(hit.firstMs) ?? "?"} to ${isoText(hit.lastMs) ?? "?"}`;
  return {
    rule: rule.metadata,
    level: levelOf(rule.metadata),
    time: isoText(hit.timeMs),
    timeMs: hit.timeMs,
    host: group.find(([name]) => /^(?:computer|computername|hostname|host)$/i.test(name))?.[1],
    channel: undefined,
    eventId: undefined,
    recordId: undefined,
    file: hit.references.at(-1) ?? "",
    reasons: [...group.map(([name, value]) => reason(name, value, "is the same")), measured],
    fields: [
      ["events", span],
      ...hit.references.slice(-REFERENCES_SHOWN).map((each) => ["event", each] as const),
    ],
  };
}

function reason(field: string | undefined, value: string, test: string): Reason {
  return { selection: undefined, field, value, test, negated: false };
}

const REFERENCES_SHOWN = 20;
/** The times that a date can hold. */
const TIME_MAX = 8.64e15;

function isoText(ms: number): string | undefined {
  return Math.abs(ms) <= TIME_MAX ? new Date(ms).toISOString() : undefined;
}

/** The hit with its values cut to what a report shows: what is kept must not hold whole scripts. */
export function trimmed(hit: Hit): Hit {
  const reasons = hit.reasons.map((each) =>
    each.value === undefined || each.value.length <= VALUE_MAX ? each : { ...each, value: cut(each.value) },
  );
  return { ...hit, reasons };
}

/** A copy: a slice would keep the whole text in memory. */
function cut(text: string): string {
  if (text.length <= VALUE_MAX) return text;
  return Buffer.from(`${text.slice(0, VALUE_MAX)}…`, "utf16le").toString("utf16le");
}

function valueText(value: RawEvent["data"][number]["value"]): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
