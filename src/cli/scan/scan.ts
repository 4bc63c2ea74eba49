/** Events through rules: what hits is counted, kept and told to a listener. Nothing is printed here. */
import { Detector } from "../../detect/detector.ts";
import { RawEventFields } from "../../detect/events/raw-event-fields.ts";
import type { LogSourceMap } from "../../detect/log-sources/log-source-map.ts";
import { LEVELS, ruleKey } from "../../detect/rule/sigma-document.ts";
import type { CorrelationRule, SigmaLevel, SigmaRule } from "../../detect/rule/sigma-document.ts";
import type { RuleSet } from "../../detect/rule/rule-set.ts";
import type { RawEvent } from "../../events/shapes/raw-event.ts";
import { levelOf } from "../../detect/rule/sigma-document.ts";
import type { CorrelationHit } from "../../detect/correlation/correlation-item.ts";
import { correlationHit, eventHit } from "./hit.ts";
import type { Hit } from "./hit.ts";
import type { HitShelf } from "./hit-shelf.ts";
import type { EventBatch } from "./scan-source.ts";
import type { ScanTally } from "./scan-tally.ts";

export interface ScanOptions {
  /** Hits of lower levels are counted, but not reported. */
  readonly minLevel: SigmaLevel;
  /** Told of every hit, kept or not; without it only kept hits are explained. */
  readonly onHit?: ((hit: Hit) => void) | undefined;
}

export class Scan {
  readonly #detector: Detector;
  readonly #tally: ScanTally;
  readonly #shelf: HitShelf;
  readonly #options: ScanOptions;
  readonly #correlations: ReadonlyMap<string, CorrelationRule>;
  readonly #leastLevel: number;
  events = 0;
  /** Hits of levels below the one asked for. */
  belowLevel = 0;
  /** Of all events with a time. */
  firstMs = Infinity;
  lastMs = -Infinity;

  constructor(
    set: RuleSet,
    logSources: LogSourceMap,
    tally: ScanTally,
    shelf: HitShelf,
    options: ScanOptions,
  ) {
    this.#detector = new Detector(set, logSources);
    this.#tally = tally;
    this.#shelf = shelf;
    this.#options = options;
    this.#correlations = new Map(set.correlations.map((each) => [ruleKey(each.metadata), each]));
    this.#leastLevel = LEVELS.indexOf(options.minLevel);
  }

  /** Rules whose log source is not known, which therefore cannot hit. */
  get unmappedRules(): number {
    return this.#detector.matcher.statistics().unmapped;
  }

  /** Hits that correlations did not take: their events came later than the events' time allows. */
  get lateHits(): number {
    return this.#detector.correlations.statistics().late;
  }

  accept({ file, events }: EventBatch): void {
    for (const event of events) {
      this.events++;
      this.#acceptEvent(event, file);
    }
  }

  /** Correlations that wait for the end of a time span are judged. */
  end(): void {
    for (const hit of this.#detector.advance(Number.MAX_SAFE_INTEGER)) this.#correlated(hit);
  }

  #acceptEvent(event: RawEvent, file: string): void {
    const { time, recordId } = event.system;
    const fields = new RawEventFields(event);
    const timeMs = time?.epochMs ?? 0;
    if (time !== undefined) {
      if (timeMs < this.firstMs) this.firstMs = timeMs;
      if (timeMs > this.lastMs) this.lastMs = timeMs;
    }
    const reference = recordId === undefined ? file : `${file}, record ${recordId}`;
    const { rules, correlations } = this.#detector.detect(fields, timeMs, reference);
    for (const rule of rules) this.#hit(rule, event, file, fields);
    for (const hit of correlations) this.#correlated(hit);
  }

  #hit(rule: SigmaRule, event: RawEvent, file: string, fields: RawEventFields): void {
    const level = levelOf(rule.metadata);
    if (this.#isBelow(level)) return;
    const { onHit } = this.#options;
    const { computer: host, time } = event.system;
    this.#tally.add({ rule: rule.metadata, level, host, time: time?.text, timeMs: time?.epochMs });
    const isKept = this.#shelf.wants(ruleKey(rule.metadata), level);
    if (!isKept) this.#shelf.omit();
    if (!isKept && onHit === undefined) return;
    const hit = eventHit(rule.metadata, event, file, this.#detector.explain(rule, fields));
    if (isKept) this.#shelf.add(hit);
    onHit?.(hit);
  }

  #correlated(found: CorrelationHit): void {
    const hit = correlationHit(this.#correlations.get(found.key)!, found);
    if (this.#isBelow(hit.level)) return;
    this.#tally.add(hit);
    this.#shelf.add(hit);
    this.#options.onHit?.(hit);
  }

  #isBelow(level: SigmaLevel): boolean {
    const isBelow = LEVELS.indexOf(level) < this.#leastLevel;
    if (isBelow) this.belowLevel++;
    return isBelow;
  }
}
