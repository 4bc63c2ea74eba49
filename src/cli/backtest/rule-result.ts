/** What one rule hit in a backtest: counts by day and host, values of its fields, and a few of the hits themselves. */
import type { CorrelationHit } from "../../detect/correlation/correlation-item.ts";
import { evaluate } from "../../detect/expression/evaluate.ts";
import { fieldTexts } from "../../detect/expression/event-fields.ts";
import type { EventFields } from "../../detect/expression/event-fields.ts";
import type { Expression } from "../../detect/expression/expression.ts";
import { testsOf } from "../../detect/expression/expression.ts";
import type { CorrelationRule, SigmaRule } from "../../detect/rule/sigma-document.ts";
import { correlationHit } from "../scan/hit.ts";
import type { Hit } from "../scan/hit.ts";
import { HitValues } from "./hit-values.ts";
import type { ValueCount } from "./hit-values.ts";

/** An exclusion that was tried: it leaves out hits for which `kept` does not hold. */
export interface TriedExclusion {
  readonly text: string;
  readonly kept: Expression;
}

/** Fields that hunters exclude by, whether the rule asks for them or not. */
const USUAL_FIELDS = ["Image", "ParentImage", "User", "SubjectUserName", "TargetUserName"];
const FIELDS_MAX = 20;
const UNKNOWN = "(none)";

export class RuleResult {
  readonly rule: SigmaRule | CorrelationRule;
  readonly days = new HitValues();
  readonly hosts = new HitValues();
  /** Of the rule's own fields first, then the usual ones. */
  readonly fields = new Map<string, HitValues>();
  readonly examples: Hit[] = [];
  readonly #tried: readonly (TriedExclusion & { cut: number })[];
  readonly #examplesMax: number;
  hits = 0;
  /** Hits that none of the exclusions tried would have left out. */
  left = 0;
  firstMs = Infinity;
  lastMs = -Infinity;

  constructor(rule: SigmaRule | CorrelationRule, tried: readonly TriedExclusion[], examplesMax: number) {
    this.rule = rule;
    this.#tried = tried.map((each) => ({ ...each, cut: 0 }));
    this.#examplesMax = examplesMax;
    if (rule.kind !== "rule") return;
    const own = [...testsOf(rule.expression)].flatMap(({ field }) => field ?? []);
    for (const field of [...new Set([...own, ...USUAL_FIELDS])].slice(0, FIELDS_MAX))
      this.fields.set(field, new HitValues());
  }

  /** How many hits each exclusion would have left out, by itself. */
  get tried(): readonly { readonly text: string; readonly cut: number }[] {
    return this.#tried;
  }

  /** @param fields the event under the rule's names; @param hit makes what an example shows */
  add(timeMs: number | undefined, host: string | undefined, fields: EventFields, hit: () => Hit): void {
    this.#count(timeMs, host);
    for (const [name, values] of this.fields)
      for (const text of fieldTexts(fields.get(name))) if (text !== "") values.add(text);
    let isLeft = true;
    for (const tried of this.#tried) {
      if (evaluate(tried.kept, fields)) continue;
      tried.cut++;
      isLeft = false;
    }
    if (isLeft) this.left++;
    if (this.examples.length < this.#examplesMax) this.examples.push(hit());
  }

  addCorrelation(found: CorrelationHit): void {
    if (this.rule.kind !== "correlation") return;
    const hit = correlationHit(this.rule, found);
    this.#count(hit.timeMs, hit.host);
    this.left++;
    for (const [name, value] of Object.entries(found.group)) {
      const values = this.fields.get(name) ?? new HitValues();
      this.fields.set(name, values);
      values.add(value);
    }
    if (this.examples.length < this.#examplesMax) this.examples.push(hit);
  }

  /**
   * Values that stand in many of the hits, and are not what the rule looks for itself: what one would look at to exclude by.
   */
  suggestions(most: number): readonly (ValueCount & { readonly field: string })[] {
    if (this.hits === 0) return [];
    return [...this.fields]
      .filter(([field, { distinct }]) => USUAL_FIELDS.includes(field) && distinct > 1)
      .flatMap(([field, values]) => values.top(1).map((each) => ({ ...each, field })))
      .filter(({ count }) => count > 1)
      .toSorted((a, b) => b.count - a.count)
      .slice(0, most);
  }

  #count(timeMs: number | undefined, host: string | undefined): void {
    this.hits++;
    this.days.add(timeMs === undefined ? UNKNOWN : dayOf(timeMs));
    this.hosts.add(host ?? UNKNOWN);
    if (timeMs === undefined) return;
    if (timeMs < this.firstMs) this.firstMs = timeMs;
    if (timeMs > this.lastMs) this.lastMs = timeMs;
  }
}

const TIME_MAX = 8.64e15;

function dayOf(ms: number): string {
  return Math.abs(ms) <= TIME_MAX ? new Date(ms).toISOString().slice(0, 10) : UNKNOWN;
}
