/**
 * What the crash suites run: the Sysmon recipe on a lab's events, and beside it what keeps state or writes several
 * partitions. Everything follows from the events in topic `winlogbeat` (and NOTES), so that a run without interruption over
 * the same records is an oracle.
 */
import { readFileSync } from "node:fs";
import { openApplication } from "../../src/app/application.ts";
import type { Application } from "../../src/app/application.ts";
import { systemClock } from "../../src/base/clock.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { labEvents } from "../../src/events/lab/lab-writer.ts";

export const LAB_START_MS = Date.UTC(2024, 2, 4, 8);

/** Topics that clients write; the oracle gets their records. */
export const INPUTS = ["winlogbeat", "NOTES"] as const;

/** Topics that only queries write: in the end they must equal the oracle's. */
export const OUTPUTS = [
  "WINLOGBEAT_STREAM_REKEY",
  "SYSMON_PROCESS_CREATE",
  "SYSMON_NETWORK_CONNECT",
  "SYSMON_JOIN",
  "BY_HOST",
  "EVENTS_PER_HOST",
  "CONNECTIONS_PER_MINUTE",
] as const;

/** A query writes it, and INSERT VALUES too. */
export const MIXED_SINK = "NOTED";

const BESIDE_THE_RECIPE = `
  CREATE STREAM BY_HOST WITH (KAFKA_TOPIC='BY_HOST', PARTITIONS=4) AS
    SELECT computer_name, event_id, record_number FROM ALL_EVENTS PARTITION BY computer_name;
  CREATE TABLE EVENTS_PER_HOST WITH (KAFKA_TOPIC='EVENTS_PER_HOST', PARTITIONS=2) AS
    SELECT computer_name, COUNT(*) AS events, MAX(event_id) AS highest FROM ALL_EVENTS GROUP BY computer_name;
  CREATE TABLE CONNECTIONS_PER_MINUTE WITH (KAFKA_TOPIC='CONNECTIONS_PER_MINUTE', PARTITIONS=1) AS
    SELECT process_path, COUNT(*) AS connections FROM SYSMON_NETWORK_CONNECT
    WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY process_path;
  CREATE STREAM NOTES (id STRING KEY, text STRING) WITH (KAFKA_TOPIC='NOTES', PARTITIONS=1, VALUE_FORMAT='JSON');
  CREATE STREAM NOTED WITH (KAFKA_TOPIC='NOTED') AS SELECT * FROM NOTES;`;

const ALL_EVENTS = `
  CREATE STREAM ALL_EVENTS (computer_name STRING, event_id INT, record_number STRING)
    WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='JSON');`;

export function workloadStatements(): string {
  const recipe = readFileSync(new URL("../../examples/sysmon-join.sql", import.meta.url), "utf8");
  return `${recipe}\n${ALL_EVENTS}\n${BESIDE_THE_RECIPE}`;
}

/** Makes the topic and the queries, where an earlier life has not done so to the end. */
export async function startWorkload({ service }: Pick<Application, "service">): Promise<void> {
  await service.createTopic({
    name: "winlogbeat",
    partitions: 1,
    replicas: 1,
    config: {},
    ifNotExists: true,
  });
  if (service.queries().some(({ queryId }) => queryId.includes(MIXED_SINK))) return;
  const text = workloadStatements().replaceAll(/CREATE (STREAM|TABLE) /g, "CREATE $1 IF NOT EXISTS ");
  await service.execute({ text, properties: {}, variables: {} });
}

export interface OpenOptions {
  readonly dataDir: string | undefined;
  readonly commitIntervalMs?: number;
  readonly bytePipelines?: boolean;
  readonly report?: (message: string) => void;
}

export function openWorkload(options: OpenOptions): Promise<Application> {
  const { dataDir, commitIntervalMs = 100, bytePipelines = true, report } = options;
  return openApplication({
    dataDir,
    version: "0.0.0",
    advertised: "127.0.0.1:8088",
    properties: new Map([
      ["spoor.commit.interval.ms", String(commitIntervalMs)],
      ["spoor.byte.pipelines", String(bytePipelines)],
    ]),
    queriesFile: undefined,
    clock: systemClock,
    random: new SeededRandom(5),
    processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
    report: (level, message) => {
      if (level !== "info") report?.(message);
    },
  });
}

/** The lab's events from number `from` on, as bodies of up to `size` lines. */
export function* labBodies(events: number, from: number, size: () => number): Generator<Buffer> {
  let lines: Buffer[] = [];
  let wanted = size();
  let number = 0;
  for (const line of labEvents({ seed: 42, events, startMs: LAB_START_MS, mix: "demo" })) {
    if (number++ < from) continue;
    lines.push(line, Buffer.from("\n"));
    if (lines.length < wanted * 2) continue;
    yield Buffer.concat(lines);
    lines = [];
    wanted = size();
  }
  if (lines.length > 0) yield Buffer.concat(lines);
}

export function recordCount({ context }: Pick<Application, "context">, topic: string): number {
  const info = context.log.topic(topic);
  if (info === undefined) return 0;
  return Array.from({ length: info.partitions }, (_, i) => context.log.partition(topic, i).endOffset).reduce(
    (sum, end) => sum + end,
    0,
  );
}
