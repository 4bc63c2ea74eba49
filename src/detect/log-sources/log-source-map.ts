/** From the log source of a rule to the events it means. */
import { didYouMean } from "../../base/nearest.ts";
import { fieldTexts } from "../expression/event-fields.ts";
import { CHANNEL_FIELD, EVENT_ID_FIELD, PROVIDER_FIELD } from "../expression/event-fields.ts";
import type { EventFields } from "../expression/event-fields.ts";
import type { LogSource } from "../rule/sigma-document.ts";
import type { FieldOrigins } from "./field-origin.ts";

/** Some kind of event, by what stands in its header; what is undefined does not matter. Names are folded. */
export interface EventSource {
  readonly channels: ReadonlySet<string> | undefined;
  readonly eventIds: ReadonlySet<string> | undefined;
  readonly providers: ReadonlySet<string> | undefined;
  readonly fields: FieldOrigins;
}

export interface LogSourceEntry {
  readonly category: string | undefined;
  readonly product: string | undefined;
  readonly service: string | undefined;
  readonly events: readonly EventSource[];
  /** Takes the place of the entries before it that have the same names. */
  readonly replace: boolean;
}

export class LogSourceMap {
  readonly entries: readonly LogSourceEntry[];

  constructor(entries: readonly LogSourceEntry[]) {
    this.entries = entries;
  }

  /** These entries and the other's, which may replace some. */
  with(entries: readonly LogSourceEntry[]): LogSourceMap {
    const kept = this.entries.filter(
      (old) => !entries.some((entry) => entry.replace && sameNames(entry, old)),
    );
    return new LogSourceMap([...kept, ...entries]);
  }

  /** The kinds of events of a rule's log source; undefined where a name of it is not known. */
  resolve(source: LogSource): readonly EventSource[] | undefined {
    const { product, category, service } = source;
    const ofProduct = this.entries.filter((entry) => matchesName(entry.product, product));
    if (category === undefined && service === undefined) {
      const whole = ofProduct.filter((entry) => entry.category === undefined && entry.service === undefined);
      return whole.length === 0 ? undefined : whole.flatMap(({ events }) => events);
    }
    const byCategory = ofProduct.filter(
      (entry) => entry.category !== undefined && sameName(entry.category, category),
    );
    const byService = ofProduct.filter(
      (entry) => entry.service !== undefined && sameName(entry.service, service),
    );
    const categoryEvents = byCategory.flatMap(({ events }) => events);
    const serviceEvents = byService.flatMap(({ events }) => events);
    if (category === undefined) return byService.length === 0 ? undefined : serviceEvents;
    if (service === undefined) return byCategory.length === 0 ? undefined : categoryEvents;
    if (byCategory.length === 0 || byService.length === 0) return undefined;
    return categoryEvents.flatMap((left) => serviceEvents.flatMap((right) => intersection(left, right)));
  }

  /** A hint for a log source that is not known. */
  nearest(source: LogSource): string | undefined {
    for (const part of ["category", "service", "product"] as const) {
      const name = source[part];
      const known = new Set(this.entries.flatMap((entry) => entry[part] ?? []));
      if (name !== undefined && !known.has(name.toLowerCase())) return didYouMean(name, known);
    }
    return undefined;
  }
}

/** True where the event is of the kind. */
export function isOfSource(source: EventSource, event: EventFields): boolean {
  return (
    holdsName(source.channels, event, CHANNEL_FIELD) &&
    holdsName(source.eventIds, event, EVENT_ID_FIELD) &&
    holdsName(source.providers, event, PROVIDER_FIELD)
  );
}

function holdsName(names: ReadonlySet<string> | undefined, event: EventFields, field: string): boolean {
  if (names === undefined) return true;
  const value = event.get(field);
  if (typeof value === "string") return names.has(value.toLowerCase());
  return fieldTexts(value).some((text) => names.has(text.toLowerCase()));
}

function matchesName(entry: string | undefined, wanted: string | undefined): boolean {
  return entry === undefined || wanted === undefined || sameName(entry, wanted);
}

function sameName(left: string | undefined, right: string | undefined): boolean {
  return left?.toLowerCase() === right?.toLowerCase();
}

function sameNames(left: LogSourceEntry, right: LogSourceEntry): boolean {
  return (
    sameName(left.category, right.category) &&
    sameName(left.product, right.product) &&
    sameName(left.service, right.service)
  );
}

function intersection(left: EventSource, right: EventSource): EventSource[] {
  const channels = common(left.channels, right.channels);
  const eventIds = common(left.eventIds, right.eventIds);
  const providers = common(left.providers, right.providers);
  if ([channels, eventIds, providers].some((names) => names?.size === 0)) return [];
  return [{ channels, eventIds, providers, fields: new Map([...left.fields, ...right.fields]) }];
}

function common(
  left: ReadonlySet<string> | undefined,
  right: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : left.intersection(right);
}
