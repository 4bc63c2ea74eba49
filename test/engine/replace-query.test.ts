/** CREATE OR REPLACE while events flow: state and positions go on, the new plan counts from the next record. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RecipeRun } from "../recipe/recipe-run.ts";

const EARLIEST = { "auto.offset.reset": "earliest" };
const SOURCE =
  "CREATE STREAM EVENTS (ID STRING KEY, HOST STRING, N INT) WITH (kafka_topic='events', value_format='JSON', partitions=1);";

async function insert(run: RecipeRun, host: string, n: number): Promise<void> {
  await run.execute(`INSERT INTO EVENTS (ID, HOST, N) VALUES ('${host}', '${host}', ${n});`);
  await run.drain();
}

test("a filter and a projection change between two records; nothing is written twice", async () => {
  await using run = await RecipeRun.open();
  await run.execute(`${SOURCE} CREATE STREAM BIG AS SELECT ID, N FROM EVENTS WHERE N > 5;`, EARLIEST);
  await insert(run, "a", 3);
  await insert(run, "b", 7);
  await run.execute("CREATE OR REPLACE STREAM BIG AS SELECT ID, N, HOST FROM EVENTS WHERE N > 2;", EARLIEST);
  await insert(run, "c", 3);
  expect(run.topic("BIG").rows).toEqual([{ N: 7 }, { N: 3, HOST: "c" }]);
});

test("groups go on counting under another HAVING, also after a restart", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "spoor-replace-"));
  try {
    const run = await RecipeRun.open({ dataDir });
    await run.execute(
      `${SOURCE} CREATE TABLE COUNTS AS SELECT HOST, COUNT(*) AS C FROM EVENTS GROUP BY HOST;`,
      EARLIEST,
    );
    await insert(run, "a", 1);
    await insert(run, "a", 2);
    await run.execute(
      "CREATE OR REPLACE TABLE COUNTS AS SELECT HOST, COUNT(*) AS C FROM EVENTS WHERE N > 2 GROUP BY HOST;",
      EARLIEST,
    );
    await insert(run, "a", 1);
    await insert(run, "a", 3);
    const before = run.topic("COUNTS").rows;
    await run.close();
    await using again = await RecipeRun.open({ dataDir });
    await insert(again, "a", 2);
    await insert(again, "a", 4);
    expect(before).toEqual([{ C: 1 }, { C: 2 }, { C: 3 }]);
    expect(again.topic("COUNTS").rows.slice(before.length)).toEqual([{ C: 4 }]);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test("a paused query stays paused, and goes on where it was with the new plan", async () => {
  await using run = await RecipeRun.open();
  await run.execute(`${SOURCE} CREATE STREAM COPY AS SELECT ID, N FROM EVENTS;`, EARLIEST);
  await insert(run, "a", 1);
  await run.execute("PAUSE ALL;");
  await insert(run, "b", 2);
  await run.execute("CREATE OR REPLACE STREAM COPY AS SELECT ID, N, N * 10 AS M FROM EVENTS;", EARLIEST);
  await run.drain();
  expect(run.topic("COPY").rows).toEqual([{ N: 1 }]);
  await run.execute("RESUME ALL;");
  await run.drain();
  expect(run.topic("COPY").rows).toEqual([{ N: 1 }, { N: 2, M: 20 }]);
});
