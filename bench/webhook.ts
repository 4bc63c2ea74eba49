/**
 * From event to webhook: a producer process sends events over Kafka's protocol at a steady rate into `spoor serve`, a query tries each
 * against all rules, the alerts are a topic, and a connector of class `webhook` posts them, signed, to a receiver process. With the
 * desk, alerts go through triage into cases first, and what is posted are its notifications; none is suppressed.
 * The default rules are joined by one that hits some of any stream of events, so that there is something to post.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { processFigures } from "./broker-process.ts";
import { runStatements, startSpoor } from "./broker-spoor.ts";
import { createTopic } from "./broker-wire.ts";
import { writeLabFile } from "./event-lines.ts";
import { readTimes, schedulingOf, webhookLatency } from "./webhook-latency.ts";
import type { Percentiles, Scheduling, WebhookLatency } from "./webhook-latency.ts";
import { produceEvents } from "./webhook-producer.ts";
import type { EventProducerReport } from "./webhook-producer.ts";
import { startReceiver } from "./webhook-receiver.ts";
import type { ReceiverReport } from "./webhook-receiver.ts";

export interface WebhookBenchOptions {
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** Events, one JSON document a line, as many as there are to be sent; absent: the generated lab's. */
  readonly file: string | undefined;
  /** Alerts go through the alert desk's triage. */
  readonly desk: boolean;
  readonly seed: number;
  readonly dir: string | undefined;
  readonly json: boolean;
  readonly profile: string | undefined;
}

const BAR_P99_MS = 250;
const WARM_UP_MS = 3000;
const IDLE_MS = 10_000;

/** Some of 100 events of recorded hosts, and of the lab. */
const RULE = `title: Files made, raw reads, and connections to directory services
id: 7c0a3d1e-5a53-4c1a-9a51-0f6a6f0f7a10
level: medium
logsource:
  product: windows
  service: sysmon
detection:
  ldap:
    EventID: 3
    DestinationPort: [88, 389, 445]
  file:
    EventID: [9, 11]
  condition: 1 of them
`;

const ALERTS = `
CREATE STREAM EVENTS (EVENT STRING) WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM ALERTS WITH (KAFKA_TOPIC='alerts', VALUE_FORMAT='JSON', RETENTION_MS=-1) AS SELECT * FROM DETECT(EVENTS);`;

/** What `spoor alerts init` makes; a notification for each alert, where an hour's silence is usual. */
function deskStatements(): string {
  const script = readFileSync(new URL("../examples/alerts.sql", import.meta.url), "utf8");
  return `SET 'spoor.alerts.suppress.ms' = '0';\n${script}`;
}

interface ServerFigures {
  readonly cpuSeconds: number;
  readonly residentPeakMb: number;
  readonly scheduling: Scheduling;
}

function serverFigures(pid: number): ServerFigures {
  const { cpuSeconds, residentPeakMb } = processFigures(pid);
  return { cpuSeconds, residentPeakMb, scheduling: schedulingOf(pid) };
}

export async function benchWebhook(options: WebhookBenchOptions): Promise<void> {
  const dir = mkdtempSync(join(options.dir ?? tmpdir(), "spoor-bench-"));
  try {
    const { eventsPerSecond: perSecond, desk } = options;
    const events = Math.ceil(perSecond * (options.seconds + WARM_UP_MS / 1000));
    const file = options.file ?? join(dir, "events.ndjson");
    if (options.file === undefined) writeLabFile(file, { events, seed: options.seed });
    mkdirSync(join(dir, "rules"));
    writeFileSync(join(dir, "rules", "bench.yml"), RULE);
    const rules = ["-p", `spoor.rules=default,${join(dir, "rules")}`];
    const server = await startSpoor(join(dir, "spoor"), options.profile, rules);
    try {
      const { bootstrap } = server;
      const [times, posts] = [join(dir, "times"), join(dir, "posts")];
      await createTopic(bootstrap, "winlogbeat");
      const receiver = await startReceiver({ idleMs: IDLE_MS, posts });
      await runStatements(server.url, desk ? deskStatements() : ALERTS);
      await runStatements(server.url, connector(receiver.url, desk ? "alert_notifications" : "alerts"));
      const before = serverFigures(server.pid);
      const task = { bootstrap, topic: "winlogbeat", file, events, perSecond, times };
      const sent = await produceEvents(task);
      const received = await receiver.report;
      const latency = webhookLatency(readTimes(times), readTimes(posts), WARM_UP_MS);
      report({ options, sent, received, latency, before, after: serverFigures(server.pid) });
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function connector(url: string, topic: string): string {
  return `CREATE SINK CONNECTOR hook WITH ('connector.class'='webhook', 'topics'='${topic}', 'url'='${url}',
    'signing.secret'='whsec_${Buffer.alloc(32, "bench").toString("base64")}', 'consumer.override.auto.offset.reset'='earliest');`;
}

interface Run {
  readonly options: WebhookBenchOptions;
  readonly sent: EventProducerReport;
  readonly received: ReceiverReport;
  readonly latency: WebhookLatency;
  readonly before: ServerFigures;
  readonly after: ServerFigures;
}

function report({ options, sent, received, latency, before, after }: Run): void {
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  const waited = after.scheduling.waitedSeconds - before.scheduling.waitedSeconds;
  const figures = {
    desk: options.desk,
    events: sent.events,
    eventsPerSecond: Math.round(sent.events / sent.seconds),
    megabytesPerSecond: round(sent.bytes / 1e6 / sent.seconds),
    posts: received.posts,
    repeated: received.repeated,
    ...latency,
    barP99Ms: BAR_P99_MS,
    serverCpuSeconds: round(cpuSeconds),
    serverCores: round(cpuSeconds / sent.seconds),
    serverWaitedSeconds: round(waited),
    producer: sent.scheduling,
    producerLateMaxMs: round(sent.lateMaxMs),
    receiver: received.scheduling,
    residentMb: Math.round(after.residentPeakMb),
    load: round(loadavg()[0]!),
  };
  const share = ((100 * received.posts) / sent.events).toFixed(1);
  const via = options.desk ? "all rules and the alert desk" : "all rules";
  const ran = ({ ranSeconds, waitedSeconds }: Scheduling): string =>
    `${round(ranSeconds)} s of CPU, ${round(waitedSeconds)} s waited for one`;
  const out = [
    `from a Kafka producer through ${via} to a webhook; ${availableParallelism()} cores for all processes, load ${figures.load}`,
    `  events            ${sent.events.toLocaleString("en")} (${(sent.bytes / 1e6).toFixed(0)} MB, in ${sent.requests.toLocaleString("en")} requests)`,
    `  events/s          ${figures.eventsPerSecond.toLocaleString("en")} (${figures.megabytesPerSecond} MB/s)`,
    `  alerts posted     ${received.posts.toLocaleString("en")} (${share} % of the events; ${received.repeated} twice)`,
    `  event to webhook  ${text(latency.whole)} (of ${latency.measured.toLocaleString("en")}, after ${WARM_UP_MS / 1000} s; bar: p99 ${BAR_P99_MS} ms)`,
    `    to the answer   ${text(latency.acknowledged)} (the producer's answer from the broker)`,
    `    to the POST     ${text(latency.posted)} (from there)`,
    `  server            ${round(cpuSeconds)} s of CPU (${figures.serverCores} of a core), ${round(waited)} s waited for one`,
    `  producer          ${ran(sent.scheduling)}; at most ${round(sent.lateMaxMs)} ms late`,
    `  receiver          ${ran(received.scheduling)}`,
    `  resident, highest ${figures.residentMb} MB`,
  ];
  process.stdout.write(`${out.join("\n")}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function text({ p50, p90, p99, max }: Percentiles): string {
  return `p50 ${round(p50)} ms, p90 ${round(p90)} ms, p99 ${round(p99)} ms, most ${round(max)} ms`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
