import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { MemoryIo, runInMemory, startFakeServer } from "../fake-world.ts";
import type { FakeServer } from "../fake-world.ts";

let server: FakeServer;
let folder: string;
/** Lines that the server confirmed. */
let confirmed: string[];
/** Requests that fail before the next one is confirmed. */
let failures: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "spoor-follow-cli-"));
  confirmed = [];
  failures = 0;
  server = await startFakeServer();
  server.service.openIngest = () => {
    let body = "";
    return {
      write: (chunk: Uint8Array) => {
        body += Buffer.from(chunk).toString("utf8");
        return Promise.resolve();
      },
      finish: () => {
        if (failures-- > 0) throw new Error("the disk is full");
        const lines = body.split("\n").filter((line) => line !== "");
        confirmed.push(...lines);
        return Promise.resolve({ records: lines.length, bytes: body.length, rejected: 0, firstErrors: [] });
      },
    };
  };
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
});

const at = (name: string): string => join(folder, name);

function follow(argv: readonly string[], url = server.url) {
  const interruption = new AbortController();
  const io = new MemoryIo();
  const running = runInMemory(["ingest", "--server", url, "--follow", "--every", "0.1", ...argv], {
    io,
    clock: systemClock,
    interrupted: interruption.signal,
  });
  return { io, running, stop: () => (interruption.abort(), running) };
}

test("what files grow by is sent as it comes, and a restart with the state goes on there", async () => {
  writeFileSync(at("a.json"), '{"n":1}\n');
  const state = at("state");
  const first = follow([folder, "--state", state]);
  await expect.poll(() => confirmed).toEqual(['{"n":1}']);
  appendFileSync(at("a.json"), '{"n":2}\n');
  writeFileSync(at("b.json"), '{"m":1}\nno json\n');
  await expect.poll(() => confirmed).toEqual(['{"n":1}', '{"n":2}', '{"m":1}']);
  await expect.poll(() => (existsSync(state) ? readFileSync(state, "utf8") : "")).toContain("b.json");
  const run = await first.stop();
  expect(run.code).toBe(130);
  expect(run.stderr).toContain("no json");
  expect(run.stderr).toMatch(/3 events into 'winlogbeat' in .*, 1 line left out\n$/);

  appendFileSync(at("b.json"), '{"m":2}\n');
  const second = follow([folder, "--state", state, "--json"]);
  await expect.poll(() => confirmed.slice(3)).toEqual(['{"m":2}']);
  expect(JSON.parse((await second.stop()).stdout)).toMatchObject({ events: 1, leftOut: 0 });
});

test("a server that cannot be reached is waited for", async () => {
  const { port } = new URL(server.url);
  await server.close();
  writeFileSync(at("a.json"), '{"n":1}\n');
  const following = follow([at("a.json")], `http://127.0.0.1:${port}`);
  await expect.poll(() => following.io.stderr).toContain("waiting for the server");
  expect((await following.stop()).code).toBe(130);
  server = await startFakeServer();
});

test("what cannot be followed is told at once", async () => {
  const stdin = await follow(["-"]).running;
  expect([stdin.code, stdin.stderr.includes("--follow is for files and folders")]).toEqual([2, true]);
  const missing = await follow([at("none.json")]).running;
  expect([missing.code, missing.stderr.includes("EVENTS_FILE_MISSING")]).toEqual([1, true]);
  writeFileSync(at("state"), '{"version":1,"files":{"x":{}}}');
  const state = await follow([folder, "--state", at("state")]).running;
  expect([state.code, state.stderr.includes("CLI_STATE_UNREADABLE")]).toEqual([1, true]);
});

test("a failure of the server that waiting does not mend ends it", async () => {
  failures = 99;
  writeFileSync(at("a.json"), '{"n":1}\n');
  const run = await follow([folder]).running;
  expect(run.code).not.toBe(130);
  expect(confirmed).toEqual([]);
});
