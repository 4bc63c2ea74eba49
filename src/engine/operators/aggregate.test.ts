import { describe, expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const STREAM =
  "CREATE STREAM S (K STRING KEY, A STRING, B BIGINT) WITH (kafka_topic='s', value_format='JSON');";
const TABLE =
  "CREATE TABLE T (K STRING PRIMARY KEY, A STRING, B BIGINT) WITH (kafka_topic='t', value_format='JSON');";

describe("GROUP BY over a stream", () => {
  const counts = `${STREAM} CREATE TABLE C AS SELECT A, COUNT(*) AS N, SUM(B) AS B FROM S GROUP BY A;`;

  test("each row gives its group's new row and the one it replaces", () => {
    const query = new QueryHarness(counts);
    query
      .push("s", "k", { A: "x", B: 1 }, 5)
      .push("s", "k", { A: "y", B: 7 }, 6)
      .push("s", "k", { A: "x", B: 2 }, 7);
    expect(query.takeChanges()).toEqual([
      "+ A=x N=1 B=1 @5 <- nothing",
      "+ A=y N=1 B=7 @6 <- nothing",
      "+ A=x N=2 B=3 @7 <- + A=x N=1 B=1 @5",
    ]);
  });

  test("a group's time is that of its latest row", () => {
    const query = new QueryHarness(counts)
      .push("s", "k", { A: "x", B: 1 }, 50)
      .push("s", "k", { A: "x", B: 1 }, 20);
    expect(query.take()).toEqual(["+ A=x N=1 B=1 @50", "+ A=x N=2 B=2 @50"]);
  });

  test("rows without a group or without a value are counted and kept out", () => {
    const query = new QueryHarness(counts).push("s", "k", { B: 1 }, 5).push("s", "k", null, 6);
    expect(query.take()).toEqual([]);
    expect(query.counters.dropped()).toEqual({ "null-key": 1, "null-value": 1 });
  });

  test("goes on after a restart", () => {
    const before = new QueryHarness(counts).push("s", "k", { A: "x", B: 40 }, 5);
    const after = new QueryHarness(counts, { stores: before.stores }).push("s", "k", { A: "x", B: 2 }, 4);
    expect(after.take()).toEqual(["+ A=x N=2 B=42 @5"]);
  });

  test("groups by several expressions, whose parts can't run into each other", () => {
    const query = new QueryHarness(
      `${STREAM} CREATE TABLE C WITH (key_format='JSON') AS SELECT K, A, COUNT(*) AS N FROM S GROUP BY K, A;`,
    );
    query.push("s", "a", { A: "bc" }, 1).push("s", "ab", { A: "c" }, 2).push("s", "a", { A: "bc" }, 3);
    expect(query.take()).toEqual(["+ K=a A=bc N=1 @1", "+ K=ab A=c N=1 @2", "+ K=a A=bc N=2 @3"]);
  });

  test("in the dialect of KSQL 5 the key is the group's values as text", () => {
    const query = new QueryHarness(
      "CREATE STREAM S (A STRING, B BIGINT) WITH (kafka_topic='s', value_format='JSON');" +
        "CREATE TABLE C AS SELECT A, B, COUNT(*) AS N FROM S GROUP BY A, B;",
      { dialect: "ksql5" },
    );
    query.push("s", "k", { A: "x", B: 3 }, 1);
    expect(query.take()).toEqual([expect.stringContaining("ROWKEY=x|+|3")]);
  });
});

describe("GROUP BY over a table", () => {
  const counts = `${TABLE} CREATE TABLE C AS SELECT A, COUNT(*) AS N, SUM(B) AS B FROM T GROUP BY A;`;

  test("a row that changes its group is taken back from the old one first", () => {
    const query = new QueryHarness(counts);
    query
      .push("t", "1", { A: "x", B: 1 }, 1)
      .push("t", "2", { A: "x", B: 2 }, 2)
      .push("t", "1", { A: "y", B: 5 }, 3);
    expect(query.takeChanges()).toEqual([
      "+ A=x N=1 B=1 @1 <- nothing",
      "+ A=x N=2 B=3 @2 <- + A=x N=1 B=1 @1",
      "+ A=x N=1 B=2 @3 <- + A=x N=2 B=3 @2",
      "+ A=y N=1 B=5 @3 <- nothing",
    ]);
  });

  test("a change within a group is one change", () => {
    const query = new QueryHarness(counts)
      .push("t", "1", { A: "x", B: 1 }, 1)
      .push("t", "1", { A: "x", B: 9 }, 2);
    expect(query.take()).toEqual(["+ A=x N=1 B=1 @1", "+ A=x N=1 B=9 @2"]);
  });

  test("a group whose rows are all gone stays, with nothing in it", () => {
    const query = new QueryHarness(counts).push("t", "1", { A: "x", B: 1 }, 1).push("t", "1", null, 2);
    expect(query.take()).toEqual(["+ A=x N=1 B=1 @1", "+ A=x N=0 B=0 @2"]);
  });

  test("a row without a group is taken back where it had one, and counted once", () => {
    const query = new QueryHarness(counts).push("t", "1", { A: "x", B: 1 }, 1).push("t", "1", { B: 4 }, 2);
    query.push("t", "1", { A: "x", B: 2 }, 3);
    expect(query.take()).toEqual(["+ A=x N=1 B=1 @1", "+ A=x N=0 B=0 @2", "+ A=x N=1 B=2 @3"]);
    expect(query.counters.dropped()).toEqual({ "null-key": 1 });
  });
});
