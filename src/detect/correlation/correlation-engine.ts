/**
 * Correlations over a live stream, in the time of the events. Hits of rules come in as their events come; correlations of
 * correlations see the hits of those as events.
 *
 * Events may come out of order: time stands `latenessMs` behind the newest event (`event-clock.ts`), and what comes later is left
 * out and counted. The same hits in the same order always give the same correlations, also where the engine was made anew
 * from its store (`correlation-store.ts`) in between.
 */
import { fieldTexts, RecordFields } from "../expression/event-fields.ts";
import type { EventFields } from "../expression/event-fields.ts";
import { foldCase } from "../expression/matcher.ts";
import { referredKeys, rulesByName } from "../rule/rule-set.ts";
import type { RuleSet } from "../rule/rule-set.ts";
import { ruleKey } from "../rule/sigma-document.ts";
import type { CorrelationRule } from "../rule/sigma-document.ts";
import type { CorrelationHit } from "./correlation-item.ts";
import { CorrelationState, defaultCorrelationLimits } from "./correlation-state.ts";
import type { CorrelationLimits } from "./correlation-state.ts";
import { STORE_VERSION } from "./correlation-store.ts";
import type { CorrelationStore } from "./correlation-store.ts";
import { EventClock } from "./event-clock.ts";
import { DOCUMENT_UNITS_MAX, EventDocuments } from "./event-documents.ts";

/** An event and the rules that hit it. */
export interface DetectedEvent {
  readonly timeMs: number;
  /** A name for the event that the caller can find it by. */
  readonly reference: string;
  /** By rule key, the event under the rule's field names. */
  readonly hits: ReadonlyMap<string, EventFields>;
  /** To be given back with hits that this event is the last one of. */
  readonly document?: string | undefined;
}

/** A hit that no correlation could use. */
export interface LeftOutHit {
  readonly reason: "late" | "without group" | "without value";
  /** The key of the rule that hit. */
  readonly rule: string;
  /** The key of the correlation that it is missing in; undefined: in all that refer to the rule. */
  readonly correlation: string | undefined;
  readonly detail: string;
}

export interface CorrelationOptions extends Partial<CorrelationLimits> {
  /** How far behind the newest event's time an event may be. */
  readonly latenessMs?: number;
  /** Documents of remembered events, in UTF-16 units. */
  readonly documentUnitsMax?: number;
  /** Where the memory is kept beyond the process; what stands there is taken up. */
  readonly store?: CorrelationStore | undefined;
  readonly onLeftOut?: ((hit: LeftOutHit) => void) | undefined;
}

export const LATENESS_MS = 5 * 60_000;

export interface CorrelationStatistics {
  readonly events: number;
  /** Hits of rules and correlations that a correlation took up, each as often as one did. */
  readonly taken: number;
  /** Hits of rules left out because they came too late. */
  readonly late: number;
  /** Hits without a field that the group needs. */
  readonly withoutGroup: number;
  /** Hits without a value, or a number, that the condition needs. */
  readonly withoutValue: number;
  readonly groups: number;
  readonly evictedGroups: number;
  readonly evictedItems: number;
  /** Documents that were given up because there were too many; hits of their events stand without. */
  readonly droppedDocuments: number;
  readonly hits: number;
  /** Correlations of the store that are gone or no longer the same, whose state was given up. */
  readonly discardedStates: number;
}

const NO_HITS: readonly CorrelationHit[] = [];
/** Numbers of fields beyond it are none: sums of what a group may hold stay finite. */
const NUMBER_MAX = 1e300;

/** A correlation as seen from a rule it refers to. */
interface Subscription {
  readonly state: CorrelationState;
  readonly rule: number;
  /** The rule's names for the group's fields. */
  readonly groupFields: readonly string[];
}

export class CorrelationEngine {
  readonly #latenessMs: number;
  readonly #states = new Map<string, CorrelationState>();
  readonly #subscriptions = new Map<string, Subscription[]>();
  /** By correlation key: fields that correlations of it ask for. */
  readonly #asked = new Map<string, Set<string>>();
  readonly #documents: EventDocuments;
  readonly #store: CorrelationStore | undefined;
  readonly #onLeftOut: (hit: LeftOutHit) => void;
  /** The least of the states' `dueMs`, or less. */
  #dueMs = Infinity;
  #next = 1;
  readonly #clock = new EventClock();
  #events = 0;
  #flushedEvents = 0;
  #taken = 0;
  #late = 0;
  #withoutGroup = 0;
  #withoutValue = 0;
  #discardedStates = 0;

  /**
   * The set's correlations stand after those they refer to, as `assembleRules` gives them.
   * @throws SpoorError SIGMA_STATE_UNREADABLE
   */
  constructor(set: Pick<RuleSet, "rules" | "correlations">, options: CorrelationOptions = {}) {
    this.#latenessMs = options.latenessMs ?? LATENESS_MS;
    this.#store = options.store;
    this.#onLeftOut = options.onLeftOut ?? (() => undefined);
    this.#documents = new EventDocuments(options.store, options.documentUnitsMax ?? DOCUMENT_UNITS_MAX);
    const limits = { ...defaultCorrelationLimits, ...options };
    const nextNumber = (): number => this.#next++;
    const known = rulesByName(set);
    for (const correlation of set.correlations) {
      const key = ruleKey(correlation.metadata);
      const shelf = this.#store?.shelf(key);
      const ground = { limits, shelf, documents: this.#documents, nextNumber };
      const state = new CorrelationState(correlation, ground);
      this.#states.set(key, state);
      this.#asked.set(key, new Set());
      for (const [at, [name, referred]] of [...referredKeys(correlation, known)].entries()) {
        const names = [name, known.get(name)!.metadata.name, known.get(name)!.metadata.id];
        const groupFields = correlation.groupBy.map((field) => aliased(correlation, field, names));
        const subscription = { state, rule: at, groupFields };
        this.#subscriptions.set(referred, [...(this.#subscriptions.get(referred) ?? []), subscription]);
      }
    }
    for (const correlation of set.correlations.toReversed()) this.#ask(correlation);
    if (this.#store !== undefined) this.#restore(this.#store);
  }

  #restore(store: CorrelationStore): void {
    const head = store.head();
    if (head !== undefined) this.#clock.restore(head.clock);
    this.#events = head?.events ?? 0;
    this.#flushedEvents = this.#events;
    this.#next = head?.next ?? 1;
    const stored = store.definitions();
    for (const [key, definition] of stored) {
      const state = this.#states.get(key);
      if (state !== undefined && definitionOf(state.rule) === definition) continue;
      store.shelf(key).clear();
      this.#discardedStates++;
    }
    const uses = new Map<string, number>();
    for (const [key, state] of this.#states) {
      const definition = definitionOf(state.rule);
      if (stored.get(key) === definition) state.restore(uses);
      else store.shelf(key).putDefinition(definition);
      this.#dueMs = Math.min(this.#dueMs, state.dueMs);
    }
    this.#documents.restore(uses);
  }

  /** Writes what changes with every event, too: to be called before what is in the store counts. */
  flush(): void {
    if (this.#events === this.#flushedEvents) return;
    this.#flushedEvents = this.#events;
    const clock = this.#clock.state;
    this.#store?.putHead({ version: STORE_VERSION, clock, events: this.#events, next: this.#next });
  }

  /** Rules whose hits any correlation waits for. */
  get awaitedRules(): ReadonlySet<string> {
    return new Set(this.#subscriptions.keys());
  }

  /** Takes an event with its hits; gives the correlations that come true. */
  accept(event: DetectedEvent): CorrelationHit[] {
    this.#events++;
    this.#clock.see(event.timeMs);
    const hits = this.#advance();
    for (const [rule, fields] of event.hits) {
      if (!this.#subscriptions.has(rule)) continue;
      if (event.timeMs < this.#watermarkMs) this.#leaveOutLate(rule, event.timeMs);
      else this.#deliver(rule, event.timeMs, event.reference, fields, hits, event.document);
    }
    return hits;
  }

  /** An event that no correlation waits for: time goes on. */
  pass(timeMs: number): readonly CorrelationHit[] {
    this.#events++;
    this.#clock.see(timeMs);
    return this.#dueMs > this.#watermarkMs ? NO_HITS : this.#advance();
  }

  /** Lets time go on without an event: windows that are over at `timeMs` are judged. */
  advance(timeMs: number): CorrelationHit[] {
    this.#clock.advance(timeMs);
    return this.#advance();
  }

  #leaveOutLate(rule: string, timeMs: number): void {
    this.#late++;
    const behindMs = this.#clock.newestMs - timeMs;
    const detail = `event time ${timeMs} is ${behindMs} ms behind the newest event, beyond the ${this.#latenessMs} ms allowed`;
    this.#onLeftOut({ reason: "late", rule, correlation: undefined, detail });
  }

  /** As in the statistics. */
  get taken(): number {
    return this.#taken;
  }

  statistics(): CorrelationStatistics {
    const states = [...this.#states.values()];
    const sum = (of: (state: CorrelationState) => number): number =>
      states.reduce((total, each) => total + of(each), 0);
    return {
      events: this.#events,
      taken: this.#taken,
      late: this.#late,
      withoutGroup: this.#withoutGroup,
      withoutValue: this.#withoutValue,
      groups: sum(({ groups }) => groups),
      evictedGroups: sum(({ evictedGroups }) => evictedGroups),
      evictedItems: sum(({ evictedItems }) => evictedItems),
      droppedDocuments: this.#documents.dropped,
      hits: sum(({ hits }) => hits),
      discardedStates: this.#discardedStates,
    };
  }

  get #watermarkMs(): number {
    return this.#clock.newestMs - this.#latenessMs;
  }

  #advance(): CorrelationHit[] {
    const hits: CorrelationHit[] = [];
    if (this.#dueMs > this.#watermarkMs) return hits;
    for (const state of this.#states.values()) {
      if (state.dueMs > this.#watermarkMs) continue;
      for (const hit of state.advance(this.#watermarkMs)) this.#announce(hit, hits);
    }
    this.#dueMs = Infinity;
    for (const state of this.#states.values()) this.#dueMs = Math.min(this.#dueMs, state.dueMs);
    return hits;
  }

  #deliver(
    rule: string,
    timeMs: number,
    reference: string,
    fields: EventFields,
    hits: CorrelationHit[],
    document: string | undefined,
  ): void {
    for (const subscription of this.#subscriptions.get(rule) ?? []) {
      const { state, groupFields } = subscription;
      const values = groupFields.map((field) => fieldTexts(fields.get(field)).join(","));
      const value = valueOf(state.rule, fields);
      if (values.includes("") || value === null) {
        this.#leaveOutIncomplete(rule, subscription, values);
        continue;
      }
      const asked: Record<string, string> = {};
      for (const field of this.#asked.get(ruleKey(state.rule.metadata))!) {
        const text = fieldTexts(fields.get(field)).join(",");
        if (text !== "") asked[field] = text;
      }
      const item = {
        number: this.#next++,
        timeMs,
        event: this.#events,
        rule: subscription.rule,
        value,
        fields: asked,
        reference,
      };
      this.#taken++;
      const hit = state.add(values, item, this.#watermarkMs, document);
      this.#dueMs = Math.min(this.#dueMs, state.dueMs);
      if (hit !== undefined) this.#announce(hit, hits);
    }
  }

  #leaveOutIncomplete(rule: string, subscription: Subscription, values: readonly string[]): void {
    const { state, groupFields } = subscription;
    const correlation = ruleKey(state.rule.metadata);
    const missing = groupFields.filter((_, at) => values[at] === "");
    if (missing.length > 0) {
      this.#withoutGroup++;
      const detail = `the event has no ${missing.join(", ")}, which '${correlation}' groups by`;
      this.#onLeftOut({ reason: "without group", rule, correlation, detail });
      return;
    }
    this.#withoutValue++;
    const fields = state.rule.condition?.fields.join(", ") ?? "";
    const detail = `the event has no value of ${fields} that '${correlation}' could measure`;
    this.#onLeftOut({ reason: "without value", rule, correlation, detail });
  }

  /** A hit is an event to the correlations that refer to it: the last one that took part, with the group's fields. */
  #announce(hit: CorrelationHit, hits: CorrelationHit[]): void {
    hits.push(hit);
    const reference = hit.references.at(-1) ?? "";
    if (!this.#subscriptions.has(hit.key)) return;
    const fields = new RecordFields({ ...hit.fields, ...hit.group });
    this.#deliver(hit.key, hit.timeMs, reference, fields, hits, hit.document);
  }

  /** What a correlation needs of the events of those it refers to, and what is asked of it in turn. */
  #ask(correlation: CorrelationRule): void {
    const own = this.#asked.get(ruleKey(correlation.metadata))!;
    for (const [referred, subscriptions] of this.#subscriptions) {
      const asked = this.#asked.get(referred);
      const subscription = subscriptions.find(({ state }) => state.rule === correlation);
      if (asked === undefined || subscription === undefined) continue;
      for (const field of [...subscription.groupFields, ...(correlation.condition?.fields ?? []), ...own])
        asked.add(field);
    }
  }
}

/** What a rule, known by any of `names`, calls a field of `group-by`. */
function aliased(
  correlation: CorrelationRule,
  field: string,
  names: readonly (string | undefined)[],
): string {
  const alias = correlation.aliases.get(field);
  const name = names.find((each) => each !== undefined && alias?.has(each));
  return name === undefined ? field : alias!.get(name)!;
}

/** Undefined where the condition has no field, null where the event lacks what it needs. */
function valueOf(rule: CorrelationRule, fields: EventFields): string | undefined | null {
  const names = rule.condition?.fields ?? [];
  if (names.length === 0) return undefined;
  const texts = names.map((name) => fieldTexts(fields.get(name)).join(","));
  if (texts.includes("")) return null;
  const isCounted =
    rule.type === "value_count" ||
    (rule.type === "value_percentile" && rule.condition?.percentile === undefined);
  if (isCounted) return texts.length === 1 ? foldCase(texts[0]!) : JSON.stringify(texts.map(foldCase));
  return Math.abs(Number(texts[0])) <= NUMBER_MAX ? texts[0]! : null;
}

function definitionOf(rule: CorrelationRule): string {
  const { type, rules, groupBy, timespanMs, condition, aliases } = rule;
  return JSON.stringify([
    type,
    rules,
    groupBy,
    timespanMs,
    condition ?? null,
    [...aliases].map(([name, of]) => [name, [...of]]),
  ]);
}
