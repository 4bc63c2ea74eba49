import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { QueryStatistics } from "../../api/runtime-statistics.ts";
import { systemClock } from "../../base/clock.ts";
import { FakeQuery, rowOf } from "../../server/fake-service.ts";
import { serveCommand } from "../commands/serve.ts";
import { demoCommand } from "../commands/demo.ts";
import type { CommandDefinition, Invocation } from "../command-definition.ts";
import { encodedCommand } from "../demo/chapters.ts";
import { demoWith } from "../demo/run-demo.ts";
import { recipeSources } from "../demo/recipe.ts";
import { MemoryIo, startFakeServer } from "../fake-world.ts";
import type { FakeServer } from "../fake-world.ts";
import { resolveOptions } from "../options/resolve-options.ts";
import type { RawFlags } from "../options/resolve-options.ts";
import type { RunningServer, ServerOptions, StartServer } from "../server-launcher.ts";
import { serveWith } from "./run-serve.ts";

let fake: FakeServer;
let folder: string;
let started: ServerOptions[];
let closed: number;
/** What the server says of its Kafka listener. */
let kafka: Pick<RunningServer, "kafka" | "kafkaTaken">;

beforeEach(async () => {
  fake = await startFakeServer();
  folder = mkdtempSync(join(tmpdir(), "spoor-serve-"));
  started = [];
  closed = 0;
  kafka = {};
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await fake.close();
});

const start: StartServer = async (options) => {
  started.push(options);
  return {
    url: fake.url,
    ...kafka,
    close: async () => {
      closed++;
    },
  };
};

function invocation(
  command: CommandDefinition,
  flags: RawFlags,
  interrupted: AbortSignal,
  io: MemoryIo,
): Invocation {
  return {
    io,
    arguments: [],
    options: resolveOptions(command.options, flags, {}, []),
    clock: systemClock,
    interrupted,
    env: {},
    workingDirectory: folder,
    homeDirectory: folder,
    version: "0.0.0",
    commandName: "bin/spoor",
    sections: [],
  };
}

async function heldPort(): Promise<{ address: string; release: () => void }> {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, release: () => holder.close() };
}

async function said(flags: RawFlags): Promise<string> {
  const interruption = new AbortController();
  const io = new MemoryIo();
  const running = serveWith(invocation(serveCommand, flags, interruption.signal, io), start);
  await expect.poll(() => io.stderr).toContain("Ctrl-C stops it.");
  interruption.abort();
  await running;
  return io.stderr;
}

describe("serve", () => {
  test("says what listens where, stops in good order at the first signal", async () => {
    const interruption = new AbortController();
    const io = new MemoryIo();
    const flags = { http: "127.0.0.1:0", data: "d", kafkaListen: "0.0.0.0:9092", property: ["ksql.x=1"] };
    const running = serveWith(invocation(serveCommand, flags, interruption.signal, io), start);
    await expect.poll(() => io.stderr).toContain("Ctrl-C stops it.");
    expect(started).toEqual([
      {
        dataDir: join(folder, "d"),
        http: { host: "127.0.0.1", port: 0 },
        kafkaListen: { host: "0.0.0.0", port: 9092 },
        queriesFile: undefined,
        properties: { "ksql.x": "1" },
        log: "warn",
      },
    ]);
    expect(io.stderr).toContain(`  HTTP    ${fake.url}`);
    expect(io.stderr).toContain("! other machines can reach 0.0.0.0");
    expect(io.stderr).toContain(`  bin/spoor sql --server ${fake.url}`);
    expect(closed).toBe(0);
    interruption.abort();
    expect(await running).toBe(0);
    expect(closed).toBe(1);
    expect(io.stdout).toBe("");
  });

  test("listens for Kafka clients on 127.0.0.1:9092, unless that is taken: one line says so, and the cure", async () => {
    kafka = { kafka: "127.0.0.1:9092" };
    expect(await said({ http: "127.0.0.1:0" })).toContain("  Kafka   127.0.0.1:9092\n");
    expect(started[0]!.kafkaListen).toEqual({ host: "127.0.0.1", port: 9092, optional: true });
    kafka = { kafkaTaken: "127.0.0.1:9092" };
    expect(await said({ http: "127.0.0.1:0" })).toContain(
      "  Kafka   no listener: 127.0.0.1:9092 is in use; --kafka-listen HOST:PORT gives it another address\n",
    );
  });

  test("an address that is given is no matter of choice; 'off' is none", async () => {
    await said({ http: "127.0.0.1:0", kafkaListen: "127.0.0.1:9092" });
    expect(started[0]!.kafkaListen).toEqual({ host: "127.0.0.1", port: 9092 });
    for (const kafkaListen of ["off", "none"]) {
      expect(await said({ http: "127.0.0.1:0", kafkaListen })).toContain("  Kafka   no listener\n");
      expect(started.at(-1)!.kafkaListen).toBeUndefined();
    }
  });

  test("a port that is taken is said before anything is opened", async () => {
    const { address, release } = await heldPort();
    const signal = new AbortController().signal;
    const running = serveWith(invocation(serveCommand, { http: address }, signal, new MemoryIo()), start);
    await expect(running).rejects.toThrow(`${address} is in use`);
    release();
    expect(started).toEqual([]);
  });
});

const command = "powershell.exe -NoP -Enc dwBoAG8AYQBtAGkA";

function joinStatistics(): QueryStatistics {
  const flow = { messages: 3, bytes: 10, messagesPerSecond: 1 };
  return {
    ...fake.service.queryStatistics("CSAS_A_1")!,
    queryId: "CSAS_SYSMON_JOIN_7",
    produced: flow,
    dropped: [{ reason: "unmatched", count: 2, unexpected: true }],
    notes: { "unmatched: no row for the key so far": 2 },
  };
}

function findingsQuery(): FakeQuery {
  const query = new FakeQuery([
    [rowOf(JSON.stringify(["08:00:00", "WS01", "LAB\\bob", "203.0.113.9", 443, command]))],
  ]);
  query.columns = ["UTC", "HOST", "ACCOUNT", "DESTINATION", "PORT", "COMMAND_LINE"].map((name) => ({
    name,
    type: name === "PORT" ? "INTEGER" : "STRING",
  }));
  return query;
}

/** Three cases, in no order; the newer of two grave ones stands first. */
function deskQuery(): FakeQuery {
  const reason = ["parent: ends with 'x'"];
  const rows = [
    ["cccccccc", "low", "Odd Name", [], ["execution"], "WS01", null, "2026-03-02T08:00:09", 1, []],
    [
      "aaaaaaaa",
      "high",
      "Service Installed",
      ["T1543"],
      ["execution", "persistence"],
      "WS02",
      null,
      "2026-03-02T08:00:05",
      1,
      [],
    ],
    [
      "bbbbbbbb",
      "high",
      "WMI Starts a Shell",
      ["T1047"],
      ["execution"],
      "WS01",
      "LAB\\bob",
      "2026-03-02T08:00:00",
      3,
      reason,
    ],
  ];
  const query = new FakeQuery([rows.map((row) => rowOf(JSON.stringify(row)))], "completed");
  const types: Readonly<Record<string, string>> = {
    TECHNIQUES: "ARRAY<STRING>",
    TACTICS: "ARRAY<STRING>",
    REASON: "ARRAY<STRING>",
    FIRST_TIME: "TIMESTAMP",
    ALERTS: "BIGINT",
  };
  const names = "CASE_ID,LEVEL,TITLE,TECHNIQUES,TACTICS,HOST,USER_NAME,FIRST_TIME,ALERTS,REASON".split(",");
  query.columns = names.map((name) => ({ name, type: types[name] ?? "STRING" }));
  return query;
}

describe("demo", () => {
  beforeEach(() => {
    const statistics = joinStatistics();
    fake.service.queries = () => [statistics];
  });

  test("tells the story through the API, ends with --exit and leaves nothing behind", async () => {
    fake.service.query = ({ text }) => (text.includes("ALERT_DESK") ? deskQuery() : findingsQuery());
    await fake.service.createTopic({
      name: "winlogbeat",
      partitions: 1,
      replicas: 1,
      config: {},
      ifNotExists: true,
    });
    fake.service.topicList = fake.service.topicList.map((topic) => ({ ...topic, records: 300 }));
    const io = new MemoryIo();
    const held = await heldPort();
    kafka = { kafka: "127.0.0.1:9092" };
    const flags = { exit: true, events: "300", http: held.address };
    expect(await demoWith(invocation(demoCommand, flags, new AbortController().signal, io), start)).toBe(0);
    held.release();
    expect(io.stdout).toContain(`${held.address} is in use: a free port is taken.`);
    expect(started[0]).toMatchObject({
      http: { host: "127.0.0.1", port: 0 },
      kafkaListen: { port: 9092, optional: true },
      log: "error",
    });
    expect(existsSync(started[0]!.dataDir)).toBe(false);
    expect(closed).toBe(1);
    expect(fake.service.ingested.split("\n")).toHaveLength(301);
    const statements = fake.service.asked.filter(
      (asked): asked is { text: string; properties: object } =>
        typeof asked === "object" && asked !== null && "text" in asked,
    );
    const made = statements.flatMap(
      ({ text }) => /^CREATE \w+ (?:IF NOT EXISTS )?(\w+)/m.exec(text)?.[1] ?? [],
    );
    expect(made.slice(0, 6)).toEqual(recipeSources.map(({ name }) => name));
    expect(made.slice(6)).toEqual(["WINLOGBEAT_EVENTS", "ALERTS", "ALERT_ACTIONS"]);
    for (const { text, properties } of statements)
      if (/SYSMON|DETECT|TRIAGE/.test(text))
        expect(properties).toMatchObject({ "auto.offset.reset": "earliest" });
    expect(io.stdout).toContain("✓ SYSMON_JOIN ");
    expect(io.stdout).toContain("2 of 5 connections found no process:\n     2  no row for the key so far");
    expect(io.stdout).toMatch(/│08:00:00│WS01 +│LAB\\bob│203.0.113.9│ +443│powershell.exe -NoP/);
    expect(io.stdout).toContain("Decoded: whoami");
    expect(io.stdout).toContain("T1047");
    expect(io.stdout).toContain("300 events against the rules that come with Spoor");
    expect(io.stdout).toContain(": 5 alerts, 3 cases.");
    expect(io.stdout.match(/^ {3}[abc]{6} .*$/gm)).toEqual([
      "   bbbbbb   high    WMI Starts a Shell   WS01        3",
      "   aaaaaa   high    Service Installed    WS02        1",
      "   cccccc   low     Odd Name             WS01        1",
    ]);
    expect(io.stdout).toContain(
      "Why bbbbbb? WMI Starts a Shell on WS01, LAB\\bob:\n     - parent: ends with 'x'\n",
    );
    expect(io.stdout).toContain(
      "   08:00:00   WS01   execution\n   08:00:05   WS02   execution, persistence\n\n",
    );
    expect(io.stdout).toContain(`bin/spoor alerts show bbbbbb --server ${fake.url}`);
    expect(io.stdout).toContain(`bin/spoor hunt --server ${fake.url}`);
    expect(io.stdout).toContain(`bin/spoor sql --server ${fake.url}`);
    expect(io.stdout).toContain("kcat -b 127.0.0.1:9092 -C -t SYSMON_JOIN");
    expect(io.stdout.split("\n").every((line) => line.length <= 110)).toBe(true);
  });

  test("where no rule hits and WMI started nothing, it says so and offers no case", async () => {
    fake.service.query = () => new FakeQuery([], "completed");
    const io = new MemoryIo();
    const flags = { exit: true, events: "300", http: "127.0.0.1:0" };
    expect(await demoWith(invocation(demoCommand, flags, new AbortController().signal, io), start)).toBe(0);
    expect(io.stdout).toContain(": 0 alerts, 0 cases.");
    expect(io.stdout).not.toContain("spoor alerts");
    expect(io.stdout).toContain(`bin/spoor hunt --server ${fake.url}`);
  });

  test("a statement that fails ends it with the error, the server closed and the folder removed", async () => {
    fake.service.execution = () => {
      throw new Error("no such function");
    };
    const running = demoWith(
      invocation(
        demoCommand,
        { exit: true, events: "300", http: "127.0.0.1:0" },
        new AbortController().signal,
        new MemoryIo(),
      ),
      start,
    );
    await expect(running).rejects.toThrow("no such function");
    expect([closed, existsSync(started[0]!.dataDir)]).toEqual([1, false]);
  });

  test("what PowerShell was told in base64 is decoded", () => {
    expect(encodedCommand(command)).toBe("whoami");
    expect(encodedCommand("powershell /EncodedCommand dwBoAG8AYQBtAGkA")).toBe("whoami");
    expect(encodedCommand("cmd.exe /c dir")).toBeUndefined();
  });
});
