import { expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

test("the select list is evaluated for the row and for the one it replaces", () => {
  const query = new QueryHarness(
    "CREATE TABLE T (K STRING PRIMARY KEY, A INTEGER) WITH (kafka_topic='t', value_format='JSON');" +
      "CREATE TABLE P AS SELECT K, A + 1 AS B, A AS C FROM T;",
  );
  query.push("t", "k", { A: 1 }, 1).push("t", "k", { A: 2 }, 2).push("t", "k", null, 3);
  expect(query.takeChanges()).toEqual([
    "+ K=k B=2 C=1 @1 <- nothing",
    "+ K=k B=3 C=2 @2 <- + K=k B=2 C=1 @1",
    "- K=k @3 <- + K=k B=3 C=2 @2",
  ]);
});

test("an item that fails is NULL and reported; the others stand", () => {
  const query = new QueryHarness(
    "CREATE STREAM S (K STRING KEY, A INTEGER) WITH (kafka_topic='s', value_format='JSON');" +
      "CREATE STREAM P AS SELECT K, 10 / A AS B, A AS C FROM S;",
  );
  expect(query.push("s", "k", { A: 0 }, 1).take()).toEqual(["+ K=k B=null C=0 @1"]);
  expect(query.failures).toHaveLength(1);
});
