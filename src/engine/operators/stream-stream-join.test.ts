import { describe, expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const SOURCES =
  "CREATE STREAM L (K STRING KEY, A STRING) WITH (kafka_topic='l', value_format='JSON');" +
  "CREATE STREAM R (K STRING KEY, B STRING) WITH (kafka_topic='r', value_format='JSON');";

function join(kind: string, within: string, stores?: QueryHarness["stores"]): QueryHarness {
  const key = kind.startsWith("FULL") ? "ROWKEY" : kind.startsWith("RIGHT") ? "R.K" : "L.K";
  return new QueryHarness(
    `${SOURCES} CREATE STREAM J AS SELECT ${key} AS K, A, B FROM L ${kind} JOIN R WITHIN ${within} ON L.K = R.K;`,
    stores === undefined ? {} : { stores },
  );
}

const left = (query: QueryHarness, a: string, time: number): QueryHarness =>
  query.push("l", "k", { A: a }, time);
const right = (query: QueryHarness, b: string, time: number): QueryHarness =>
  query.push("r", "k", { B: b }, time);

describe("INNER", () => {
  test("joins rows whose times are within the bounds, which belong to the window", () => {
    const query = join("INNER", "(10 MILLISECONDS, 5 MILLISECONDS)");
    left(query, "a", 100);
    for (const time of [89, 90, 105, 106]) right(query, `b${time}`, time);
    expect(query.take()).toEqual(["+ K=k A=a B=b90 @100", "+ K=k A=a B=b105 @105"]);
  });

  test("a left row that comes later looks the other way", () => {
    const query = join("INNER", "(10 MILLISECONDS, 5 MILLISECONDS)");
    for (const time of [89, 90, 105, 106]) right(query, `b${time}`, time);
    expect(left(query, "a", 100).take()).toEqual(["+ K=k A=a B=b90 @100", "+ K=k A=a B=b105 @105"]);
  });

  test("partners come by time, and as they came where times are equal", () => {
    const query = join("INNER", "10 MILLISECONDS");
    right(right(right(query, "late", 9), "first", 5), "second", 5);
    expect(left(query, "a", 7).take()).toEqual([
      "+ K=k A=a B=first @7",
      "+ K=k A=a B=second @7",
      "+ K=k A=a B=late @9",
    ]);
  });

  test("keys that begin alike are different keys", () => {
    const query = join("INNER", "10 MILLISECONDS")
      .push("l", "a", { A: "x" }, 1)
      .push("r", "ab", { B: "y" }, 1);
    expect(query.take()).toEqual([]);
  });

  test("rows without key or value are counted", () => {
    const query = join("INNER", "10 MILLISECONDS").push("l", null, { A: "x" }, 1).push("r", "k", null, 1);
    expect(query.counters.dropped()).toEqual({ "null-key": 1, "null-value": 1 });
  });

  test("rows wait for partners over a restart", () => {
    const before = left(join("INNER", "10 MILLISECONDS"), "a", 1);
    expect(right(join("INNER", "10 MILLISECONDS", before.stores), "b", 2).take()).toEqual([
      "+ K=k A=a B=b @2",
    ]);
  });

  test("a row beyond retention finds nothing, is counted as late, and old rows leave the state", () => {
    const query = join("INNER", "10 MILLISECONDS GRACE PERIOD 5 MILLISECONDS");
    for (let time = 0; time < 5000; time += 10) left(right(query, `b${time}`, time), `a${time}`, time);
    query.take();
    expect(left(query, "old", 100).take()).toEqual([]);
    expect(query.counters.dropped()).toEqual({ late: 1 });
    expect(query.entries).toBeLessThan(20);
  });
});

describe("outer joins without GRACE", () => {
  test("LEFT gives an unmatched left row at once, and again with its partner", () => {
    const query = right(left(right(join("LEFT", "10 MILLISECONDS"), "b0", 100), "a", 1), "b1", 2);
    expect(query.take()).toEqual(["+ K=k A=a B=null @1", "+ K=k A=a B=b1 @2"]);
  });

  test("FULL gives both sides' rows at once, keyed by what is there", () => {
    const query = right(left(join("FULL OUTER", "10 MILLISECONDS"), "a", 1), "b", 50);
    expect(query.take()).toEqual(["+ K=k A=a B=null @1", "+ K=k A=null B=b @50"]);
  });

  test("an outer side's row without a key has no partner", () => {
    const query = join("LEFT", "10 MILLISECONDS").push("l", null, { A: "x" }, 1);
    expect(query.take()).toEqual(["+ K=null A=x B=null @1"]);
  });
});

describe("outer joins with GRACE", () => {
  const WITHIN = "10 MILLISECONDS GRACE PERIOD 5 MILLISECONDS";

  test("an unmatched row waits until stream time is beyond its window and grace", () => {
    const query = left(join("LEFT", WITHIN), "a", 0);
    expect(query.take()).toEqual([]);
    expect(right(query, "b", 15).take()).toEqual([]);
    expect(right(query, "b", 16).take()).toEqual(["+ K=k A=a B=null @0"]);
  });

  test("a row that finds a partner is not given alone", () => {
    const query = right(left(join("LEFT", WITHIN), "a", 0), "b", 10);
    expect(query.take()).toEqual(["+ K=k A=a B=b @10"]);
    expect(right(query, "c", 1000).take()).toEqual([]);
  });

  test("FULL gives waiting rows by time, at equal times the right one first", () => {
    const query = join("FULL OUTER", WITHIN);
    query.push("l", "a", { A: "l2" }, 2).push("l", "b", { A: "l1" }, 1).push("r", "c", { B: "r2" }, 2);
    expect(query.push("l", "z", { A: "end" }, 100).take()).toEqual([
      "+ K=b A=l1 B=null @1",
      "+ K=c A=null B=r2 @2",
      "+ K=a A=l2 B=null @2",
    ]);
  });

  test("RIGHT waits as long as a left row may come", () => {
    const query = right(
      join("RIGHT", "(3 MILLISECONDS, 10 MILLISECONDS) GRACE PERIOD 0 MILLISECONDS"),
      "b",
      0,
    );
    expect(query.push("l", "other", { A: "x" }, 3).take()).toEqual([]);
    expect(query.push("l", "other", { A: "y" }, 4).take()).toEqual(["+ K=k A=null B=b @0"]);
  });

  test("a late row without a partner is given at once", () => {
    const query = right(join("LEFT", WITHIN), "b", 100);
    expect(left(query, "a", 80).take()).toEqual(["+ K=k A=a B=null @80"]);
  });

  test("waiting rows outlive a restart", () => {
    const before = left(join("LEFT", WITHIN), "a", 0);
    expect(right(join("LEFT", WITHIN, before.stores), "b", 50).take()).toEqual(["+ K=k A=a B=null @0"]);
  });
});
