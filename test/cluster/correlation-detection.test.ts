/**
 * `FROM DETECT(…)` with correlations on a cluster: over several partitions, through a change of servers, the alerts are those of
 * one server. What correlations remember moves with its changelog.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TopicLog } from "../../src/log/topic-log.ts";
import { execute, ingest, openServer, readTopic, TestCluster } from "./cluster-run.ts";

const RULES = `
title: Failed logon
name: failed
logsource: { product: windows, service: security }
detection: { selection: { EventID: 4625 }, condition: selection }
---
title: Log cleared
name: cleared
level: high
logsource: { product: windows, service: security }
detection: { selection: { EventID: 1102 }, condition: selection }
---
title: Many failures
name: many
level: medium
correlation: { type: event_count, rules: [failed], group-by: [TargetUserName], timespan: 30m, condition: { gte: 5 } }
---
title: Few failures
name: few
level: low
correlation: { type: event_count, rules: [failed], group-by: [TargetUserName], timespan: 2m, condition: { lte: 2 } }
---
title: Few failures of all
name: few_of_all
level: high
correlation: { type: event_count, rules: [failed], timespan: 2m, condition: { lte: 3 } }
`;
const script = (partitions: number): string => `
  CREATE STREAM EVENTS (HOST STRING KEY, EVENT STRING) WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='KAFKA', PARTITIONS=${partitions});
  CREATE STREAM ALERTS WITH (KAFKA_TOPIC='alerts', VALUE_FORMAT='JSON', PARTITIONS=1) AS SELECT * FROM DETECT(EVENTS);
`;
const START_MS = Date.UTC(2024, 4, 1, 8);
const USERS = ["ann", "ben", "cat", "dan"];

/** Failures of four users on five hosts, now and then something else. */
const LINES = Array.from({ length: 200 }, (_, i) => {
  const [id, Hostname] = [i % 17 === 3 ? 1102 : i % 3 === 0 ? 4634 : 4625, `host${i % 5}`];
  const document = {
    EventTime: new Date(START_MS + i * 20_000).toISOString(),
    EventID: id,
    Channel: "Security",
    SourceName: id === 1102 ? "Microsoft-Windows-Eventlog" : "Microsoft-Windows-Security-Auditing",
    Hostname,
    ...(id === 4625 ? { TargetUserName: USERS[Math.floor(i / 7) % USERS.length] } : {}),
  };
  return `${Hostname}:${JSON.stringify(document)}`;
});
/** Long after all others, and more than one: time goes on. */
LINES.push(...Array.from({ length: 20 }, () => LINES[3]!.replace("2024-05-01", "2024-05-03")));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-cluster-rules-"));
  writeFileSync(join(folder, "rules.yml"), RULES);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Alert {
  readonly TITLE: string;
  readonly ALERT_ID: string;
}

function alertsIn(log: TopicLog): readonly Alert[] {
  return readTopic(log, "alerts").map(({ value }) => JSON.parse(value!) as Alert);
}

/** The same events to one server and to a cluster, where another server takes over in the middle: the alerts of both. */
async function alertsOfBoth(partitions: number, properties: Readonly<Record<string, string>>) {
  const reports: string[] = [];
  const all = { "spoor.rules": folder, ...properties };
  const cluster = await TestCluster.open();
  const embedded = await openServer(reports, { seed: 1, properties: all });
  try {
    const first = await cluster.server(reports, all);
    for (const server of [embedded, first]) {
      await execute(server, script(partitions));
      await ingest(server, "winlogbeat", LINES.slice(0, 103), "key:value");
    }
    await embedded.engine.drain();
    const written = alertsIn(embedded.context.log).length;
    await expect.poll(() => alertsIn(cluster.log).length, { timeout: 10_000 }).toBe(written);
    const second = await cluster.server(reports, all);
    await first.close();
    for (const server of [embedded, second])
      await ingest(server, "winlogbeat", LINES.slice(103), "key:value");
    await embedded.engine.drain();
    const expected = alertsIn(embedded.context.log);
    await expect
      .poll(() => alertsIn(cluster.log).length, { timeout: 10_000 })
      .toBeGreaterThanOrEqual(expected.length);
    expect(cluster.log.topics().map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/query_CSAS_ALERTS_\d+-StreamFunction-changelog$/),
    );
    expect(reports).toEqual([]);
    return { expected, found: alertsIn(cluster.log) };
  } finally {
    await embedded.close();
    await cluster.close();
  }
}

const sorted = (alerts: readonly Alert[]) => alerts.toSorted((a, b) => (a.ALERT_ID < b.ALERT_ID ? -1 : 1));
const titles = (alerts: readonly Alert[]): Set<string> => new Set(alerts.map(({ TITLE }) => TITLE));

test("correlations give the same alerts on a cluster, and go on when a server leaves", async () => {
  const { expected, found } = await alertsOfBoth(1, {});
  expect(titles(expected)).toEqual(
    new Set(["Log cleared", "Many failures", "Few failures", "Few failures of all"]),
  );
  expect(found).toEqual(expected);
});

test("over several partitions one task sees them all", async () => {
  // Between partitions records that came in one millisecond have no order; these rules want none.
  const { expected, found } = await alertsOfBoth(3, {
    "spoor.rules.min.level": "high",
    "spoor.detect.lateness.ms": "7200000",
  });
  expect(titles(expected)).toEqual(new Set(["Log cleared", "Few failures of all"]));
  expect(sorted(found)).toEqual(sorted(expected));
});
