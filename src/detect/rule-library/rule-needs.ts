/**
 * What rules need of events (log, event ids, fields), and whether events that were seen have it. A rule is blind where it could
 * not hit whatever the events say: its log never came, its event ids never came, or fields that it cannot do without never did.
 */
import { CHANNEL_FIELD, EVENT_ID_FIELD, fieldTexts, PROVIDER_FIELD } from "../expression/event-fields.ts";
import type { EventFields } from "../expression/event-fields.ts";
import { FALSE, mapTests, testsOf, TRUE } from "../expression/expression.ts";
import type { Expression, TestExpression } from "../expression/expression.ts";
import type { FieldOrigin } from "../log-sources/field-origin.ts";
import type { EventSource, LogSourceMap } from "../log-sources/log-source-map.ts";
import type { SigmaRule } from "../rule/sigma-document.ts";

export interface RuleNeeds {
  readonly rule: SigmaRule;
  /** Empty where the log source is not known: no events are for the rule. */
  readonly sources: readonly SourceNeeds[];
}

export interface SourceNeeds {
  readonly source: EventSource;
  /** The rule's names of fields, and what the events call them; none for a value that the kind of event implies. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** Ids that the condition names, where the log source leaves them open. */
  readonly eventIds: ReadonlySet<string>;
}

/**
 * `sees`: it could hit. `partly`: it could, but some of its fields never came. `no-log`, `no-event`, `no-field`: it is blind, for
 * want of these. `unmapped`: its log source is not known.
 */
export type Sight = "sees" | "partly" | "no-log" | "no-event" | "no-field" | "unmapped";

export interface RuleSight extends RuleNeeds {
  readonly sight: Sight;
  /** Events of the kinds that the rule is for. */
  readonly events: number;
  /** Fields, by the rule's names, that none of its events had. */
  readonly missing: readonly string[];
}

const HEADER = new Set([CHANNEL_FIELD, EVENT_ID_FIELD, PROVIDER_FIELD]);
const NO_NAMES: readonly string[] = [];
/** Channels and ids come from events: strangers' must not fill the memory. */
const KINDS_MAX = 50_000;

export function needsOf(rule: SigmaRule, logSources: LogSourceMap): RuleNeeds {
  const tests = [...testsOf(rule.expression)];
  const names = new Set(
    tests.flatMap(({ field }) => (field === undefined || HEADER.has(field) ? [] : [field])),
  );
  const ids = new Set(tests.flatMap((test) => wantedId(test) ?? []));
  const sources = (logSources.resolve(rule.logSource) ?? []).map((source) => ({
    source,
    fields: new Map([...names].map((name) => [name, originNames(name, source.fields.get(name))])),
    eventIds: source.eventIds === undefined ? ids : new Set<string>(),
  }));
  return { rule, sources };
}

interface Kind {
  readonly channel: string;
  readonly eventId: string;
  count: number;
  /** Fields that rules ask for and no event of the kind has had yet, by the events' names. */
  readonly unseen: Set<string>;
  readonly seen: Set<string>;
}

/** Counts events by log and id, and notes which of the fields that rules ask for they have. */
export class EventCensus {
  readonly #needs: readonly RuleNeeds[];
  readonly #kinds = new Map<string, Kind>();
  events = 0;
  /** Events of kinds beyond the limit. */
  uncounted = 0;

  constructor(needs: readonly RuleNeeds[]) {
    this.#needs = needs;
  }

  add(event: EventFields): void {
    this.events++;
    const channel = (fieldTexts(event.get(CHANNEL_FIELD))[0] ?? "").toLowerCase();
    const eventId = fieldTexts(event.get(EVENT_ID_FIELD))[0] ?? "";
    const kind = this.#kind(channel, eventId);
    if (kind === undefined) {
      this.uncounted++;
      return;
    }
    kind.count++;
    for (const name of kind.unseen) {
      if (fieldTexts(event.get(name)).length === 0) continue;
      kind.unseen.delete(name);
      kind.seen.add(name);
    }
  }

  /** Kinds of events, the most frequent first. */
  kinds(): readonly Pick<Kind, "channel" | "eventId" | "count">[] {
    return [...this.#kinds.values()].toSorted((a, b) => b.count - a.count);
  }

  sightOf(needs: RuleNeeds): RuleSight {
    if (needs.sources.length === 0) return { ...needs, sight: "unmapped", events: 0, missing: [] };
    const views = needs.sources.map((source) => this.#view(needs.rule, source));
    const best = views.toSorted((a, b) => ORDER.indexOf(a.sight) - ORDER.indexOf(b.sight))[0]!;
    return { ...needs, ...best, events: views.reduce((sum, { events }) => sum + events, 0) };
  }

  #view(
    rule: SigmaRule,
    { source, fields, eventIds }: SourceNeeds,
  ): Pick<RuleSight, "sight" | "events" | "missing"> {
    const ofLog = [...this.#kinds.values()].filter(({ channel }) => source.channels?.has(channel) ?? true);
    if (ofLog.length === 0) return { sight: "no-log", events: 0, missing: [] };
    const kinds = ofLog.filter(({ eventId }) => source.eventIds?.has(eventId) ?? true);
    const concerned = eventIds.size === 0 ? kinds : kinds.filter(({ eventId }) => eventIds.has(eventId));
    const events = (concerned.length === 0 ? kinds : concerned).reduce((sum, { count }) => sum + count, 0);
    if (kinds.length === 0) return { sight: "no-event", events: 0, missing: [] };
    const withIds = mapTests(rule.expression, (test) => {
      const id = wantedId(test);
      return id !== undefined && !kinds.some(({ eventId }) => eventId === id) ? FALSE : test;
    });
    if (withIds === FALSE) return { sight: "no-event", events: 0, missing: [] };
    const looked = concerned.length === 0 ? kinds : concerned;
    const missing = [...fields]
      .filter(
        ([, names]) => names.length > 0 && !names.some((name) => looked.some(({ seen }) => seen.has(name))),
      )
      .map(([field]) => field);
    if (missing.length === 0) return { sight: "sees", events, missing };
    const possible = mapTests(withIds, (test) => withoutField(test, missing));
    return { sight: possible === FALSE ? "no-field" : "partly", events, missing };
  }

  #kind(channel: string, eventId: string): Kind | undefined {
    const key = `${channel}\n${eventId}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    if (this.#kinds.size >= KINDS_MAX) return undefined;
    const sources = this.#needs.flatMap((needs) => needs.sources);
    const concerned = sources.filter(
      ({ source }) => (source.channels?.has(channel) ?? true) && (source.eventIds?.has(eventId) ?? true),
    );
    const unseen = new Set(concerned.flatMap(({ fields }) => [...fields.values()].flat()));
    const kind: Kind = { channel, eventId, count: 0, unseen, seen: new Set() };
    this.#kinds.set(key, kind);
    return kind;
  }
}

/** The best of several ways to see counts. */
const ORDER: readonly Sight[] = ["sees", "partly", "no-field", "no-event", "no-log", "unmapped"];

/** The test as it comes out for events without these fields: only what asks for absence holds. */
function withoutField(test: TestExpression, missing: readonly string[]): Expression {
  if (test.field === undefined || !missing.includes(test.field)) return test;
  const { matcher } = test;
  const asksForAbsence = matcher.kind === "null" || (matcher.kind === "exists" && !matcher.present);
  return asksForAbsence ? TRUE : FALSE;
}

/** The event id that a test wants, where it wants exactly one. */
function wantedId({ field, matcher }: TestExpression): string | undefined {
  const isId = field === EVENT_ID_FIELD && matcher.kind === "text" && matcher.relation === "equals";
  return isId ? matcher.text : undefined;
}

function originNames(name: string, origin: FieldOrigin | undefined): readonly string[] {
  if (origin === undefined) return [name];
  if (origin.kind === "value") return NO_NAMES;
  return origin.kind === "field" ? [origin.name] : origin.names;
}
