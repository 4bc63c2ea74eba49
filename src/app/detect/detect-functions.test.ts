/** DETECT, EVENT_FIELD and EVENT_TIME through a whole application in memory. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { SeededRandom } from "../../base/random.ts";
import { openApplication } from "../application.ts";
import type { Application } from "../application.ts";
import { writtenRecords } from "../testing/topic-reading.ts";

const LOGON_RULE = `
title: Logon From The Network
id: 6a0d7c1e-8f5f-4a39-9a57-000000000001
level: medium
tags: [attack.lateral-movement, attack.t1021.002, cve.2020-1472]
logsource: { product: windows, service: security }
detection: { selection: { EventID: 4624, LogonType: 3 }, condition: selection }
`;
const ACCOUNT_RULE = `
title: Logon Of An Administrator
id: 6a0d7c1e-8f5f-4a39-9a57-000000000002
logsource: { product: windows, service: security }
detection: { selection: { EventID: 4624, TargetUserName|startswith: adm }, condition: selection }
`;
const LINUX_RULE = `
title: Of Another System
id: 6a0d7c1e-8f5f-4a39-9a57-000000000003
logsource: { product: linux, service: auth }
detection: { selection: { a: b }, condition: selection }
`;
const BROKEN_RULE = `
title: Names What Is Not There
id: 6a0d7c1e-8f5f-4a39-9a57-000000000004
logsource: { product: windows, service: security }
detection: { selection: { EventID: 4624 }, condition: selektion }
`;
const CORRELATION = `
title: Many Logons
id: 6a0d7c1e-8f5f-4a39-9a57-000000000005
correlation:
  type: event_count
  rules: [6a0d7c1e-8f5f-4a39-9a57-000000000001]
  group-by: [TargetUserName]
  timespan: 5m
  condition: { gte: 10 }
`;

const NXLOG = {
  EventTime: "2024-05-01T08:00:00.250Z",
  EventID: 4624,
  Channel: "Security",
  SourceName: "Microsoft-Windows-Security-Auditing",
  Hostname: "ws1.x",
  LogonType: "3",
  TargetUserName: "adm.ruiz",
};
const WINLOGBEAT = {
  "@timestamp": "2024-05-01T08:00:01Z",
  winlog: {
    channel: "Security",
    event_id: 4624,
    provider_name: "Microsoft-Windows-Security-Auditing",
    computer_name: "ws2.x",
    event_data: { LogonType: "3", TargetUserName: "h.marsh" },
  },
};
const XML = `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>
  <Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4624</EventID><Channel>Security</Channel>
  <TimeCreated SystemTime='2024-05-01T08:00:02.000Z'/><Computer>ws3.x</Computer></System>
  <EventData><Data Name='LogonType'>2</Data><Data Name='TargetUserName'>administrator</Data></EventData></Event>`;
const CLEARED_LOG = { ...NXLOG, EventID: 1102, SourceName: "Microsoft-Windows-Eventlog" };
const OTHER = { ...NXLOG, EventID: 4634 };

const SOURCE = `SET 'auto.offset.reset' = 'earliest';
  CREATE STREAM EVENTS (EVENT STRING) WITH (KAFKA_TOPIC='events', VALUE_FORMAT='KAFKA', PARTITIONS=1);`;

const folder = mkdtempSync(join(tmpdir(), "spoor-detect-"));

beforeAll(async () => {
  mkdirSync(join(folder, "rules", "deep", ".hidden"), { recursive: true });
  writeFileSync(join(folder, "rules", "logon.yml"), LOGON_RULE);
  writeFileSync(join(folder, "rules", "deep", "account.yaml"), ACCOUNT_RULE);
  writeFileSync(join(folder, "rules", "deep", "linux.yml"), LINUX_RULE);
  writeFileSync(join(folder, "rules", "deep", ".hidden", "again.yml"), BROKEN_RULE);
  writeFileSync(join(folder, "rules", "notes.yml"), "just: notes\n");
  writeFileSync(join(folder, "broken.yml"), BROKEN_RULE);
  writeFileSync(join(folder, "correlation.yml"), CORRELATION);
  writeFileSync(join(folder, "linux.yml"), LINUX_RULE);
  const archive = await archiveOf({
    "a/logon.yml": LOGON_RULE,
    "a/.git/x.yml": BROKEN_RULE,
    "a/notes.yml": "x: y",
  });
  writeFileSync(join(folder, "rules.tar.gz"), archive);
  writeFileSync(join(folder, "cut.tar.gz"), archive.subarray(0, archive.length >> 1));
  writeFileSync(join(folder, "nothing.zip"), "no archive");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function archiveOf(members: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, text] of Object.entries(members)) archive.entry({ name }, text);
  archive.finalize();
  return gzipSync(Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Buffer>)));
}

class TestServer {
  readonly application: Application;
  readonly reports: readonly string[];

  private constructor(application: Application, reports: readonly string[]) {
    this.application = application;
    this.reports = reports;
  }

  static async open(properties: Readonly<Record<string, string>>): Promise<TestServer> {
    const reports: string[] = [];
    const application = await openApplication({
      dataDir: undefined,
      version: "0.0.0",
      advertised: "localhost:8088",
      properties: new Map(Object.entries(properties)),
      queriesFile: undefined,
      clock: new ManualClock(1_700_000_000_000),
      random: new SeededRandom(3),
      processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
      report: (level, message) => reports.push(`${level}: ${message}`),
    });
    return new TestServer(application, reports);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.close();
  }

  run(text: string) {
    return this.application.service.execute({ text, properties: {}, variables: {} });
  }

  /** The rows that a query makes of some events. */
  async rows(
    select: string,
    events: readonly (object | string | null)[],
  ): Promise<Record<string, unknown>[]> {
    await this.run(
      `${SOURCE} CREATE STREAM FOUND WITH (VALUE_FORMAT='JSON') AS SELECT ${select} FROM EVENTS;`,
    );
    for (const event of events) {
      const text = typeof event === "object" && event !== null ? JSON.stringify(event) : event;
      const value = text === null ? "CAST(NULL AS STRING)" : `'${text.replaceAll("'", "''")}'`;
      await this.run(`INSERT INTO EVENTS (EVENT) VALUES (${value});`);
    }
    await this.application.engine.drain();
    return writtenRecords(this.application.context.log, "FOUND").map(
      ({ value }) => JSON.parse(value ?? "null") as Record<string, unknown>,
    );
  }

  failures() {
    const statistics = this.application.service.queries()[0];
    return statistics?.dropped.find(({ reason }) => reason === "expression-failed");
  }
}

const rules = (...names: string[]): Record<string, string> => ({
  "spoor.rules": names.map((name) => join(folder, name)).join(" , "),
});

describe("DETECT", () => {
  test("gives a struct for each rule that hits, whatever shape the event has", async () => {
    await using server = await TestServer.open(rules("rules"));
    const rows = await server.rows("DETECT(EVENT) AS HITS", [NXLOG, WINLOGBEAT, XML, OTHER]);
    expect(rows[0]).toEqual({
      HITS: [
        {
          RULE_ID: "6a0d7c1e-8f5f-4a39-9a57-000000000002",
          TITLE: "Logon Of An Administrator",
          LEVEL: "informational",
          TECHNIQUES: [],
          TACTICS: [],
          TAGS: [],
          REASON: [
            "selection: EventID is '4624': 4624",
            "selection: TargetUserName starts with 'adm': adm.ruiz",
          ],
        },
        {
          RULE_ID: "6a0d7c1e-8f5f-4a39-9a57-000000000001",
          TITLE: "Logon From The Network",
          LEVEL: "medium",
          TECHNIQUES: ["T1021.002"],
          TACTICS: ["lateral-movement"],
          TAGS: ["attack.lateral-movement", "attack.t1021.002", "cve.2020-1472"],
          REASON: ["selection: EventID is '4624': 4624", "selection: LogonType is '3': 3"],
        },
      ],
    });
    const titles = rows.map(({ HITS }) => (HITS as { TITLE: string }[]).map(({ TITLE }) => TITLE));
    expect(titles.slice(1)).toEqual([["Logon From The Network"], ["Logon Of An Administrator"], []]);
    expect(server.reports.filter((line) => !line.startsWith("info"))).toEqual([]);
    expect(server.reports.join("\n")).toContain("DETECT tries 2 rules of");
    expect(server.reports.join("\n")).toContain("1 are for other log sources");
  });

  test("EXPLODE makes a row of each hit, and none of an event without one", async () => {
    await using server = await TestServer.open(rules("rules"));
    const rows = await server.rows("EXPLODE(DETECT(EVENT)) AS HIT, EVENT_FIELD(EVENT, 'Computer') AS HOST", [
      OTHER,
      NXLOG,
      OTHER,
      null,
      WINLOGBEAT,
    ]);
    expect(rows.map(({ HIT, HOST }) => [(HIT as { TITLE: string }).TITLE, HOST])).toEqual([
      ["Logon Of An Administrator", "ws1.x"],
      ["Logon From The Network", "ws1.x"],
      ["Logon From The Network", "ws2.x"],
    ]);
  });

  test("the least level leaves rules out", async () => {
    await using server = await TestServer.open({ ...rules("rules"), "spoor.rules.min.level": "medium" });
    const rows = await server.rows("EXPLODE(DETECT(EVENT))->TITLE AS TITLE", [NXLOG, XML]);
    expect(rows).toEqual([{ TITLE: "Logon From The Network" }]);
  });

  test("what is no event is a failed expression of its record, and the query goes on", async () => {
    await using server = await TestServer.open(rules("rules"));
    const rows = await server.rows("EXPLODE(DETECT(EVENT))->TITLE AS TITLE", [
      "{cut",
      "[1]",
      "<Event><cut>",
      { no: "event" },
      WINLOGBEAT,
    ]);
    expect(rows).toEqual([{ TITLE: "Logon From The Network" }]);
    expect(server.failures()).toMatchObject({ count: 4, unexpected: true });
  });

  test("the rules that come with Spoor are the default, and stand beside one's own", async () => {
    await using server = await TestServer.open({});
    const title = "EXPLODE(DETECT(EVENT))->TITLE AS TITLE";
    expect(await server.rows(title, [CLEARED_LOG])).toHaveLength(1);
    expect(server.reports.join("\n")).toMatch(/info: DETECT tries [1-9]\d* rules of Spoor's own/);
    await using both = await TestServer.open({ "spoor.rules": `default,${join(folder, "rules")}` });
    const rows = await both.rows(title, [CLEARED_LOG, WINLOGBEAT]);
    expect(rows.map(({ TITLE }) => TITLE)).toContain("Logon From The Network");
    expect(rows).toHaveLength(2);
  });

  test("rules come out of archives too", async () => {
    await using server = await TestServer.open(rules("rules.tar.gz"));
    const rows = await server.rows("EXPLODE(DETECT(EVENT))->TITLE AS TITLE", [WINLOGBEAT]);
    expect(rows).toEqual([{ TITLE: "Logon From The Network" }]);
    expect(server.reports.filter((line) => !line.startsWith("info"))).toEqual([]);
  });

  test("a rule that fails is reported with its file, and the others load", async () => {
    await using server = await TestServer.open(rules("broken.yml", "rules"));
    const rows = await server.rows("EXPLODE(DETECT(EVENT))->TITLE AS TITLE", [WINLOGBEAT]);
    expect(rows).toEqual([{ TITLE: "Logon From The Network" }]);
    const warning = server.reports.find((line) => line.startsWith("warn"));
    expect(warning).toContain("selektion");
    expect(warning).toContain("broken.yml");
  });

  test("correlations are left out, and rules that only they refer to, and this is said", async () => {
    await using server = await TestServer.open(rules("rules", "correlation.yml"));
    const rows = await server.rows("EXPLODE(DETECT(EVENT))->TITLE AS TITLE", [NXLOG]);
    expect(rows).toEqual([{ TITLE: "Logon Of An Administrator" }]);
    expect(server.reports).toContain(
      "warn: DETECT leaves out 1 correlation rules, and with them 1 rules that only they refer to ('generate' is not true): it sees one event at a time",
    );
  });
});

describe("a statement with DETECT is refused", () => {
  const statement = `${SOURCE} CREATE STREAM FOUND WITH (VALUE_FORMAT='JSON') AS SELECT DETECT(EVENT) AS HITS FROM EVENTS;`;

  test.each([
    ["where nothing is named", { "spoor.rules": " , " }, "DETECT_NO_RULES", /no rule that DETECT could try/],
    ["with a path that is not there", rules("rules", "none"), "DETECT_RULES_UNREADABLE", /can't be read/],
    ["with a file that is no archive", rules("rules", "nothing.zip"), "DETECT_RULES_UNREADABLE", /be read/],
    ["with an archive that is cut", rules("cut.tar.gz"), "DETECT_RULES_UNREADABLE", /can't be read/],
    [
      "with rules for other systems only",
      rules("linux.yml"),
      "DETECT_NO_RULES",
      /no rule that DETECT could try/,
    ],
  ])("%s", async (_, properties, code, message) => {
    await using server = await TestServer.open(properties);
    await expect(server.run(statement)).rejects.toMatchObject({
      cause: { code, message: expect.stringMatching(message) as string },
    });
    expect(server.application.service.queries()).toEqual([]);
  });

  test("and carried out once the rules are there", async () => {
    const path = join(folder, "later.yml");
    await using server = await TestServer.open({ "spoor.rules": path });
    await expect(server.run(statement)).rejects.toThrow();
    writeFileSync(path, LOGON_RULE);
    await server.run(
      "CREATE STREAM FOUND WITH (VALUE_FORMAT='JSON') AS SELECT DETECT(EVENT) AS HITS FROM EVENTS;",
    );
    expect(server.application.service.queries()).toHaveLength(1);
  });
});

test("EVENT_FIELD and EVENT_TIME read an event without any rules", async () => {
  await using server = await TestServer.open({});
  const rows = await server.rows(
    `EVENT_FIELD(EVENT, 'EventID') AS ID, EVENT_FIELD(EVENT, 'Channel') AS CHANNEL, EVENT_FIELD(EVENT, 'Computer') AS HOST,
     EVENT_FIELD(EVENT, 'TargetUserName') AS ACCOUNT, EVENT_FIELD(EVENT, 'Image') AS IMAGE, EVENT_TIME(EVENT) AS WRITTEN`,
    [NXLOG, WINLOGBEAT, XML],
  );
  const common = { ID: "4624", CHANNEL: "Security", IMAGE: null };
  expect(rows).toEqual([
    { ...common, HOST: "ws1.x", ACCOUNT: "adm.ruiz", WRITTEN: 1_714_550_400_250 },
    { ...common, HOST: "ws2.x", ACCOUNT: "h.marsh", WRITTEN: 1_714_550_401_000 },
    { ...common, HOST: "ws3.x", ACCOUNT: "administrator", WRITTEN: 1_714_550_402_000 },
  ]);
});
