/**
 * Hits that are kept for the timeline and the report, up to a limit. When it is full, a hit takes the place of one of a lower
 * level; and no rule has more than a share, so that one loud rule does not drive the others out. What is not kept is counted.
 */
import { LEVELS } from "../../detect/rule/sigma-document.ts";
import type { SigmaLevel } from "../../detect/rule/sigma-document.ts";
import { ruleKey } from "../../detect/rule/sigma-document.ts";
import { trimmed } from "./hit.ts";
import type { Hit } from "./hit.ts";

const RULE_SHARE = 0.1;
const RULE_LEAST = 10;

export class HitShelf {
  readonly #max: number;
  readonly #ruleMax: number;
  readonly #byLevel = new Map<SigmaLevel, Hit[]>(LEVELS.map((level) => [level, []]));
  readonly #ofRule = new Map<string, number>();
  #size = 0;
  #omitted = 0;

  constructor(max: number) {
    this.#max = max;
    this.#ruleMax = Math.max(RULE_LEAST, Math.floor(max * RULE_SHARE));
  }

  get omitted(): number {
    return this.#omitted;
  }

  /** Whether the hit will be kept: for others nothing need be explained. */
  wants(key: string, level: SigmaLevel): boolean {
    if ((this.#ofRule.get(key) ?? 0) >= this.#ruleMax) return false;
    return this.#size < this.#max || this.#lowerThan(level) !== undefined;
  }

  omit(): void {
    this.#omitted++;
  }

  add(hit: Hit): void {
    const key = ruleKey(hit.rule);
    if (!this.wants(key, hit.level)) {
      this.#omitted++;
      return;
    }
    if (this.#size >= this.#max) this.#drop(this.#lowerThan(hit.level)!);
    this.#byLevel.get(hit.level)!.push(trimmed(hit));
    this.#ofRule.set(key, (this.#ofRule.get(key) ?? 0) + 1);
    this.#size++;
  }

  /** In the order of time; those without a time last. */
  hits(): readonly Hit[] {
    return byTime([...this.#byLevel.values()].flat());
  }

  /** At most so many, those of the highest levels, in the order of time. */
  highest(count: number): readonly Hit[] {
    const all = LEVELS.toReversed().flatMap((level) => byTime(this.#byLevel.get(level)!));
    return byTime(all.slice(0, count));
  }

  #lowerThan(level: SigmaLevel): Hit[] | undefined {
    for (const lower of LEVELS) {
      if (lower === level) return undefined;
      const hits = this.#byLevel.get(lower)!;
      if (hits.length > 0) return hits;
    }
    return undefined;
  }

  #drop(hits: Hit[]): void {
    const key = ruleKey(hits.pop()!.rule);
    this.#ofRule.set(key, this.#ofRule.get(key)! - 1);
    this.#size--;
    this.#omitted++;
  }
}

function byTime(hits: readonly Hit[]): readonly Hit[] {
  return hits.toSorted((a, b) => (a.timeMs ?? Infinity) - (b.timeMs ?? Infinity) || 0);
}
