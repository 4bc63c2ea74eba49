import { describe, expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

function counts(window: string): string {
  return (
    "CREATE STREAM S (K STRING KEY, A STRING) WITH (kafka_topic='s', value_format='JSON');" +
    `CREATE TABLE C AS SELECT K, COUNT(*) AS N FROM S WINDOW ${window} GROUP BY K;`
  );
}

function at(query: QueryHarness, ...times: readonly number[]): QueryHarness {
  for (const time of times) query.push("s", "k", { A: "x" }, time);
  return query;
}

describe("TUMBLING", () => {
  const tumbling = counts("TUMBLING (SIZE 10 MILLISECONDS, GRACE PERIOD 5 MILLISECONDS)");

  test("a window holds its start and not its end", () => {
    const query = at(new QueryHarness(tumbling), 0, 9, 10);
    expect(query.takeChanges()).toEqual([
      "+ K=k N=1 @0 [0,10) <- nothing",
      "+ K=k N=2 @9 [0,10) <- + K=k N=1 @0 [0,10)",
      "+ K=k N=1 @10 [10,20) <- nothing",
    ]);
  });

  test("a window takes rows until stream time is grace behind its end", () => {
    const query = at(new QueryHarness(tumbling), 3, 14, 4, 15, 5);
    expect(query.take()).toEqual([
      "+ K=k N=1 @3 [0,10)",
      "+ K=k N=1 @14 [10,20)",
      "+ K=k N=2 @4 [0,10)",
      "+ K=k N=2 @15 [10,20)",
    ]);
    expect(query.counters.dropped()).toEqual({ late: 1 });
    expect(query.counters.samples()[0]).toMatchObject({ reason: "late", offset: 4, topic: "s" });
  });

  test("stream time outlives a restart", () => {
    const before = at(new QueryHarness(tumbling), 3, 100);
    const after = at(new QueryHarness(tumbling, { stores: before.stores }), 4);
    expect(after.take()).toEqual([]);
    expect(after.counters.dropped()).toEqual({ late: 1 });
  });

  test("expired windows leave the state", () => {
    const query = new QueryHarness(tumbling);
    for (let time = 0; time < 10_000; time += 10) at(query, time);
    expect(query.entries).toBeLessThan(5);
  });
});

describe("HOPPING", () => {
  const hopping = counts(
    "HOPPING (SIZE 10 MILLISECONDS, ADVANCE BY 4 MILLISECONDS, GRACE PERIOD 0 MILLISECONDS)",
  );

  test("a row counts in every window that holds it, the earliest first", () => {
    expect(at(new QueryHarness(hopping), 9).take()).toEqual([
      "+ K=k N=1 @9 [0,10)",
      "+ K=k N=1 @9 [4,14)",
      "+ K=k N=1 @9 [8,18)",
    ]);
  });

  test("there are no windows before the epoch", () => {
    expect(at(new QueryHarness(hopping), 1).take()).toEqual(["+ K=k N=1 @1 [0,10)"]);
  });

  test("a row that is late for some windows counts in the others and is noted", () => {
    const query = at(new QueryHarness(hopping), 10, 8);
    expect(query.take().slice(-2)).toEqual(["+ K=k N=2 @10 [4,14)", "+ K=k N=2 @10 [8,18)"]);
    expect(query.counters.dropped()).toEqual({});
    expect(query.counters.notes()).toEqual({ "late for some of its windows": 1 });
  });
});
