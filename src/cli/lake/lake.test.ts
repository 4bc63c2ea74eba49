import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { FakeS3Server } from "../../lake/store/fake-s3-server.ts";
import { MemoryIo, runInMemory } from "../fake-world.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-lake-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function spoor(argv: readonly string[], stdin = "", env: Readonly<Record<string, string>> = {}) {
  const io = new MemoryIo();
  io.stdin = Readable.from([Buffer.from(stdin)]);
  return runInMemory(["lake", ...argv], { io, workingDirectory: folder, clock: systemClock, env });
}

function event(id: number, recordNumber: number): string {
  return JSON.stringify({
    "@timestamp": "2026-03-01T10:00:00Z",
    log_name: "Security",
    source_name: "Microsoft-Windows-Security-Auditing",
    event_id: id,
    record_number: recordNumber,
    computer_name: "dc1",
    event_data: { NewProcessName: "C:\\Windows\\x.exe" },
  });
}

interface TableLine {
  readonly table: string;
  readonly rows: number;
  readonly version: number;
}

async function tables(): Promise<Record<string, number>> {
  const { stdout } = await spoor(["list", "--json"]);
  const lines = stdout
    .trim()
    .split("\n")
    .filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => JSON.parse(line) as TableLine).map((t) => [t.table, t.rows]));
}

describe("load", () => {
  test("events go into bronze and the silver table of their kind; a file is loaded once, whatever its name", async () => {
    writeFileSync(join(folder, "a.json"), `${event(4688, 1)}\n${event(4624, 2)}\n`);
    const first = await spoor(["load", "a.json", "--json"]);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ events: 2, rows: 4, known: 0, failedFiles: 0 });
    expect(await tables()).toEqual({ "bronze/winlogbeat": 2, "silver/Logon": 1, "silver/Process": 1 });
    writeFileSync(join(folder, "b.json"), `${event(4688, 1)}\n${event(4624, 2)}\n`);
    const again = await spoor(["load", "b.json"]);
    expect(again.stderr).toMatch(/^0 events as 0 rows, .* 2 were there already\n$/);
    expect(await tables()).toMatchObject({ "bronze/winlogbeat": 2 });
  });

  test("lines that are no events are in bronze and counted; a file that is not there does not stop the rest", async () => {
    const run = await spoor(["load", "no.json", "-", "--table", "other"], `{"a":1}\n${event(4688, 1)}\n`);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("EVENTS_");
    expect(run.stderr).toContain("2 events as 3 rows");
    expect(run.stderr).toContain("1 not-an-event, 1 file failed");
    expect(await tables()).toEqual({ "bronze/other": 2, "silver/Process": 1 });
  });
});

test("a lake in an object store: loaded, listed, kept in shape, with the environment's credentials", async () => {
  const server = new FakeS3Server(100);
  const env = {
    AWS_ENDPOINT_URL: await server.start(),
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "eu-test",
  };
  const remote = ["--lake", "s3://lake/cases/one"];
  try {
    for (const n of [1, 2]) {
      const loaded = await spoor(["load", "-", ...remote], `${event(4688, n)}\n`, env);
      expect(loaded.code).toBe(0);
    }
    const listed = (await spoor(["list", "--json", ...remote], "", env)).stdout.trim().split("\n");
    expect(listed.map((line) => JSON.parse(line) as TableLine)).toMatchObject([
      { table: "bronze/winlogbeat", rows: 2 },
      { table: "silver/Process", rows: 2 },
    ]);
    expect((await spoor(["optimize", "Process", ...remote], "", env)).stdout).toContain("2 files became 1");
    const described = await spoor(["describe", "Process", ...remote], "", env);
    expect(described.stdout).toContain("s3://lake/cases/one/silver/Process");
    const question = ["-e", "SELECT count(*) AS n FROM Process WHERE event_id = 4688", "--json"];
    const io = new MemoryIo();
    const hunted = await runInMemory(["hunt", ...remote, ...question], { io, env, clock: systemClock });
    expect([hunted.code, hunted.stdout]).toEqual([0, '{"n":2}\n']);
    const refused = await spoor(["list", ...remote], "", { ...env, AWS_ACCESS_KEY_ID: "stranger" });
    expect([refused.code, refused.stderr.includes("check the credentials")]).toEqual([1, true]);
  } finally {
    await server.close();
  }
  const without = await spoor(["list", ...remote]);
  expect([without.code, without.stderr.includes("LAKE_LOCATION_INVALID")]).toEqual([2, true]);
});

describe("tables", () => {
  beforeEach(async () => {
    for (const n of [1, 2, 3]) await spoor(["load", "-"], `${event(4688, n)}\n`);
  });

  test("describe and history know a table by its last name", async () => {
    const described = JSON.parse((await spoor(["describe", "process", "--json"])).stdout) as object;
    expect(described).toMatchObject({
      table: "silver/Process",
      rows: 3,
      files: 3,
      partitionColumns: ["_event_date"],
      columns: expect.arrayContaining([{ name: "process_path", type: "string" }]) as unknown,
    });
    const text = (await spoor(["describe", "Process"])).stdout;
    expect(text).toMatch(/Rows +: 3\nFiles +: 3, /);
    const history = (await spoor(["history", "Process", "--json", "-n", "2"])).stdout.trim().split("\n");
    expect(history.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { version: 3, operation: "STREAMING UPDATE" },
      { version: 2, operation: "STREAMING UPDATE" },
    ]);
    const wrong = await spoor(["history", "Proces"]);
    expect([wrong.code, wrong.stderr.includes("did you mean 'process'?")]).toEqual([1, true]);
  });

  test("optimize, restore, vacuum: what they did", async () => {
    const optimized = await spoor(["optimize", "Process"]);
    expect(optimized.stdout).toMatch(/^silver\/Process: 3 files became 1, .*; version 4\n$/);
    expect((await spoor(["optimize", "Process"])).stdout).toBe("silver/Process: nothing to do\n");
    const curve = await spoor(["optimize", "Process", "--zorder", "host_name, event_id", "--json"]);
    expect(JSON.parse(curve.stdout)).toMatchObject({ table: "silver/Process", version: 5, filesAdded: 1 });
    const restored = await spoor(["restore", "Process", "--to-version", "2"]);
    expect([restored.code, restored.stderr]).toEqual([0, expect.stringContaining("this is version 6")]);
    expect(await tables()).toMatchObject({ "silver/Process": 2, "bronze/winlogbeat": 3 });
    const dry = JSON.parse((await spoor(["vacuum", "Process", "--dry-run", "--json"])).stdout) as object;
    expect(dry).toMatchObject({ files: [], dryRun: true });
    const short = await spoor(["vacuum", "Process", "--retain", "0h"]);
    expect([short.code, short.stderr.includes("LAKE_RETENTION_TOO_SHORT")]).toEqual([2, true]);
  });

  test("what cannot be is refused with the cure", async () => {
    const both = await spoor(["restore", "Process"]);
    expect([both.code, both.stderr.includes("either --to-version or --to-time")]).toEqual([2, true]);
    expect((await spoor(["vacuum", "--retain", "soon"])).stderr).toContain("36h, 7d, 2w");
    const nowhere = await spoor(["list", "--lake", "nowhere"]);
    expect([nowhere.code, nowhere.stderr.includes("cannot be read")]).toEqual([1, true]);
  });
});
