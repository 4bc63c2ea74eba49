/** Rules and their correlations together: an event in, what is to be alerted out. */
import { CorrelationEngine } from "./correlation/correlation-engine.ts";
import type { CorrelationOptions } from "./correlation/correlation-engine.ts";
import type { CorrelationHit } from "./correlation/correlation-item.ts";
import type { EventFields } from "./expression/event-fields.ts";
import type { Reason } from "./expression/explain.ts";
import type { LogSourceMap } from "./log-sources/log-source-map.ts";
import { RuleMatcher } from "./matching/rule-matcher.ts";
import { alertingKeys } from "./rule/rule-set.ts";
import type { RuleSet } from "./rule/rule-set.ts";
import { ruleKey } from "./rule/sigma-document.ts";
import type { SigmaRule } from "./rule/sigma-document.ts";

export interface Detection {
  /** Rules that hit and whose hits are alerts of their own. */
  readonly rules: readonly SigmaRule[];
  /** Correlations that came true and are alerts of their own. */
  readonly correlations: readonly CorrelationHit[];
}

const NOTHING: Detection = { rules: [], correlations: [] };

export class Detector {
  readonly matcher: RuleMatcher;
  readonly correlations: CorrelationEngine;
  readonly #alerting: ReadonlySet<string>;
  readonly #awaited: ReadonlySet<string>;
  readonly #hasCorrelations: boolean;

  constructor(set: RuleSet, logSources: LogSourceMap, options: CorrelationOptions = {}) {
    this.matcher = new RuleMatcher(logSources, set.rules);
    this.correlations = new CorrelationEngine(set, options);
    this.#alerting = alertingKeys(set);
    this.#awaited = this.correlations.awaitedRules;
    this.#hasCorrelations = set.correlations.length > 0;
  }

  /** `reference` is a name for the event that its reader can find it by. */
  detect(event: EventFields, timeMs: number, reference: string): Detection {
    const hits = this.matcher.match(event);
    if (!this.#hasCorrelations) return hits.length === 0 ? NOTHING : { rules: [...hits], correlations: [] };
    const awaited = hits.filter(({ metadata }) => this.#awaited.has(ruleKey(metadata)));
    const correlated = this.correlations.accept({
      timeMs,
      reference,
      hits: new Map(awaited.map((rule) => [ruleKey(rule.metadata), this.matcher.fieldsFor(rule, event)])),
    });
    if (hits.length === 0 && correlated.length === 0) return NOTHING;
    return {
      rules: hits.filter(({ metadata }) => this.#alerting.has(ruleKey(metadata))),
      correlations: correlated.filter(({ key }) => this.#alerting.has(key)),
    };
  }

  /** Lets time go on without an event: correlations that wait for the end of a time span are judged. */
  advance(timeMs: number): readonly CorrelationHit[] {
    return this.correlations.advance(timeMs).filter(({ key }) => this.#alerting.has(key));
  }

  /** Why a rule hit an event. */
  explain(rule: SigmaRule, event: EventFields): readonly Reason[] {
    return this.matcher.explain(rule, event);
  }
}
