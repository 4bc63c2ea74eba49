import { describe, expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const TABLES =
  "CREATE TABLE L (K STRING PRIMARY KEY, F STRING, A STRING) WITH (kafka_topic='l', value_format='JSON');" +
  "CREATE TABLE R (K STRING PRIMARY KEY, B STRING) WITH (kafka_topic='r', value_format='JSON');";

function join(kind: "INNER" | "LEFT", stores?: QueryHarness["stores"]): QueryHarness {
  return new QueryHarness(
    `${TABLES} CREATE TABLE J AS SELECT L.K AS K, A, B FROM L ${kind} JOIN R ON L.F = R.K;`,
    stores === undefined ? {} : { stores },
  );
}

const left = (query: QueryHarness, key: string, f: string | null, time: number): QueryHarness =>
  query.push("l", key, { F: f, A: `a${time}` }, time);
const right = (query: QueryHarness, key: string, b: string | null, time: number): QueryHarness =>
  query.push("r", key, b === null ? null : { B: b }, time);

describe("INNER", () => {
  test("a right row's change reaches every left row that points to it, by left key", () => {
    const query = left(left(left(join("INNER"), "2", "x", 1), "1", "x", 2), "3", "other", 3);
    expect(query.take()).toEqual([]);
    expect(query.counters.dropped()).toEqual({ unmatched: 3 });
    expect(right(query, "x", "b", 4).takeChanges()).toEqual([
      "+ K=1 A=a2 B=b @4 <- nothing",
      "+ K=2 A=a1 B=b @4 <- nothing",
    ]);
    expect(right(query, "x", null, 5).takeChanges()).toEqual([
      "- K=1 @5 <- + K=1 A=a2 B=b @2",
      "- K=2 @5 <- + K=2 A=a1 B=b @1",
    ]);
  });

  test("a left row that points elsewhere is taken from the old place", () => {
    const query = left(right(right(join("INNER"), "x", "bx", 1), "y", "by", 2), "1", "x", 3);
    left(query, "1", "y", 4);
    left(query, "1", "nowhere", 5);
    expect(query.take()).toEqual(["+ K=1 A=a3 B=bx @3", "+ K=1 A=a4 B=by @4", "- K=1 @5"]);
    expect(right(right(query, "x", "new", 6), "y", "new", 7).take()).toEqual([]);
  });

  test("a row that points nowhere is counted", () => {
    const query = left(join("INNER"), "1", null, 1);
    expect(query.counters.dropped()).toEqual({ "null-key": 1 });
    expect(left(right(query, "x", "b", 2), "1", "x", 3).take()).toEqual(["+ K=1 A=a3 B=b @3"]);
    expect(left(query, "1", null, 4).take()).toEqual(["- K=1 @4"]);
  });

  test("a deleted left row gives a tombstone", () => {
    const query = left(right(join("INNER"), "x", "b", 1), "1", "x", 2);
    query.take();
    expect(query.push("l", "1", null, 3).take()).toEqual(["- K=1 @3"]);
    expect(right(query, "x", "c", 4).take()).toEqual([]);
  });
});

describe("LEFT", () => {
  test("keeps left rows whatever they point to", () => {
    const query = left(left(join("LEFT"), "1", "x", 1), "2", null, 2);
    expect(query.take()).toEqual(["+ K=1 A=a1 B=null @1", "+ K=2 A=a2 B=null @2"]);
    expect(right(query, "x", "b", 3).take()).toEqual(["+ K=1 A=a1 B=b @3"]);
    expect(right(query, "x", null, 4).take()).toEqual(["+ K=1 A=a1 B=null @4"]);
    expect(query.push("l", "2", null, 5).take()).toEqual(["- K=2 @5"]);
  });
});

test("rows and their places outlive a restart", () => {
  const before = left(join("INNER"), "1", "x", 1);
  expect(right(join("INNER", before.stores), "x", "b", 2).take()).toEqual(["+ K=1 A=a1 B=b @2"]);
});
