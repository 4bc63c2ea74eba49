/** `spoor scan`: event files through Sigma rules, without a server. */
import { resolve } from "node:path";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import type { SigmaLevel } from "../../detect/rule/sigma-document.ts";
import { catalogueFor } from "../attack/catalogue-commands.ts";
import { stdinBytes, writeWhole } from "../attack/file-access.ts";
import { writeLayerTo } from "../attack/write-layer.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { ProgressLine } from "../ingest/progress-line.ts";
import { errLine, outLine } from "../io.ts";
import type { Io } from "../io.ts";
import { errorReport } from "../render/error-report.ts";
import { countText, durationText, plural, rateText } from "../render/quantity.ts";
import { loadRulePaths, reportRefused } from "../rules/load-rules.ts";
import type { LoadedRules } from "../rules/load-rules.ts";
import { rulesOrLibrary } from "../rules/open-library.ts";
import { EngineSettings } from "./engine-settings.ts";
import type { Hit } from "./hit.ts";
import { CSV_HEAD, hitCsv, hitJson } from "./hit-lines.ts";
import { HitShelf } from "./hit-shelf.ts";
import { reportPage } from "./report/report-page.ts";
import { Scan } from "./scan.ts";
import { ScanSource } from "./scan-source.ts";
import { summaryJson, summaryOf } from "./scan-summary.ts";
import type { ScanResult } from "./scan-summary.ts";
import { ScanTally } from "./scan-tally.ts";
import { printScan } from "./scan-text.ts";

type Format = "text" | "json" | "csv";

export const runScan: CommandRun = async (invocation) => {
  const { io, options, clock, interrupted } = invocation;
  const format = formatOf(invocation);
  const engine = new EngineSettings();
  const catalogue = catalogueFor(invocation);
  const progress = new ProgressLine(io, clock);
  const loaded = await loadRulePaths(invocation, rulesOrLibrary(invocation));
  reportRefused(io, loaded);
  if (loaded.files.hasLibrary && !options.isGiven("rules"))
    errLine(io, `rules are those of the library '${loaded.paths.join("', '")}'; --rules takes others`);
  const tally = new ScanTally(catalogue);
  const shelf = new HitShelf(options.requiredNumber("keep"));
  const scan = new Scan(loaded, windowsLogSources(), tally, shelf, {
    minLevel: options.requiredText("min-level") as SigmaLevel,
    onHit: hitPrinter(io, format),
  });
  const source = new ScanSource(invocation.arguments, {
    stdin: stdinBytes(invocation),
    resolve: (path) => resolve(invocation.workingDirectory, path),
  });
  if (format === "csv") io.out(CSV_HEAD);
  await readAll(invocation, source, scan, progress, engine);
  scan.end();
  progress.clear();
  const elapsedMs = progress.elapsedMs;
  const summary = summaryOf(invocation.arguments, loaded, scan, source, tally, shelf, elapsedMs);
  const result: ScanResult = { summary, tally, shelf };
  if (format === "json") outLine(io, summaryJson(result));
  if (format === "text") printScan(io, result, options.requiredNumber("show"));
  reportLeftOut(io, source, result, loaded);
  errLine(
    io,
    `${durationText(elapsedMs)} (${rateText(scan.events / (elapsedMs / 1000))}, rules read included)`,
  );
  if (interrupted.aborted) {
    errLine(io, "interrupted: no files were written");
    return exitCodes.interrupted;
  }
  await writeFiles(invocation, result);
  return exitCode(invocation, result);
};

/** @throws SpoorError CLI_BAD_OPTION */
function formatOf({ options }: Invocation): Format {
  if (options.flag("json") && options.flag("csv"))
    throw cliErrors.BAD_OPTION({ message: "--json and --csv exclude each other", hint: "give one of them" });
  if (options.flag("json")) return "json";
  return options.flag("csv") ? "csv" : "text";
}

function hitPrinter(io: Io, format: Format): ((hit: Hit) => void) | undefined {
  if (format === "text") return undefined;
  const line = format === "json" ? (hit: Hit) => `${hitJson(hit)}\n` : hitCsv;
  return (hit) => io.out(line(hit));
}

async function readAll(
  { io, interrupted }: Invocation,
  source: ScanSource,
  scan: Scan,
  progress: ProgressLine,
  engine: EngineSettings,
): Promise<void> {
  for await (const batch of source.batches()) {
    scan.accept(batch);
    engine.scanned(scan.events);
    if (interrupted.aborted || io.outputClosed.aborted) return;
    await io.drained();
    progress.update(() => {
      const { bytesRead, bytesTotal } = source.progress();
      const fraction = bytesTotal === undefined || bytesTotal === 0 ? undefined : bytesRead / bytesTotal;
      return { events: scan.events, bytes: bytesRead, fraction, note: source.member };
    });
  }
}

/** Says what was not scanned: nothing is dropped in silence. */
function reportLeftOut(
  io: Io,
  source: ScanSource,
  { summary, tally }: ScanResult,
  loaded: LoadedRules,
): void {
  for (const fault of source.faults) io.err(`${errorReport(fault, io.paintErr)}\n`);
  const moreFaults = summary.faults - source.faults.length;
  if (moreFaults > 0) errLine(io, `${plural(moreFaults, "more file")} could not be read to the end`);
  for (const sample of source.samples) errLine(io, `left out ${sample}`);
  const counts = [
    [summary.badLines, "line or record that cannot be read", "lines and records that cannot be read"],
    [summary.otherDocuments, "document that is no Windows event", "documents that are no Windows events"],
    [summary.skipped, "file or member without events", "files and members without events"],
  ] as const;
  const left = counts.filter(([count]) => count > 0).map(([count, one, many]) => plural(count, one, many));
  if (left.length > 0) errLine(io, `left out in all: ${left.join(", ")}`);
  for (const { reason, detail } of source.damage.firsts)
    errLine(io, `damaged: ${countText(source.damage.counts.get(reason) ?? 0)} × ${reason}, first: ${detail}`);
  if (summary.rulesUnmapped > 0)
    errLine(io, `${plural(summary.rulesUnmapped, "rule")} cannot hit: log sources that are not of Windows`);
  if (summary.lateHits > 0)
    errLine(
      io,
      `${plural(summary.lateHits, "hit")} came too late for correlations: name files in the order of their events`,
    );
  const { ids } = tally.techniques.leftOut();
  if (ids.length > 0)
    errLine(
      io,
      `not in ATT&CK: ${ids
        .slice(0, IDS_SHOWN)
        .map(({ id }) => id)
        .join(", ")}${ids.length > IDS_SHOWN ? ", …" : ""}`,
    );
  if (loaded.rules.length === summary.rulesUnmapped && loaded.rules.length > 0)
    errLine(io, "no rule is for Windows events: nothing could hit");
}

const IDS_SHOWN = 5;

async function writeFiles(invocation: Invocation, result: ScanResult): Promise<void> {
  const { io, options, workingDirectory, clock, version } = invocation;
  const html = options.text("html");
  if (html !== undefined) {
    const made = new Date(clock.nowMs()).toISOString();
    await writeWhole(resolve(workingDirectory, html), reportPage(result, { made, version }));
    errLine(io, `report written to '${html}'`);
  }
  const layer = options.text("layer");
  if (layer === undefined) return;
  const catalogue = catalogueFor(invocation);
  await writeLayerTo(invocation, layer, result.tally.techniques, catalogue, {
    name: "Spoor scan",
    description: `Hits of Sigma rules by technique, in ${invocation.arguments.join(", ")}. ATT&CK ${catalogue.version}.`,
    unit: "hit",
    scale: "log",
    platforms: [],
  });
  errLine(io, `layer written to '${layer}'`);
}

/** Findings count for more than what could not be read: both are on stderr. */
function exitCode({ options }: Invocation, { summary, tally }: ScanResult): ExitCode {
  const failOn = options.text("fail-on") as SigmaLevel | undefined;
  if (failOn !== undefined && tally.countFrom(failOn) > 0) return exitCodes.findings;
  return summary.faults > 0 || summary.badLines > 0 ? exitCodes.failed : exitCodes.ok;
}
