/** `FROM DETECT(…)` with correlations of Sigma rules: what comes true, and that restarts anywhere change nothing. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultRules } from "../../src/detect/default-rules/default-rules.ts";
import { windowsLogSources } from "../../src/detect/log-sources/read-log-sources.ts";
import { loadRules } from "../../src/detect/rule/rule-set.ts";
import { toKsql } from "../../src/detect/sql/print-sql.ts";
import { RecipeRun } from "./recipe-run.ts";
import type { EventLine } from "./shared-events.ts";

const RULES = `
title: Failed logon
name: failed
level: low
logsource: { product: windows, service: security }
detection: { selection: { EventID: 4625 }, condition: selection }
---
title: Logon
name: success
level: low
logsource: { product: windows, service: security }
detection: { selection: { EventID: 4624 }, condition: selection }
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
correlation: { type: event_count, rules: [failed], group-by: [TargetUserName], timespan: 5m, condition: { gte: 3 } }
---
title: Guessed password
name: guessed
level: critical
tags: [attack.credential-access, attack.t1110.001]
correlation: { type: temporal_ordered, rules: [many, success], group-by: [TargetUserName], timespan: 10m, generate: true }
---
title: Spraying
name: spraying
level: high
correlation:
  type: value_count
  rules: [failed]
  group-by: [source]
  timespan: 10m
  condition: { field: TargetUserName, gte: 4 }
  aliases: { source: { failed: IpAddress } }
---
title: Few logons
name: few
level: medium
correlation: { type: event_count, rules: [success], timespan: 1h, condition: { lte: 2 } }
`;
const START_MS = Date.UTC(2024, 4, 1, 8);

interface LogonEvent {
  readonly s: number;
  readonly id: number;
  readonly user?: string;
  readonly ip?: string;
}

function document({ s, id, user, ip }: LogonEvent): EventLine {
  const value = JSON.stringify({
    EventTime: new Date(START_MS + s * 1000).toISOString(),
    EventID: id,
    Channel: "Security",
    SourceName: "Microsoft-Windows-Security-Auditing",
    Hostname: "dc1",
    ...(user === undefined ? {} : { TargetUserName: user }),
    ...(ip === undefined ? {} : { IpAddress: ip }),
  });
  return { key: undefined, value };
}

const EVENTS: readonly LogonEvent[] = [
  { s: 0, id: 4625, user: "eve", ip: "10.0.0.9" },
  { s: 10, id: 4625, user: "EVE", ip: "10.0.0.9" },
  { s: 15, id: 4634, user: "eve" },
  { s: 20, id: 4625, user: "eve", ip: "10.0.0.9" },
  { s: 30, id: 4624, user: "bob", ip: "10.0.0.3" },
  { s: 40, id: 4624, user: "eve", ip: "10.0.0.9" },
  { s: 50, id: 1102 },
  { s: 60, id: 4625, user: "ann", ip: "10.0.0.7" },
  { s: 61, id: 4625, user: "ben", ip: "10.0.0.7" },
  { s: 63, id: 4625, user: "dan", ip: "10.0.0.7" },
  { s: 62, id: 4625, user: "cat", ip: "10.0.0.7" },
  { s: 64, id: 4625, ip: "10.0.0.8" },
  { s: 2000, id: 4634, user: "x" },
  { s: 4000, id: 4634, user: "x" },
  { s: 100, id: 4625, user: "late", ip: "10.0.0.7" },
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-correlation-"));
  mkdirSync(join(folder, "rules"));
  writeFileSync(join(folder, "rules", "rules.yml"), RULES);
});
afterAll(() => rmSync(folder, { recursive: true }));

function open(name: string | undefined, properties: Readonly<Record<string, string>> = {}) {
  const all = { "spoor.rules": join(folder, "rules"), "spoor.rules.min.level": "medium", ...properties };
  return RecipeRun.open({ properties: all, ...(name === undefined ? {} : { dataDir: join(folder, name) }) });
}

const SCRIPT = `
  SET 'auto.offset.reset' = 'earliest';
  CREATE STREAM EVENTS (EVENT STRING) WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='KAFKA', PARTITIONS=1);
  CREATE STREAM ALERTS WITH (KAFKA_TOPIC='alerts', VALUE_FORMAT='JSON') AS SELECT * FROM DETECT(EVENTS);
`;

test("rules and correlations become alerts; what only a correlation refers to does not", async () => {
  await using run = await open(undefined);
  await run.execute(SCRIPT);
  await run.ingest(EVENTS.map(document));
  await run.drain();
  const { rows, records } = run.topic("alerts");
  expect(rows.map(({ KIND, TITLE, LEVEL, GROUP_BY }) => [KIND, TITLE, LEVEL, GROUP_BY])).toEqual([
    ["correlation", "Many failures", "medium", { TargetUserName: "eve" }],
    ["correlation", "Guessed password", "critical", { TargetUserName: "eve" }],
    ["rule", "Log cleared", "high", null],
    ["correlation", "Spraying", "high", { source: "10.0.0.7" }],
    ["correlation", "Few logons", "medium", {}],
  ]);
  expect(rows[1]).toMatchObject({
    RULE_ID: "guessed",
    TECHNIQUES: ["T1110.001"],
    TACTICS: ["credential-access"],
    REASON: [
      "temporal_ordered: 2, within 600 s",
      "2 hits of 'Many failures', 'Logon' from 2024-05-01T08:00:20.000Z to 2024-05-01T08:00:40.000Z",
      "TargetUserName = eve",
    ],
    EVENT_TIME: START_MS + 40_000,
    HOST: "dc1",
    USER_NAME: "eve",
    EVENT_ID: 4624,
    EVENTS: ["winlogbeat/0/3", "winlogbeat/0/5"],
    EVENT: document(EVENTS[5]!).value,
  });
  expect(rows[3]).toMatchObject({
    REASON: [
      "value_count of TargetUserName: 4, wanted >= 4, within 600 s",
      "4 hits of 'Failed logon' from 2024-05-01T08:01:00.000Z to 2024-05-01T08:01:03.000Z",
      "source = 10.0.0.7",
    ],
    USER_NAME: "dan",
  });
  // Judged when time had gone on; the event is the one that took part last.
  expect(rows[4]).toMatchObject({ EVENT_TIME: START_MS + 40_000, USER_NAME: "eve", CHANNEL: "Security" });
  expect(records.map(({ timestamp }) => timestamp)).toEqual(rows.map(({ EVENT_TIME }) => EVENT_TIME));
  expect(new Set(rows.map(({ ALERT_ID }) => ALERT_ID)).size).toBe(rows.length);
  expect(run.reports).toEqual([]);
});

test("what came to nothing is counted, with samples", async () => {
  await using run = await open(undefined);
  await run.execute(SCRIPT);
  await run.ingest([...EVENTS.map(document), { key: undefined, value: "no event" }]);
  await run.drain();
  const { dropped, notes, samples, consumed } = run.statistics("ALERTS");
  expect(consumed.messages).toBe(EVENTS.length + 1);
  expect(new Map(dropped.map(({ reason, count }) => [reason, count]))).toEqual(
    new Map([
      ["filtered", 3],
      ["late", 1],
      ["undecodable", 1],
    ]),
  );
  expect(notes).toEqual({
    "hits that correlations took up": 19,
    "hits too late for correlations": 1,
    "hits without a field that a correlation groups by": 1,
    "hits without a value that a correlation measures": 1,
  });
  expect(samples.find(({ reason }) => reason === "late")).toMatchObject({
    offset: 14,
    detail: expect.stringContaining("beyond the 300000 ms allowed") as string,
  });
});

test("how late events may come is a property of the statement", async () => {
  await using run = await open(undefined);
  await run.execute(`SET 'spoor.detect.lateness.ms' = '7200000'; ${SCRIPT}`);
  await run.ingest(EVENTS.map(document));
  await run.drain();
  expect(run.statistics("ALERTS").dropped.map(({ reason }) => reason)).not.toContain("late");
});

/** Ends the run and opens what its files were at this moment: what a `kill -9` leaves. */
async function killed(run: RecipeRun, from: string, to: string): Promise<RecipeRun> {
  cpSync(join(folder, from), join(folder, to), { recursive: true });
  await run.close();
  return open(to);
}

test.each(["restarts", "kills"])("%s anywhere change nothing", async (how) => {
  const lines = EVENTS.map(document);
  await using whole = await open(undefined);
  await whole.execute(SCRIPT);
  await whole.ingest(lines);
  await whole.drain();
  for (const cut of [3, 10]) {
    let name = `${how}-${cut}`;
    let run = await open(name);
    await run.execute(SCRIPT);
    for (const [at, part] of [
      lines.slice(0, cut),
      lines.slice(cut, cut + 2),
      lines.slice(cut + 2),
    ].entries()) {
      await run.ingest(part);
      if (how === "kills") {
        const next = `${how}-${cut}-${at}`;
        run = await killed(run, name, next);
        name = next;
      } else {
        await run.drain();
        await run.close();
        run = await open(name);
      }
    }
    await run.drain();
    expect(alertsOf(run)).toEqual(alertsOf(whole));
    expect(run.statistics("ALERTS").notes).toEqual(whole.statistics("ALERTS").notes);
    expect(run.reports).toEqual([]);
    await run.close();
  }
});

test("a changed correlation begins anew, the others go on", async () => {
  const lines = EVENTS.map(document);
  const properties = { "spoor.rules": join(folder, "changing") };
  mkdirSync(join(folder, "changing"));
  writeFileSync(join(folder, "changing", "rules.yml"), RULES);
  const [first, second] = [lines.slice(0, 9), lines.slice(9)];
  let run = await open("changed", properties);
  await run.execute(SCRIPT);
  await run.ingest(first);
  await run.drain();
  await run.close();
  writeFileSync(
    join(folder, "changing", "rules.yml"),
    RULES.replace("field: TargetUserName, gte: 4", "field: TargetUserName, gte: 5"),
  );
  run = await open("changed", properties);
  await run.ingest(second);
  await run.drain();
  expect(run.topic("alerts").rows.map(({ TITLE }) => TITLE)).toEqual([
    "Many failures",
    "Guessed password",
    "Log cleared",
    "Few logons",
  ]);
  expect(run.statistics("ALERTS").notes).toMatchObject({
    "correlations changed or gone, their memory given up": 1,
  });
  await run.close();
});

test("EXPLAIN tells how many rules and correlations there are", async () => {
  await using run = await open(undefined);
  await run.execute(SCRIPT);
  const [entity] = await run.execute(
    "EXPLAIN SELECT HOST FROM DETECT(EVENTS) WHERE LEVEL = 'high' EMIT CHANGES;",
  );
  expect(JSON.stringify(entity)).toContain(
    "tries 3 rules, 2 of them for correlations only, and 4 correlations",
  );
});

test("EXPLAIN of a rule as SQL shows its expression as a tree; the SQL finds what the rule finds", async () => {
  await using run = await open(undefined, { "spoor.rules": "default" });
  await run.execute(SCRIPT);
  const { rules } = loadRules(defaultRules());
  const rule = rules.find(({ metadata }) => metadata.title === "PowerShell Runs an Encoded Command")!;
  const condition = toKsql(rule, { logSources: windowsLogSources(), column: fieldOfEvent });
  const text = `SELECT EVENT FROM EVENTS WHERE ${condition} EMIT CHANGES;`;
  const [entity] = (await run.execute(`EXPLAIN ${text}`)) as unknown as [
    { readonly queryDescription: { readonly executionPlan: string } },
  ];
  const lines = entity.queryDescription.executionPlan.split("\n").map((line) => line.trimEnd());
  const start = lines.findIndex((line) => line.endsWith("WHERE OR"));
  expect(lines.slice(start + 1, start + 4)).toEqual([
    "            AND",
    "                (LCASE(EVENT_FIELD(EVENT, 'Channel')) IN ('microsoft-windows-sysmon/operational'))",
    "                (LCASE(EVENT_FIELD(EVENT, 'EventID')) IN ('1'))",
  ]);
  const documents = ["QQ", "x"].map((letters) =>
    JSON.stringify({
      EventTime: new Date(START_MS).toISOString(),
      EventID: 1,
      Channel: "Microsoft-Windows-Sysmon/Operational",
      SourceName: "Microsoft-Windows-Sysmon",
      Image: String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`,
      CommandLine: `powershell.exe -enc ${letters.repeat(30)}`,
    }),
  );
  await run.ingest(documents.map((value) => ({ key: undefined, value })));
  await run.drain();
  const found = run.topic("alerts").rows.filter(({ RULE_ID }) => RULE_ID === rule.metadata.id);
  expect(found.map(({ EVENT }) => EVENT)).toEqual([documents[0]]);
  expect((await run.query(text, 1)).rows).toEqual([[documents[0]]]);
});

test("a push query sees alerts as they come", async () => {
  await using run = await open(undefined);
  await run.execute(SCRIPT);
  await run.ingest(EVENTS.map(document));
  const { columns, rows } = await run.query(
    "SELECT TITLE, HOST, ROWTIME FROM DETECT(EVENTS) EMIT CHANGES;",
    5,
  );
  expect(columns).toEqual(["TITLE", "HOST", "ROWTIME"]);
  expect(rows.map(([title]) => title)).toEqual([
    "Many failures",
    "Guessed password",
    "Log cleared",
    "Spraying",
    "Few logons",
  ]);
});

test("rules that change while the query runs are taken up; correlations that stay the same remember", async () => {
  const rules = join(folder, "reloaded");
  mkdirSync(rules);
  writeFileSync(join(rules, "rules.yml"), RULES);
  await using run = await open(undefined, { "spoor.rules": rules, "spoor.rules.reload.ms": "20" });
  await run.execute(SCRIPT);
  await run.ingest(EVENTS.slice(0, 3).map(document));
  await run.drain();
  const changed = RULES.replace("title: Log cleared", "title: Log emptied").replace(
    "field: TargetUserName, gte: 4",
    "field: TargetUserName, gte: 3",
  );
  writeFileSync(join(rules, "rules.yml"), changed);
  await expect
    .poll(
      async () => {
        await run.ingest([document({ s: 16, id: 1102 })]);
        await run.drain();
        return run.topic("alerts").rows.at(-1)?.["TITLE"];
      },
      { timeout: 10_000, interval: 50 },
    )
    .toBe("Log emptied");
  await run.ingest(EVENTS.slice(3, 6).map(document));
  await run.drain();
  const titles = run.topic("alerts").rows.map(({ TITLE }) => TITLE);
  expect(titles.filter((title) => title !== "Log cleared" && title !== "Log emptied")).toEqual([
    "Many failures",
    "Guessed password",
  ]);
  expect(run.statistics("ALERTS").notes).toMatchObject({
    "correlations changed or gone, their memory given up": 1,
  });
});

function alertsOf(run: RecipeRun): unknown[] {
  return run.topic("alerts").records.map(({ value }) => value);
}

function fieldOfEvent(field: string): string {
  return `EVENT_FIELD(EVENT, '${field}')`;
}
