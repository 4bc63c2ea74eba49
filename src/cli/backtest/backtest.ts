/**
 * Events of the past through the rules that run on the stream: the matcher is the same and sees the same events, so what it
 * would have hit is what it hits here.
 */
import { CorrelationEngine } from "../../detect/correlation/correlation-engine.ts";
import type { CorrelationHit } from "../../detect/correlation/correlation-item.ts";
import { RawEventFields } from "../../detect/events/raw-event-fields.ts";
import type { EventFields } from "../../detect/expression/event-fields.ts";
import type { LogSourceMap } from "../../detect/log-sources/log-source-map.ts";
import { RuleMatcher } from "../../detect/matching/rule-matcher.ts";
import { ruleKey } from "../../detect/rule/sigma-document.ts";
import type { RawEvent } from "../../events/shapes/raw-event.ts";
import { eventHit } from "../scan/hit.ts";
import type { BacktestRules } from "./backtest-rules.ts";
import { RuleResult } from "./rule-result.ts";
import type { TriedExclusion } from "./rule-result.ts";

/** Times of events, milliseconds since 1970; the end is not in it. */
export interface TimeRange {
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
}

export interface BacktestOptions {
  readonly logSources: LogSourceMap;
  readonly range: TimeRange;
  /** By rule key. */
  readonly exclusions: ReadonlyMap<string, readonly TriedExclusion[]>;
  /** Hits of one rule that are kept as examples. */
  readonly examplesMax: number;
}

export class Backtest {
  readonly #matcher: RuleMatcher;
  readonly #correlations: CorrelationEngine;
  readonly #hasCorrelations: boolean;
  readonly #range: TimeRange;
  readonly #results: ReadonlyMap<string, RuleResult>;
  /** Events of the range that rules were tried on. */
  events = 0;
  /** Events outside the range, and those that say no time where a range was asked for. */
  outside = 0;
  untimed = 0;
  firstMs = Infinity;
  lastMs = -Infinity;

  constructor(
    { named, set }: BacktestRules,
    { logSources, range, exclusions, examplesMax }: BacktestOptions,
  ) {
    this.#matcher = new RuleMatcher(logSources, set.rules);
    this.#correlations = new CorrelationEngine(set);
    this.#hasCorrelations = set.correlations.length > 0;
    this.#range = range;
    this.#results = new Map(
      named.map((rule) => {
        const key = ruleKey(rule.metadata);
        return [key, new RuleResult(rule, exclusions.get(key) ?? [], examplesMax)];
      }),
    );
  }

  /** In the order in which the rules were named. */
  get results(): readonly RuleResult[] {
    return [...this.#results.values()];
  }

  /** Hits that came too late for correlations: events were not in the order of time. */
  get lateHits(): number {
    return this.#correlations.statistics().late;
  }

  accept(event: RawEvent, file: string): void {
    const timeMs = event.system.time?.epochMs;
    if (!this.#isInRange(timeMs)) return;
    this.events++;
    if (timeMs !== undefined) this.#seen(timeMs);
    const fields = new RawEventFields(event);
    const hits = this.#matcher.match(fields);
    const correlated = new Map<string, EventFields>();
    for (const rule of hits) {
      const key = ruleKey(rule.metadata);
      const own = this.#matcher.fieldsFor(rule, fields);
      if (this.#hasCorrelations) correlated.set(key, own);
      const explained = (): ReturnType<typeof eventHit> =>
        eventHit(rule.metadata, event, file, this.#matcher.explain(rule, fields));
      this.#results.get(key)?.add(timeMs, event.system.computer, own, explained);
    }
    if (!this.#hasCorrelations) return;
    const { recordId } = event.system;
    const reference = recordId === undefined ? file : `${file}, record ${recordId}`;
    this.#correlated(this.#correlations.accept({ timeMs: timeMs ?? 0, reference, hits: correlated }));
  }

  /** Correlations that wait for the end of a time span are judged. */
  end(): void {
    this.#correlated(this.#correlations.advance(Number.MAX_SAFE_INTEGER));
  }

  #correlated(found: readonly CorrelationHit[]): void {
    for (const hit of found) this.#results.get(hit.key)?.addCorrelation(hit);
  }

  #isInRange(timeMs: number | undefined): boolean {
    const { sinceMs, untilMs } = this.#range;
    if (timeMs === undefined) {
      if (sinceMs === undefined && untilMs === undefined) return true;
      this.untimed++;
      return false;
    }
    if ((sinceMs === undefined || timeMs >= sinceMs) && (untilMs === undefined || timeMs < untilMs))
      return true;
    this.outside++;
    return false;
  }

  #seen(timeMs: number): void {
    if (timeMs < this.firstMs) this.firstMs = timeMs;
    if (timeMs > this.lastMs) this.lastMs = timeMs;
  }
}
