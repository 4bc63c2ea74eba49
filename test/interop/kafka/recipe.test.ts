/** The path of a Winlogbeat: keyless events, gzip, over Kafka's protocol into the recipe, and its rows out again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LabWriter } from "../../../src/events/lab/lab-writer.ts";
import { startServer } from "../../../src/server/start.ts";
import type { StartedServer } from "../../../src/server/start.ts";
import { runCommand } from "../client-process.ts";
import { clientFile, report } from "./kafka-broker.ts";

// As many as fit what a client may print here.
const EVENTS = 1500;
const RECIPE = new URL("../../../examples/sysmon-join.sql", import.meta.url);

let folder: string;
let server: StartedServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "spoor-recipe-"));
  server = await startServer({
    dataDir: join(folder, "data"),
    http: { host: "127.0.0.1", port: 0 },
    kafkaListen: { host: "127.0.0.1", port: 0 },
    queriesFile: undefined,
    properties: {},
    log: "error",
  });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function labEvents(): Buffer {
  const writer = new LabWriter({ seed: 1, events: EVENTS, startMs: Date.UTC(2026, 0, 5, 8), mix: "demo" });
  const block = Buffer.alloc(8 * 1024 * 1024);
  return block.subarray(0, writer.fillLines(block));
}

const kcat = (...args: string[]) =>
  runCommand({ program: "kcat", args: ["-b", server.kafka!, ...args], folder, timeoutMs: 60_000 });

/** The rows of a SELECT with LIMIT: it ends when they are there. */
async function rows(sql: string): Promise<number> {
  const body = JSON.stringify({ sql, properties: { "auto.offset.reset": "earliest" } });
  const response = await fetch(`${server.url}/query-stream`, { method: "POST", body });
  return (await response.text()).trim().split("\n").length - 1;
}

test("events that librdkafka sends with gzip come out joined", { timeout: 60_000 }, async () => {
  writeFileSync(join(folder, "events.ndjson"), labEvents());
  await kcat("-P", "-t", "winlogbeat", "-z", "gzip", "-l", "events.ndjson");
  const statements = JSON.stringify({ ksql: readFileSync(RECIPE, "utf8") });
  const answer = await fetch(`${server.url}/ksql`, { method: "POST", body: statements });
  expect(answer.status).toBe(200);
  expect(await rows("SELECT * FROM SYSMON_JOIN EMIT CHANGES LIMIT 5;")).toBe(5);
  const sent = await kcat("-C", "-t", "winlogbeat", "-e", "-q", "-o", "beginning");
  expect(sent).toBe(readFileSync(join(folder, "events.ndjson"), "utf8"));
  const joined = await kcat("-C", "-t", "SYSMON_JOIN", "-e", "-q", "-o", "beginning");
  expect(joined.trim().split("\n").length).toBeGreaterThanOrEqual(5);
  expect(Object.keys(JSON.parse(joined.split("\n")[0]!) as object)).toContain("N_USER_ACCOUNT");
});

test("events that Sarama sends as Beats 6 do come out joined", { timeout: 240_000 }, async () => {
  writeFileSync(join(folder, "events.ndjson"), labEvents());
  const module = "github.com/Shopify/sarama";
  const program = readFileSync(clientFile("winlogbeat.go.txt"), "utf8").replace("SARAMA", module);
  writeFileSync(join(folder, "main.go"), program);
  writeFileSync(join(folder, "go.mod"), "module interop\n\ngo 1.21\n");
  const environment = { GOFLAGS: "-mod=mod" };
  const get = { program: "go", args: ["get", `${module}@v1.18.0`], folder, environment, timeoutMs: 180_000 };
  await runCommand(get);
  const statements = JSON.stringify({
    ksql: readFileSync(RECIPE, "utf8"),
    streamsProperties: { "ksql.streams.auto.offset.reset": "earliest" },
  });
  const topics = `${server.url}/spoor/v1/topics`;
  const headers = { "content-type": "application/json" };
  await fetch(topics, {
    method: "POST",
    headers,
    body: JSON.stringify({ name: "winlogbeat", partitions: 1 }),
  });
  expect((await fetch(`${server.url}/ksql`, { method: "POST", body: statements })).status).toBe(200);
  const sent = await report(
    "go",
    ["run", ".", server.kafka!, "winlogbeat", "events.ndjson"],
    folder,
    environment,
  );
  expect(sent).toEqual({ sent: EVENTS, acknowledged: EVENTS });
  expect(await rows("SELECT * FROM SYSMON_JOIN EMIT CHANGES LIMIT 5;")).toBe(5);
});
