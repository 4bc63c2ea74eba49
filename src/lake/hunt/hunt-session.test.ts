import { afterEach, describe, expect, test } from "vitest";
import { fakeLake, numbers, NUMBERS } from "../fake-lake.ts";
import { folderLocation } from "../store/lake-location.ts";
import { fakeHunt, sysmonEvent } from "./fake-hunt.ts";
import type { FakeHunt } from "./fake-hunt.ts";

let hunt: FakeHunt | undefined;

afterEach(async () => {
  await hunt?.close();
  hunt = undefined;
});

describe("Spark's hunts over what their columns hold", () => {
  const events = [
    sysmonEvent(13, { Details: "DWORD (0x1)", DestPort: "5985", ProcessId: "972" }),
    sysmonEvent(13, { Details: "1", DestPort: "x", ProcessId: "12", PipeName: "\\PSHost.1" }),
  ];

  test.each([
    [
      "texts beside numbers are read as numbers, or are null",
      "SELECT Details FROM t WHERE Details = 1",
      [["1"]],
    ],
    ["so in a list", "SELECT Details FROM t WHERE DestPort IN (5985, 5986)", [["DWORD (0x1)"]]],
    ["so in a range", "SELECT Details FROM t WHERE ProcessId BETWEEN 900 AND 1000", [["DWORD (0x1)"]]],
    [
      "so through an alias and a subquery",
      "SELECT a.d FROM (SELECT Details d, DestPort FROM t) a WHERE a.DestPort > 1.5",
      [["DWORD (0x1)"]],
    ],
    [
      "numbers are written where texts are asked for",
      'SELECT count(*) FROM t WHERE event_id LIKE "1%" AND lower(event_id) = "13"',
      [["2"]],
    ],
    [
      "columns of two types are joined",
      "SELECT count(*) FROM t a JOIN t b ON a.ProcessId = b.event_id - 1",
      [["2"]],
    ],
    [
      "a backslash in a pattern",
      String.raw`SELECT count(*) FROM t WHERE lower(PipeName) LIKE "\\\\pshost%"`,
      [["1"]],
    ],
    [
      "a pattern anywhere in a text",
      String.raw`SELECT count(*) FROM t WHERE Details RLIKE "\\(0x[0-9]"`,
      [["1"]],
    ],
    [
      "hexadecimal numbers and arrays from 0",
      "SELECT split('0x3cc', '0x')[1] = LOWER(hex(CAST(ProcessId AS INT))) FROM t",
      [[true], [false]],
    ],
    ["the payload by its path", "SELECT x.event_data.Details FROM t x WHERE event_data.Details = 1", [["1"]]],
    ["the channel by its old name", "SELECT DISTINCT log_name = channel FROM t -- all", [[true]]],
    ["nulls come first", "SELECT PipeName IS NULL FROM t ORDER BY PipeName", [[true], [false]]],
  ])("%s", async (_what, sql, rows) => {
    hunt = await fakeHunt({ "a.json": events }, { dialect: "spark", sourceView: "t" });
    expect(await hunt.ask(sql)).toEqual(rows);
  });

  test("a column that no event has is null, and told once", async () => {
    hunt = await fakeHunt({ "a.json": events }, { dialect: "spark", sourceView: "t" });
    expect(await hunt.ask("SELECT x.`no such` FROM t x WHERE NOT Other = 'a' OR true LIMIT 1")).toEqual([
      [null],
    ]);
    await hunt.ask("SELECT `no such` FROM t");
    expect(hunt.notes).toEqual([
      "no event has 'Other': the column is NULL",
      "no event has 'no such': the column is NULL",
    ]);
  });

  test("errors stand at their place in the hunter's own text", async () => {
    hunt = await fakeHunt({ "a.json": events }, { dialect: "spark", sourceView: "t" });
    await expect(hunt.ask("SELECT `@timestamp`, foo(1) FROM t")).rejects.toMatchObject({
      code: "HUNT_UNKNOWN_FUNCTION",
      place: { span: { start: 21, end: 24 } },
    });
    await expect(hunt.ask("SELECT 'é' RLIKE 'x' FRM t WHERE")).rejects.toMatchObject({
      code: "HUNT_SYNTAX",
      place: { span: { start: 25, line: 1 } },
    });
  });

  test("a result that was given a name is a table", async () => {
    hunt = await fakeHunt({ "a.json": events }, { dialect: "spark", sourceView: "t" });
    await hunt.session.nameResult(
      "saved",
      await hunt.session.prepare({ text: "SELECT Details AS d FROM t -- all" }),
    );
    expect(await hunt.ask("SELECT count(d) FROM saved")).toEqual([["2"]]);
  });
});

describe("a lake's tables", () => {
  test("are views of their newest snapshot, read only where a row may be", async () => {
    const lake = await fakeLake();
    const table = await lake.create(NUMBERS, "silver/Numbers");
    await table.append(numbers(1, 10, "a"));
    await table.append(numbers(11, 20, "b"));
    await lake.create(NUMBERS, "gold/Numbers");
    hunt = await fakeHunt({}, { lakes: [folderLocation(lake.folder)] });
    expect(
      await hunt.ask("SELECT count(*), sum(n) FROM lake.silver_Numbers WHERE p = 'b' AND n >= 15"),
    ).toEqual([["6", "105"]]);
    expect(await hunt.ask("SELECT count(*) FROM gold_numbers, silver_Numbers")).toEqual([["0"]]);
    const plan = async (sql: string): Promise<string> => JSON.stringify(await hunt!.ask(`EXPLAIN ${sql}`));
    const one = scansIn(await plan("SELECT * FROM silver_Numbers x WHERE x.n = 3"));
    const all = scansIn(await plan("SELECT * FROM silver_Numbers x WHERE x.n % 2 = 3"));
    expect(one).toBeLessThan(all);
    expect(
      await hunt.ask(
        "SELECT x.n, y.n FROM silver_Numbers x JOIN silver_Numbers y ON y.n = x.n + 10 WHERE x.n = 3",
      ),
    ).toEqual([["3", "13"]]);
    await expect(hunt.ask("SELECT * FROM read_parquet('x')")).rejects.toMatchObject({
      code: "HUNT_FUNCTION_FORBIDDEN",
    });
    await expect(hunt.ask("SELECT * FROM Numberz")).rejects.toMatchObject({ code: "HUNT_UNKNOWN_TABLE" });
    await lake.close();
  });

  test("a folder without tables is told", async () => {
    await expect(fakeHunt({}, { lakes: [folderLocation("/none")] })).rejects.toMatchObject({
      code: "HUNT_NO_LAKE",
    });
  });
});

describe("limits", () => {
  test("more than the memory goes to the private folder, which is gone in the end", async () => {
    hunt = await fakeHunt({});
    const sql =
      "SELECT count(DISTINCT t) FROM (SELECT repeat(md5(i::VARCHAR), 10) AS t FROM range(1500000) r(i))";
    expect(await hunt.ask(sql)).toEqual([["1500000"]]);
    expect(hunt.temporaries()).toHaveLength(1);
    await hunt.session.close();
    expect(hunt.temporaries()).toEqual([]);
  });

  test("what cannot be held is an error, and the next question is answered", async () => {
    hunt = await fakeHunt({});
    const large = "SELECT len(list(repeat(md5(i::VARCHAR), 30))) AS n FROM range(900000) r(i)";
    await expect(hunt.ask(large)).rejects.toMatchObject({ code: "HUNT_MEMORY" });
    expect(await hunt.ask("SELECT 1")).toEqual([[1]]);
  });

  test("a running question is ended, and the next one is answered", async () => {
    hunt = await fakeHunt({});
    const { session } = hunt;
    const running = hunt.ask("SELECT count(*) FROM range(100000000000) a, range(100) b");
    const ended = expect(running).rejects.toMatchObject({ code: "HUNT_CANCELLED" });
    const timer = setInterval(() => session.interrupt(), 20);
    await ended;
    clearInterval(timer);
    expect(await hunt.ask("SELECT 1")).toEqual([[1]]);
  });

  test("the reading of events is ended", async () => {
    let stopped = true;
    hunt = await fakeHunt({ "a.json": [sysmonEvent(1, {})] }, { isStopped: () => stopped });
    await expect(hunt.ask("SELECT count(*) FROM events")).rejects.toMatchObject({ code: "HUNT_CANCELLED" });
    stopped = false;
    expect(await hunt.ask("SELECT count(*) FROM events")).toEqual([["1"]]);
  });
});

test.each([
  ["SELECT CAST(Image AS INTEGER) FROM source_events", "HUNT_CONVERSION"],
  ["SELECT lower(1, 2)", "HUNT_UNKNOWN_FUNCTION"],
  ["SELECT Image, count(*) FROM source_events", "HUNT_STATEMENT_REFUSED"],
  ["SELECT * FROM evnts", "HUNT_UNKNOWN_TABLE"],
  ["SELEC 1", "HUNT_SYNTAX"],
  ["", "HUNT_NOT_A_QUESTION"],
])("the database's words in our form: %s", async (sql, code) => {
  hunt = await fakeHunt({ "a.json": [sysmonEvent(1, { Image: "a.exe" })] });
  await expect(hunt.ask(sql)).rejects.toMatchObject({ code });
});

/** How many Parquet scans, and notes of the files they read, a plan has. */
function scansIn(plan: string): number {
  return (plan.match(/READ_PARQUET|Total Files Read: \d+/gi) ?? []).length;
}

test("an answer that fails after its first rows is no whole answer", async () => {
  hunt = await fakeHunt({});
  const sql =
    "SELECT CASE WHEN range < 3000000 THEN 1 ELSE CAST('x' || range AS INTEGER) END FROM range(4000000)";
  let rows = 0;
  const { blocks } = await (await hunt.session.prepare({ text: sql })).run();
  const reading = (async () => {
    for await (const block of blocks) rows += block.length;
  })();
  await expect(reading).rejects.toMatchObject({ code: "HUNT_CONVERSION" });
  expect(rows).toBeGreaterThan(0);
  const endless = await (await hunt.session.prepare({ text: "FROM range(3000000000)" })).run();
  const interrupted = (async () => {
    for await (const block of endless.blocks) if (block.length > 0) hunt.session.interrupt();
  })();
  await expect(interrupted).rejects.toMatchObject({ code: "HUNT_CANCELLED" });
  expect(await hunt.ask("SELECT 1")).toEqual([[1]]);
});

test("Spark's LATERAL VIEW gives a row for each element", async () => {
  hunt = await fakeHunt(
    {
      "a.json": [
        { EventID: 1, n: 1, list: "p,q" },
        { EventID: 2, n: 2 },
      ],
    },
    { dialect: "spark", sourceView: "t" },
  );
  const explode = "explode(split(list, ',')) v AS each";
  expect(await hunt.ask(`SELECT n, each FROM t LATERAL VIEW ${explode} ORDER BY each`)).toEqual([
    ["1", "p"],
    ["1", "q"],
  ]);
  expect(await hunt.ask(`SELECT n, v.each FROM t LATERAL VIEW OUTER ${explode} WHERE n = 2`)).toEqual([
    ["2", null],
  ]);
});
