/** Topics, streams, tables and lakes of a running server, as hunts name them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HuntTablesResponse } from "../api/hunt-answers.ts";
import { fakeHuntServer, processEvent } from "./fake-hunt-server.ts";
import type { FakeHuntServer } from "./fake-hunt-server.ts";

let server: FakeHuntServer;
beforeAll(async () => {
  server = await fakeHuntServer();
});
afterAll(() => server.close());

describe("a topic is a table", () => {
  test("of events in OSSEM's words, by its name, its full name, and in the views of logs and kinds", async () => {
    await server.ingest("winlogbeat", [processEvent(1), processEvent(2), { no: "event" }, "no JSON", "[1]"]);
    for (const table of ["winlogbeat", "topics.winlogbeat", "sysmon", "Process", "events"]) {
      const sql = `SELECT process_id, process_name, _offset FROM ${table} WHERE event_id = 1 ORDER BY ALL`;
      expect(await server.rows(sql), table).toEqual([
        [1, "cmd.exe", 0],
        [2, "cmd.exe", 1],
      ]);
    }
    const rest = "SELECT _value, _partition FROM winlogbeat WHERE event_id IS NULL ORDER BY _offset";
    expect(await server.rows(rest)).toEqual([
      ['{"no":"event"}', 0],
      ["no JSON", 0],
      ["[1]", 0],
    ]);
    const own = "SELECT CommandLine FROM source_events WHERE channel LIKE '%Sysmon%' ORDER BY ProcessId";
    expect(await server.rows(own)).toEqual([["cmd.exe /c echo 1"], ["cmd.exe /c echo 2"]]);
    expect(
      await server.rows("SELECT count(*) FROM mordorTable", { view: "mordorTable", dialect: "spark" }),
    ).toEqual([[5]]);
  });

  test("of records as they are, of documents by their members", async () => {
    await server.ingest("notes", [
      { a: 1, b: { c: "x" }, _key: "own", _offset: 7 },
      { a: 2.5, d: ["p", "q"] },
      '{"a": 3, "a": 4}',
      "plain text",
    ]);
    expect(await server.rows("SELECT _value FROM topic('notes') ORDER BY _offset LIMIT 1")).toEqual([
      ['{"a":1,"b":{"c":"x"},"_key":"own","_offset":7}'],
    ]);
    const sql =
      "SELECT a, b.c, document_key, document_offset, _key, _offset, d, _value FROM notes ORDER BY _offset";
    expect(await server.rows(sql)).toEqual([
      [1, "x", "own", 7, null, 0, null, null],
      [2.5, null, null, null, null, 1, ["p", "q"], null],
      [4, null, null, null, null, 2, null, null],
      [null, null, null, null, null, 3, null, "plain text"],
    ]);
  });

  test("that grows while it is asked, also by columns of other types", async () => {
    await server.ingest("growing", [{ n: 1 }]);
    expect(await server.rows("SELECT n FROM growing")).toEqual([[1]]);
    await server.ingest("growing", [{ n: 2, more: "x" }]);
    expect(await server.rows("SELECT n, more FROM growing ORDER BY n")).toEqual([
      [1, null],
      [2, "x"],
    ]);
    await server.ingest("growing", [{ n: { deep: 3 } }, { n: "four" }]);
    expect(await server.rows("SELECT CAST(n AS VARCHAR) FROM growing ORDER BY _offset")).toEqual([
      ["1"],
      ["2"],
      ['{"deep":3}'],
      ['"four"'],
    ]);
    for (let i = 0; i < 12; i++) {
      await server.ingest("growing", [{ n: i }]);
      expect(await server.rows("SELECT count(*) FROM topics.growing")).toEqual([[5 + i]]);
    }
    const twice = await Promise.all(
      ["n", "more"].map((column) => server.rows(`SELECT ${column} FROM growing`)),
    );
    expect(twice.map((rows) => rows.length)).toEqual([16, 16]);
  });

  test("that is deleted and made again has nothing of the old one", async () => {
    await server.ingest("again", [{ n: 1 }]);
    expect(await server.rows("SELECT n FROM again")).toEqual([[1]]);
    await fetch(`${server.url}/spoor/v1/topics/again`, { method: "DELETE" });
    expect(await server.refusal("SELECT n FROM again")).toBe("HUNT_UNKNOWN_TABLE");
    await server.ingest("again", [{ m: "x" }]);
    expect(await server.rows("SELECT m, _offset FROM again")).toEqual([["x", 0]]);
    expect(await server.refusal("SELECT n FROM again")).toBe("HUNT_UNKNOWN_COLUMN");
  });

  test("empty, as long as it is", async () => {
    await server.ingest("nothing", []);
    expect(await server.rows("SELECT _key, _value FROM nothing")).toEqual([]);
    await server.ingest("nothing", [processEvent(9)]);
    expect(await server.rows("SELECT process_id FROM nothing")).toEqual([[9]]);
  });

  test("whose oldest records are left out where they are too many, and that is told", async () => {
    const small = await fakeHuntServer({ "spoor.hunt.topic.bytes": "20000" });
    try {
      for (let part = 0; part < 4; part++)
        await small.ingest(
          "long",
          Array.from({ length: 50 }, (_, i) => ({ n: part * 50 + i, text: "x".repeat(180) })),
        );
      const response = await small.ask({ sql: "SELECT max(n), count(*) FROM long", format: "json" });
      const { rows, statistics } = (await response.json()) as {
        readonly rows: readonly [Record<string, number>];
        readonly statistics: { readonly notes: readonly string[] };
      };
      expect(rows[0]["max(n)"]).toBe(199);
      const count = rows[0]["count_star()"]!;
      expect(count).toBeGreaterThan(50);
      expect(count).toBeLessThan(200);
      expect(statistics.notes[0]).toContain(`the oldest ${200 - count} records are left out`);
    } finally {
      await small.close();
    }
  });
});

test("streams have their declared columns, tables the newest row of each key", async () => {
  await server.ingest("readings", [{ ID: "a", V: 1 }, { ID: "b", V: 2 }, { ID: "a", V: 3 }, "broken"]);
  await server.ksql(
    "CREATE STREAM READINGS (ID STRING, V BIGINT) WITH (KAFKA_TOPIC='readings', VALUE_FORMAT='JSON');" +
      "CREATE TABLE TOTALS AS SELECT ID, SUM(V) AS TOTAL, COUNT(*) AS N FROM READINGS GROUP BY ID;",
  );
  const streams = "SELECT ID, V, _decode_error IS NULL FROM streams.READINGS ORDER BY _offset";
  expect(await server.rows(streams)).toEqual([
    ["a", 1, true],
    ["b", 2, true],
    ["a", 3, true],
    [null, null, false],
  ]);
  const totals = "SELECT ID, TOTAL, N FROM totals ORDER BY ID";
  let rows = await server.rows(totals);
  while (rows.length < 2) rows = await server.rows(totals);
  expect(rows).toEqual([
    ["a", 4, 2],
    ["b", 2, 1],
  ]);
  const { tables } = (await (await fetch(`${server.url}/hunt/tables`)).json()) as HuntTablesResponse;
  expect(tables.find(({ name }) => name === "TOTALS")?.columns?.slice(0, 3)).toEqual([
    { name: "ID", type: "VARCHAR" },
    { name: "TOTAL", type: "BIGINT" },
    { name: "N", type: "BIGINT" },
  ]);
});

test("the tables of a lake are those that its connector has written, and no other folder's", async () => {
  const lake = join(server.folder, "lake");
  await server.ingest("sensors", [processEvent(5)]);
  await server.ksql(
    `CREATE SINK CONNECTOR TO_LAKE WITH ('connector.class'='delta', 'topics'='sensors', 'lake'='${lake}', 'commit.interval.ms'='100');`,
  );
  while (!existsSync(join(lake, "silver", "Process", "_delta_log", "00000000000000000001.json")))
    await new Promise((resolve) => setTimeout(resolve, 50));
  const sql = "SELECT process_id FROM lake.Process WHERE process_id = 5";
  const response = await server.ask({ sql, format: "json" });
  expect(await response.json()).toMatchObject({
    rows: [{ process_id: 5 }],
    statistics: { files: [{ table: "Process", files: 1, of: 1 }] },
  });
  const none = await server.ask({
    sql: "SELECT * FROM lake.Process WHERE _event_date = DATE '1999-12-31'",
    format: "json",
  });
  expect(await none.json()).toMatchObject({ rows: [], statistics: { files: [{ files: 0, of: 1 }] } });
});
