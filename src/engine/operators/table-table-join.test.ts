import { describe, expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const TABLES =
  "CREATE TABLE L (K STRING PRIMARY KEY, A STRING) WITH (kafka_topic='l', value_format='JSON');" +
  "CREATE TABLE R (K STRING PRIMARY KEY, B STRING) WITH (kafka_topic='r', value_format='JSON');" +
  "CREATE TABLE M (K STRING PRIMARY KEY, C STRING) WITH (kafka_topic='m', value_format='JSON');";

function join(kind: string): QueryHarness {
  const key = kind.startsWith("FULL") ? "ROWKEY" : kind.startsWith("RIGHT") ? "R.K" : "L.K";
  return new QueryHarness(
    `${TABLES} CREATE TABLE J AS SELECT ${key} AS K, A, B FROM L ${kind} JOIN R ON L.K = R.K;`,
  );
}

const left = (query: QueryHarness, a: string | null, time: number): QueryHarness =>
  query.push("l", "k", a === null ? null : { A: a }, time);
const right = (query: QueryHarness, b: string | null, time: number): QueryHarness =>
  query.push("r", "k", b === null ? null : { B: b }, time);

describe("INNER", () => {
  test("has a row while both sides have one, at the later of their times", () => {
    const query = left(left(right(left(join("INNER"), "a1", 1), "b1", 9), "a2", 3), null, 12);
    expect(query.takeChanges()).toEqual([
      "+ K=k A=a1 B=b1 @9 <- nothing",
      "+ K=k A=a2 B=b1 @9 <- + K=k A=a1 B=b1 @9",
      "- K=k @12 <- + K=k A=a2 B=b1 @9",
    ]);
  });

  test("gives nothing where there was nothing", () => {
    expect(right(left(left(join("INNER"), "a", 1), null, 2), "b", 3).take()).toEqual([]);
  });
});

describe("outer", () => {
  test("LEFT keeps the left row", () => {
    const query = right(right(left(right(join("LEFT"), "b", 1), "a", 2), null, 3), "c", 4);
    expect(query.take()).toEqual(["+ K=k A=a B=b @2", "+ K=k A=a B=null @3", "+ K=k A=a B=c @4"]);
    expect(left(query, null, 5).take()).toEqual(["- K=k @5"]);
  });

  test("RIGHT keeps the right row", () => {
    const query = left(right(left(join("RIGHT"), "a", 1), "b", 2), null, 3);
    expect(query.take()).toEqual(["+ K=k A=a B=b @2", "+ K=k A=null B=b @3"]);
    expect(right(query, null, 4).take()).toEqual(["- K=k @4"]);
  });

  test("FULL goes when both are gone", () => {
    const query = right(left(right(left(join("FULL OUTER"), "a", 1), "b", 2), null, 3), null, 4);
    expect(query.take()).toEqual([
      "+ K=k A=a B=null @1",
      "+ K=k A=a B=b @2",
      "+ K=k A=null B=b @3",
      "- K=k @4",
    ]);
  });
});

test("a join of a join keeps the inner join's rows by key", () => {
  const query = new QueryHarness(
    `${TABLES} CREATE TABLE J AS SELECT L.K AS K, A, B, C FROM L JOIN R ON L.K = R.K LEFT JOIN M ON L.K = M.K;`,
  );
  left(right(query, "b", 1), "a", 2).push("m", "k", { C: "c" }, 3);
  right(query, null, 4);
  expect(query.take()).toEqual(["+ K=k A=a B=b C=null @2", "+ K=k A=a B=b C=c @3", "- K=k @4"]);
});

test("both sides outlive a restart", () => {
  const statements = `${TABLES} CREATE TABLE J AS SELECT L.K AS K, A, B FROM L JOIN R ON L.K = R.K;`;
  const before = left(new QueryHarness(statements), "a", 1);
  const after = new QueryHarness(statements, { stores: before.stores });
  expect(right(after, "b", 2).take()).toEqual(["+ K=k A=a B=b @2"]);
});

test("a stream can be joined with a table that other steps make", () => {
  const query = new QueryHarness(
    `${TABLES} CREATE STREAM S (K STRING KEY, V STRING) WITH (kafka_topic='s', value_format='JSON');` +
      "CREATE STREAM J AS SELECT S.K AS K, V, A, B FROM S LEFT JOIN L ON S.K = L.K LEFT JOIN R ON S.K = R.K;",
  );
  left(query, "a", 1).push("s", "k", { V: "v1" }, 2);
  right(query, "b", 3).push("s", "k", { V: "v2" }, 4);
  expect(query.take()).toEqual(["+ K=k V=v1 A=a B=null @2", "+ K=k V=v2 A=a B=b @4"]);
});
