import { expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const COPY =
  "CREATE TABLE T (K STRING PRIMARY KEY, A INTEGER) WITH (kafka_topic='t', value_format='JSON');" +
  "CREATE TABLE C AS SELECT * FROM T;";

test("a record replaces the one of its key", () => {
  const query = new QueryHarness(COPY)
    .push("t", "a", { A: 1 }, 1)
    .push("t", "b", { A: 2 }, 2)
    .push("t", "a", { A: 3 }, 3);
  expect(query.takeChanges()).toEqual([
    "+ K=a A=1 @1 <- nothing",
    "+ K=b A=2 @2 <- nothing",
    "+ K=a A=3 @3 <- + K=a A=1 @1",
  ]);
});

test("a record without a key is counted, a tombstone for no row is passed on", () => {
  const query = new QueryHarness(COPY).push("t", null, { A: 1 }, 1).push("t", "a", null, 2);
  expect(query.takeChanges()).toEqual(["- K=a @2 <- nothing"]);
  expect(query.counters.dropped()).toEqual({ "null-key": 1 });
});

test("rows outlive a restart", () => {
  const before = new QueryHarness(COPY).push("t", "a", { A: 1 }, 1);
  const after = new QueryHarness(COPY, { stores: before.stores }).push("t", "a", null, 2);
  expect(after.takeChanges()).toEqual(["- K=a @2 <- + K=a A=1 @1"]);
});
