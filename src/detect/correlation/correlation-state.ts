/**
 * One correlation's memory (Sigma Correlation Rules Specification 2.1).
 *
 * A condition with lower bounds only (`gt`, `gte`), and a temporal one without condition, comes true at the event that
 * fulfils it: windows slide, each ends with an event and reaches back the time span. What took part in a hit is spent: a
 * thousand failures against "at least ten" are a hundred hits. A condition with an upper bound (`lt`, `lte`, `eq`, `neq`) can only
 * be judged when the time is over: windows tumble, in multiples of the time span since 1970, and are judged when events
 * have gone on beyond their end. Groups without any event are not known, so "fewer than" never speaks of them.
 *
 * Memory is bounded: hits a group and groups a correlation; what is pushed out is counted.
 */
import { foldCase } from "../expression/matcher.ts";
import type { CorrelationRule } from "../rule/sigma-document.ts";
import { ruleKey } from "../rule/sigma-document.ts";
import { REFERENCES_MAX } from "./correlation-item.ts";
import type { CorrelationHit, CorrelationItem } from "./correlation-item.ts";
import { EventWindow } from "./event-window.ts";
import type { MeasuredWindow } from "./event-window.ts";
import { boundHolds, measureFor } from "./measure.ts";

export interface CorrelationLimits {
  /** Hits remembered for one group. */
  readonly groupItemsMax: number;
  /** Groups remembered for one correlation. */
  readonly groupsMax: number;
}

export const defaultCorrelationLimits: CorrelationLimits = { groupItemsMax: 10_000, groupsMax: 100_000 };

/** A group's values in the order of `group-by`, as its first event had them. */
export type GroupValues = readonly string[];

export interface GroupSnapshot {
  readonly values: GroupValues;
  readonly items: readonly CorrelationItem[];
}

interface Group {
  readonly values: GroupValues;
  /** Of a tumbling window: when it began. */
  readonly startMs: number;
  readonly window: EventWindow;
}

export class CorrelationState {
  readonly rule: CorrelationRule;
  readonly #limits: CorrelationLimits;
  readonly #isTumbling: boolean;
  /** The group used longest ago stands first. */
  readonly #groups = new Map<string, Group>();
  /** When the first tumbling window is over. */
  #nextEndMs = Infinity;
  evictedItems = 0;
  evictedGroups = 0;
  hits = 0;

  constructor(rule: CorrelationRule, limits: CorrelationLimits) {
    this.rule = rule;
    this.#limits = limits;
    this.#isTumbling =
      rule.condition?.bounds.some(({ operator }) => operator !== "gt" && operator !== "gte") ?? false;
  }

  get groups(): number {
    return this.#groups.size;
  }

  /** Adds a hit to its group; gives the hit of the correlation that this makes, if it does. */
  add(values: GroupValues, item: CorrelationItem, watermarkMs: number): CorrelationHit | undefined {
    if (!this.#isTumbling) this.#forget(watermarkMs);
    const group = this.#group(values, item.timeMs);
    if (!this.#isTumbling) group.window.expire(watermarkMs - this.rule.timespanMs);
    const met = group.window.add(item);
    this.evictedItems += group.window.limit(this.#limits.groupItemsMax);
    return met === undefined ? undefined : this.#hit(group, met);
  }

  /** When `advance` has something to do next: the end of a tumbling window. */
  get dueMs(): number {
    return this.#nextEndMs;
  }

  /** Judges the tumbling windows that are over. */
  advance(watermarkMs: number): CorrelationHit[] {
    const hits: CorrelationHit[] = [];
    if (watermarkMs < this.#nextEndMs) return hits;
    this.#nextEndMs = Infinity;
    for (const [key, group] of this.#groups) {
      const endMs = group.startMs + this.rule.timespanMs;
      if (endMs > watermarkMs) {
        this.#nextEndMs = Math.min(this.#nextEndMs, endMs);
        continue;
      }
      this.#groups.delete(key);
      const met = this.#judge(group.window.items);
      if (met !== undefined) hits.push(this.#hit(group, met));
    }
    return hits;
  }

  /** Forgets sliding groups whose hits are too old to matter; those in use stand last. */
  #forget(watermarkMs: number): void {
    for (const [key, { window }] of this.#groups) {
      if (window.newestMs + this.rule.timespanMs > watermarkMs) break;
      this.#groups.delete(key);
    }
  }

  snapshot(): GroupSnapshot[] {
    return [...this.#groups.values()].map(({ values, window }) => ({ values, items: window.items }));
  }

  restore(groups: readonly GroupSnapshot[]): void {
    for (const { values, items } of groups) {
      const first = items[0];
      if (first !== undefined) this.#group(values, first.timeMs).window.restore(items);
    }
  }

  #group(values: GroupValues, timeMs: number): Group {
    const startMs = this.#isTumbling ? Math.floor(timeMs / this.rule.timespanMs) * this.rule.timespanMs : 0;
    const key = JSON.stringify([startMs, ...values.map(foldCase)]);
    let group = this.#groups.get(key);
    if (group === undefined) {
      // A tumbling window is judged at its end only, never while it fills.
      const holds = this.#isTumbling
        ? (): boolean => false
        : (measured: number): boolean => this.#holds(measured);
      group = { values, startMs, window: new EventWindow(this.rule, holds) };
      if (this.#groups.size >= this.#limits.groupsMax) this.#evict();
      if (this.#isTumbling) this.#nextEndMs = Math.min(this.#nextEndMs, startMs + this.rule.timespanMs);
    } else {
      this.#groups.delete(key);
    }
    this.#groups.set(key, group);
    return group;
  }

  #evict(): void {
    const [key, group] = this.#groups.entries().next().value!;
    this.#groups.delete(key);
    this.evictedGroups++;
    this.evictedItems += group.window.items.length;
  }

  #holds(measured: number): boolean {
    const { condition, rules } = this.rule;
    if (Number.isNaN(measured)) return false;
    if (condition === undefined) return measured >= new Set(rules).size;
    return condition.bounds.every(({ operator, value }) => boundHolds(operator, measured, value));
  }

  /** Of the share of a value: each value is judged, and those that meet the condition make the hit. */
  #judge(items: readonly CorrelationItem[]): MeasuredWindow | undefined {
    const newest = items.at(-1);
    if (newest === undefined) return undefined;
    const measure = measureFor(this.rule, () => items.slice(0, -1));
    for (const item of items) measure.add(item);
    const isShare = this.rule.type === "value_percentile" && this.rule.condition?.percentile === undefined;
    if (!isShare) {
      const measured = measure.value(newest);
      return this.#holds(measured) ? { items, measured } : undefined;
    }
    const met = items.filter((item) => this.#holds(measure.value(item)));
    return met.length === 0 ? undefined : { items: met, measured: measure.value(met[0]!) };
  }

  #hit({ values, startMs }: Group, { items, measured }: MeasuredWindow): CorrelationHit {
    this.hits++;
    const last = items.at(-1)!;
    const references = [...new Set(items.map(({ reference }) => reference))];
    return {
      key: ruleKey(this.rule.metadata),
      group: Object.fromEntries(this.rule.groupBy.map((name, at) => [name, values[at]!])),
      firstMs: items[0]!.timeMs,
      lastMs: last.timeMs,
      timeMs: this.#isTumbling ? startMs + this.rule.timespanMs : last.timeMs,
      items: items.length,
      measured,
      references: references.slice(-REFERENCES_MAX),
      fields: last.fields,
    };
  }
}
