import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { fakeHuntServer, processEvent } from "../../server/fake-hunt-server.ts";
import type { FakeHuntServer } from "../../server/fake-hunt-server.ts";
import { MemoryIo, runInMemory } from "../fake-world.ts";
import type { FakeRun, FakeRunOptions } from "../fake-world.ts";

let server: FakeHuntServer;
let folder: string;

beforeAll(async () => {
  server = await fakeHuntServer();
  await server.ingest("winlogbeat", [processEvent(1), processEvent(2)]);
  await server.ingest("other", [processEvent(3)]);
});
beforeEach(() => {
  folder = mkdtempSync(join(server.folder, "cli-"));
});
afterAll(() => server.close());

function hunt(argv: readonly string[], options: FakeRunOptions = {}): Promise<FakeRun> {
  return runInMemory(["hunt", ...argv], {
    workingDirectory: folder,
    homeDirectory: folder,
    clock: systemClock,
    ...options,
  });
}

describe("a question to a running server", () => {
  test("is answered as one to files is", async () => {
    const sql = "SELECT process_id, process_command_line AS line FROM sysmon ORDER BY 1";
    const { code, stdout, stderr } = await hunt(["--server", server.url, "-e", sql]);
    expect([code, stdout.split("\n")[3]]).toEqual([0, "|         1|cmd.exe /c echo 1|"]);
    expect(stderr).toMatch(/^3 rows, /);
    const json = await hunt([
      "--server",
      server.url,
      "--json",
      "--limit",
      "2",
      "-e",
      "SELECT 12345678901234567890 AS n FROM events",
    ]);
    expect(json.stdout).toBe('{"n":12345678901234567890}\n{"n":12345678901234567890}\n');
    const csv = await hunt([
      "--server",
      server.url,
      "--format",
      "csv",
      "-e",
      "SELECT NULL AS a, '' AS b; SELECT 2",
    ]);
    expect(csv.stdout).toBe('a,b\n,""\n2\n2\n');
  });

  test("may say which topics the views are of", async () => {
    const sql = "SELECT process_id FROM Process ORDER BY 1";
    const one = await hunt(["--server", server.url, "--topic", "other", "--json", "-e", sql]);
    expect(one.stdout).toBe('{"process_id":3}\n');
    const spark = [
      "--dialect",
      "spark",
      "--view",
      "mordorTable",
      "-e",
      "SELECT COUNT(*) c FROM mordorTable WHERE Image RLIKE 'cmd'",
    ];
    expect((await hunt(["--server", server.url, "--json", ...spark])).stdout).toBe('{"c":3}\n');
  });

  test("writes files", async () => {
    for (const name of ["out.parquet", "out.csv"]) {
      const { code } = await hunt(["--server", server.url, "-o", name, "-e", "SELECT process_id FROM other"]);
      expect(code).toBe(0);
    }
    expect(readFileSync(join(folder, "out.parquet"), "latin1").slice(0, 4)).toBe("PAR1");
    expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("process_id\n3\n");
    const failed = await hunt(["--server", server.url, "-o", "no.parquet", "-e", "SELECT x FROM other"]);
    expect([failed.code, failed.stderr.includes("HUNT_UNKNOWN_COLUMN")]).toEqual([1, true]);
    expect(readdirSync(folder).toSorted()).toEqual(["out.csv", "out.parquet"]);
  });

  test("has its errors at their place in the script", async () => {
    writeFileSync(join(folder, "q.sql"), "SELECT 1 AS one;\nSELECT proces_id\n  FROM events;");
    const { code, stdout, stderr } = await hunt(["--server", server.url, "--format", "csv", "-f", "q.sql"]);
    expect([code, stdout]).toEqual([1, "one\n1\n"]);
    expect(stderr).toContain("--> q.sql, line 2, column 8");
    expect(stderr).toContain("did you mean 'process_id'?");
    const midst =
      "SELECT repeat('x', 2000), CASE WHEN range < 20000 THEN 1 ELSE CAST('x' AS INTEGER) END FROM range(40000)";
    const failed = await hunt(["--server", server.url, "--json", "-e", midst]);
    expect([failed.code, failed.stderr.includes("HUNT_CONVERSION")]).toEqual([1, true]);
  });

  test("is ended by Ctrl-C, here and there", async () => {
    const controller = new AbortController();
    const sql = "SELECT count(*) FROM range(100000000000) a, range(100) b";
    const running = async (): Promise<number> =>
      ((await (await fetch(`${server.url}/hunt`)).json()) as { readonly hunts: unknown[] }).hunts.length;
    const asked = hunt(["--server", server.url, "-e", sql], { interrupted: controller.signal });
    while ((await running()) === 0);
    controller.abort();
    expect((await asked).code).toBe(130);
    while ((await running()) > 0);
  });

  test("at the prompt, which completes the server's names", async () => {
    const io = new MemoryIo();
    const typed = new PassThrough();
    io.stdin = typed;
    io.stdinIsTerminal = true;
    const done = hunt(["--server", server.url, "--format", "csv"], { io });
    typed.write("SELECT count(*) AS n\nFROM winlogbeat;\nSELEC 1;\nSELECT 5 AS five;\nexit\n");
    expect((await done).code).toBe(0);
    expect(io.stdout).toBe("n\n2\nfive\n5\n");
    expect(io.stderr).toContain("HUNT_SYNTAX");
  });

  test("does not mix with files of this machine, and fails where nobody answers", async () => {
    expect((await hunt(["--server", server.url, "a.json", "-e", "SELECT 1"])).code).toBe(2);
    expect((await hunt(["--server", server.url, "--lake", "x", "-e", "SELECT 1"])).code).toBe(2);
    expect((await hunt(["--server", "127.0.0.1:9", "-e", "SELECT 1"])).stderr).toContain("CLI_UNREACHABLE");
  });
});
