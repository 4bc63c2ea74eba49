/** A backtest for people: of each rule that hit how much, when, where, and what it hit; then those that did not. */
import { levelOf } from "../../detect/rule/sigma-document.ts";
import { reasonText } from "../../detect/expression/reason-text.ts";
import { outLine } from "../io.ts";
import type { Io } from "../io.ts";
import { clip, padEnd, safeText } from "../render/display-width.ts";
import { countText, durationText, plural } from "../render/quantity.ts";
import type { Hit } from "../scan/hit.ts";
import { hitsADay, timeText } from "./backtest-json.ts";
import type { BacktestReport } from "./backtest-json.ts";
import type { HitValues, ValueCount } from "./hit-values.ts";
import type { RuleResult } from "./rule-result.ts";

const DAYS_SHOWN = 31;
const VALUES_SHOWN = 5;
const FIELDS_SHOWN = 8;
const SUGGESTIONS_SHOWN = 3;
const REASONS_SHOWN = 8;
const QUIET_SHOWN = 10;
const BAR_WIDTH = 30;
const DAY_MS = 86_400_000;

export function printBacktest(io: Io, report: BacktestReport): void {
  const { backtest, elapsedMs } = report;
  outLine(io, io.paintOut("bold", headText(report)));
  const loud = backtest.results.filter(({ hits }) => hits > 0).toSorted((a, b) => b.hits - a.hits);
  for (const result of loud) printResult(io, result, report.spanMs);
  const quiet = backtest.results.filter(({ hits }) => hits === 0);
  if (quiet.length > 0) {
    outLine(io);
    outLine(io, `no hit: ${plural(quiet.length, "rule")}`);
    for (const { rule } of quiet.slice(0, QUIET_SHOWN)) outLine(io, `  ${safeText(rule.metadata.title)}`);
    if (quiet.length > QUIET_SHOWN) outLine(io, `  … and ${countText(quiet.length - QUIET_SHOWN)} more`);
  }
  io.err(`${durationText(elapsedMs)}\n`);
}

function headText({ backtest, lake, spanMs }: BacktestReport): string {
  const { events, firstMs, lastMs } = backtest;
  const first = lake?.first ?? timeText(firstMs);
  const last = lake?.last ?? timeText(lastMs);
  const span =
    first === undefined ? "" : `, ${first} to ${last}${spanMs === undefined ? "" : ` (${spanText(spanMs)})`}`;
  if (lake === undefined) return `${plural(events, "event")}${span}`;
  const files = `${countText(lake.filesRead)} of ${plural(lake.files, "file")}`;
  return `${plural(lake.rows, "event")} in ${files} of ${plural(lake.tables, "table")}, ${countText(events)} of the kinds wanted${span}`;
}

function spanText(ms: number): string {
  return ms < 2 * DAY_MS ? durationText(ms) : `${Math.round(ms / DAY_MS)} days`;
}

function printResult(io: Io, result: RuleResult, spanMs: number | undefined): void {
  const { metadata } = result.rule;
  const facts = [metadata.title, levelOf(metadata), metadata.id ?? metadata.name];
  outLine(io);
  outLine(io, io.paintOut("accent", safeText(facts.filter((each) => each !== undefined).join("  "))));
  const rate = hitsADay(result.hits, spanMs);
  const aDay = rate === undefined ? "" : `, about ${rateCount(rate)} a day`;
  const times = [result.firstMs, result.lastMs].map(timeText);
  const when = times[0] === undefined ? "" : `, ${times[0] === times[1] ? times[0] : times.join(" to ")}`;
  outLine(io, `  ${plural(result.hits, "hit")} on ${plural(result.hosts.distinct, "host")}${aDay}${when}`);
  printCounts(io, "Day (UTC)", result.days.sorted().slice(-DAYS_SHOWN), result.days.distinct);
  printCounts(io, "Host", result.hosts.top(VALUES_SHOWN), result.hosts.distinct);
  const fields = [...result.fields].filter(([, values]) => values.distinct > 0).slice(0, FIELDS_SHOWN);
  for (const [name, values] of fields) printValues(io, name, values);
  printExclusions(io, result);
  if (result.examples.length > 0)
    heading(io, result.hits > result.examples.length ? "The first of them" : "All of them");
  for (const hit of result.examples) printExample(io, hit);
}

function rateCount(rate: number): string {
  return rate >= 100 ? countText(rate) : String(rate);
}

/** Of a long value both ends count: a path's beginning, and the program's name. */
function printValues(io: Io, name: string, values: HitValues): void {
  heading(io, name);
  const shown = values.top(VALUES_SHOWN);
  const width = Math.max(20, io.columns() - 12);
  for (const { value, count } of shown)
    outLine(io, `  ${countText(count).padStart(7)}  ${bothEnds(safeText(value), width)}`);
  if (values.distinct > shown.length)
    outLine(io, `           … ${countText(values.distinct - shown.length)} more`);
}

function bothEnds(text: string, width: number): string {
  if (text.length <= width) return text;
  const half = Math.floor((width - 1) / 2);
  return clip(`${text.slice(0, half)}…${text.slice(-half)}`, width);
}

function printCounts(io: Io, title: string, shown: readonly ValueCount[], distinct: number): void {
  heading(io, title);
  const loudest = Math.max(1, ...shown.map(({ count }) => count));
  const [bar, width] = [io.unicode ? "█" : "#", Math.max(20, io.columns() - BAR_WIDTH - 15)];
  for (const { value, count } of shown) {
    const drawn = bar.repeat(Math.max(1, Math.round((count / loudest) * (BAR_WIDTH / 2))));
    const text = padEnd(clip(safeText(value), width), Math.min(width, 40));
    outLine(io, `  ${countText(count).padStart(7)}  ${text} ${io.paintOut("dim", drawn)}`);
  }
  if (distinct > shown.length) outLine(io, `           … ${countText(distinct - shown.length)} more`);
}

/** What was tried; without that, what stands in many of the hits. */
function printExclusions(io: Io, result: RuleResult): void {
  if (result.tried.length > 0) {
    heading(io, "The exclusions would leave out");
    for (const { text, cut } of result.tried)
      outLine(io, `  ${countText(cut).padStart(7)}  of ${countText(result.hits)}: ${safeText(text)}`);
    outLine(io, `  ${countText(result.left).padStart(7)}  would be left`);
    return;
  }
  const suggestions = result.suggestions(SUGGESTIONS_SHOWN);
  if (suggestions.length === 0) return;
  heading(io, "An exclusion would leave out");
  for (const { field, value, count } of suggestions)
    outLine(
      io,
      `  ${countText(count).padStart(7)}  of ${countText(result.hits)}: ${clip(safeText(`--exclude '${field} ${excludedBy(value)}'`), Math.max(30, io.columns() - 25))}`,
    );
}

/** A program by its name, since folders differ; anything else as it is. */
function excludedBy(value: string): string {
  const name = /^.*(\\[^\\*?]+)$/.exec(value)?.[1];
  return name === undefined || !/\.\w{1,4}$/.test(name) ? `is ${value}` : `endswith ${name}`;
}

function printExample(io: Io, { time, host, channel, eventId, file, recordId, reasons }: Hit): void {
  const width = Math.max(40, io.columns() - 2);
  const where = [time, host, channel, eventId === undefined ? undefined : `event ${eventId}`];
  const record = recordId === undefined ? "" : `, record ${recordId}`;
  outLine(io, `  ${clip(safeText(where.filter((each) => each !== undefined).join("  ")), width)}`);
  outLine(io, io.paintOut("dim", `    ${clip(safeText(`${file}${record}`), width)}`));
  for (const reason of reasons.slice(0, REASONS_SHOWN))
    outLine(io, `    ${clip(safeText(reasonText(reason)), width)}`);
}

function heading(io: Io, text: string): void {
  outLine(io, `  ${io.paintOut("bold", safeText(text))}`);
}
