/** A scan for people: counts first, then the timeline, each hit with the clauses that were met. */
import type { SigmaLevel } from "../../detect/rule/sigma-document.ts";
import type { Style } from "../color.ts";
import { outLine } from "../io.ts";
import type { Io } from "../io.ts";
import { clip, padEnd, safeText } from "../render/display-width.ts";
import { countText, plural } from "../render/quantity.ts";
import { reasonText } from "../../detect/expression/reason-text.ts";
import type { Hit } from "./hit.ts";
import type { ScanResult } from "./scan-summary.ts";
import type { NamedCount } from "./scan-tally.ts";

const ROWS_SHOWN = 25;
const NAMES_SHOWN = 10;
const REASONS_SHOWN = 8;
const BAR_WIDTH = 30;

const STYLES: Readonly<Record<SigmaLevel, Style>> = {
  critical: "bad",
  high: "bad",
  medium: "warning",
  low: "accent",
  informational: "dim",
};

export function printScan(io: Io, result: ScanResult, shown: number): void {
  const { summary, tally } = result;
  const { events, filesRead, rules, firstTime, lastTime } = summary;
  const span = firstTime === undefined ? "" : `, ${firstTime} to ${lastTime}`;
  const what = `${plural(events, "event")} of ${plural(filesRead, "file")}, ${plural(rules, "rule")}${span}`;
  outLine(io, io.paintOut("bold", what));
  printLevels(io, result);
  if (tally.hits === 0) return;
  printRules(io, result);
  printCounts(io, "Host", tally.hosts());
  printCounts(io, "Tactic", tally.tactics(), ROWS_SHOWN);
  printCounts(io, "Day (UTC)", tally.days(), ROWS_SHOWN);
  printTimeline(io, result, shown);
}

function printLevels(io: Io, { summary, tally }: ScanResult): void {
  const parts = tally
    .levels()
    .filter(({ count }) => count > 0)
    .map(({ level, count }) => io.paintOut(STYLES[level], `${countText(count)} ${level}`));
  const below =
    summary.hitsBelowLevel === 0 ? "" : `; ${plural(summary.hitsBelowLevel, "hit")} of lower levels`;
  outLine(io, `${plural(tally.hits, "hit")}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}${below}`);
}

function printRules(io: Io, { tally }: ScanResult): void {
  const rules = tally.rules();
  heading(io, "Rules");
  for (const { rule, level, count, techniques } of rules.slice(0, ROWS_SHOWN)) {
    const line = `${countText(count).padStart(7)}  ${io.paintOut(STYLES[level], padEnd(level, 13))}`;
    outLine(io, `${line} ${fitted(io, [rule.title, ...techniques].join("  "), 24)}`);
  }
  more(io, rules.length - ROWS_SHOWN, "rule");
}

function printCounts(io: Io, title: string, all: readonly NamedCount[], most = NAMES_SHOWN): void {
  if (all.length === 0) return;
  heading(io, title);
  const loudest = all.reduce((max, { count }) => Math.max(max, count), 1);
  const [bar, width] = [io.unicode ? "█" : "#", Math.max(12, Math.min(40, io.columns() - 45))];
  for (const { name, count } of all.slice(0, most)) {
    const drawn = bar.repeat(Math.max(1, Math.round((count / loudest) * BAR_WIDTH)));
    outLine(
      io,
      `${countText(count).padStart(7)}  ${padEnd(clip(safeText(name), width), width)} ${io.paintOut("dim", drawn)}`,
    );
  }
  more(io, all.length - most, "more", "more");
}

function printTimeline(io: Io, { shelf, summary, tally }: ScanResult, shown: number): void {
  const hits = shelf.highest(shown);
  if (hits.length === 0) return;
  const rest = tally.hits - hits.length;
  heading(io, rest === 0 ? "Timeline" : `Timeline of the ${countText(hits.length)} highest`);
  for (const hit of hits) printHit(io, hit);
  if (rest > 0) {
    const kept =
      summary.hitsOmitted === 0 ? "" : ` (${countText(summary.hitsOmitted)} were not kept: --keep)`;
    outLine(io);
    outLine(io, `${plural(rest, "more hit")}${kept}: --show, --html, --csv or --json have them`);
  }
}

function printHit(io: Io, hit: Hit): void {
  const { time, level, host, rule, eventId, recordId, file, reasons } = hit;
  const where = [host, eventId === undefined ? undefined : `event ${eventId}`].filter(
    (part) => part !== undefined,
  );
  const head = [time ?? "no time", io.paintOut(STYLES[level], level), safeText(where.join(" "))];
  outLine(io, `${head.join("  ")}  ${io.paintOut("bold", safeText(rule.title))}`);
  const record = recordId === undefined ? "" : `, record ${recordId}`;
  outLine(io, io.paintOut("dim", `    ${fitted(io, file + record, 4)}`));
  for (const reason of reasons.slice(0, REASONS_SHOWN))
    outLine(io, `    ${fitted(io, reasonText(reason), 4)}`);
  if (reasons.length > REASONS_SHOWN)
    outLine(io, `    ${countText(reasons.length - REASONS_SHOWN)} more clauses`);
}

/** A line that is cut to a terminal's width; in a file or a pipe it is whole. */
function fitted(io: Io, text: string, indent: number): string {
  const safe = safeText(text);
  return io.stdoutIsTerminal ? clip(safe, io.columns() - indent) : safe;
}

function heading(io: Io, title: string): void {
  outLine(io);
  outLine(io, io.paintOut("bold", title));
}

function more(io: Io, count: number, one: string, many = `${one}s`): void {
  if (count > 0) outLine(io, io.paintOut("dim", `         ${plural(count, one, many)}`));
}
