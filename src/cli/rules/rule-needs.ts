/** `spoor rules needs`: what rules need of events, and which are blind for want of it. */
import { resolve } from "node:path";
import { RawEventFields } from "../../detect/events/raw-event-fields.ts";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { findRule } from "../../detect/rule-library/find-rule.ts";
import { EventCensus, needsOf } from "../../detect/rule-library/rule-needs.ts";
import type { RuleNeeds, RuleSight, Sight } from "../../detect/rule-library/rule-needs.ts";
import { levelOf, LEVELS } from "../../detect/rule/sigma-document.ts";
import { stdinBytes } from "../attack/file-access.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { ProgressLine } from "../ingest/progress-line.ts";
import { errLine, outLine } from "../io.ts";
import type { Io } from "../io.ts";
import { safeText } from "../render/display-width.ts";
import { errorReport } from "../render/error-report.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { countText, plural } from "../render/quantity.ts";
import { ScanSource } from "../scan/scan-source.ts";
import { loadRulePaths, logSourceText, reportRefused } from "./load-rules.ts";
import { rulesOrLibrary } from "./open-library.ts";
import { sourceText, sourceTexts } from "./source-text.ts";

const RULES_SHOWN = 10;
const SOURCES_SHOWN = 3;
const FIELDS_SHOWN = 8;

export const showNeeds: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const loaded = await loadRulePaths(invocation, rulesOrLibrary(invocation));
  const logSources = windowsLogSources();
  const { arguments: names } = invocation;
  const rules =
    names.length === 0 ? loaded.rules : [...new Set(names.map((name) => findRule(name, loaded.rules)))];
  const needs = rules.map((rule) => needsOf(rule, logSources));
  const paths = options.list("events");
  if (paths.length === 0) {
    if (options.flag("json")) for (const each of needs) outLine(io, JSON.stringify(needsFacts(each)));
    else printNeeds(io, needs, names.length > 0);
    reportRefused(io, loaded);
    return exitCodes.ok;
  }
  const census = new EventCensus(needs);
  const isWhole = await countEvents(invocation, paths, census);
  const sights = needs.map((each) => census.sightOf(each));
  if (options.flag("json")) printSightJson(io, sights, census);
  else printSights(io, sights, census);
  reportRefused(io, loaded);
  if (invocation.interrupted.aborted) return exitCodes.interrupted;
  return isWhole ? exitCodes.ok : exitCodes.failed;
};

async function countEvents(
  invocation: Invocation,
  paths: readonly string[],
  census: EventCensus,
): Promise<boolean> {
  const { io, clock, interrupted, workingDirectory } = invocation;
  const progress = new ProgressLine(io, clock);
  const source = new ScanSource(paths, {
    stdin: stdinBytes(invocation),
    resolve: (path) => resolve(workingDirectory, path),
  });
  for await (const { file, events } of source.batches()) {
    for (const event of events) census.add(new RawEventFields(event));
    if (interrupted.aborted) break;
    progress.update(() => ({ events: census.events, bytes: 0, fraction: undefined, note: file }));
  }
  progress.clear();
  for (const fault of source.faults) io.err(`${errorReport(fault, io.paintErr)}\n`);
  for (const sample of source.samples) errLine(io, `left out ${sample}`);
  if (census.uncounted > 0) errLine(io, `${plural(census.uncounted, "event")} of too many kinds not counted`);
  return source.counts.faults === 0 && source.counts.badLines === 0;
}

function printNeeds(io: Io, needs: readonly RuleNeeds[], byRule: boolean): void {
  if (!byRule) {
    const bySource = grouped(needs);
    const rows = [...bySource].map(([name, of]) => [
      name,
      countText(of.length),
      sourceTexts(of[0]!.sources.map(({ source }) => source)).join("\n"),
    ]);
    const headings = ["Log source", "Rules", "Events"];
    for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
    return;
  }
  for (const { rule, sources } of needs) {
    outLine(io, io.paintOut("bold", safeText(rule.metadata.title)));
    if (sources.length === 0) outLine(io, `  no events are known for ${safeText(logSourceText(rule))}`);
    for (const { source, fields, eventIds } of sources) {
      outLine(io, `  ${safeText(sourceText({ ...source, fields: new Map() }))}`);
      if (eventIds.size > 0) outLine(io, `    event ids  ${[...eventIds].join(", ")}`);
      const named = [...fields].map(([name, own]) =>
        own.includes(name) ? name : `${name} (${own.join(" with ")})`,
      );
      outLine(io, `    fields     ${safeText(named.length === 0 ? "none" : named.join(", "))}`);
    }
  }
}

function printSights(io: Io, sights: readonly RuleSight[], census: EventCensus): void {
  const of = (...wanted: Sight[]): RuleSight[] => sights.filter(({ sight }) => wanted.includes(sight));
  const seeing = of("sees", "partly");
  const head = `${countText(seeing.length)} of ${plural(sights.length, "rule")} can see, over ${plural(census.events, "event")}`;
  outLine(io, io.paintOut("bold", head));
  printGroups(io, "blind: nothing came of the log", of("no-log"));
  printGroups(io, "blind: the log came, but not the events", of("no-event"));
  printRules(io, "blind: the events came without fields that the rule cannot do without", of("no-field"));
  printRules(io, "see in part: some of their fields never came", of("partly"));
  printGroups(io, "for other log sources than Windows has", of("unmapped"));
}

function printGroups(io: Io, title: string, sights: readonly RuleSight[]): void {
  if (sights.length === 0) return;
  outLine(io);
  outLine(io, io.paintOut("bold", `${plural(sights.length, "rule")} ${title}`));
  const groups = [...grouped(sights)].toSorted(([, a], [, b]) => b.length - a.length);
  for (const [name, of] of groups) {
    outLine(io, `  ${countText(of.length).padStart(6)}  ${safeText(name)}`);
    const ids = new Set(of.flatMap(({ sources }) => sources.flatMap(({ eventIds }) => [...eventIds])));
    const texts = sourceTexts(of[0]!.sources.map(({ source }) => ({ ...source, fields: new Map() })));
    for (const text of texts.slice(0, SOURCES_SHOWN))
      outLine(io, io.paintOut("dim", `          ${safeText(text)}`));
    if (ids.size > 0)
      outLine(io, io.paintOut("dim", `          event ids ${[...ids].toSorted().join(", ")}`));
  }
}

function printRules(io: Io, title: string, sights: readonly RuleSight[]): void {
  if (sights.length === 0) return;
  outLine(io);
  outLine(io, io.paintOut("bold", `${plural(sights.length, "rule")} ${title}`));
  const byLevel = sights.toSorted((a, b) => levelIndex(b) - levelIndex(a));
  for (const { rule, missing, events } of byLevel.slice(0, RULES_SHOWN)) {
    const level = levelOf(rule.metadata).padEnd(13);
    const fields = missing.slice(0, FIELDS_SHOWN).join(", ");
    const seen = plural(events, "event");
    outLine(io, `  ${level} ${safeText(rule.metadata.title)}: ${safeText(fields)} (${seen})`);
  }
  if (sights.length > RULES_SHOWN)
    outLine(io, `  … and ${countText(sights.length - RULES_SHOWN)} more (--json has all)`);
}

function levelIndex({ rule }: RuleSight): number {
  return LEVELS.indexOf(levelOf(rule.metadata));
}

function grouped<T extends RuleNeeds>(needs: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of needs) {
    const name = logSourceText(each.rule);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [each]);
    else group.push(each);
  }
  return groups;
}

function needsFacts({ rule, sources }: RuleNeeds): object {
  const { id, name, title } = rule.metadata;
  return {
    rule: { id, name, title },
    level: levelOf(rule.metadata),
    logsource: rule.logSource,
    needs: sources.map(({ source, fields, eventIds }) => ({
      channels: source.channels === undefined ? null : [...source.channels],
      eventIds:
        source.eventIds === undefined ? (eventIds.size === 0 ? null : [...eventIds]) : [...source.eventIds],
      providers: source.providers === undefined ? null : [...source.providers],
      fields: Object.fromEntries(fields),
    })),
  };
}

function printSightJson(io: Io, sights: readonly RuleSight[], census: EventCensus): void {
  for (const each of sights) {
    const { sight, events, missing } = each;
    outLine(io, JSON.stringify({ kind: "rule", ...needsFacts(each), sight, events, missing }));
  }
  const counts = Map.groupBy(sights, ({ sight }) => sight);
  const bySight = Object.fromEntries([...counts].map(([sight, of]) => [sight, of.length]));
  outLine(
    io,
    JSON.stringify({
      kind: "summary",
      rules: sights.length,
      sights: bySight,
      events: census.events,
      kinds: census.kinds(),
    }),
  );
}
