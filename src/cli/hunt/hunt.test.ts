import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { MemoryIo, runInMemory } from "../fake-world.ts";
import type { FakeRun, FakeRunOptions } from "../fake-world.ts";
import { parseMemorySize } from "./memory-size.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-cli-hunt-"));
  const events = [
    { EventID: 1, Channel: "Security", SourceName: "Microsoft-Windows-Security-Auditing", text: 'a "b", c' },
    { EventID: 2, Channel: "Security", SourceName: "Microsoft-Windows-Security-Auditing", text: "" },
    { EventID: 3, Channel: "Security", SourceName: "Microsoft-Windows-Security-Auditing" },
  ];
  writeFileSync(
    join(folder, "a.json.gz"),
    gzipSync(events.map((event) => `${JSON.stringify(event)}\n`).join("")),
  );
});

afterEach(() => rmSync(folder, { recursive: true }));

function hunt(argv: readonly string[], options: FakeRunOptions = {}): Promise<FakeRun> {
  return runInMemory(["hunt", ...argv], {
    workingDirectory: folder,
    homeDirectory: folder,
    clock: systemClock,
    ...options,
  });
}

const FROM = "FROM source_events ORDER BY EventID";

describe("one question", () => {
  test("as a table, with talk apart from data", async () => {
    const { code, stdout, stderr } = await hunt(["a.json.gz", "-e", `SELECT EventID, text ${FROM}`]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        "+-------+--------+",
        "|EventID|text    |",
        "+-------+--------+",
        '|      1|a "b", c|',
        "|      2|        |",
        "|      3|null    |",
        "+-------+--------+",
        "",
      ].join("\n"),
    );
    expect(stderr).toMatch(/^3 rows, /);
  });

  test("as JSON lines, as CSV, and no more rows than the limit", async () => {
    const json = await hunt([
      "--events",
      "a.json.gz",
      "--json",
      "--limit",
      "2",
      "-e",
      `SELECT EventID, text, text ${FROM}`,
    ]);
    expect(json.stdout).toBe(
      '{"EventID":1,"text":"a \\"b\\", c","text_2":"a \\"b\\", c"}\n{"EventID":2,"text":"","text_2":""}\n',
    );
    const csv = await hunt(["a.json.gz", "--format", "csv", "-e", `SELECT EventID, text ${FROM}`]);
    expect(csv.stdout).toBe('EventID,text\n1,"a ""b"", c"\n2,""\n3,\n');
  });

  test("of a file on the spot, from a script, from a pipe", async () => {
    writeFileSync(
      join(folder, "q.sql"),
      "SELECT 1 AS one;\n-- ; \nSELECT count(*) AS n\n FROM events('a.json.gz')",
    );
    expect((await hunt(["--json", "-f", "q.sql"])).stdout).toBe('{"one":1}\n{"n":3}\n');
    const io = new MemoryIo();
    io.stdin = Readable.from(["SELECT 2 AS two; SELECT", " 3 AS three"]);
    expect((await hunt(["--json"], { io })).stdout).toBe('{"two":2}\n{"three":3}\n');
  });

  test("over events on standard input", async () => {
    const io = new MemoryIo();
    io.stdin = Readable.from([Buffer.from('{"EventID":7}\n')]);
    expect((await hunt(["-", "--json", "-e", "SELECT EventID FROM source_events"], { io })).stdout).toBe(
      '{"EventID":7}\n',
    );
  });
});

describe("into a file", () => {
  test.each(["out.parquet", "out.csv", "out.jsonl", "out.txt"])("%s", async (name) => {
    const { code, stdout } = await hunt([
      "a.json.gz",
      "-o",
      name,
      "--limit",
      "2",
      "-e",
      `SELECT EventID ${FROM};`,
    ]);
    expect([code, stdout]).toEqual([0, ""]);
    const bytes = readFileSync(join(folder, name), "latin1");
    if (name.endsWith("parquet")) expect(bytes.startsWith("PAR1")).toBe(true);
    else expect(bytes).toMatch(/1[\s\S]*2/);
    expect(readdirSync(folder).filter((each) => each.endsWith(".part"))).toEqual([]);
  });

  test("nothing is left of what failed", async () => {
    const failed = await hunt([
      "a.json.gz",
      "-o",
      "out.csv",
      "-e",
      "SELECT CAST(text AS INTEGER) FROM source_events",
    ]);
    expect(failed.code).toBe(1);
    expect(existsSync(join(folder, "out.csv"))).toBe(false);
    expect((await hunt(["-o", "out.xlsx", "-e", "SELECT 1"])).code).toBe(2);
    expect((await hunt(["-o", "out.csv", "-e", "SELECT 1; SELECT 2"])).code).toBe(2);
    expect((await hunt(["-o", "no/out.csv", "-e", "SELECT 1"])).stderr).toContain("CLI_FILE_UNWRITABLE");
  });
});

test("errors have their place in the script, and end it", async () => {
  writeFileSync(
    join(folder, "q.sql"),
    "SELECT 1 AS one;\nSELECT EventIDD\n  FROM source_events; SELECT 2 AS two;",
  );
  const { code, stdout, stderr } = await hunt(["a.json.gz", "--format", "csv", "-f", "q.sql"]);
  expect(code).toBe(1);
  expect(stdout).toBe("one\n1\n");
  expect(stderr).toContain("--> q.sql, line 2, column 8");
  expect(stderr).toContain("did you mean 'EventID'?");
});

test("Ctrl-C ends the question, with its own exit code", async () => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 300);
  const sql = "SELECT count(*) FROM range(100000000000) a, range(100) b";
  const { code } = await hunt(["-e", sql], { interrupted: controller.signal });
  clearTimeout(timer);
  expect(code).toBe(130);
});

test("the prompt takes statements over lines, goes on after errors and keeps a history", async () => {
  const io = new MemoryIo();
  const typed = new PassThrough();
  io.stdin = typed;
  io.stdinIsTerminal = true;
  const done = hunt(["a.json.gz", "--format", "csv"], { io });
  typed.write(
    "SELECT count(*) AS n\nFROM source_events;\nSELEC 1;\nSELECT 5 AS five; SELECT 6\nAS six;\nhelp\nexit\n",
  );
  expect((await done).code).toBe(0);
  expect(io.stdout).toBe("n\n3\nfive\n5\nsix\n6\n");
  expect(io.stderr).toContain("HUNT_SYNTAX");
  expect(readFileSync(join(folder, ".spoor-hunt-history"), "utf8").split("\n").slice(0, 2)).toEqual([
    "SELECT count(*) AS n FROM source_events;",
    "SELEC 1;",
  ]);
});

test("sizes of memory", () => {
  expect(parseMemorySize("512MB", "--memory", 1)).toBe(512e6);
  expect(parseMemorySize("1.5 GiB", "--memory", 1)).toBe(1.5 * 1024 ** 3);
  for (const bad of ["", "x", "5XB", "-1GB", "1MB"]) {
    expect(() => parseMemorySize(bad, "--memory", 256e6)).toThrow(
      expect.objectContaining({ code: "CLI_BAD_OPTION" }),
    );
  }
});
