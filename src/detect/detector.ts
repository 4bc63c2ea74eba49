/** Rules and their correlations together: an event in, what is to be alerted out. */
import { CorrelationEngine } from "./correlation/correlation-engine.ts";
import type { CorrelationOptions } from "./correlation/correlation-engine.ts";
import type { CorrelationHit } from "./correlation/correlation-item.ts";
import type { EventFields } from "./expression/event-fields.ts";
import type { Reason } from "./expression/explain.ts";
import type { LogSourceMap } from "./log-sources/log-source-map.ts";
import { RuleMatcher } from "./matching/rule-matcher.ts";
import { alertingKeys, referredKeys, rulesByName } from "./rule/rule-set.ts";
import type { RuleSet } from "./rule/rule-set.ts";
import { LEVELS, levelOf, ruleKey } from "./rule/sigma-document.ts";
import type { CorrelationRule, RuleMetadata, SigmaLevel, SigmaRule } from "./rule/sigma-document.ts";

export interface Detection {
  /** Rules that hit and whose hits are alerts of their own. */
  readonly rules: readonly SigmaRule[];
  /** Correlations that came true and are alerts of their own. */
  readonly correlations: readonly CorrelationHit[];
  /** Whether a rule hit that a correlation waits for. */
  readonly isCorrelated: boolean;
}

export interface DetectorOptions extends CorrelationOptions {
  /** Alerts of lower levels are not given. What a correlation refers to may have any level. */
  readonly leastLevel?: SigmaLevel;
}

/** What of a set of rules is needed to alert from a level on. */
export interface DetectionScope {
  readonly rules: readonly SigmaRule[];
  /** What a correlation refers to stands before it. */
  readonly correlations: readonly CorrelationRule[];
  /** Keys of what is an alert of its own. */
  readonly alerting: ReadonlySet<string>;
}

export function detectionScope(
  set: Pick<RuleSet, "rules" | "correlations">,
  leastLevel: SigmaLevel = "informational",
): DetectionScope {
  const least = LEVELS.indexOf(leastLevel);
  const byKey = alertingKeys(set);
  const alerts = ({ metadata }: { readonly metadata: RuleMetadata }): boolean =>
    byKey.has(ruleKey(metadata)) && LEVELS.indexOf(levelOf(metadata)) >= least;
  const alerting = new Set([...set.rules, ...set.correlations].filter(alerts).map(keyOf));
  const known = rulesByName(set);
  const wanted = new Set(alerting);
  for (const correlation of set.correlations.toReversed()) {
    if (!wanted.has(keyOf(correlation))) continue;
    for (const key of referredKeys(correlation, known).values()) wanted.add(key);
  }
  const isWanted = (rule: SigmaRule | CorrelationRule): boolean => wanted.has(keyOf(rule));
  return { rules: set.rules.filter(isWanted), correlations: set.correlations.filter(isWanted), alerting };
}

function keyOf({ metadata }: SigmaRule | CorrelationRule): string {
  return ruleKey(metadata);
}

const NOTHING: Detection = { rules: [], correlations: [], isCorrelated: false };

export class Detector {
  readonly matcher: RuleMatcher;
  readonly correlations: CorrelationEngine;
  readonly #alerting: ReadonlySet<string>;
  readonly #awaited: ReadonlySet<string>;
  readonly hasCorrelations: boolean;

  /** @throws SpoorError SIGMA_STATE_UNREADABLE where the options name a store */
  constructor(
    set: Pick<RuleSet, "rules" | "correlations">,
    logSources: LogSourceMap,
    options: DetectorOptions = {},
  ) {
    const scope = detectionScope(set, options.leastLevel);
    this.matcher = new RuleMatcher(logSources, scope.rules);
    this.correlations = new CorrelationEngine(scope, options);
    this.#alerting = scope.alerting;
    this.#awaited = this.correlations.awaitedRules;
    this.hasCorrelations = scope.correlations.length > 0;
  }

  /**
   * @param reference a name for the event that its reader can find it by
   * @param document what correlations whose last event this is are to give back
   */
  detect(event: EventFields, timeMs: number, reference: string, document?: string): Detection {
    return this.judge(this.matcher.match(event), event, timeMs, reference, document);
  }

  /** As {@link detect}, of an event whose hits are known. */
  judge(
    hits: readonly SigmaRule[],
    event: EventFields,
    timeMs: number,
    reference: string,
    document?: string,
  ): Detection {
    const isCorrelated =
      hits.length > 0 &&
      this.hasCorrelations &&
      hits.some(({ metadata }) => this.#awaited.has(ruleKey(metadata)));
    const came = isCorrelated
      ? this.#correlate(hits, event, timeMs, reference, document)
      : this.hasCorrelations
        ? this.correlations.pass(timeMs)
        : NOTHING.correlations;
    if (hits.length === 0 && came.length === 0) return NOTHING;
    return {
      rules: hits.filter(({ metadata }) => this.#alerting.has(ruleKey(metadata))),
      correlations: came.filter(({ key }) => this.#alerting.has(key)),
      isCorrelated,
    };
  }

  #correlate(
    hits: readonly SigmaRule[],
    event: EventFields,
    timeMs: number,
    reference: string,
    document: string | undefined,
  ): readonly CorrelationHit[] {
    const awaited = hits.filter(({ metadata }) => this.#awaited.has(ruleKey(metadata)));
    return this.correlations.accept({
      timeMs,
      reference,
      hits: new Map(awaited.map((rule) => [ruleKey(rule.metadata), this.matcher.fieldsFor(rule, event)])),
      document,
    });
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
