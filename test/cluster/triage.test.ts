/**
 * `FROM TRIAGE(…)` on a cluster: behind `FROM DETECT(…)`, with people's actions in between and through a change of servers, the
 * cases are those of one server. What triage remembers moves with its changelog.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Application } from "../../src/app/application.ts";
import type { TopicLog } from "../../src/log/topic-log.ts";
import { execute, ingest, openServer, readTopic, TestCluster } from "./cluster-run.ts";
import type { ReadRecord } from "./cluster-run.ts";

const RULES = `
title: Failed logon
id: failed
level: low
logsource: { product: windows, service: security }
detection: { selection: { EventID: 4625 }, condition: selection }
---
title: Log cleared
id: cleared
level: high
logsource: { product: windows, service: security }
detection: { selection: { EventID: 1102 }, condition: selection }
---
title: Many failures
id: many
level: medium
correlation: { type: event_count, rules: [failed], group-by: [TargetUserName], timespan: 30m, condition: { gte: 5 }, generate: true }
`;
const SCRIPT = `
  SET 'spoor.alerts.suppress.ms' = '300000';
  SET 'spoor.alerts.cases.max' = '12';
  CREATE STREAM EVENTS (EVENT STRING) WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='KAFKA', PARTITIONS=1, RETENTION_MS=-1);
  CREATE STREAM ALERTS WITH (KAFKA_TOPIC='alerts', VALUE_FORMAT='JSON', RETENTION_MS=-1) AS SELECT * FROM DETECT(EVENTS);
  CREATE STREAM ALERT_ACTIONS (
      ACTION STRING, CASE_ID STRING, RULE_ID STRING, HOST STRING, USER_NAME STRING, UNTIL TIMESTAMP,
      TEXT STRING, ASSIGNEE STRING, ACTOR STRING, ACTION_ID STRING)
    WITH (KAFKA_TOPIC='alert_actions', VALUE_FORMAT='JSON', PARTITIONS=1, RETENTION_MS=-1);
  CREATE STREAM ALERT_CASES WITH (KAFKA_TOPIC='alert_cases', VALUE_FORMAT='JSON', RETENTION_MS=-1) AS
    SELECT * FROM TRIAGE(ALERTS, ALERT_ACTIONS);
`;
const START_MS = Date.UTC(2024, 4, 1, 8);

/** Failures of three users on five hosts, now and then something else. */
const LINES = Array.from({ length: 240 }, (_, i) => {
  const id = i % 17 === 3 ? 1102 : i % 3 === 0 ? 4634 : 4625;
  return JSON.stringify({
    EventTime: new Date(START_MS + i * 20_000).toISOString(),
    EventID: id,
    Channel: "Security",
    SourceName: id === 1102 ? "Microsoft-Windows-Eventlog" : "Microsoft-Windows-Security-Auditing",
    Hostname: `host${i % 5}`,
    ...(id === 4625 ? { TargetUserName: ["ann", "ben", "cat"][Math.floor(i / 7) % 3] } : {}),
  });
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-cluster-triage-"));
  writeFileSync(join(folder, "rules.yml"), RULES);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a record of a case says, but for the time of actions, which is the server's. */
function caseOf({ key, value }: ReadRecord): unknown {
  const { LAST_TIME, COMMENTS, ...rest } = JSON.parse(value!) as Readonly<Record<string, unknown>>;
  const comments = COMMENTS as readonly { readonly TEXT: string }[] | null;
  return { key, LAST_TIME, comments: comments?.map(({ TEXT }) => TEXT), ...rest };
}

const casesIn = (log: TopicLog): readonly unknown[] => readTopic(log, "alert_cases").map(caseOf);

function newestCase(log: TopicLog, title: string): string {
  const record = readTopic(log, "alert_cases").findLast(({ value }) => value!.includes(`"TITLE":"${title}"`));
  return record!.key!;
}

/** One after the other, each when the cases of the one before are there: between topics of a cluster, records have no order. */
const ACTIONS: readonly ((id: (title: string) => string) => Readonly<Record<string, string>>)[] = [
  (id) => ({ ACTION: "acknowledge", CASE_ID: id("Failed logon"), TEXT: "looking" }),
  (id) => ({ ACTION: "close", CASE_ID: id("Log cleared") }),
  () => ({ ACTION: "mute", HOST: "host1", UNTIL: "2024-05-01T08:50:00.000Z" }),
  (id) => ({ ACTION: "assign", CASE_ID: id("Many failures"), ASSIGNEE: "cy" }),
  () => ({ ACTION: "close", CASE_ID: "nobodys" }),
];

async function act(server: Application, number: number, id: (title: string) => string): Promise<void> {
  const action = { ...ACTIONS[number]!(id), ACTION_ID: `action-${number}`, ACTOR: "ann" };
  const values = Object.values(action).map((text) => `'${text}'`);
  await execute(
    server,
    `INSERT INTO ALERT_ACTIONS (${Object.keys(action).join(", ")}) VALUES (${values.join(", ")});`,
  );
}

test(
  "cases are those of one server, and triage goes on when a server leaves",
  { timeout: 60_000 },
  async () => {
    const reports: string[] = [];
    const properties = { "spoor.rules": folder };
    const cluster = await TestCluster.open();
    const embedded = await openServer(reports, { seed: 1, properties });
    try {
      let server = await cluster.server(reports, properties);
      const agree = async (): Promise<void> => {
        await embedded.engine.drain();
        const expected = casesIn(embedded.context.log);
        await expect
          .poll(() => casesIn(cluster.log).length, { timeout: 10_000 })
          .toBeGreaterThanOrEqual(expected.length);
        expect(casesIn(cluster.log)).toEqual(expected);
      };
      for (const each of [embedded, server]) await execute(each, SCRIPT);
      const step = Math.ceil(LINES.length / (ACTIONS.length + 1));
      for (let part = 0; part <= ACTIONS.length; part++) {
        const lines = LINES.slice(part * step, (part + 1) * step);
        for (const each of [embedded, server]) await ingest(each, "winlogbeat", lines);
        await agree();
        if (part === ACTIONS.length) break;
        const id = (title: string): string => newestCase(embedded.context.log, title);
        for (const each of [embedded, server]) await act(each, part, id);
        await agree();
        if (part % 2 === 0) {
          const next = await cluster.server(reports, properties);
          await server.close();
          server = next;
        }
      }
      const changes = casesIn(cluster.log).map((each) => (each as { readonly CHANGE: string }).CHANGE);
      expect(new Set(changes)).toEqual(
        new Set(["alert", "acknowledge", "close", "mute", "assign", "refused", "forgotten"]),
      );
      expect(cluster.log.topics().map(({ name }) => name)).toContainEqual(
        expect.stringMatching(/query_CSAS_ALERT_CASES_\d+-StreamFunction-changelog$/),
      );
      expect(reports).toEqual([]);
    } finally {
      await embedded.close();
      await cluster.close();
    }
  },
);
