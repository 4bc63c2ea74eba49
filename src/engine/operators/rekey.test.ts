import { expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const SOURCE =
  "CREATE STREAM S (K STRING KEY, A STRING, B INTEGER) WITH (kafka_topic='s', value_format='JSON');";

test("PARTITION BY makes the expression the key and keeps the other columns", () => {
  const query = new QueryHarness(`${SOURCE} CREATE STREAM P AS SELECT * FROM S PARTITION BY A;`);
  expect(query.push("s", "k", { A: "a", B: 3 }, 1).take()).toEqual(["+ A=a B=3 K=k @1"]);
});

test("a row whose new key is NULL stays, without a key", () => {
  const query = new QueryHarness(`${SOURCE} CREATE STREAM P AS SELECT * FROM S PARTITION BY A;`);
  expect(query.push("s", "k", { B: 3 }, 1).take()).toEqual(["+ A=null B=3 K=k @1"]);
});

test("a join's side whose key is NULL is kept out and counted", () => {
  const query = new QueryHarness(
    `${SOURCE} CREATE TABLE T (K STRING PRIMARY KEY, C STRING) WITH (kafka_topic='t', value_format='JSON');` +
      "CREATE STREAM J AS SELECT S.A AS A, B, C FROM S JOIN T ON S.A = T.K;",
  );
  query.push("t", "a", { C: "c" }, 1).push("s", "k", { A: "a", B: 1 }, 2).push("s", "k", { B: 2 }, 3);
  expect(query.take()).toEqual(["+ A=a B=1 C=c @2"]);
  expect(query.counters.dropped()).toEqual({ "null-key": 1 });
});
