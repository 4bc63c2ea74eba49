/** What a scan came to: the facts that text, JSON and the report show alike. */
import type { LoadedRules } from "../rules/load-rules.ts";
import type { HitShelf } from "./hit-shelf.ts";
import type { Scan } from "./scan.ts";
import type { ScanSource } from "./scan-source.ts";
import type { NamedCount, ScanTally } from "./scan-tally.ts";

export interface ScanSummary {
  readonly files: readonly string[];
  readonly filesRead: number;
  readonly rules: number;
  readonly rulesRefused: number;
  readonly rulesUnmapped: number;
  readonly events: number;
  readonly hits: number;
  readonly hitsBelowLevel: number;
  /** Hits that neither the timeline nor the report has. */
  readonly hitsOmitted: number;
  readonly lateHits: number;
  readonly otherDocuments: number;
  readonly badLines: number;
  readonly skipped: number;
  readonly faults: number;
  /** ISO 8601, of all events; undefined where none has a time. */
  readonly firstTime: string | undefined;
  readonly lastTime: string | undefined;
  readonly elapsedMs: number;
}

/** The parts of a finished scan. */
export interface ScanResult {
  readonly summary: ScanSummary;
  readonly tally: ScanTally;
  readonly shelf: HitShelf;
}

export function summaryOf(
  files: readonly string[],
  loaded: LoadedRules,
  scan: Scan,
  source: ScanSource,
  tally: ScanTally,
  shelf: HitShelf,
  elapsedMs: number,
): ScanSummary {
  const { counts } = source;
  return {
    files,
    filesRead: counts.files,
    rules: loaded.rules.length + loaded.correlations.length,
    rulesRefused: loaded.errors.length,
    rulesUnmapped: scan.unmappedRules,
    events: scan.events,
    hits: tally.hits,
    hitsBelowLevel: scan.belowLevel,
    hitsOmitted: shelf.omitted,
    lateHits: scan.lateHits,
    otherDocuments: counts.otherDocuments,
    badLines: counts.badLines,
    skipped: counts.skipped,
    faults: counts.faults,
    firstTime: timeOf(scan.firstMs),
    lastTime: timeOf(scan.lastMs),
    elapsedMs: Math.round(elapsedMs),
  };
}

function timeOf(ms: number): string | undefined {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
}

/** The last line of `--json`. */
export function summaryJson({ summary, tally }: ScanResult): string {
  return JSON.stringify({
    kind: "summary",
    ...summary,
    levels: Object.fromEntries(tally.levels().map(({ level, count }) => [level, count])),
    tactics: countsOf(tally.tactics()),
    hosts: countsOf(tally.hosts()),
    days: countsOf(tally.days()),
    ruleHits: tally.rules().map(({ rule, level, count, techniques, firstMs, lastMs }) => ({
      id: rule.id ?? rule.name,
      title: rule.title,
      level,
      count,
      techniques,
      first: timeOf(firstMs),
      last: timeOf(lastMs),
    })),
  });
}

function countsOf(all: readonly NamedCount[]): object {
  return Object.fromEntries(all.map(({ name, count }) => [name, count]));
}
