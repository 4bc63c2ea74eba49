/**
 * What the suite of detection runs while the server dies: events through rules and every kind of correlation, alerts and people's
 * actions into cases, with limits so small that memory is pushed out all the time. Topics `alerts` and `alert_cases` follow from
 * `winlogbeat` and `alert_actions` and from the order in which their records came.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApplication } from "../../../src/app/application.ts";
import type { Application } from "../../../src/app/application.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { SeededRandom } from "../../../src/base/random.ts";

/** Topics that come from outside; the run without a crash gets their records. */
export const INPUTS = ["winlogbeat", "alert_actions"] as const;
/** Topics that only queries write. */
export const OUTPUTS = ["alerts", "alert_cases"] as const;

function logonRule(name: string, id: number, rest = ""): string {
  return `
title: ${name}
name: ${name}
level: low
logsource: { product: windows, service: security }
detection: { selection: { EventID: ${id} }, condition: selection }${rest}
`;
}

function correlation(name: string, level: string, body: string): string {
  return `
title: ${name}
name: ${name}
level: ${level}
tags: [attack.credential-access, attack.t1110]
correlation: { ${body} }
`;
}

/** Each kind, sliding and tumbling windows, groups and none, and correlations over correlations. */
const RULES = [
  logonRule("failed", 4625),
  logonRule("success", 4624),
  logonRule("share", 5140),
  logonRule("cleared", 1102),
  correlation(
    "many",
    "medium",
    "type: event_count, rules: [failed], group-by: [TargetUserName], timespan: 10m, condition: { gte: 4 }",
  ),
  correlation("few", "low", "type: event_count, rules: [success], timespan: 5m, condition: { lte: 6 }"),
  correlation(
    "sprayed",
    "high",
    "type: value_count, rules: [failed], group-by: [IpAddress], timespan: 10m, condition: { field: TargetUserName, gte: 4 }",
  ),
  correlation(
    "sum",
    "medium",
    "type: value_sum, rules: [share], group-by: [TargetUserName], timespan: 15m, condition: { field: Size, gt: 200.5 }",
  ),
  correlation(
    "average",
    "medium",
    "type: value_avg, rules: [share], group-by: [IpAddress], timespan: 5m, condition: { field: Size, lt: 40 }",
  ),
  correlation(
    "median",
    "low",
    "type: value_median, rules: [share], timespan: 10m, condition: { field: Size, gte: 70 }",
  ),
  correlation(
    "percentile",
    "low",
    "type: value_percentile, rules: [share], timespan: 30m, condition: { field: Size, percentile: 90, gte: 95 }",
  ),
  correlation(
    "both",
    "high",
    "type: temporal, rules: [many, share], group-by: [TargetUserName], timespan: 10m, generate: true",
  ),
  correlation(
    "guessed",
    "critical",
    "type: temporal_ordered, rules: [many, success], group-by: [TargetUserName], timespan: 15m",
  ),
].join("---");

export const CORRELATIONS = [
  "many",
  "few",
  "sprayed",
  "sum",
  "average",
  "median",
  "percentile",
  "both",
  "guessed",
] as const;

const STATEMENTS = `
  SET 'auto.offset.reset' = 'earliest';
  SET 'spoor.detect.lateness.ms' = '120000';
  SET 'spoor.alerts.suppress.ms' = '600000';
  SET 'spoor.alerts.forget.closed.days' = '1';
  SET 'spoor.alerts.cases.max' = '70';
  SET 'spoor.alerts.ids.max' = '200';
  CREATE STREAM IF NOT EXISTS EVENTS (EVENT STRING)
    WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='KAFKA', PARTITIONS=1, RETENTION_MS=-1);
  CREATE STREAM IF NOT EXISTS ALERTS WITH (KAFKA_TOPIC='alerts', VALUE_FORMAT='JSON', RETENTION_MS=-1) AS
    SELECT * FROM DETECT(EVENTS);
  CREATE STREAM IF NOT EXISTS ALERT_ACTIONS (
      ACTION STRING, CASE_ID STRING, RULE_ID STRING, HOST STRING, USER_NAME STRING, UNTIL TIMESTAMP,
      TEXT STRING, ASSIGNEE STRING, ACTOR STRING, ACTION_ID STRING)
    WITH (KAFKA_TOPIC='alert_actions', VALUE_FORMAT='JSON', PARTITIONS=1, RETENTION_MS=-1);
  CREATE STREAM IF NOT EXISTS ALERT_CASES WITH (KAFKA_TOPIC='alert_cases', VALUE_FORMAT='JSON', RETENTION_MS=-1) AS
    SELECT * FROM TRIAGE(ALERTS, ALERT_ACTIONS);`;

/** Makes topics and queries, where an earlier life has not done so to the end. */
export async function startWorkload({ service }: Application): Promise<void> {
  await service.execute({ text: STATEMENTS, properties: {}, variables: {} });
}

export interface OpenOptions {
  /** Holds the rules, and below `data` what the server keeps; that is in memory where `isInMemory`. */
  readonly folder: string;
  readonly isInMemory?: boolean;
  readonly commitIntervalMs?: number;
  readonly report?: (message: string) => void;
}

export function openWorkload({
  folder,
  isInMemory = false,
  commitIntervalMs = 100,
  report,
}: OpenOptions): Promise<Application> {
  return openApplication({
    dataDir: isInMemory ? undefined : join(folder, "data"),
    version: "0.0.0",
    advertised: "127.0.0.1:8088",
    properties: new Map([
      ["spoor.commit.interval.ms", String(commitIntervalMs)],
      ["spoor.rules", join(folder, "rules")],
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

export function writeRules(folder: string): void {
  mkdirSync(join(folder, "rules"));
  writeFileSync(join(folder, "rules", "rules.yml"), RULES);
}

const START_MS = Date.UTC(2024, 4, 1, 8);
const STEP_MS = 4_000;
const USERS = ["ann", "ben", "cat", "dan", "eve", "fay", "gil", "hal"];
const IDS = [4625, 4625, 4625, 4624, 5140, 5140, 4634, 4634, 4634] as const;

/** The events from number `from` up to `end`: each depends on its number alone. */
export function* eventLines(from: number, end: number): Generator<string> {
  for (let number = from; number < end; number++) yield eventLine(number);
}

function eventLine(number: number): string {
  const random = new SeededRandom(7_000 + number);
  if (random.next() < 0.005) return "no document";
  const id = random.next() < 0.01 ? 1102 : random.pick(IDS);
  // Some come out of order, some too late for correlations, and now and then a clock is wrong.
  const chance = random.next();
  const awayMs = chance < 0.01 ? -600_000 : chance < 0.012 ? 86_400_000 * 30 : random.int(-60_000, 0);
  return JSON.stringify({
    EventTime: new Date(START_MS + number * STEP_MS + awayMs).toISOString(),
    EventID: id,
    Channel: "Security",
    SourceName: "Microsoft-Windows-Security-Auditing",
    Hostname: `host${random.int(0, 9)}`,
    RecordNumber: number,
    ...(random.next() < 0.03 ? {} : { TargetUserName: random.pick(USERS) }),
    IpAddress: `10.0.0.${random.int(1, 4)}`,
    ...(id === 5140 ? { Size: String(random.int(0, 1000) / 10) } : {}),
  });
}

/** What a person does next, as a statement, about one of the cases or at large. */
export function actionStatement(random: SeededRandom, cases: readonly string[], id: string): string {
  const until = new Date(START_MS + random.int(0, 40_000_000)).toISOString();
  const common = { ACTION_ID: id, ACTOR: random.pick(["ann", "bo"]) };
  const action =
    cases.length === 0 || random.next() < 0.2
      ? random.pick([
          { ACTION: "mute", HOST: `host${random.int(0, 9)}`, UNTIL: until },
          { ACTION: "unmute", HOST: `host${random.int(0, 9)}` },
          { ACTION: "mute", RULE_ID: random.pick(CORRELATIONS), UNTIL: until },
          { ACTION: "close", CASE_ID: "nobodys" },
        ])
      : {
          ...random.pick([
            { ACTION: "acknowledge" },
            { ACTION: "close", TEXT: "done" },
            { ACTION: "close" },
            { ACTION: "reopen" },
            { ACTION: "mute", UNTIL: until },
            { ACTION: "comment", TEXT: `comment ${id}` },
            { ACTION: "assign", ASSIGNEE: "cy" },
          ]),
          CASE_ID: random.pick(cases),
        };
  const all = Object.entries({ ...action, ...common });
  return `INSERT INTO ALERT_ACTIONS (${all.map(([name]) => name).join(", ")}) VALUES (${all.map(([, value]) => `'${value}'`).join(", ")});`;
}
