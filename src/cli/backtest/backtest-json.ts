/** A backtest for scripts: a line for each rule, the last line is the summary. */
import { levelOf } from "../../detect/rule/sigma-document.ts";
import { hitFacts } from "../scan/hit-lines.ts";
import type { Backtest } from "./backtest.ts";
import type { LakeReport } from "./lake-events.ts";
import type { RuleResult } from "./rule-result.ts";

export interface BacktestReport {
  readonly backtest: Backtest;
  /** Undefined for event files. */
  readonly lake: LakeReport | undefined;
  /** How much time the events cover; undefined where that is not known. */
  readonly spanMs: number | undefined;
  readonly elapsedMs: number;
}

const VALUES_MAX = 20;
const DAY_MS = 86_400_000;

export function resultJson(result: RuleResult, spanMs: number | undefined): string {
  const { metadata } = result.rule;
  return JSON.stringify({
    kind: "rule",
    rule: { id: metadata.id, name: metadata.name, title: metadata.title },
    level: levelOf(metadata),
    hits: result.hits,
    hitsADay: hitsADay(result.hits, spanMs),
    first: timeText(result.firstMs),
    last: timeText(result.lastMs),
    days: result.days.sorted(),
    hosts: result.hosts.top(VALUES_MAX),
    fields: Object.fromEntries([...result.fields].map(([name, values]) => [name, values.top(VALUES_MAX)])),
    exclusions: result.tried.map(({ text, cut }) => ({ text, leavesOut: cut })),
    left: result.left,
    examples: result.examples.map((hit) => ({ time: hit.time, ...hitFacts(hit) })),
  });
}

export function summaryJson({ backtest, lake, spanMs, elapsedMs }: BacktestReport): string {
  const hits = backtest.results.reduce((sum, each) => sum + each.hits, 0);
  return JSON.stringify({
    kind: "summary",
    rules: backtest.results.length,
    rulesThatHit: backtest.results.filter((each) => each.hits > 0).length,
    hits,
    events: backtest.events,
    outside: backtest.outside,
    untimed: backtest.untimed,
    lateHits: backtest.lateHits,
    first: timeText(backtest.firstMs),
    last: timeText(backtest.lastMs),
    spanMs,
    ...(lake === undefined ? {} : { lake }),
    elapsedMs,
  });
}

/** Two digits are all that it is good for. */
export function hitsADay(hits: number, spanMs: number | undefined): number | undefined {
  return spanMs === undefined ? undefined : Number(((hits * DAY_MS) / spanMs).toPrecision(2));
}

export function timeText(ms: number): string | undefined {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
}
