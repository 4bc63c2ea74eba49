/** Runs rules over their regression data: each must hit its recorded events as often as is stated. */
import { existsSync } from "node:fs";
import { evtxEvents } from "../../events/evtx/evtx-events.ts";
import { fileBytes } from "../../events/files/byte-stream.ts";
import type { RawEvent } from "../../events/shapes/raw-event.ts";
import { RawEventFields } from "../events/raw-event-fields.ts";
import type { LogSourceMap } from "../log-sources/log-source-map.ts";
import { RuleMatcher } from "../matching/rule-matcher.ts";
import type { SigmaRule } from "../rule/sigma-document.ts";
import { findRegressionCases } from "./regression-case.ts";
import type { RegressionCase } from "./regression-case.ts";

export interface RegressionResult {
  readonly regressionCase: RegressionCase;
  readonly passed: boolean;
  readonly hits: number;
  /** Why it did not pass, or what is to be noticed though it did. */
  readonly reason: string | undefined;
}

export interface RegressionReport {
  readonly total: number;
  readonly passed: number;
  /** Events read over all cases. */
  readonly events: number;
  readonly results: readonly RegressionResult[];
}

interface RecordedEvents {
  readonly events: readonly RawEvent[];
  /** Records that could not be read. */
  readonly damaged: number;
}

/**
 * A case passes when its rule hits at least as often as is stated; a rule that is not among `rules`, events that are missing
 * or of an unknown type fail it.
 * @throws SpoorError SIGMA_REGRESSION_UNREADABLE
 */
export async function runRegression(
  rules: readonly SigmaRule[],
  folder: string,
  logSources: LogSourceMap,
): Promise<RegressionReport> {
  const byId = new Map(rules.map((rule) => [rule.metadata.id, rule]));
  const matcher = new RuleMatcher(logSources, rules);
  const results: RegressionResult[] = [];
  let events = 0;
  for (const regressionCase of findRegressionCases(folder)) {
    const fault = faultOf(regressionCase, byId);
    if (fault !== undefined) {
      results.push({ regressionCase, passed: false, hits: 0, reason: fault });
      continue;
    }
    const recorded = await readEvents(regressionCase.path);
    events += recorded.events.length;
    results.push(judge(regressionCase, recorded, matcher));
  }
  return { total: results.length, passed: results.filter(({ passed }) => passed).length, events, results };
}

function faultOf(
  { ruleId, type, path }: RegressionCase,
  byId: ReadonlyMap<string | undefined, SigmaRule>,
): string | undefined {
  if (!byId.has(ruleId)) return `rule '${ruleId}' is not loaded`;
  if (type !== "evtx") return `events of type '${type}' cannot be read`;
  return existsSync(path) ? undefined : `'${path}' is missing`;
}

async function readEvents(path: string): Promise<RecordedEvents> {
  const events: RawEvent[] = [];
  let damaged = 0;
  for await (const batch of evtxEvents(path, fileBytes(path, { bytesRead: 0 }), () => damaged++))
    events.push(...batch);
  return { events, damaged };
}

function judge(
  regressionCase: RegressionCase,
  { events, damaged }: RecordedEvents,
  matcher: RuleMatcher,
): RegressionResult {
  const { ruleId, matchCount } = regressionCase;
  const hits = events.filter((event) =>
    matcher.match(new RawEventFields(event)).some(({ metadata }) => metadata.id === ruleId),
  ).length;
  const passed = hits >= matchCount;
  const counts = `${hits} of ${events.length} events hit, ${matchCount} stated`;
  const damage = damaged === 0 ? "" : `; ${damaged} records could not be read`;
  const reason = hits === matchCount && damaged === 0 ? undefined : counts + damage;
  return { regressionCase, passed, hits, reason };
}
