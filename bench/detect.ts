/**
 * Sigma rules over recorded events: how many a second, with how many rules. The events are parsed before the clock starts and
 * run over and over, as they would come from a stream; beside it `spoor scan` as a process of its own, its start and the
 * reading of the rules counted.
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
import type { SigmaRule } from "../src/detect/rule/sigma-document.ts";
import { evtxEvents } from "../src/events/evtx/evtx-events.ts";
import { fileBytes } from "../src/events/files/byte-stream.ts";
import type { RawEvent } from "../src/events/shapes/raw-event.ts";
import { readRuleFiles } from "../src/cli/rules/rule-files.ts";
import { cpuSeconds, logPaths, rates } from "./evtx-pass.ts";
import type { Rates } from "./evtx-pass.ts";

export interface DetectBenchOptions {
  /** A log or a folder of logs; default: the recorded logs beside the repository. */
  readonly file: string | undefined;
  /** Rules as `--rules` takes them; default: the published ones beside the repository. */
  readonly rules: string | undefined;
  /** How long each number of rules is measured. */
  readonly seconds: number;
  readonly json: boolean;
}

interface Measured extends Rates {
  readonly rules: number;
  readonly hitsPerPass: number;
}

const WARM_UP_SECONDS = 2;
const COUNTS = [0, 100, 1000];
const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../shared");
const SPOOR = fileURLToPath(new URL("../bin/spoor", import.meta.url));
const CHILD = `
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write("\\n" + JSON.stringify({ cpu: (user + system) / 1e6, residentMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
});`;

/** @throws Error where there are no logs or rules */
export async function benchDetect({ file, rules: named, seconds, json }: DetectBenchOptions): Promise<void> {
  const path = file ?? join(SHARED, "data/evtx");
  const rulePath = named ?? join(SHARED, "data/sigma/rules.tar.gz");
  if (!existsSync(rulePath)) throw new Error(`no rules at '${rulePath}': name them with --rules`);
  const scan = scanned(path, rulePath);
  const { texts } = await readRuleFiles([rulePath], process.cwd());
  const logSources = windowsLogSources();
  const all = loadRules(texts).rules.filter(({ logSource }) => logSource.product === "windows");
  const events = await readAll(logPaths(path));
  const measured = [...COUNTS.filter((count) => count < all.length), all.length].map((count) =>
    measure(spread(all, count), events, new RuleMatcher(logSources, spread(all, count)), seconds),
  );
  if (json) {
    process.stdout.write(`${JSON.stringify({ events: events.length, measured, scan })}\n`);
    return;
  }
  process.stdout.write(
    `${events.length} events of event logs, ${all.length} rules for Windows\n\n` +
      `${"rules".padStart(8)}${"events/s".padStart(12)}${"events/CPU s".padStart(14)}${"hits".padStart(8)}\n`,
  );
  for (const { rules, eventsPerSecond, eventsPerCpuSecond, hitsPerPass } of measured) {
    const cells = [figure(eventsPerSecond).padStart(12), figure(eventsPerCpuSecond).padStart(14)];
    process.stdout.write(`${String(rules).padStart(8)}${cells.join("")}${String(hitsPerPass).padStart(8)}\n`);
  }
  const { eventsPerCpuSecond, cpu, residentMb, events: scannedEvents, rules } = scan;
  process.stdout.write(
    `\nspoor scan, ${rules} rules, start included: ${scannedEvents} events in ${cpu.toFixed(2)} CPU s ` +
      `(${figure(eventsPerCpuSecond)} a CPU s), at most ${residentMb} MB\n`,
  );
}

/** Rules from all over the set: its files stand by subject. */
function spread(all: readonly SigmaRule[], count: number): readonly SigmaRule[] {
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
  rules: readonly SigmaRule[],
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
  return { rules: rules.length, hitsPerPass, ...figures };
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
