/** What KSQL 5 gives otherwise than ksqlDB; only in its own dialect. */
import { expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const TABLE = "CREATE TABLE T (ID BIGINT, G STRING) WITH (kafka_topic='t', value_format='JSON', key='ID');";

function ksql5(statements: string): QueryHarness {
  return new QueryHarness(statements, { dialect: "ksql5" });
}

test("a join's result has the time of the record that caused it", () => {
  const query = ksql5(
    "CREATE STREAM L (ID BIGINT, A STRING) WITH (kafka_topic='l', value_format='JSON', key='ID');" +
      "CREATE STREAM R (ID BIGINT, B STRING) WITH (kafka_topic='r', value_format='JSON', key='ID');" +
      "CREATE STREAM J AS SELECT A, B FROM L JOIN R WITHIN 10 SECONDS ON L.ID = R.ID;",
  );
  query.push("l", "1", { ID: 1, A: "a" }, 900).push("r", "1", { ID: 1, B: "b" }, 100);
  expect(query.take()).toEqual([expect.stringMatching(/A=a B=b @100$/)]);
});

test("a table's change leaves its group and comes back in two steps", () => {
  const query = ksql5(`${TABLE} CREATE TABLE C AS SELECT G, COUNT(*) AS N FROM T GROUP BY G;`);
  query.push("t", "1", { ID: 1, G: "x" }, 1).push("t", "1", { ID: 1, G: "x" }, 2);
  expect(query.take().map((row) => / N=\d @\d/.exec(row)?.[0])).toEqual([" N=1 @1", " N=0 @2", " N=1 @2"]);
});

test("every row that HAVING keeps out is a tombstone", () => {
  const query = ksql5(
    `${TABLE} CREATE TABLE C AS SELECT G, COUNT(*) AS N FROM T GROUP BY G HAVING COUNT(*) > 1;`,
  );
  query.push("t", "1", { ID: 1, G: "x" }, 1).push("t", "2", { ID: 2, G: "x" }, 2);
  expect(query.take().map((row) => row[0])).toEqual(["-", "+"]);
});

test("a session that was joined goes at the time of the record that joined it", () => {
  const query = ksql5(
    "CREATE STREAM S (ID BIGINT) WITH (kafka_topic='s', value_format='JSON', key='ID');" +
      "CREATE TABLE C AS SELECT ID, COUNT(*) AS N FROM S WINDOW SESSION (10 SECONDS) GROUP BY ID;",
  );
  query.push("s", "1", { ID: 1 }, 1000).push("s", "1", { ID: 1 }, 5000);
  expect(query.take().map((row) => /@\d+/.exec(row)?.[0])).toEqual(["@1000", "@5000", "@5000"]);
});

test("ABS gives a DOUBLE", () => {
  const query = ksql5(
    "CREATE STREAM S (N BIGINT) WITH (kafka_topic='s', value_format='JSON');" +
      "CREATE STREAM P AS SELECT ABS(N) AS A FROM S;",
  );
  expect(query.push("s", null, { N: -5 }, 1).take()).toEqual([expect.stringContaining("A=5.0")]);
});
