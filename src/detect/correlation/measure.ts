/** What a correlation's condition is compared with, kept up to date as hits enter and leave a window. */
import type { CorrelationRule, CountOperator } from "../rule/sigma-document.ts";
import type { CorrelationItem } from "./correlation-item.ts";
import { ExactSum } from "./exact-sum.ts";

export interface Measure {
  add(item: CorrelationItem): void;
  /** Takes back an item that was added. */
  remove(item: CorrelationItem): void;
  /** Of the window whose newest item is `newest`; NaN where there is nothing to measure. */
  value(newest: CorrelationItem): number;
}

/** A measure for the correlation; `items` gives the window's items in order, for what must see them in order. */
export function measureFor(rule: CorrelationRule, items: () => readonly CorrelationItem[]): Measure {
  switch (rule.type) {
    case "event_count":
      return new CountMeasure();
    case "value_count":
      return new DistinctMeasure(({ value }) => value!);
    case "temporal":
      return new DistinctMeasure((item) => item.rule);
    case "temporal_ordered":
      return new OrderMeasure(items, leastNeeded(rule));
    case "value_sum":
      return new SumMeasure(false);
    case "value_avg":
      return new SumMeasure(true);
    case "value_median":
      return new PercentileMeasure(50);
    case "value_percentile": {
      const percentile = rule.condition?.percentile;
      return percentile === undefined ? new ShareMeasure() : new PercentileMeasure(percentile);
    }
  }
}

export function boundHolds(operator: CountOperator, measured: number, bound: number): boolean {
  switch (operator) {
    case "gt":
      return measured > bound;
    case "gte":
      return measured >= bound;
    case "lt":
      return measured < bound;
    case "lte":
      return measured <= bound;
    case "eq":
      return measured === bound;
    case "neq":
      return measured !== bound;
  }
}

class CountMeasure implements Measure {
  #count = 0;

  add(): void {
    this.#count++;
  }

  remove(): void {
    this.#count--;
  }

  value(): number {
    return this.#count;
  }
}

class DistinctMeasure implements Measure {
  readonly #keyOf: (item: CorrelationItem) => string | number;
  readonly #counts = new Map<string | number, number>();

  constructor(keyOf: (item: CorrelationItem) => string | number) {
    this.#keyOf = keyOf;
  }

  add(item: CorrelationItem): void {
    const key = this.#keyOf(item);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  remove(item: CorrelationItem): void {
    const key = this.#keyOf(item);
    const count = this.#counts.get(key)! - 1;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }

  value(): number {
    return this.#counts.size;
  }
}

/** What a temporal condition cannot hold below. */
function leastNeeded({ condition, rules }: CorrelationRule): number {
  if (condition === undefined) return new Set(rules).size;
  const lower = condition.bounds.filter(({ operator }) => operator === "gt" || operator === "gte");
  return lower.length === condition.bounds.length ? Math.max(...lower.map(({ value }) => value)) : 0;
}

/**
 * How many of the rules hit in their order: the longest chain of ever later events and ever later rules. It is looked for
 * only when enough rules have hit at all; before that, their number is the answer, which is too small either way.
 */
class OrderMeasure implements Measure {
  readonly #items: () => readonly CorrelationItem[];
  readonly #needed: number;
  readonly #rules = new DistinctMeasure((item) => item.rule);

  constructor(items: () => readonly CorrelationItem[], needed: number) {
    this.#items = items;
    this.#needed = needed;
  }

  add(item: CorrelationItem): void {
    this.#rules.add(item);
  }

  remove(item: CorrelationItem): void {
    this.#rules.remove(item);
  }

  value(newest: CorrelationItem): number {
    const rules = this.#rules.value();
    return rules < this.#needed ? rules : this.#longestChain(newest);
  }

  #longestChain(newest: CorrelationItem): number {
    /** By rule: the longest chain that ends with it. */
    const chains = new Map<number, number>();
    let longest = 0;
    let open: { readonly rule: number; readonly length: number }[] = [];
    let event = -1;
    for (const item of [...this.#items(), newest]) {
      if (item.event !== event) {
        for (const { rule, length } of open) chains.set(rule, Math.max(chains.get(rule) ?? 0, length));
        open = [];
        event = item.event;
      }
      let before = 0;
      for (let rule = 0; rule < item.rule; rule++) before = Math.max(before, chains.get(rule) ?? 0);
      open.push({ rule: item.rule, length: before + 1 });
      longest = Math.max(longest, before + 1);
    }
    return longest;
  }
}

class SumMeasure implements Measure {
  readonly #isAverage: boolean;
  readonly #sum = new ExactSum();
  #count = 0;

  constructor(isAverage: boolean) {
    this.#isAverage = isAverage;
  }

  add(item: CorrelationItem): void {
    this.#sum.add(Number(item.value));
    this.#count++;
  }

  remove(item: CorrelationItem): void {
    this.#count--;
    this.#sum.add(-Number(item.value));
  }

  value(): number {
    return this.#isAverage ? this.#sum.value / this.#count : this.#sum.value;
  }
}

/** Between two values that the percentile falls between: their weighted mean (linear interpolation). */
class PercentileMeasure implements Measure {
  readonly #percentile: number;
  readonly #sorted: number[] = [];

  constructor(percentile: number) {
    this.#percentile = percentile;
  }

  add(item: CorrelationItem): void {
    const value = Number(item.value);
    this.#sorted.splice(this.#placeOf(value), 0, value);
  }

  remove(item: CorrelationItem): void {
    this.#sorted.splice(this.#placeOf(Number(item.value)), 1);
  }

  value(): number {
    const at = ((this.#sorted.length - 1) * this.#percentile) / 100;
    const [low, high] = [this.#sorted[Math.floor(at)], this.#sorted[Math.ceil(at)]];
    return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (at - Math.floor(at));
  }

  /** The first place whose value is not smaller. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** In percent, how many of the window's values are the newest's. */
class ShareMeasure implements Measure {
  readonly #counts = new Map<string, number>();
  #total = 0;

  add({ value }: CorrelationItem): void {
    this.#counts.set(value!, (this.#counts.get(value!) ?? 0) + 1);
    this.#total++;
  }

  remove({ value }: CorrelationItem): void {
    const count = this.#counts.get(value!)! - 1;
    if (count === 0) this.#counts.delete(value!);
    else this.#counts.set(value!, count);
    this.#total--;
  }

  value(newest: CorrelationItem): number {
    return (100 * (this.#counts.get(newest.value!) ?? 0)) / this.#total;
  }
}
