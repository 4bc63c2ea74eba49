/**
 * From event to webhook: a producer process sends events over Kafka's protocol at a steady rate into `spoor serve`, a query tries each
 * against all rules, the alerts are a topic, and a connector of class `webhook` posts them, signed, to a receiver process.
 * The default rules are joined by one that hits some of any stream of events, so that there is something to post.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { startLoad } from "./broker-load.ts";
import type { LoadReport } from "./broker-load.ts";
import { processFigures } from "./broker-process.ts";
import type { ProcessFigures } from "./broker-process.ts";
import { runStatements, startSpoor } from "./broker-spoor.ts";
import { createTopic } from "./broker-wire.ts";
import { writeLabFile } from "./event-lines.ts";
import { startReceiver } from "./webhook-receiver.ts";
import type { ReceiverReport } from "./webhook-receiver.ts";

export interface WebhookBenchOptions {
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** Events, one JSON document a line, as many as there are to be sent; absent: the generated lab's. */
  readonly file: string | undefined;
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

const STATEMENTS = `
CREATE STREAM EVENTS (EVENT STRING) WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM HITS WITH (KAFKA_TOPIC='hits', VALUE_FORMAT='JSON') AS
  SELECT EXPLODE(DETECT(EVENT)) AS HIT, EVENT FROM EVENTS;
CREATE STREAM ALERTS WITH (KAFKA_TOPIC='alerts', VALUE_FORMAT='JSON') AS
  SELECT HIT->RULE_ID AS RULE_ID, HIT->TITLE AS TITLE, HIT->LEVEL AS LEVEL, HIT->TECHNIQUES AS TECHNIQUES,
         HIT->REASON AS REASON, EVENT_FIELD(EVENT, 'Computer') AS HOST, EVENT_FIELD(EVENT, 'User') AS USER_NAME,
         EVENT_FIELD(EVENT, 'Image') AS PROCESS, EVENT_FIELD(EVENT, 'CommandLine') AS COMMAND_LINE, EVENT
  FROM HITS;`;

export async function benchWebhook(options: WebhookBenchOptions): Promise<void> {
  const dir = mkdtempSync(join(options.dir ?? tmpdir(), "spoor-bench-"));
  try {
    const events = Math.ceil(options.eventsPerSecond * (options.seconds + WARM_UP_MS / 1000));
    const file = options.file ?? join(dir, "events.ndjson");
    if (options.file === undefined) writeLabFile(file, { events, seed: options.seed });
    mkdirSync(join(dir, "rules"));
    writeFileSync(join(dir, "rules", "bench.yml"), RULE);
    const rules = ["-p", `spoor.rules=default,${join(dir, "rules")}`];
    const server = await startSpoor(join(dir, "spoor"), options.profile, rules);
    try {
      const { bootstrap } = server;
      await createTopic(bootstrap, "winlogbeat");
      const receiver = await startReceiver({ skipMs: WARM_UP_MS, idleMs: IDLE_MS });
      await runStatements(server.url, STATEMENTS);
      await runStatements(server.url, connector(receiver.url));
      const before = processFigures(server.pid);
      const load = { role: "produce-events", bootstrap, topic: "winlogbeat" } as const;
      const producing = startLoad({ ...load, file, events, perSecond: options.eventsPerSecond });
      const sent = await producing.report;
      const received = await receiver.report;
      report(options, sent, received, before, processFigures(server.pid));
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function connector(url: string): string {
  return `CREATE SINK CONNECTOR hook WITH ('connector.class'='webhook', 'topics'='alerts', 'url'='${url}',
    'signing.secret'='whsec_${Buffer.alloc(32, "bench").toString("base64")}', 'consumer.override.auto.offset.reset'='earliest');`;
}

function report(
  options: WebhookBenchOptions,
  sent: LoadReport,
  received: ReceiverReport,
  before: ProcessFigures,
  after: ProcessFigures,
): void {
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  const figures = {
    events: sent.records,
    eventsPerSecond: Math.round(sent.records / sent.seconds),
    posts: received.posts,
    repeated: received.repeated,
    latencyP50Ms: round(received.p50Ms),
    latencyP99Ms: round(received.p99Ms),
    latencyMaxMs: round(received.maxMs),
    barP99Ms: BAR_P99_MS,
    serverCpuSeconds: round(cpuSeconds),
    serverCores: round(cpuSeconds / sent.seconds),
    residentMb: Math.round(after.residentPeakMb),
  };
  const share = ((100 * received.posts) / sent.records).toFixed(1);
  const out = [
    `from a Kafka producer through all rules to a webhook; ${availableParallelism()} cores for all processes`,
    `  events                  ${figures.events.toLocaleString("en")} (${(sent.bytes / 1e6).toFixed(0)} MB)`,
    `  events/s                ${figures.eventsPerSecond.toLocaleString("en")}`,
    `  alerts posted           ${figures.posts.toLocaleString("en")} (${share} % of the events; ${figures.repeated} twice)`,
    `  event to webhook, p50   ${figures.latencyP50Ms} ms`,
    `  event to webhook, p99   ${figures.latencyP99Ms} ms (of ${received.measured.toLocaleString("en")}, after ${WARM_UP_MS / 1000} s; bar ${BAR_P99_MS} ms)`,
    `  event to webhook, most  ${figures.latencyMaxMs} ms`,
    `  server CPU              ${figures.serverCpuSeconds} s, ${figures.serverCores} of a core`,
    `  resident, highest       ${figures.residentMb} MB`,
  ];
  process.stdout.write(`${out.join("\n")}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
