import { expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const sessions =
  "CREATE STREAM S (K STRING KEY, A STRING) WITH (kafka_topic='s', value_format='JSON');" +
  "CREATE TABLE C AS SELECT K, COUNT(*) AS N FROM S WINDOW SESSION (10 MILLISECONDS, GRACE PERIOD 20 MILLISECONDS) GROUP BY K;";

function at(query: QueryHarness, ...times: readonly number[]): QueryHarness {
  for (const time of times) query.push("s", "k", { A: "x" }, time);
  return query;
}

test("a row within the gap makes the session longer: the old one is taken back first", () => {
  expect(at(new QueryHarness(sessions), 5, 15).takeChanges()).toEqual([
    "+ K=k N=1 @5 [5,5) <- nothing",
    "- K=k @5 [5,5) <- + K=k N=1 @5 [5,5)",
    "+ K=k N=2 @15 [5,15) <- nothing",
  ]);
});

test("a row beyond the gap begins another session", () => {
  expect(at(new QueryHarness(sessions), 5, 16).take()).toEqual([
    "+ K=k N=1 @5 [5,5)",
    "+ K=k N=1 @16 [16,16)",
  ]);
});

test("a row between two sessions joins them", () => {
  const query = at(new QueryHarness(sessions), 5, 25);
  query.take();
  expect(at(query, 15).take()).toEqual(["- K=k @5 [5,5)", "- K=k @25 [25,25)", "+ K=k N=3 @25 [5,25)"]);
});

test("a row inside a session takes it back and gives it again", () => {
  const query = at(new QueryHarness(sessions), 5, 10);
  query.take();
  expect(at(query, 7).take()).toEqual(["- K=k @10 [5,10)", "+ K=k N=3 @10 [5,10)"]);
});

test("two rows at one time replace each other without a tombstone", () => {
  expect(at(new QueryHarness(sessions), 5, 5).takeChanges()).toEqual([
    "+ K=k N=1 @5 [5,5) <- nothing",
    "+ K=k N=2 @5 [5,5) <- + K=k N=1 @5 [5,5)",
  ]);
});

test("keys have sessions of their own", () => {
  const query = new QueryHarness(sessions).push("s", "a", { A: "x" }, 5).push("s", "ab", { A: "x" }, 6);
  expect(query.take()).toEqual(["+ K=a N=1 @5 [5,5)", "+ K=ab N=1 @6 [6,6)"]);
});

test("a row whose session is closed is counted as late", () => {
  const query = at(new QueryHarness(sessions), 100, 70, 69);
  expect(query.take()).toEqual(["+ K=k N=1 @100 [100,100)", "+ K=k N=1 @70 [70,70)"]);
  expect(query.counters.dropped()).toEqual({ late: 1 });
});

test("sessions outlive a restart, and expired ones leave the state", () => {
  const before = at(new QueryHarness(sessions), 5);
  const after = at(new QueryHarness(sessions, { stores: before.stores }), 12);
  expect(after.take().at(-1)).toBe("+ K=k N=2 @12 [5,12)");
  for (let time = 100; time < 10_000; time += 20) at(after, time);
  expect(after.entries).toBeLessThan(8);
});
