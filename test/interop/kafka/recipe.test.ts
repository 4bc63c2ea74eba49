/** The path of a Winlogbeat: keyless events, gzip, over Kafka's protocol into the recipe, and its rows out again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LabWriter } from "../../../src/events/lab/lab-writer.ts";
import { startServer } from "../../../src/server/start.ts";
import type { StartedServer } from "../../../src/server/start.ts";
import { runCommand } from "../client-process.ts";

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
