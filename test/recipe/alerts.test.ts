/**
 * examples/alerts.sql over the events of a lab with an attack: from events to cases, with what people do, through restarts and
 * read anew.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeLab } from "../../src/events/lab/lab-description.ts";
import { labEvents } from "../../src/events/lab/lab-writer.ts";
import { RecipeRun } from "./recipe-run.ts";
import type { EventLine } from "./shared-events.ts";

const LAB = { seed: 1, events: 6_000, startMs: Date.UTC(2024, 4, 1, 8) };
const HOST = describeLab(LAB).attacks[0]!.targetHost;
const SCRIPT = readFileSync(new URL("../../examples/alerts.sql", import.meta.url), "utf8");
const ACTION_MS = Date.UTC(2024, 4, 1, 20);

let folder: string;
let lines: readonly EventLine[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-alerts-"));
  lines = Array.from(labEvents(LAB), (event) => ({ key: undefined, value: event.toString("utf8") }));
});
afterAll(() => rmSync(folder, { recursive: true }));

function open(name?: string, properties: Readonly<Record<string, string>> = {}): Promise<RecipeRun> {
  return RecipeRun.open({ properties, ...(name === undefined ? {} : { dataDir: join(folder, name) }) });
}

type Row = Readonly<Record<string, unknown>>;

function rows(run: RecipeRun, topic: string): readonly Row[] {
  const { records, rows: values } = run.topic(topic);
  return values.map((value, at) => ({ ...value, KEY: records[at]!.key }));
}

/** Key, value and time of everything in a topic. */
function contents(run: RecipeRun, topic: string): unknown[] {
  return run.topic(topic).records.map(({ key, value, timestamp }) => [key, value, timestamp]);
}

async function act(run: RecipeRun, action: string, columns: Readonly<Record<string, string>>): Promise<void> {
  const given = Object.entries({ ACTION: action, ACTOR: "ann", ...columns });
  const names = given.map(([name]) => name).join(", ");
  const values = given.map(([, value]) => `'${value}'`).join(", ");
  await run.drain();
  await run.execute(`INSERT INTO ALERT_ACTIONS (ROWTIME, ${names}) VALUES (${ACTION_MS}, ${values});`);
  await run.drain();
}

test("events become alerts, alerts cases, cases notifications; each alert is told of or counted as hidden", async () => {
  await using run = await open();
  await run.execute(SCRIPT);
  await run.ingest(lines);
  await run.drain();
  const alerts = rows(run, "alerts");
  const changes = rows(run, "alert_cases");
  const told = rows(run, "alert_notifications");
  expect(alerts.length).toBeGreaterThan(10);
  expect(changes.map(({ ALERT_ID }) => ALERT_ID)).toEqual(alerts.map(({ ALERT_ID }) => ALERT_ID));
  expect(told.length).toBeLessThan(alerts.length);
  const newest = new Map(changes.map((change) => [change["KEY"], change]));
  const sum = (column: string): number =>
    [...newest.values()].reduce((total, change) => total + (change[column] as number), 0);
  expect(sum("ALERTS")).toBe(alerts.length);
  expect(sum("NOTIFICATIONS")).toBe(told.length);
  expect(sum("HIDDEN")).toBe(alerts.length - told.length);
  const cases = new Set(alerts.map(({ RULE_ID, HOST: host }) => `${String(RULE_ID)} ${String(host)}`));
  expect(newest.size).toBe(cases.size);
  const movement = told.find(({ TITLE }) => TITLE === "WMI Provider Host Starts a Shell or Script Host")!;
  expect(movement).toMatchObject({
    NOTIFICATION: "opened",
    STATE: "open",
    LEVEL: "high",
    HOST,
    HIDDEN_SINCE: 0,
  });
  expect(movement["REASON"]).toEqual(expect.arrayContaining([expect.stringContaining("WmiPrvSE.exe")]));
  expect(JSON.parse(movement["EVENT"] as string)).toHaveProperty("event_data");
  expect(movement["CASE_ID"]).toBe(movement["KEY"]);
  const { rows: desk } = await run.query("SELECT CASE_ID, ALERTS, HIDDEN FROM ALERT_DESK;", newest.size);
  expect(new Map(desk.map(([id, ...counts]) => [id, counts]))).toEqual(
    new Map([...newest].map(([id, { ALERTS, HIDDEN }]) => [id, [ALERTS, HIDDEN]])),
  );
  expect(run.reports).toEqual([]);
});

test("a case for each host tells again when a tactic joins or it gets graver", async () => {
  await using run = await open(undefined, { "spoor.alerts.group.by": "HOST" });
  await run.execute(SCRIPT);
  await run.ingest(lines);
  await run.drain();
  const told = rows(run, "alert_notifications").filter((row) => row["HOST"] === HOST);
  expect(new Set(told.map(({ KEY }) => KEY)).size).toBe(1);
  expect(told[0]!["NOTIFICATION"]).toBe("opened");
  expect(told.slice(1).map(({ NOTIFICATION }) => NOTIFICATION)).toContain("escalated");
  // A notification is of the alert that made it, which need not be the case's gravest.
  expect(told.some(({ TITLE, CASE_TITLE }) => TITLE !== CASE_TITLE)).toBe(true);
  const last = rows(run, "alert_cases").findLast((row) => row["HOST"] === HOST)!;
  expect((last["RULES"] as string[]).length).toBeGreaterThan(3);
  expect((last["TACTICS"] as string[]).length).toBeGreaterThan(2);
});

/** The same events and actions, with a stop at each place that is asked for. */
async function work(name: string, isStopped: boolean): Promise<RecipeRun> {
  let run = await open(name);
  const pause = async (): Promise<void> => {
    if (!isStopped) return;
    await run.close();
    run = await open(name);
  };
  await run.execute(SCRIPT);
  const middle = lines.findIndex(({ value }) => value.includes(describeLab(LAB).attacks[0]!.processGuid)) + 5;
  await run.ingest(lines.slice(0, middle));
  await run.drain();
  const first = rows(run, "alert_cases").at(-1)!["KEY"] as string;
  await pause();
  await act(run, "acknowledge", { CASE_ID: first, TEXT: "looking" });
  await act(run, "mute", { HOST, UNTIL: "2024-05-02T00:00:00", TEXT: "being cleaned" });
  await act(run, "close", { CASE_ID: "0000" });
  await pause();
  await run.ingest(lines.slice(middle));
  await run.drain();
  await pause();
  await act(run, "unmute", { HOST });
  await act(run, "close", { CASE_ID: first });
  await pause();
  await run.ingest(lines);
  await run.drain();
  await pause();
  return run;
}

const TOPICS = ["alerts", "alert_cases", "alert_notifications", "alert_desk", "alert_mutes"];

test("restarts in the middle of the work change nothing: not the cases, not what people are told", async () => {
  const whole = await work("whole", false);
  const stopped = await work("stopped", true);
  try {
    for (const topic of TOPICS) expect(contents(stopped, topic)).toEqual(contents(whole, topic));
    const changes = rows(stopped, "alert_cases");
    expect(changes.filter(({ CHANGE }) => CHANGE !== "alert").map(({ CHANGE }) => CHANGE)).toEqual([
      "acknowledge",
      "mute",
      "refused",
      "unmute",
      "close",
    ]);
    expect(changes.some(({ MUTE, CHANGE }) => CHANGE === "alert" && MUTE !== null)).toBe(true);
    expect(changes.some(({ NOTIFICATION }) => NOTIFICATION === "reopened")).toBe(true);
    expect(stopped.reports).toEqual([]);
  } finally {
    await whole.close();
    await stopped.close();
  }
});

test("the topics of alerts and actions, read anew by another desk, give the same cases", async () => {
  await using run = await work("anew", false);
  await run.execute(`
    SET 'auto.offset.reset' = 'earliest';
    CREATE STREAM CASES_AGAIN WITH (KAFKA_TOPIC = 'cases_again', VALUE_FORMAT = 'JSON', RETENTION_MS = -1)
      AS SELECT * FROM TRIAGE(ALERTS, ALERT_ACTIONS);`);
  await run.drain();
  expect(contents(run, "cases_again")).toEqual(contents(run, "alert_cases"));
});

test("alerts that are there twice count once", async () => {
  await using run = await open();
  await run.execute(SCRIPT);
  await run.ingest(lines);
  await run.drain();
  const count = run.count("alert_cases");
  const { records } = run.topic("alerts");
  await run.ingest(
    records.map(({ value }) => ({ key: undefined, value: value! })),
    "alerts",
  );
  await run.drain();
  expect(run.count("alerts")).toBe(2 * records.length);
  expect(run.count("alert_cases")).toBe(count);
  expect(run.statistics("ALERT_CASES").notes).toMatchObject({ duplicates: records.length });
});

test("alerts of one's own SELECT do as well; a stream that names no rule is refused with its place", async () => {
  await using run = await open();
  await run.execute(`
    CREATE STREAM FOUND (TITLE STRING, HOST STRING, SEVERITY INT) WITH (KAFKA_TOPIC='found', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM ALERT_ACTIONS (ACTION STRING, CASE_ID STRING) WITH (KAFKA_TOPIC='alert_actions', VALUE_FORMAT='JSON', PARTITIONS=1);
    SET 'spoor.alerts.group.by' = 'TITLE';
    CREATE STREAM ALERT_CASES WITH (KAFKA_TOPIC='alert_cases', VALUE_FORMAT='JSON') AS SELECT * FROM TRIAGE(FOUND, ALERT_ACTIONS);
    INSERT INTO FOUND VALUES ('Odd', 'ws01', 3);
    INSERT INTO FOUND VALUES ('Odd', 'ws02', 3);`);
  await run.drain();
  expect(rows(run, "alert_cases")).toMatchObject([
    { RULE_ID: "Odd", TITLE: "Odd", HOST: "ws01", LEVEL: "informational", NOTIFICATION: "opened" },
    { ALERTS: 2, HIDDEN: 1, NOTIFICATION: null },
  ]);
  const statements = `
    CREATE STREAM PLAIN (EVENT STRING) WITH (KAFKA_TOPIC='plain', VALUE_FORMAT='KAFKA', PARTITIONS=1);
    CREATE STREAM BAD AS SELECT * FROM TRIAGE(PLAIN, ALERT_ACTIONS);`;
  await expect(run.execute(statements)).rejects.toThrow("stream 'PLAIN' names no rule");
});
