/**
 * One correlation's memory (Sigma Correlation Rules Specification 2.1).
 *
 * A condition with lower bounds only (`gt`, `gte`), and a temporal one without condition, comes true at the event that
 * fulfils it: windows slide, each ends with an event and reaches back the time span. What took part in a hit is spent: a
 * thousand failures against "at least ten" are a hundred hits. A condition with an upper bound (`lt`, `lte`, `eq`, `neq`) can only
 * be judged when the time is over: windows tumble, in multiples of the time span since 1970, and are judged when events
 * have gone on beyond their end. Groups without any event are not known, so "fewer than" never speaks of them.
 *
 * Memory is bounded: hits a group, groups and hits a correlation; what is pushed out is counted. All changes go to the
 * shelf, where there is one.
 */
import { foldCase } from "../expression/matcher.ts";
import type { CorrelationRule } from "../rule/sigma-document.ts";
import { ruleKey } from "../rule/sigma-document.ts";
import { REFERENCES_MAX } from "./correlation-item.ts";
import type { CorrelationHit, CorrelationItem } from "./correlation-item.ts";
import type { CorrelationShelf } from "./correlation-store.ts";
import type { EventDocuments } from "./event-documents.ts";
import { EventWindow } from "./event-window.ts";
import type { MeasuredWindow } from "./event-window.ts";
import { boundHolds, measureFor } from "./measure.ts";

export interface CorrelationLimits {
  /** Hits remembered for one group. */
  readonly groupItemsMax: number;
  /** Groups remembered for one correlation. */
  readonly groupsMax: number;
  /** Hits remembered for one correlation. */
  readonly itemsMax: number;
}

export const defaultCorrelationLimits: CorrelationLimits = {
  groupItemsMax: 10_000,
  groupsMax: 100_000,
  itemsMax: 500_000,
};

/** Groups that are not too old before those that are, in the order of use, that don't end the search. */
const LOOKED_BEYOND_MAX = 8;

/** A group's values in the order of `group-by`, as its first event had them. */
export type GroupValues = readonly string[];

/** Where a state's memory stands beside the process's. */
export interface StateGround {
  readonly limits: CorrelationLimits;
  readonly shelf: CorrelationShelf | undefined;
  readonly documents: EventDocuments;
  /** Numbers in growing order, one sequence for all states. */
  readonly nextNumber: () => number;
}

interface Group {
  readonly id: number;
  readonly values: GroupValues;
  /** Of a tumbling window: when it began. */
  readonly startMs: number;
  readonly window: EventWindow;
}

export class CorrelationState {
  readonly rule: CorrelationRule;
  readonly #ground: StateGround;
  readonly #isTumbling: boolean;
  /** The group used longest ago stands first. */
  readonly #groups = new Map<string, Group>();
  /** When the first tumbling window is over. */
  #nextEndMs = Infinity;
  #items = 0;
  evictedItems = 0;
  evictedGroups = 0;
  hits = 0;

  constructor(rule: CorrelationRule, ground: StateGround) {
    this.rule = rule;
    this.#ground = ground;
    this.#isTumbling =
      rule.condition?.bounds.some(({ operator }) => operator !== "gt" && operator !== "gte") ?? false;
  }

  get groups(): number {
    return this.#groups.size;
  }

  /**
   * Adds a hit to its group; gives the hit of the correlation that this makes, if it does.
   * @param document of the item's event
   */
  add(
    values: GroupValues,
    item: CorrelationItem,
    watermarkMs: number,
    document?: string,
  ): CorrelationHit | undefined {
    const { limits, documents, shelf } = this.#ground;
    if (!this.#isTumbling) this.#forget(watermarkMs);
    const [key, group] = this.#group(values, item.timeMs);
    const { window } = group;
    if (!this.#isTumbling) this.#leave(group, window.expire(watermarkMs - this.rule.timespanMs));
    this.#items++;
    shelf?.putItem(group.id, item);
    documents.use(item.reference, item.number, document);
    const met = window.add(item);
    const beyond = window.limit(limits.groupItemsMax);
    this.evictedItems += beyond.length;
    this.#leave(group, beyond);
    const hit = met === undefined ? undefined : this.#hit(group, met);
    if (met !== undefined) this.#leave(group, met.items);
    if (window.items.length === 0) this.#dropGroup(key, group);
    while (this.#items > limits.itemsMax && this.#groups.size > 1) this.#evict();
    return hit;
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
      const met = this.#judge(group.window.items);
      if (met !== undefined) hits.push(this.#hit(group, met));
      this.#dropGroup(key, group);
    }
    return hits;
  }

  /**
   * Forgets sliding groups whose hits are too old to matter; those in use stand last. It looks beyond a few that are not, which
   * a wrong clock may have put far into the future.
   */
  #forget(watermarkMs: number): void {
    let kept = 0;
    for (const [key, group] of this.#groups) {
      if (group.window.newestMs + this.rule.timespanMs <= watermarkMs) this.#dropGroup(key, group);
      else if (++kept > LOOKED_BEYOND_MAX) break;
    }
  }

  /** Takes up what the shelf has. @param uses counts the items of each reference */
  restore(uses: Map<string, number>): void {
    for (const { id, values, items } of this.#ground.shelf?.groups() ?? []) {
      const first = items[0];
      if (first === undefined) continue;
      const startMs = this.#startOf(first.timeMs);
      const group = this.#newGroup(id, values, startMs);
      group.window.restore(items);
      this.#groups.set(groupKey(values, startMs), group);
      this.#items += items.length;
      for (const { reference } of items) uses.set(reference, (uses.get(reference) ?? 0) + 1);
    }
  }

  #startOf(timeMs: number): number {
    const { timespanMs } = this.rule;
    return this.#isTumbling ? Math.floor(timeMs / timespanMs) * timespanMs : 0;
  }

  #group(values: GroupValues, timeMs: number): readonly [key: string, group: Group] {
    const { limits, shelf, nextNumber } = this.#ground;
    const startMs = this.#startOf(timeMs);
    const key = groupKey(values, startMs);
    const used = nextNumber();
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = this.#newGroup(used, values, startMs);
      if (this.#groups.size >= limits.groupsMax) this.#evict();
    } else {
      this.#groups.delete(key);
    }
    this.#groups.set(key, group);
    shelf?.putGroup(group.id, { values: group.values, used });
    return [key, group];
  }

  #newGroup(id: number, values: GroupValues, startMs: number): Group {
    // A tumbling window is judged at its end only, never while it fills.
    const holds = this.#isTumbling
      ? (): boolean => false
      : (measured: number): boolean => this.#holds(measured);
    if (this.#isTumbling) this.#nextEndMs = Math.min(this.#nextEndMs, startMs + this.rule.timespanMs);
    return { id, values, startMs, window: new EventWindow(this.rule, holds) };
  }

  #evict(): void {
    const [key, group] = this.#groups.entries().next().value!;
    this.evictedGroups++;
    this.evictedItems += group.window.items.length;
    this.#dropGroup(key, group);
  }

  #dropGroup(key: string, group: Group): void {
    this.#groups.delete(key);
    this.#leave(group, group.window.items);
    this.#ground.shelf?.deleteGroup(group.id);
  }

  /** Items that are no longer in the group's window. */
  #leave(group: Group, items: readonly CorrelationItem[]): void {
    const { shelf, documents } = this.#ground;
    this.#items -= items.length;
    for (const { number, reference } of items) {
      shelf?.deleteItem(group.id, number);
      documents.release(reference);
    }
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
      document: this.#ground.documents.get(last.reference),
    };
  }
}

function groupKey(values: GroupValues, startMs: number): string {
  return JSON.stringify([startMs, ...values.map(foldCase)]);
}
