/**
 * The recipe from end to end, as a SOC has it: a producer process sends Winlogbeat-like events over Kafka's protocol at a steady
 * rate into `spoor serve`, the queries join connections with their processes, a consumer process reads `SYSMON_JOIN` over
 * Kafka's protocol. An alert's latency runs from the moment the network event was handed to the producer to the moment
 * its joined row was there, in whole milliseconds: an event's time is the time of its sending, and joined rows keep it.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { startLoad } from "./broker-load.ts";
import type { LoadReport } from "./broker-load.ts";
import { processFigures } from "./broker-process.ts";
import type { ProcessFigures } from "./broker-process.ts";
import { runStatements, startSpoor } from "./broker-spoor.ts";
import { createTopic } from "./broker-wire.ts";
import { writeLabFile } from "./event-lines.ts";

export interface AlertsBenchOptions {
  readonly seconds: number;
  /** 0: as fast as the server takes them. */
  readonly eventsPerSecond: number;
  readonly seed: number;
  readonly dir: string | undefined;
  readonly json: boolean;
  /** Where the server's CPU profile goes. */
  readonly profile: string | undefined;
}

const RECIPE = new URL("../examples/sysmon-join.sql", import.meta.url);
/** As many as a run without a rate sends for each second asked for. */
const UNPACED_EVENTS_PER_SECOND = 40_000;
const WARM_UP_MS = 3000;
const IDLE_MS = 3000;

export async function benchAlerts(options: AlertsBenchOptions): Promise<void> {
  const dir = mkdtempSync(join(options.dir ?? tmpdir(), "spoor-bench-"));
  try {
    const file = join(dir, "events.ndjson");
    const perSecond = options.eventsPerSecond || UNPACED_EVENTS_PER_SECOND;
    const events = Math.ceil(perSecond * (options.seconds + WARM_UP_MS / 1000));
    writeLabFile(file, { events, seed: options.seed });
    const server = await startSpoor(join(dir, "spoor"), options.profile);
    try {
      const { bootstrap } = server;
      await createTopic(bootstrap, "winlogbeat");
      await runStatements(server.url, readFileSync(RECIPE, "utf8"));
      const before = processFigures(server.pid);
      const alerts = { role: "consume-alerts", bootstrap, topic: "SYSMON_JOIN" } as const;
      const consuming = startLoad({ ...alerts, idleMs: IDLE_MS, skipMs: WARM_UP_MS });
      const load = { role: "produce-events", bootstrap, topic: "winlogbeat" } as const;
      const producing = startLoad({ ...load, file, events, perSecond: options.eventsPerSecond });
      const [sent, received] = await Promise.all([producing.report, consuming.report]);
      report(options, sent, received, before, processFigures(server.pid));
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function report(
  options: AlertsBenchOptions,
  sent: LoadReport,
  received: LoadReport,
  before: ProcessFigures,
  after: ProcessFigures,
): void {
  const latency = received.latency!;
  const figures = {
    events: sent.records,
    eventsPerSecond: Math.round(sent.records / sent.seconds),
    eventsPerCpuSecond: Math.round(sent.records / (after.cpuSeconds - before.cpuSeconds)),
    alerts: received.records,
    latencyP50Ms: round(latency.p50Ms),
    latencyP99Ms: round(latency.p99Ms),
    latencyMaxMs: round(latency.maxMs),
    residentMb: Math.round(after.residentPeakMb),
  };
  const out = [
    `the recipe over Kafka's protocol, from a producer to a consumer of SYSMON_JOIN; ${availableParallelism()} cores for all`,
    `  events                 ${figures.events.toLocaleString("en")} (${(sent.bytes / 1e6).toFixed(0)} MB)`,
    `  events/s               ${figures.eventsPerSecond.toLocaleString("en")}`,
    `  events / server CPU s  ${figures.eventsPerCpuSecond.toLocaleString("en")}`,
    `  alerts                 ${figures.alerts.toLocaleString("en")}`,
    `  event to alert, p50    ${figures.latencyP50Ms} ms`,
    `  event to alert, p99    ${figures.latencyP99Ms} ms (of ${latency.count.toLocaleString("en")}, after ${WARM_UP_MS / 1000} s)`,
    `  event to alert, most   ${figures.latencyMaxMs} ms`,
    `  resident, highest      ${figures.residentMb} MB`,
  ];
  process.stdout.write(`${out.join("\n")}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
