import { expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

test("a stream's rows that do not pass are counted as filtered", () => {
  const query = new QueryHarness(
    "CREATE STREAM S (K STRING KEY, A INTEGER) WITH (kafka_topic='s', value_format='JSON');" +
      "CREATE STREAM F AS SELECT * FROM S WHERE A > 1;",
  );
  query.push("s", "k", { A: 1 }, 1).push("s", "k", { A: 2 }, 2).push("s", "k", { A: null }, 3);
  expect(query.take()).toEqual(["+ K=k A=2 @2"]);
  expect(query.counters.dropped()).toEqual({ filtered: 2 });
});

test("a table's row that stops passing becomes a tombstone, one that never passed gives none", () => {
  const query = new QueryHarness(
    "CREATE TABLE T (K STRING PRIMARY KEY, A INTEGER) WITH (kafka_topic='t', value_format='JSON');" +
      "CREATE TABLE F AS SELECT * FROM T WHERE A > 1;",
  );
  for (const [i, a] of [1, 2, 3, 0, 5].entries()) query.push("t", "k", { A: a }, i);
  query.push("t", "k", null, 9).push("t", "other", { A: 0 }, 10).push("t", "other", null, 11);
  expect(query.takeChanges()).toEqual([
    "+ K=k A=2 @1 <- nothing",
    "+ K=k A=3 @2 <- + K=k A=2 @1",
    "- K=k @3 <- + K=k A=3 @2",
    "+ K=k A=5 @4 <- nothing",
    "- K=k @9 <- + K=k A=5 @4",
  ]);
});
