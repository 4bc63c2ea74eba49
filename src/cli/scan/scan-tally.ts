/** All hits, counted by level, rule, host, tactic, technique and day. */
import type { AttackCatalogue } from "../../attack/catalogue/attack-catalogue.ts";
import { TechniqueTally } from "../../attack/coverage/technique-tally.ts";
import { attackTags } from "../../detect/rule/attack-tags.ts";
import { LEVELS, ruleKey } from "../../detect/rule/sigma-document.ts";
import type { RuleMetadata, SigmaLevel } from "../../detect/rule/sigma-document.ts";
import type { Hit } from "./hit.ts";
import { TimeHistogram } from "./time-histogram.ts";

export interface RuleCount {
  readonly rule: RuleMetadata;
  readonly level: SigmaLevel;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  count: number;
  firstMs: number;
  lastMs: number;
}

export interface NamedCount {
  readonly name: string;
  count: number;
  /** The highest level among its hits. */
  level: SigmaLevel;
  /** As `LEVELS` has them. */
  readonly byLevel: number[];
}

/** Hosts and days come from events: a file of nonsense must not fill the memory. */
const NAMES_MAX = 10_000;
/** What further hosts and days count as. */
export const OTHERS = "(others)";
export const NO_HOST = "(no host)";
export const NO_TIME = "(no time)";

export class ScanTally {
  readonly techniques: TechniqueTally;
  readonly times = new TimeHistogram();
  readonly #catalogue: AttackCatalogue;
  readonly #levels = new Map<SigmaLevel, number>();
  readonly #rules = new Map<string, RuleCount>();
  readonly #hosts = new Map<string, NamedCount>();
  readonly #days = new Map<string, NamedCount>();
  readonly #tactics = new Map<string, NamedCount>();
  hits = 0;

  constructor(catalogue: AttackCatalogue) {
    this.#catalogue = catalogue;
    this.techniques = new TechniqueTally(catalogue);
  }

  add(hit: Pick<Hit, "rule" | "level" | "host" | "time" | "timeMs">): void {
    const { level } = hit;
    this.hits++;
    this.#levels.set(level, (this.#levels.get(level) ?? 0) + 1);
    const rule = this.#ruleCount(hit.rule, level);
    rule.count++;
    if (hit.timeMs !== undefined) {
      rule.firstMs = Math.min(rule.firstMs, hit.timeMs);
      rule.lastMs = Math.max(rule.lastMs, hit.timeMs);
    }
    this.times.add(hit.timeMs, level);
    addTo(this.#hosts, hit.host ?? NO_HOST, level);
    addTo(this.#days, hit.time?.slice(0, "2026-01-01".length) ?? NO_TIME, level);
    for (const tactic of rule.tactics) addTo(this.#tactics, tactic, level);
    this.techniques.addAll(rule.techniques, 1, hit.rule.title);
  }

  /** From the highest level down; each level, also those without hits. */
  levels(): readonly { readonly level: SigmaLevel; readonly count: number }[] {
    return LEVELS.toReversed().map((level) => ({ level, count: this.#levels.get(level) ?? 0 }));
  }

  countFrom(least: SigmaLevel): number {
    const from = LEVELS.indexOf(least);
    return LEVELS.slice(from).reduce((sum, level) => sum + (this.#levels.get(level) ?? 0), 0);
  }

  /** The highest levels first, of one level the loudest. */
  rules(): readonly RuleCount[] {
    return [...this.#rules.values()].toSorted(
      (a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || b.count - a.count,
    );
  }

  hosts(): readonly NamedCount[] {
    return byCount(this.#hosts);
  }

  /** In the order of time. */
  days(): readonly NamedCount[] {
    return [...this.#days.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** In the order of the matrix, by their titles; a hit counts for each tactic of its rule. */
  tactics(): readonly NamedCount[] {
    const known = this.#catalogue.tactics.flatMap(({ shortName }) => this.#tactics.get(shortName) ?? []);
    const others = byCount(this.#tactics).filter((each) => !known.some(({ name }) => name === each.name));
    return [...known, ...others].map((each) => ({ ...each, name: this.#titleOf(each.name) }));
  }

  /** Titles of the tactics of a rule that was counted. */
  tacticsOf(rule: RuleMetadata): readonly string[] {
    return (this.#rules.get(ruleKey(rule))?.tactics ?? []).map((tactic) => this.#titleOf(tactic));
  }

  /** A tactic that the catalogue does not have has its name in the manner of titles: "Defense Impairment". */
  #titleOf(tactic: string): string {
    const known = this.#catalogue.tactics.find(({ shortName }) => shortName === tactic);
    const words = tactic.split("-").map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
    return known?.title ?? words.join(" ");
  }

  #ruleCount(rule: RuleMetadata, level: SigmaLevel): RuleCount {
    const key = ruleKey(rule);
    let known = this.#rules.get(key);
    if (known === undefined) {
      const { techniques, tactics } = attackTags(rule.tags);
      // A rule may name a technique and leave its tactics out.
      const ofTechniques = techniques
        .flatMap((id) => this.#catalogue.tacticsOf(id))
        .map((each) => each.shortName);
      const named = tactics.length > 0 ? tactics : [...new Set(ofTechniques)];
      known = { rule, level, techniques, tactics: named, count: 0, firstMs: Infinity, lastMs: -Infinity };
      this.#rules.set(key, known);
    }
    return known;
  }
}

function addTo(counts: Map<string, NamedCount>, name: string, level: SigmaLevel): void {
  const kept = counts.has(name) || counts.size < NAMES_MAX ? name : OTHERS;
  const known = counts.get(kept);
  const byLevel = known?.byLevel ?? LEVELS.map(() => 0);
  byLevel[LEVELS.indexOf(level)]!++;
  if (known === undefined) {
    counts.set(kept, { name: kept, count: 1, level, byLevel });
    return;
  }
  known.count++;
  if (LEVELS.indexOf(level) > LEVELS.indexOf(known.level)) known.level = level;
}

function byCount(counts: ReadonlyMap<string, NamedCount>): NamedCount[] {
  return [...counts.values()].toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
