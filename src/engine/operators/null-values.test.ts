/** Records without a value in a stream: ksqlDB hands them on where nothing has to look into the value. */
import { describe, expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const SOURCE =
  "CREATE STREAM S (K STRING KEY, A STRING, B INTEGER) WITH (kafka_topic='s', value_format='JSON');";
const TABLE = "CREATE TABLE T (K STRING PRIMARY KEY, C STRING) WITH (kafka_topic='t', value_format='JSON');";

describe("handed on", () => {
  test("a projection computes nothing but the key", () => {
    const query = new QueryHarness(`${SOURCE} CREATE STREAM P AS SELECT K, 10 / B AS Q FROM S;`);
    query.push("s", "k", null, 1).push("s", null, null, 2);
    expect(query.take()).toEqual(["- K=k @1", "- K=null @2"]);
    expect(query.failures).toEqual([]);
    expect(query.counters.dropped()).toEqual({});
  });

  test("PARTITION BY takes from the old key what it can; what reads the value is NULL", () => {
    const query = new QueryHarness(
      `${SOURCE} CREATE STREAM P WITH (key_format='JSON') AS SELECT * FROM S PARTITION BY UCASE(K), (A IS NULL), 7, A;`,
    );
    expect(query.push("s", "k", null, 1).take()).toEqual([
      "- KSQL_COL_0=K KSQL_COL_1=null KSQL_COL_2=7 A=null @1",
    ]);
  });

  test("at the record's own time, whatever column the source's time comes from", () => {
    const query = new QueryHarness(
      "CREATE STREAM S (K STRING KEY, T BIGINT) WITH (kafka_topic='s', value_format='JSON', timestamp='T');" +
        "CREATE STREAM P AS SELECT * FROM S;",
    );
    expect(query.push("s", "k", null, 5).take()).toEqual(["- K=k @5"]);
  });
});

describe("kept out and counted", () => {
  test.each([
    ["WHERE", `${SOURCE} CREATE STREAM P AS SELECT * FROM S WHERE B IS NULL;`],
    [
      "WHERE behind PARTITION BY",
      `${SOURCE} CREATE STREAM P AS SELECT * FROM S WHERE A IS NULL PARTITION BY A;`,
    ],
    ["a table function", `${SOURCE} CREATE STREAM P AS SELECT K, EXPLODE(ARRAY[1, 2]) AS E FROM S;`],
    ["GROUP BY", `${SOURCE} CREATE TABLE P AS SELECT K, COUNT(*) AS N FROM S GROUP BY K;`],
    [
      "a windowed GROUP BY",
      `${SOURCE} CREATE TABLE P AS SELECT K, COUNT(*) AS N FROM S WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY K;`,
    ],
    [
      "a session",
      `${SOURCE} CREATE TABLE P AS SELECT K, COUNT(*) AS N FROM S WINDOW SESSION (1 SECOND) GROUP BY K;`,
    ],
    [
      "a join with a table",
      `${SOURCE} ${TABLE} CREATE STREAM P AS SELECT S.K, C FROM S LEFT JOIN T ON S.K = T.K;`,
    ],
    [
      "a re-keyed join with a table",
      `${SOURCE} ${TABLE} CREATE STREAM P AS SELECT S.A, C FROM S LEFT JOIN T ON S.A = T.K;`,
    ],
    [
      "a join of streams",
      `${SOURCE} CREATE STREAM R (K STRING KEY, C STRING) WITH (kafka_topic='r', value_format='JSON');` +
        "CREATE STREAM P AS SELECT S.K, C FROM S LEFT JOIN R WITHIN 1 SECOND ON S.K = R.K;",
    ],
  ])("%s", (_name, statements) => {
    const query = new QueryHarness(statements);
    expect(query.push("s", "k", null, 1).take()).toEqual([]);
    expect(query.counters.dropped()).toEqual({ "null-value": 1 });
  });
});
