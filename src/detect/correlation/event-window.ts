/** The hits of one group that may still matter, in the order of their times. */
import type { CorrelationRule } from "../rule/sigma-document.ts";
import type { CorrelationItem } from "./correlation-item.ts";
import { measureFor } from "./measure.ts";
import type { Measure } from "./measure.ts";

export interface MeasuredWindow {
  readonly items: readonly CorrelationItem[];
  readonly measured: number;
}

export class EventWindow {
  readonly #rule: CorrelationRule;
  readonly #holds: (measured: number) => boolean;
  #items: CorrelationItem[] = [];
  /** Measures the items from `#start` on: the window of the newest item. */
  #measure: Measure;
  #start = 0;

  constructor(rule: CorrelationRule, holds: (measured: number) => boolean) {
    this.#rule = rule;
    this.#holds = holds;
    this.#measure = this.#newMeasure();
  }

  get items(): readonly CorrelationItem[] {
    return this.#items;
  }

  get newestMs(): number {
    return this.#items.at(-1)?.timeMs ?? -Infinity;
  }

  /**
   * Adds an item and gives the first window, each ending with an item and reaching back a time span (both ends
   * included), for which the condition holds now; what is in that window is spent and leaves. Items may come in any order.
   */
  add(item: CorrelationItem): MeasuredWindow | undefined {
    const at = placeOf(this.#items, item);
    if (at < this.#items.length) return this.#addBetween(item, at);
    this.#items.push(item);
    this.#measure.add(item);
    while (this.#items[this.#start]!.timeMs < item.timeMs - this.#rule.timespanMs)
      this.#measure.remove(this.#items[this.#start++]!);
    const measured = this.#measure.value(item);
    return this.#holds(measured) ? this.#spend(this.#start, this.#items.length, measured) : undefined;
  }

  /** Drops what is older than `timeMs`, and gives it. */
  expire(timeMs: number): readonly CorrelationItem[] {
    let count = 0;
    while (count < this.#items.length && this.#items[count]!.timeMs < timeMs) count++;
    return this.#drop(count);
  }

  /** Drops the oldest items beyond `itemsMax`, and gives them. */
  limit(itemsMax: number): readonly CorrelationItem[] {
    return this.#drop(Math.max(0, this.#items.length - itemsMax));
  }

  /** Takes up items that were stored: in order, no condition is checked. */
  restore(items: readonly CorrelationItem[]): void {
    this.#items = [...items];
    this.#remeasure();
  }

  #drop(count: number): readonly CorrelationItem[] {
    if (count === 0) return NO_ITEMS;
    for (let at = this.#start; at < count; at++) this.#measure.remove(this.#items[at]!);
    const dropped = this.#items.splice(0, count);
    this.#start = Math.max(0, this.#start - count);
    return dropped;
  }

  /** An item that came late: it is in the windows of some items after it, which are measured anew. */
  #addBetween(item: CorrelationItem, at: number): MeasuredWindow | undefined {
    this.#items.splice(at, 0, item);
    this.#remeasure();
    for (let last = at; last < this.#items.length; last++) {
      const newest = this.#items[last]!;
      if (newest.timeMs > item.timeMs + this.#rule.timespanMs) break;
      const start = this.#windowStart(newest);
      const measure = measureFor(this.#rule, () => this.#items.slice(start, last));
      for (let index = start; index <= last; index++) measure.add(this.#items[index]!);
      const measured = measure.value(newest);
      if (this.#holds(measured)) return this.#spend(start, last + 1, measured);
    }
    return undefined;
  }

  #windowStart(newest: CorrelationItem): number {
    const start = this.#items.findIndex(({ timeMs }) => timeMs >= newest.timeMs - this.#rule.timespanMs);
    return start === -1 ? this.#items.length : start;
  }

  #spend(start: number, end: number, measured: number): MeasuredWindow {
    const items = this.#items.splice(start, end - start);
    this.#remeasure();
    return { items, measured };
  }

  #remeasure(): void {
    const newest = this.#items.at(-1);
    this.#start = newest === undefined ? 0 : this.#windowStart(newest);
    this.#measure = this.#newMeasure();
    for (const item of this.#items.slice(this.#start)) this.#measure.add(item);
  }

  #newMeasure(): Measure {
    return measureFor(this.#rule, () => this.#items.slice(this.#start, -1));
  }
}

const NO_ITEMS: readonly CorrelationItem[] = [];

/** After all items that are not later. */
function placeOf(items: readonly CorrelationItem[], { timeMs }: CorrelationItem): number {
  let at = items.length;
  while (at > 0 && items[at - 1]!.timeMs > timeMs) at--;
  return at;
}
