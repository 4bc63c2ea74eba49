/**
 * Correlations over a live stream, in the time of the events. Hits of rules come in as their events come; correlations of
 * correlations see the hits of those as events.
 *
 * Events may come out of order: time stands `latenessMs` behind the newest event, and what comes later than that is left
 * out and counted. The same hits in the same order always give the same correlations, also across a restart from a
 * {@link CorrelationSnapshot}.
 */
import { fieldTexts, RecordFields } from "../expression/event-fields.ts";
import type { EventFields } from "../expression/event-fields.ts";
import { foldCase } from "../expression/matcher.ts";
import { sigmaErrors } from "../errors.ts";
import { referredKeys, rulesByName } from "../rule/rule-set.ts";
import type { RuleSet } from "../rule/rule-set.ts";
import { ruleKey } from "../rule/sigma-document.ts";
import type { CorrelationRule } from "../rule/sigma-document.ts";
import type { CorrelationHit } from "./correlation-item.ts";
import { CorrelationState, defaultCorrelationLimits } from "./correlation-state.ts";
import type { CorrelationLimits, GroupSnapshot } from "./correlation-state.ts";

/** An event and the rules that hit it. */
export interface DetectedEvent {
  readonly timeMs: number;
  /** A name for the event that the caller can find it by. */
  readonly reference: string;
  /** By rule key, the event under the rule's field names. */
  readonly hits: ReadonlyMap<string, EventFields>;
}

export interface CorrelationOptions extends Partial<CorrelationLimits> {
  /** How far behind the newest event's time an event may be. */
  readonly latenessMs?: number;
}

export const LATENESS_MS = 5 * 60_000;

export interface CorrelationSnapshot {
  readonly version: 1;
  readonly newestMs: number | null;
  readonly events: number;
  /** By correlation key; `definition` tells whether the correlation is still the same. */
  readonly correlations: Readonly<
    Record<string, { readonly definition: string; readonly groups: readonly GroupSnapshot[] }>
  >;
}

export interface CorrelationStatistics {
  readonly events: number;
  /** Hits of rules left out because they came too late. */
  readonly late: number;
  /** Hits without a field that the group needs. */
  readonly withoutGroup: number;
  /** Hits without a value, or a number, that the condition needs. */
  readonly withoutValue: number;
  readonly groups: number;
  readonly evictedGroups: number;
  readonly evictedItems: number;
  readonly hits: number;
  /** Correlations of a snapshot that are gone or no longer the same, whose state was given up. */
  readonly discardedStates: number;
}

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
  #newestMs = -Infinity;
  #events = 0;
  #late = 0;
  #withoutGroup = 0;
  #withoutValue = 0;
  #discardedStates = 0;

  /** The set's correlations stand after those they refer to, as `assembleRules` gives them. */
  constructor(set: Pick<RuleSet, "rules" | "correlations">, options: CorrelationOptions = {}) {
    this.#latenessMs = options.latenessMs ?? LATENESS_MS;
    const limits = { ...defaultCorrelationLimits, ...options };
    const known = rulesByName(set);
    for (const correlation of set.correlations) {
      const key = ruleKey(correlation.metadata);
      const state = new CorrelationState(correlation, limits);
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
  }

  /** Rules whose hits any correlation waits for. */
  get awaitedRules(): ReadonlySet<string> {
    return new Set(this.#subscriptions.keys());
  }

  /** Takes an event with its hits; gives the correlations that come true. */
  accept(event: DetectedEvent): CorrelationHit[] {
    this.#events++;
    this.#newestMs = Math.max(this.#newestMs, event.timeMs);
    const hits = this.#advance();
    for (const [rule, fields] of event.hits) {
      if (!this.#subscriptions.has(rule)) continue;
      if (event.timeMs < this.#watermarkMs) this.#late++;
      else this.#deliver(rule, event.timeMs, event.reference, fields, hits);
    }
    return hits;
  }

  /** Lets time go on without an event: windows that are over at `timeMs` are judged. */
  advance(timeMs: number): CorrelationHit[] {
    this.#newestMs = Math.max(this.#newestMs, timeMs);
    return this.#advance();
  }

  snapshot(): CorrelationSnapshot {
    const correlations = [...this.#states].map(([key, state]) => [
      key,
      { definition: definitionOf(state.rule), groups: state.snapshot() },
    ]);
    const newestMs = Number.isFinite(this.#newestMs) ? this.#newestMs : null;
    return { version: 1, newestMs, events: this.#events, correlations: Object.fromEntries(correlations) };
  }

  /** @throws SpoorError SIGMA_STATE_UNREADABLE */
  restore(snapshot: CorrelationSnapshot): void {
    if (snapshot.version !== 1 || typeof snapshot.correlations !== "object") {
      const message = "the snapshot of correlation state is of another version";
      throw sigmaErrors.STATE_UNREADABLE({ message, hint: "start without it: correlations begin anew" });
    }
    this.#newestMs = snapshot.newestMs ?? -Infinity;
    this.#events = snapshot.events;
    for (const [key, { definition, groups }] of Object.entries(snapshot.correlations)) {
      const state = this.#states.get(key);
      if (state !== undefined && definitionOf(state.rule) === definition) state.restore(groups);
      else this.#discardedStates++;
    }
  }

  statistics(): CorrelationStatistics {
    const states = [...this.#states.values()];
    const sum = (of: (state: CorrelationState) => number): number =>
      states.reduce((total, each) => total + of(each), 0);
    return {
      events: this.#events,
      late: this.#late,
      withoutGroup: this.#withoutGroup,
      withoutValue: this.#withoutValue,
      groups: sum(({ groups }) => groups),
      evictedGroups: sum(({ evictedGroups }) => evictedGroups),
      evictedItems: sum(({ evictedItems }) => evictedItems),
      hits: sum(({ hits }) => hits),
      discardedStates: this.#discardedStates,
    };
  }

  get #watermarkMs(): number {
    return this.#newestMs - this.#latenessMs;
  }

  #advance(): CorrelationHit[] {
    const hits: CorrelationHit[] = [];
    for (const state of this.#states.values()) {
      if (state.dueMs > this.#watermarkMs) continue;
      for (const hit of state.advance(this.#watermarkMs)) this.#announce(hit, hits);
    }
    return hits;
  }

  #deliver(
    rule: string,
    timeMs: number,
    reference: string,
    fields: EventFields,
    hits: CorrelationHit[],
  ): void {
    for (const subscription of this.#subscriptions.get(rule) ?? []) {
      const { state } = subscription;
      const values = subscription.groupFields.map((field) => fieldTexts(fields.get(field)).join(","));
      if (values.includes("")) {
        this.#withoutGroup++;
        continue;
      }
      const value = valueOf(state.rule, fields);
      if (value === null) {
        this.#withoutValue++;
        continue;
      }
      const asked: Record<string, string> = {};
      for (const field of this.#asked.get(ruleKey(state.rule.metadata))!) {
        const text = fieldTexts(fields.get(field)).join(",");
        if (text !== "") asked[field] = text;
      }
      const item = { timeMs, event: this.#events, rule: subscription.rule, value, fields: asked, reference };
      const hit = state.add(values, item, this.#watermarkMs);
      if (hit !== undefined) this.#announce(hit, hits);
    }
  }

  /** A hit is an event to the correlations that refer to it: the last one that took part, with the group's fields. */
  #announce(hit: CorrelationHit, hits: CorrelationHit[]): void {
    hits.push(hit);
    const reference = hit.references.at(-1) ?? "";
    if (!this.#subscriptions.has(hit.key)) return;
    this.#deliver(hit.key, hit.timeMs, reference, new RecordFields({ ...hit.fields, ...hit.group }), hits);
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
  return Number.isFinite(Number(texts[0])) ? texts[0]! : null;
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
