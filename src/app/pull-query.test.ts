/** Pull queries through the whole app: which rows, in which order, and how they are handed on. */
import { describe, expect, test } from "vitest";
import { appFixture, query, run } from "./testing/app-fixture.ts";
import type { AppFixture } from "./testing/app-fixture.ts";

const KSQLDB = { "ksql.dialect": "ksqldb" };

async function pulled(app: AppFixture, text: string): Promise<unknown[]> {
  return (await query(app, text, KSQLDB)).rows;
}

async function insert(app: AppFixture, rows: readonly (readonly [string, number | null])[]): Promise<void> {
  const values = rows.map(([k, v]) => `INSERT INTO S (K, V) VALUES ('${k}', ${v});`);
  await run(app, values.join("\n"));
  await app.engine.drain();
}

async function counted(partitions: number): Promise<AppFixture> {
  const app = appFixture();
  await run(
    app,
    `CREATE STREAM S (K STRING KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=${partitions});
     CREATE TABLE T AS SELECT K, SUM(V) AS TOTAL FROM S GROUP BY K HAVING SUM(V) > 0;`,
  );
  return app;
}

describe("a pull query of a table", () => {
  test("gives the latest row of each key in the order of the keys, and none of what was deleted", async () => {
    const app = await counted(1);
    await insert(app, [
      ["b", 1],
      ["c", 2],
      ["a", 3],
      ["b", 4],
      ["c", -2],
    ]);
    expect(await pulled(app, "SELECT * FROM T;")).toEqual([
      ["a", 3],
      ["b", 5],
    ]);
    expect(await pulled(app, "SELECT TOTAL FROM T LIMIT 1;")).toEqual([[3]]);
    expect(await pulled(app, "SELECT * FROM T LIMIT 0;")).toEqual([]);
    await insert(app, [
      ["a", 1],
      ["A", 1],
    ]);
    expect(await pulled(app, "SELECT * FROM T WHERE TOTAL < 5;")).toEqual([
      ["A", 1],
      ["a", 4],
    ]);
  });

  test("looks keys up in whatever partition they are", async () => {
    const app = await counted(4);
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
    await insert(
      app,
      keys.map((key, i) => [key, i + 1]),
    );
    for (const [i, key] of keys.entries()) {
      expect(await pulled(app, `SELECT * FROM T WHERE K = '${key}';`)).toEqual([[key, i + 1]]);
    }
    const some = await pulled(app, "SELECT * FROM T WHERE K IN ('k7', 'k3', 'nobody', 'k7');");
    expect(some).toHaveLength(2);
    expect(await pulled(app, "SELECT * FROM T WHERE K = 'k1' AND TOTAL > 100;")).toEqual([]);
    expect(await pulled(app, "SELECT * FROM T;")).toHaveLength(40);
  });

  test("knows a topic that was deleted and made again", async () => {
    const app = await counted(1);
    await insert(app, [["a", 1]]);
    expect(await pulled(app, "SELECT * FROM T;")).toEqual([["a", 1]]);
    await run(app, "DROP TABLE T DELETE TOPIC; CREATE TABLE T AS SELECT K, COUNT(*) AS N FROM S GROUP BY K;");
    await app.engine.drain();
    expect(await pulled(app, "SELECT * FROM T WHERE K = 'a';")).toEqual([["a", 1]]);
  });

  test("finds windows by key and bounds", async () => {
    const app = appFixture();
    await run(
      app,
      `CREATE STREAM S (K STRING KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=3);
       CREATE TABLE W AS SELECT K, COUNT(*) AS N FROM S WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY K;
       INSERT INTO S (ROWTIME, K, V) VALUES (1500, 'a', 1);
       INSERT INTO S (ROWTIME, K, V) VALUES (2500, 'a', 1);
       INSERT INTO S (ROWTIME, K, V) VALUES (2600, 'a', 1);
       INSERT INTO S (ROWTIME, K, V) VALUES (2600, 'b', 1);`,
    );
    await app.engine.drain();
    expect(await pulled(app, "SELECT * FROM W WHERE K = 'a';")).toEqual([
      ["a", 1000, 2000, 1],
      ["a", 2000, 3000, 2],
    ]);
    expect(await pulled(app, "SELECT N FROM W WHERE K = 'a' AND WINDOWSTART >= 2000;")).toEqual([[2]]);
    // The windows of a key are together, in one partition.
    const partitions = new Set(
      (await pulled(app, "SELECT K, N FROM W;")).map((row) => (row as readonly unknown[])[0]),
    );
    expect(partitions).toEqual(new Set(["a", "b"]));
  });

  test("refuses a number's text in the list of keys", async () => {
    const app = appFixture();
    await run(
      app,
      `CREATE STREAM S (K INT KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE TABLE T AS SELECT K, COUNT(*) AS N FROM S GROUP BY K;`,
    );
    await expect(pulled(app, "SELECT * FROM T WHERE K IN (1, '10');")).rejects.toThrow(
      "'10' can not be converted to the type of the key column: K INTEGER KEY",
    );
  });

  test("counts what it could not use", async () => {
    const app = appFixture();
    await run(
      app,
      "CREATE STREAM S (K STRING KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
    );
    const ingest = app.service.openIngest("s", { format: "value", separator: ":", partition: undefined });
    await ingest.write(Buffer.from('{"V":1}\n{"V":"x"}\n{"V":0}\n'));
    await ingest.finish();
    await pulled(app, "SELECT 10 / V FROM S;");
    const totals = app.context.openQueries.totals().find(({ kind }) => kind === "pull");
    expect(totals).toMatchObject({
      opened: 1,
      open: 0,
      recordsRead: 3,
      rowsGiven: 2,
      dropped: { undecodable: 1, "expression-failed": 1 },
    });
    expect(await app.service.metrics()).toContain(
      'spoor_open_query_records_dropped_total{kind="pull",reason="undecodable"} 1',
    );
  });
});

describe("a push query", () => {
  test("holds a bounded number of rows for a reader that does not read, and loses none", async () => {
    const app = appFixture();
    await run(
      app,
      "CREATE STREAM S (K STRING KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
    );
    const stream = await app.service.openQuery({
      text: "SELECT V FROM S EMIT CHANGES;",
      properties: KSQLDB,
      variables: {},
    });
    const total = 30_000;
    const padding = "x".repeat(200);
    for (let sent = 0; sent < total; sent += 1000) {
      const ingest = app.service.openIngest("s", { format: "value", separator: ":", partition: undefined });
      const lines = Array.from({ length: 1000 }, (_, i) => `{"V":${sent + i},"P":"${padding}"}\n`);
      await ingest.write(Buffer.from(lines.join("")));
      await ingest.finish();
    }
    await app.engine.drain();
    const [open] = app.service.openQueries();
    expect(open?.recordsRead).toBeLessThan(10_000);
    expect(open!.recordsRead + open!.lag).toBe(total);
    let next = 0;
    for await (const batch of stream.rows) {
      for (const row of batch) expect(row.text).toBe(`[${next++}]`);
      if (next === total) break;
    }
    expect(next).toBe(total);
    expect(app.context.openQueries.size).toBe(0);
  });

  test("counts records without a value, and shows the window of a tombstone", async () => {
    const app = appFixture();
    await run(
      app,
      `CREATE STREAM S (K STRING KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE TABLE W AS SELECT K, SUM(V) AS N FROM S WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY K HAVING SUM(V) > 0;
       INSERT INTO S (ROWTIME, K, V) VALUES (1500, 'a', 1);
       INSERT INTO S (ROWTIME, K, V) VALUES (1600, 'a', -1);`,
    );
    await app.engine.drain();
    const { rows } = await query(app, "SELECT K, WINDOWSTART AS W0, N FROM W EMIT CHANGES LIMIT 2;", KSQLDB);
    expect(rows).toEqual([
      ["a", 1000, 1],
      ["a", 1000, null],
    ]);
  });
});
