/** `spoor backtest`: what rules would have hit, over a lake or event files. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import type { EventSource } from "../../detect/log-sources/log-source-map.ts";
import { findRule } from "../../detect/rule-library/find-rule.ts";
import { ruleKey } from "../../detect/rule/sigma-document.ts";
import { HUNT_MEMORY_LEAST } from "../../lake/hunt/hunt-database.ts";
import { stdinBytes } from "../attack/file-access.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { parseMemorySize } from "../hunt/memory-size.ts";
import { ProgressLine } from "../ingest/progress-line.ts";
import { errLine, outLine } from "../io.ts";
import { errorReport } from "../render/error-report.ts";
import { plural } from "../render/quantity.ts";
import { allRules, loadRulePaths, reportRefused } from "../rules/load-rules.ts";
import type { ListedRule, LoadedRules } from "../rules/load-rules.ts";
import { rulesOrLibrary } from "../rules/open-library.ts";
import { exclusionsOf } from "../rules/tune-rule.ts";
import { ScanSource } from "../scan/scan-source.ts";
import { Backtest } from "./backtest.ts";
import type { TimeRange } from "./backtest.ts";
import { resultJson, summaryJson } from "./backtest-json.ts";
import { backtestRules } from "./backtest-rules.ts";
import type { BacktestRules } from "./backtest-rules.ts";
import { printBacktest } from "./backtest-text.ts";
import { backtestErrors } from "./errors.ts";
import { LakeEvents } from "./lake-events.ts";
import { pastTime } from "./past-time.ts";
import { triedExclusions } from "./tried-exclusions.ts";

export const runBacktest: CommandRun = async (invocation) => {
  const { io, options, clock, interrupted } = invocation;
  const loaded = await loadRulePaths(invocation, rulesOrLibrary(invocation), { withDisabled: true });
  reportRefused(io, loaded);
  const rules = backtestRules(namedRules(invocation, loaded), loaded);
  const range = rangeOf(invocation);
  const exclusions = exclusionsOf(options);
  const backtest = new Backtest(rules, {
    logSources: windowsLogSources(),
    range,
    exclusions: new Map(
      rules.named.flatMap((rule) =>
        rule.kind === "rule" ? [[ruleKey(rule.metadata), triedExclusions(rule, exclusions)]] : [],
      ),
    ),
    examplesMax: options.requiredNumber("examples"),
  });
  const progress = new ProgressLine(io, clock);
  const source = sourceOf(invocation, rules, range);
  const left = source instanceof LakeEvents ? source.report : source.counts;
  for await (const { file, events } of source.batches()) {
    for (const event of events) backtest.accept(event, file);
    if (interrupted.aborted || io.outputClosed.aborted) break;
    progress.update(() => ({ events: backtest.events, bytes: 0, fraction: undefined, note: file }));
  }
  backtest.end();
  progress.clear();
  const lake = source instanceof LakeEvents ? source.report : undefined;
  const spanMs = spanOf(backtest, range, lake, clock.nowMs());
  const all = { backtest, lake, spanMs, elapsedMs: progress.elapsedMs };
  if (options.flag("json")) {
    for (const result of backtest.results) outLine(io, resultJson(result, spanMs));
    outLine(io, summaryJson(all));
  } else printBacktest(io, all);
  if (source instanceof ScanSource) {
    for (const fault of source.faults) io.err(`${errorReport(fault, io.paintErr)}\n`);
    for (const sample of source.samples) errLine(io, `left out ${sample}`);
  }
  if (lake !== undefined && lake.unreadable > 0)
    errLine(io, `${plural(lake.unreadable, "row")} of the lake could not be read as an event`);
  if (backtest.untimed > 0) errLine(io, `${plural(backtest.untimed, "event")} without a time left out`);
  if (backtest.lateHits > 0)
    errLine(
      io,
      `${plural(backtest.lateHits, "hit")} came too late for correlations: name files in the order of their events`,
    );
  if (interrupted.aborted) return exitCodes.interrupted;
  const isWhole = !("faults" in left) || (left.faults === 0 && left.badLines === 0);
  return isWhole ? exitCodes.ok : exitCodes.failed;
};

/** @throws SpoorError CLI_BAD_ARGUMENTS, RULES_UNKNOWN, RULES_AMBIGUOUS */
function namedRules({ arguments: names, options }: Invocation, loaded: LoadedRules): readonly ListedRule[] {
  const all = allRules(loaded);
  if (options.flag("all")) return all.filter(({ metadata }) => !loaded.off.has(ruleKey(metadata)));
  if (names.length > 0) return [...new Set(names.map((name) => findRule(name, all)))];
  throw cliErrors.BAD_ARGUMENTS({
    message: "no rule was named",
    hint: "name one by its id or title, or give --all",
  });
}

/** @throws SpoorError BACKTEST_BAD_TIME */
function rangeOf({ options, clock }: Invocation): TimeRange {
  const [since, until] = [options.text("since"), options.text("until")];
  return {
    sinceMs: since === undefined ? undefined : pastTime(since, "--since", clock.nowMs()),
    untilMs: until === undefined ? undefined : pastTime(until, "--until", clock.nowMs()),
  };
}

/** Event files where they were named, else the lake. @throws SpoorError BACKTEST_NO_EVENTS_GIVEN */
function sourceOf(invocation: Invocation, rules: BacktestRules, range: TimeRange): LakeEvents | ScanSource {
  const { options, workingDirectory, clock, env } = invocation;
  const files = options.list("files");
  const absolute = (path: string): string => resolve(workingDirectory, path);
  if (files.length > 0) return new ScanSource(files, { stdin: stdinBytes(invocation), resolve: absolute });
  const lake = options.requiredText("lake");
  if (!options.isGiven("lake") && !existsSync(absolute(lake)))
    throw backtestErrors.NO_EVENTS_GIVEN({
      message: "neither a lake nor event files were named",
      hint: "give --lake FOLDER or --files EVENTS; 'spoor lake load' makes a lake of event files",
    });
  return new LakeEvents({
    lake,
    workingDirectory,
    environment: env,
    topic: options.text("topic"),
    range,
    sources: sourcesOf(rules),
    inOrder: rules.set.correlations.length > 0,
    memoryBytes: parseMemorySize(options.requiredText("memory"), "--memory", HUNT_MEMORY_LEAST),
    clock,
  });
}

function sourcesOf({ set }: BacktestRules): readonly EventSource[] {
  const logSources = windowsLogSources();
  return set.rules.flatMap(({ logSource }) => logSources.resolve(logSource) ?? []);
}

/** The time that was looked at: as it was asked for, as far as there are events. */
function spanOf(
  backtest: Backtest,
  { sinceMs, untilMs }: TimeRange,
  lake: LakeEvents["report"] | undefined,
  nowMs: number,
): number | undefined {
  const first = lake?.first === undefined ? backtest.firstMs : Date.parse(lake.first);
  const last = lake?.last === undefined ? backtest.lastMs : Date.parse(lake.last);
  if (!Number.isFinite(first) || !Number.isFinite(last)) return undefined;
  const [from, to] = [Math.max(first, sinceMs ?? first), Math.min(last, untilMs ?? nowMs)];
  return to > from ? to - from : undefined;
}
