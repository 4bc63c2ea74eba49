/** Sigma rules over the events of a lab with an attack, as `FROM DETECT(…)` and as the function DETECT, through restarts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeLab } from "../../src/events/lab/lab-description.ts";
import { labEvents } from "../../src/events/lab/lab-writer.ts";
import { RecipeRun } from "./recipe-run.ts";
import type { EventLine } from "./shared-events.ts";

const LAB = { seed: 1, events: 6_000, startMs: Date.UTC(2024, 4, 1, 8) };
const SCRIPT = `
  SET 'auto.offset.reset' = 'earliest';
  CREATE STREAM EVENTS (EVENT STRING) WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='KAFKA', PARTITIONS=1);
  CREATE STREAM ALERTS WITH (KAFKA_TOPIC='alerts', VALUE_FORMAT='JSON') AS SELECT * FROM DETECT(EVENTS);
  CREATE STREAM HITS WITH (KAFKA_TOPIC='hits', VALUE_FORMAT='JSON') AS
    SELECT EXPLODE(DETECT(EVENT)) AS HIT, EVENT_TIME(EVENT) AS WRITTEN, EVENT FROM EVENTS;
  CREATE TABLE ALERT_COUNTS WITH (KAFKA_TOPIC='alert_counts', KEY_FORMAT='JSON', VALUE_FORMAT='JSON') AS
    SELECT RULE_ID, HOST, COUNT(*) AS ALERTS FROM DETECT(EVENTS)
    WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 1 DAY) GROUP BY RULE_ID, HOST;
`;

const WMI_RULE = String.raw`
title: Shell Started By WMI
id: 5f1c7a52-1d55-4c53-9d4f-0d9f7a1c0001
level: high
tags: [attack.execution, attack.t1047, attack.t1059.001]
logsource: { product: windows, category: process_creation }
detection:
  parent: { ParentImage|endswith: '\WmiPrvSE.exe' }
  shell: { Image|endswith: ['\powershell.exe', '\cmd.exe'] }
  condition: parent and shell
`;
const CONNECTION_RULE = String.raw`
title: PowerShell Connects To The Internet
id: 5f1c7a52-1d55-4c53-9d4f-0d9f7a1c0002
level: medium
tags: [attack.command-and-control]
logsource: { product: windows, category: network_connection }
detection:
  selection: { Image|endswith: '\powershell.exe', Initiated: 'true' }
  filter: { DestinationIp|cidr: 10.0.0.0/8 }
  condition: selection and not filter
`;
const LOW_RULE = `
title: Any Process
id: 5f1c7a52-1d55-4c53-9d4f-0d9f7a1c0003
level: low
logsource: { product: windows, category: process_creation }
detection: { selection: { EventID: 1 }, condition: selection }
`;

const WMI_ID = "5f1c7a52-1d55-4c53-9d4f-0d9f7a1c0001";
const CONNECTION_ID = "5f1c7a52-1d55-4c53-9d4f-0d9f7a1c0002";
const POWERSHELL = String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`;
const HOUR_MS = 3_600_000;

let folder: string;
let lines: readonly EventLine[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-detection-"));
  mkdirSync(join(folder, "rules"));
  for (const [name, text] of Object.entries({ WMI_RULE, CONNECTION_RULE, LOW_RULE }))
    writeFileSync(join(folder, "rules", `${name}.yml`), text);
  lines = Array.from(labEvents(LAB), (event) => ({ key: undefined, value: event.toString("utf8") }));
});
afterAll(() => rmSync(folder, { recursive: true }));

function open(name?: string, rules = "rules"): Promise<RecipeRun> {
  const properties = { "spoor.rules": join(folder, rules), "spoor.rules.min.level": "medium" };
  return RecipeRun.open({ properties, ...(name === undefined ? {} : { dataDir: join(folder, name) }) });
}

interface LabDocument {
  readonly event_id: number;
  readonly log_name: string;
  readonly computer_name: string;
  readonly event_data?: Readonly<Record<string, string>>;
}

/**
 * What the rules say, said again by hand: rule, host and process of each alert, in the order of the events. Processes are
 * told of twice, by Sysmon (1) and by Windows (4688), and a rule about them is for both.
 */
function expectedAlerts(): (string | null)[][] {
  return lines.flatMap(({ value }) => {
    const document = JSON.parse(value) as LabDocument;
    const rule = ruleOf(document);
    return rule === undefined
      ? []
      : [[rule, document.computer_name, document.event_data?.["ProcessGuid"] ?? null]];
  });
}

function ruleOf({ log_name, event_id, event_data = {} }: LabDocument): string | undefined {
  const isSysmon = log_name === "Microsoft-Windows-Sysmon/Operational";
  const names = isSysmon ? ["Image", "ParentImage"] : ["NewProcessName", "ParentProcessName"];
  const [image = "", parent = ""] = names.map((name) => event_data[name]);
  const isCreation = isSysmon ? event_id === 1 : log_name === "Security" && event_id === 4688;
  if (isCreation && /\\(?:powershell|cmd)\.exe$/i.test(image) && /\\wmiprvse\.exe$/i.test(parent))
    return WMI_ID;
  const isOutbound = isSysmon && event_id === 3 && event_data["Initiated"] === "true";
  const isOutside = event_data["DestinationIp"]?.startsWith("10.") !== true;
  return isOutbound && isOutside && /\\powershell\.exe$/i.test(image) ? CONNECTION_ID : undefined;
}

function alertsOf(run: RecipeRun): unknown[][] {
  return run.topic("alerts").rows.map(({ RULE_ID, HOST, PROCESS_GUID }) => [RULE_ID, HOST, PROCESS_GUID]);
}

const TOPICS = ["hits", "alerts", "alert_counts"];

test("the attack raises its alerts, with whom they are about, and nothing else does", async () => {
  await using run = await open();
  await run.execute(SCRIPT);
  await run.ingest(lines);
  await run.drain();
  const expected = expectedAlerts();
  expect(expected.length).toBeGreaterThan(5);
  expect(alertsOf(run)).toEqual(expected);
  const attack = describeLab(LAB).attacks[0]!;
  const movements = run.topic("alerts").rows.filter(({ RULE_ID }) => RULE_ID === WMI_ID);
  expect(movements).toHaveLength(2);
  expect(movements[0]).toMatchObject({
    KIND: "rule",
    TITLE: "Shell Started By WMI",
    LEVEL: "high",
    TECHNIQUES: ["T1047", "T1059.001"],
    TACTICS: ["execution"],
    TAGS: ["attack.execution", "attack.t1047", "attack.t1059.001"],
    HOST: attack.targetHost,
    USER_NAME: `TIDEWATER\\${attack.account}`,
    PROCESS: POWERSHELL,
    PROCESS_GUID: attack.processGuid,
    REASON: [
      String.raw`parent: ParentImage ends with '\wmiprvse.exe': C:\Windows\System32\wbem\WmiPrvSE.exe`,
      String.raw`shell: Image ends with '\powershell.exe': ${POWERSHELL}`,
    ],
    CHANNEL: "Microsoft-Windows-Sysmon/Operational",
    PROVIDER: "Microsoft-Windows-Sysmon",
    EVENT_ID: 1,
    GROUP_BY: null,
  });
  expect(movements[1]).toMatchObject({
    HOST: attack.targetHost,
    USER_NAME: attack.account,
    PROCESS: POWERSHELL,
    CHANNEL: "Security",
  });
  for (const { EVENTS, EVENT } of run.topic("alerts").rows) {
    const [place] = EVENTS as string[];
    expect(lines[Number(place!.split("/").at(-1))]!.value).toBe(EVENT);
  }
  const writtenMs = movements[0]!["EVENT_TIME"] as number;
  expect(Math.abs(writtenMs - attack.processAtMs)).toBeLessThan(100);
  expect(run.topic("alerts").records.map(({ timestamp }) => timestamp)).toEqual(
    run.topic("alerts").rows.map(({ EVENT_TIME }) => EVENT_TIME),
  );
  expect(run.reports).toEqual([]);
});

test("the function DETECT finds the same hits, event by event", async () => {
  await using run = await open();
  await run.execute(SCRIPT);
  await run.ingest(lines);
  await run.drain();
  const alerts = run.topic("alerts").rows;
  const hits = run.topic("hits").rows;
  expect(hits.map(({ EVENT, WRITTEN }) => [EVENT, WRITTEN])).toEqual(
    alerts.map(({ EVENT, EVENT_TIME }) => [EVENT, EVENT_TIME]),
  );
  expect(hits.map(({ HIT }) => HIT)).toEqual(
    alerts.map(({ RULE_ID, TITLE, LEVEL, TECHNIQUES, TACTICS, TAGS, REASON }) => ({
      RULE_ID,
      TITLE,
      LEVEL,
      TECHNIQUES,
      TACTICS,
      TAGS,
      REASON,
    })),
  );
});

test("windows over alerts are in the time of the events", async () => {
  await using run = await open();
  await run.execute(SCRIPT);
  await run.ingest(lines);
  await run.drain();
  const counts = new Map<string, number>();
  for (const { RULE_ID, HOST, EVENT_TIME } of run.topic("alerts").rows) {
    const key = `${String(RULE_ID)} ${String(HOST)} ${Math.floor((EVENT_TIME as number) / HOUR_MS)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const { rows } = await run.query(
    "SELECT RULE_ID, HOST, WINDOWSTART, ALERTS FROM ALERT_COUNTS;",
    counts.size,
  );
  const asked = rows.map(([rule, host, start, alerts]) => [
    `${String(rule)} ${String(host)} ${(start as number) / HOUR_MS}`,
    alerts,
  ]);
  expect(new Map(asked as [string, number][])).toEqual(counts);
  expect(Math.max(...counts.values())).toBeGreaterThan(1);
});

test("restarts in the middle of the attack lose and double nothing", async () => {
  await using whole = await open();
  await whole.execute(SCRIPT);
  await whole.ingest(lines);
  await whole.drain();
  let run = await open("restarted");
  await run.execute(SCRIPT);
  const middle = lines.findIndex(({ value }) => value.includes(describeLab(LAB).attacks[0]!.processGuid));
  for (const [from, to] of [
    [0, middle + 1],
    [middle + 1, middle + 60],
    [middle + 60, lines.length],
  ] as const) {
    await run.ingest(lines.slice(from, to));
    await run.close();
    run = await open("restarted");
  }
  await run.drain();
  for (const topic of TOPICS) expect(valuesOf(run, topic)).toEqual(valuesOf(whole, topic));
  expect(run.reports).toEqual([]);
  await run.close();
});

test("a restart without the rules leaves the queries standing, and one with them goes on", async () => {
  await using whole = await open();
  await whole.execute(SCRIPT);
  await whole.ingest(lines);
  await whole.drain();
  let run = await open("without");
  await run.execute(SCRIPT);
  const middle = lines.findIndex(({ value }) => value.includes(describeLab(LAB).attacks[0]!.processGuid));
  await run.ingest(lines.slice(0, middle + 20));
  await run.close();
  run = await open("without", "gone");
  expect(run.reports[0]).toMatch(/^not restored: .*the rules of 'spoor.rules' can't be read/);
  await run.ingest(lines.slice(middle + 20));
  await run.drain();
  await run.close();
  run = await open("without");
  await run.drain();
  for (const topic of TOPICS) expect(valuesOf(run, topic)).toEqual(valuesOf(whole, topic));
  expect(run.reports).toEqual([]);
  await run.close();
});

function valuesOf(run: RecipeRun, topic: string): unknown[] {
  return run.topic(topic).records.map(({ key, value }) => [key, value]);
}
