/**
 * Sigma rules over recorded events: how many a second, with how many rules. Streaming, from topic to topic
 * (`detect-stream.ts`); the matcher alone, with events that are parsed before the clock starts and run over and over; and
 * `spoor scan` as a process of its own, its start and the reading of the rules counted.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RawEventFields } from "../src/detect/events/raw-event-fields.ts";
import { windowsLogSources } from "../src/detect/log-sources/read-log-sources.ts";
import { RuleMatcher } from "../src/detect/matching/rule-matcher.ts";
import { loadRules } from "../src/detect/rule/rule-set.ts";
import type { RuleText } from "../src/detect/rule/rule-source.ts";
import { evtxEvents } from "../src/events/evtx/evtx-events.ts";
import { fileBytes } from "../src/events/files/byte-stream.ts";
import type { RawEvent } from "../src/events/shapes/raw-event.ts";
import { readRuleFiles } from "../src/cli/rules/rule-files.ts";
import { streamRules } from "./detect-stream.ts";
import type { DetectStreamOptions, Streamed } from "./detect-stream.ts";
import { cpuSeconds, logPaths, rates } from "./evtx-pass.ts";
import type { Rates } from "./evtx-pass.ts";

export interface DetectBenchOptions {
  /** A log or a folder of logs; default: the recorded logs beside the repository. */
  readonly file: string | undefined;
  /** Rules as `--rules` takes them; default: the published ones beside the repository. */
  readonly rules: string | undefined;
  /** How long each number of rules is measured. */
  readonly seconds: number;
  readonly stream: DetectStreamOptions;
  readonly json: boolean;
}

interface Measured extends Rates {
  readonly rules: number;
  readonly hitsPerPass: number;
}

const WARM_UP_SECONDS = 2;
const CELL_WIDTH = 14;
const COUNTS = [0, 100, 1000];
const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../shared");
const SPOOR = fileURLToPath(new URL("../bin/spoor", import.meta.url));
const CHILD = `
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write("\\n" + JSON.stringify({ cpu: (user + system) / 1e6, residentMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
});`;

/** @throws Error where there are no logs or rules */
export async function benchDetect({
  file,
  rules: named,
  seconds,
  stream,
  json,
}: DetectBenchOptions): Promise<void> {
  const path = file ?? join(SHARED, "data/evtx");
  const rulePath = named ?? join(SHARED, "data/sigma/rules.tar.gz");
  if (!existsSync(rulePath)) throw new Error(`no rules at '${rulePath}': name them with --rules`);
  const scan = scanned(path, rulePath);
  const { texts } = await readRuleFiles([rulePath], process.cwd());
  const logSources = windowsLogSources();
  const windows = texts.filter((text) =>
    loadRules([text]).rules.some(({ logSource }) => logSource.product === "windows"),
  );
  const events = await readAll(logPaths(path));
  const counts = [...COUNTS.filter((count) => count < windows.length), windows.length];
  const measured = counts.map((count) =>
    measure(count, events, new RuleMatcher(logSources, loadRules(spread(windows, count)).rules), seconds),
  );
  const streamed = await streamRules(
    stream,
    counts.map((count) => spread(windows, count)),
  );
  if (json) process.stdout.write(`${JSON.stringify({ events: events.length, measured, streamed, scan })}\n`);
  else report(events.length, measured, streamed, scan);
}

function report(
  events: number,
  measured: readonly Measured[],
  streamed: readonly Streamed[],
  scan: Scanned,
): void {
  const of = streamed[0]?.events ?? 0;
  const out = [
    `streaming, from topic to topic: ${figure(of)} events through SELECT EXPLODE(DETECT(EVENT))`,
    "",
  ];
  out.push(row("rules", "events/s", "events/CPU s", "first run", "hits", "MB"));
  for (const { rules, eventsPerSecond, eventsPerCpuSecond, first, hits, residentMb } of streamed) {
    const cells = [rules, eventsPerSecond, eventsPerCpuSecond, first.eventsPerCpuSecond, hits, residentMb];
    out.push(row(...cells.map(figure)));
  }
  out.push("", `the matcher alone: ${figure(events)} parsed events of event logs`, "");
  out.push(row("rules", "events/s", "events/CPU s", "hits"));
  for (const { rules, eventsPerSecond, eventsPerCpuSecond, hitsPerPass } of measured)
    out.push(row(...[rules, eventsPerSecond, eventsPerCpuSecond, hitsPerPass].map(figure)));
  const { eventsPerCpuSecond, cpu, residentMb, events: scannedEvents, rules } = scan;
  out.push(
    "",
    `spoor scan, ${rules} rules, start included: ${scannedEvents} events in ${cpu.toFixed(2)} CPU s ` +
      `(${figure(eventsPerCpuSecond)} a CPU s), at most ${residentMb} MB`,
  );
  process.stdout.write(`${out.join("\n")}\n`);
}

function row(...cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(CELL_WIDTH)).join("");
}

/** Rules from all over the set: its files stand by subject. */
function spread(all: readonly RuleText[], count: number): readonly RuleText[] {
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)]!);
}

async function readAll(paths: readonly string[]): Promise<RawEvent[]> {
  const events: RawEvent[] = [];
  for (const path of paths) {
    for await (const batch of evtxEvents(path, fileBytes(path, { bytesRead: 0 }), () => undefined))
      events.push(...batch);
  }
  return events;
}

function measure(
  rules: number,
  events: readonly RawEvent[],
  matcher: RuleMatcher,
  seconds: number,
): Measured {
  /** As in a stream, each event's fields are looked up anew. */
  const pass = (): number => {
    let hits = 0;
    for (const event of events) hits += matcher.match(new RawEventFields(event)).length;
    return hits;
  };
  const warmFrom = performance.now();
  let hitsPerPass = pass();
  while (performance.now() - warmFrom < WARM_UP_SECONDS * 1000) hitsPerPass = pass();
  const started = performance.now();
  const cpu = cpuSeconds();
  let count = 0;
  do {
    pass();
    count += events.length;
  } while (performance.now() - started < seconds * 1000);
  const figures = rates(count, (performance.now() - started) / 1000, cpuSeconds() - cpu);
  return { rules, hitsPerPass, ...figures };
}

interface Scanned {
  readonly rules: number;
  readonly events: number;
  readonly hits: number;
  readonly cpu: number;
  readonly eventsPerCpuSecond: number;
  readonly residentMb: number;
}

/** The second of two runs: the first may compile the sources. */
function scanned(path: string, rulePath: string): Scanned {
  const run = (): Scanned => {
    const measuring = ["--import", `data:text/javascript,${encodeURIComponent(CHILD)}`];
    const argv = [...measuring, SPOOR, "scan", path, "--rules", rulePath, "--json"];
    const child = spawnSync(process.execPath, argv, { encoding: "utf8", cwd: tmpdir(), maxBuffer: 1 << 28 });
    const summary = child.stdout.trim().split("\n").at(-1)!;
    const { events, rules, hits } = JSON.parse(summary) as Pick<Scanned, "events" | "rules" | "hits">;
    const { cpu, residentMb } = JSON.parse(child.stderr.trim().split("\n").at(-1)!) as Pick<
      Scanned,
      "cpu" | "residentMb"
    >;
    return { rules, events, hits, cpu, residentMb, eventsPerCpuSecond: events / cpu };
  };
  run();
  return run();
}

function figure(value: number): string {
  return Math.round(value).toLocaleString("en");
}
