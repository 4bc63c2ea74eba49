import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HUNT_ID_HEADER } from "../api/hunt-answers.ts";
import type { HuntLine, HuntTablesResponse, HuntsResponse } from "../api/hunt-answers.ts";
import { fakeHuntServer, processEvent } from "./fake-hunt-server.ts";
import type { FakeHuntServer } from "./fake-hunt-server.ts";

/** What goes on for minutes. */
const ENDLESS = "SELECT count(*) FROM range(100000000000) a, range(100) b";

function isDatabaseLoaded(): boolean {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: readonly string[] };
  return sharedObjects.some((path) => /duckdb/.test(path));
}

let server: FakeHuntServer;
beforeAll(async () => {
  server = await fakeHuntServer();
  await server.ingest("winlogbeat", [processEvent(1), processEvent(2), processEvent(3)]);
});
afterAll(() => server.close());

test("a server that was asked no hunt has not loaded the database", async () => {
  expect(isDatabaseLoaded()).toBe(false);
  expect(await (await fetch(`${server.url}/hunt`)).json()).toEqual({ hunts: [] });
  expect(isDatabaseLoaded()).toBe(false);
  expect(await server.rows("SELECT 1")).toEqual([[1]]);
  expect(isDatabaseLoaded()).toBe(true);
});

describe("an answer", () => {
  const sql = "SELECT process_id AS id, process_command_line AS line, NULL AS nothing FROM sysmon ORDER BY 1";

  test("is lines: the columns, an array a row, statistics", async () => {
    const response = await server.ask({ sql });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    const id = response.headers.get(HUNT_ID_HEADER);
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines).toHaveLength(5);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      id,
      columns: [{ name: "id" }, { name: "line", type: "VARCHAR" }, { name: "nothing" }],
    });
    expect(lines[1]).toBe('[1,"cmd.exe /c echo 1",null]');
    expect(JSON.parse(lines[4]!)).toMatchObject({ statistics: { rows: 3, limited: false, notes: [] } });
  });

  test("is JSON or CSV where that is accepted or asked for, up to the limit", async () => {
    const json = await server.ask({ sql, limit: 2 }, { headers: { accept: "application/json" } });
    expect(await json.json()).toMatchObject({
      rows: [
        { id: 1, line: "cmd.exe /c echo 1", nothing: null },
        { id: 2, line: "cmd.exe /c echo 2" },
      ],
      statistics: { rows: 2, limited: true },
    });
    const csv = await server.ask({ sql, format: "csv", limit: 1 });
    expect(csv.headers.get("content-disposition")).toContain("hunt.csv");
    expect(await csv.text()).toBe("id,line,nothing\r\n1,cmd.exe /c echo 1,\r\n");
    expect(
      await (await server.ask({ sql: "SELECT 1 AS x WHERE FALSE", format: "json" })).json(),
    ).toMatchObject({ columns: [{ name: "x" }], rows: [] });
  });

  test("is a Parquet file", async () => {
    const response = await server.ask({ sql, format: "parquet" });
    expect(response.headers.get("content-disposition")).toContain("hunt.parquet");
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(Number(response.headers.get("content-length")));
    expect([bytes.toString("latin1", 0, 4), bytes.toString("latin1", bytes.length - 4)]).toEqual([
      "PAR1",
      "PAR1",
    ]);
  });

  test("keeps every digit", async () => {
    const response = await server.ask({ sql: "SELECT 12345678901234567890123 AS big, 1.50 AS price" });
    expect((await response.text()).split("\n")[1]).toBe("[12345678901234567890123,1.50]");
  });

  test("has the statement's errors at their place, before a row is sent", async () => {
    const response = await server.ask({ sql: "SELECT 1,\n proces_name FROM sysmon" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "HUNT_UNKNOWN_COLUMN",
      hint: "did you mean 'process_name'?",
      place: { line: 2, column: 2, length: 11 },
    });
    const dialect = await server.ask({
      sql: "SELECT `process_id` FROM sysmon WHERE x RLIKE 'a'",
      dialect: "spark",
    });
    expect(await dialect.json()).toMatchObject({ code: "HUNT_UNKNOWN_COLUMN" });
    const bad = await server.ask({ sql: "SELECT 1", limit: 0 });
    expect([bad.status, ((await bad.json()) as { detail: string }).detail]).toEqual([
      400,
      expect.stringContaining("limit"),
    ]);
  });

  test("that fails in its midst says so in its last line, and breaks off where it cannot", async () => {
    const failing =
      "SELECT repeat('x', 2000), CASE WHEN range < 20000 THEN 1 ELSE CAST('x' || range AS INTEGER) END FROM range(40000)";
    const lines = (await (await server.ask({ sql: failing })).text()).trimEnd().split("\n");
    const last = JSON.parse(lines.at(-1)!) as {
      readonly error?: { readonly code: string };
      readonly code?: string;
    };
    expect(last.error?.code ?? last.code).toBe("HUNT_CONVERSION");
    const csv = server.ask({ sql: failing, format: "csv" }).then(async (response) => {
      const text = await response.text();
      if (!response.ok) throw new Error(text);
    });
    await expect(csv).rejects.toThrow();
  });
});

async function running(): Promise<HuntsResponse["hunts"]> {
  return ((await (await fetch(`${server.url}/hunt`)).json()) as HuntsResponse).hunts;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}

describe("a running hunt", () => {
  test("is seen, and ended by its id", async () => {
    const answer = server.ask({ sql: ENDLESS, id: "mine" });
    await until(async () => (await running()).some(({ state }) => state === "running"));
    expect(await (await fetch(`${server.url}/hunt/mine`)).json()).toMatchObject({ id: "mine", sql: ENDLESS });
    expect((await server.ask({ sql: "SELECT 1", id: "mine" })).status).toBe(409);
    const ended = await fetch(`${server.url}/hunt/mine`, { method: "DELETE" });
    expect(await ended.json()).toEqual({ ended: "mine" });
    expect(await (await answer).json()).toMatchObject({ code: "HUNT_CANCELLED" });
    expect(await running()).toEqual([]);
    for (const method of ["GET", "DELETE"])
      expect((await fetch(`${server.url}/hunt/mine`, { method })).status).toBe(404);
  });

  test("ends with the client's connection", async () => {
    const { response, leave } = server.open({ sql: ENDLESS });
    await until(async () => (await running()).some(({ state }) => state === "running"));
    leave();
    await expect(response).rejects.toThrow("left");
    await until(async () => (await running()).length === 0);
  });

  test("tells how far it is, where that is asked for", async () => {
    const { response, leave } = server.open({ sql: ENDLESS, progress: true });
    const [piece] = (await once(await response, "data")) as [Buffer];
    const line = JSON.parse(piece.toString().split("\n")[0]!) as HuntLine;
    expect(line).toMatchObject({ progress: { sql: ENDLESS, rows: 0 } });
    leave();
    await until(async () => (await running()).length === 0);
  });

  test("is held back by a reader that does not read, and holds little for it", async () => {
    const { response, leave } = server.open({
      sql: "SELECT repeat('x', 1000) AS text, range FROM range(20000000)",
    });
    await once(await response, "readable");
    await until(async () => (await running())[0]!.elapsedMs > 600);
    const [hunt] = await running();
    // 20 GB are on offer; what was made of it is what buffers of sockets and streams hold.
    expect(hunt!.rows).toBeLessThan(100_000);
    leave();
    await until(async () => (await running()).length === 0);
    expect(readdirSync(join(server.folder, "data", "hunts", "statements"))).toEqual([]);
  });
});

describe("limits", () => {
  test("of time and of hunts at a time are told", async () => {
    const small = await fakeHuntServer({
      "spoor.hunt.statements.max": "1",
      "spoor.hunt.memory": "256MB",
      "spoor.hunt.timeout.ms": "1500",
    });
    try {
      const first = small.ask({ sql: ENDLESS });
      while (((await (await fetch(`${small.url}/hunt`)).json()) as HuntsResponse).hunts.length === 0);
      const second = await small.ask({ sql: "SELECT 1" });
      expect([second.status, await second.json()]).toMatchObject([429, { code: "HUNT_TOO_MANY" }]);
      expect(await (await first).json()).toMatchObject({
        code: "HUNT_TIMED_OUT",
        message: "the hunt took longer than 1.5 s",
      });
      expect(await small.rows("SELECT 1")).toEqual([[1]]);
    } finally {
      await small.close();
    }
  });

  test("of memory are told, and the next hunt is answered", async () => {
    const large = "SELECT list(range || repeat('x', 1000)) FROM range(2000000)";
    expect(await server.refusal(large)).toBe("HUNT_MEMORY");
    expect(await server.rows("SELECT 1")).toEqual([[1]]);
  });

  test("that cannot be stop the start", async () => {
    await expect(fakeHuntServer({ "spoor.hunt.memory": "100MB" })).rejects.toMatchObject({
      code: "HUNT_BAD_SETTING",
    });
    await expect(fakeHuntServer({ "spoor.hunt.threads": "0" })).rejects.toMatchObject({
      code: "HUNT_BAD_SETTING",
    });
  });

  test("of access are those of every route", async () => {
    const page = { headers: { origin: "http://evil.example" } };
    expect((await server.ask({ sql: "SELECT 1" }, page)).status).toBe(403);
    const users = join(server.folder, "users");
    writeFileSync(users, "ann: secret\n");
    const guarded = await fakeHuntServer({
      "authentication.method": "BASIC",
      "spoor.authentication.users": users,
      "access.control.allow.origin": "http://page.example",
    });
    try {
      const { url } = guarded;
      for (const path of ["/hunt", "/hunt/tables", "/hunt/x"])
        expect((await fetch(url + path)).status).toBe(401);
      expect((await guarded.ask({ sql: "SELECT 1" })).status).toBe(401);
      const authorization = `Basic ${Buffer.from("ann:secret").toString("base64")}`;
      const headers = { authorization, origin: "http://page.example" };
      const response = await guarded.ask({ sql: "SELECT 1" }, { headers });
      expect(response.status).toBe(200);
      expect(response.headers.get("access-control-allow-origin")).toBe("http://page.example");
    } finally {
      await guarded.close();
    }
  });
});

describe("a statement that would do more than ask is refused", () => {
  test.each([
    ["COPY (SELECT 1) TO '/tmp/out.csv'", "HUNT_NOT_A_QUESTION"],
    ["COPY winlogbeat FROM '/etc/passwd'", "HUNT_NOT_A_QUESTION"],
    ["ATTACH '/tmp/x.db'", "HUNT_NOT_A_QUESTION"],
    ["PRAGMA database_list", "HUNT_NOT_A_QUESTION"],
    ["SET memory_limit = '100GB'", "HUNT_NOT_A_QUESTION"],
    ["INSTALL httpfs", "HUNT_NOT_A_QUESTION"],
    ["CREATE TABLE t AS SELECT 1", "HUNT_NOT_A_QUESTION"],
    ["DROP VIEW sysmon", "HUNT_NOT_A_QUESTION"],
    ["SELECT 1; SELECT 2", "HUNT_NOT_A_QUESTION"],
    ["SELECT 1; COPY (SELECT 1) TO '/tmp/out.csv'", "HUNT_NOT_A_QUESTION"],
    ["", "SERVER_BAD_REQUEST"],
    [";", "HUNT_NOT_A_QUESTION"],
    ["SELECT * FROM read_csv('/etc/passwd')", "HUNT_FUNCTION_FORBIDDEN"],
    ["SELECT * FROM read_text('/etc/passwd')", "HUNT_FUNCTION_FORBIDDEN"],
    ["SELECT * FROM glob('/*')", "HUNT_FUNCTION_FORBIDDEN"],
    ["SELECT getenv('HOME')", "HUNT_FUNCTION_FORBIDDEN"],
    ["SELECT * FROM duckdb_settings()", "HUNT_FUNCTION_FORBIDDEN"],
    ["WITH x AS (SELECT * FROM parquet_scan('/tmp/*')) FROM x", "HUNT_FUNCTION_FORBIDDEN"],
    ["SELECT * FROM '/etc/passwd'", "HUNT_UNKNOWN_TABLE"],
    ["SELECT * FROM 'x.parquet'", "HUNT_UNKNOWN_TABLE"],
    ["SELECT * FROM information_schema.tables", "HUNT_UNKNOWN_TABLE"],
    ["SELECT * FROM events('/etc/passwd')", "HUNT_FILE_FORBIDDEN"],
    ["SELECT * FROM events('/no/such/file')", "HUNT_FILE_FORBIDDEN"],
    ["SELECT * FROM events('../../../../etc/*')", "HUNT_FILE_FORBIDDEN"],
    ["SELECT * FROM events('-')", "HUNT_FILE_FORBIDDEN"],
    ["SELECT * FROM topic('winlogbeat'' UNION SELECT 1')", "HUNT_UNKNOWN_TABLE"],
    ["SELECT * FROM topic('../../../etc/passwd')", "HUNT_UNKNOWN_TABLE"],
    ["SELECT * FROM topic('_confluent-ksql-default__command_topic')", "HUNT_UNKNOWN_TABLE"],
    ["SELECT * FROM topic(getenv('HOME'))", "HUNT_FUNCTION_FORBIDDEN"],
    ["SELECT * FROM topic('winlogbeat', 'x')", "HUNT_EVENTS_CALL"],
    ["SELECT * FROM topic('winlogbea')", "HUNT_UNKNOWN_TABLE"],
    ['SELECT * FROM topics."winlogbeat"" UNION SELECT 1 --"', "HUNT_UNKNOWN_TABLE"],
    ['SELECT * FROM "rows of call 1"', "HUNT_UNKNOWN_TABLE"],
  ])("%s", async (sql, code) => {
    expect(await server.refusal(sql)).toBe(code);
    expect(existsSync("/tmp/out.csv")).toBe(false);
  });

  test("also where topics have odd names", async () => {
    const odd = ["a.b-c_d", "select", "events", "lake.Process", "1"];
    for (const name of odd) await server.ingest(name, [{ n: name }]);
    for (const name of odd) {
      expect(await server.rows(`SELECT n FROM topics."${name}"`), name).toEqual([[name]]);
      expect(await server.rows(`SELECT _value FROM topic('${name}')`), name).toEqual([[`{"n":"${name}"}`]]);
    }
    expect(await server.rows("SELECT count(*) FROM events")).toEqual([[3]]);
  });
});

test("event files are read below the folders that the server allows, and nowhere else", async () => {
  const folder = join(server.folder, "cases");
  mkdirSync(folder);
  writeFileSync(join(folder, "a.json"), `${JSON.stringify(processEvent(7))}\n`);
  writeFileSync(join(server.folder, "b.json"), `${JSON.stringify(processEvent(8))}\n`);
  const allowing = await fakeHuntServer({ "spoor.hunt.folders": folder });
  try {
    expect(await allowing.rows("SELECT process_id FROM events('a.json')")).toEqual([[7]]);
    expect(await allowing.rows(`SELECT process_id FROM events('${folder}/*.json')`)).toEqual([[7]]);
    for (const path of ["../b.json", `${server.folder}/b.json`, "{x,../b}.json", `${folder}-else/x`, "/"])
      expect(await allowing.refusal(`SELECT * FROM events('${path}')`), path).toBe("HUNT_FILE_FORBIDDEN");
  } finally {
    await allowing.close();
  }
});

test("the tables are listed, with the columns of those that are declared", async () => {
  const { tables } = (await (await fetch(`${server.url}/hunt/tables`)).json()) as HuntTablesResponse;
  const names = tables.map(({ name }) => name);
  expect(names).toContain("winlogbeat");
  expect(names).toContain("sysmon");
  expect(tables.find(({ name }) => name === "KSQL_PROCESSING_LOG")?.columns).toContainEqual({
    name: "LEVEL",
    type: "VARCHAR",
  });
  expect(names.some((name) => name.startsWith("_"))).toBe(false);
});
