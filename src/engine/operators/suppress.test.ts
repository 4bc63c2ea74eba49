import { describe, expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";
import type { HarnessOptions } from "./query-harness.ts";

function final(window: string, options: HarnessOptions = {}): QueryHarness {
  const statements =
    "CREATE STREAM S (K STRING KEY, A STRING) WITH (kafka_topic='s', value_format='JSON');" +
    `CREATE TABLE C AS SELECT K, COUNT(*) AS N FROM S WINDOW ${window} GROUP BY K EMIT FINAL;`;
  return new QueryHarness(statements, options);
}

function at(query: QueryHarness, key: string, ...times: readonly number[]): QueryHarness {
  for (const time of times) query.push("s", key, { A: "x" }, time);
  return query;
}

const TUMBLING = "TUMBLING (SIZE 10 MILLISECONDS, GRACE PERIOD 5 MILLISECONDS)";

describe("EMIT FINAL", () => {
  test("gives a window once, when stream time has passed its end and grace", () => {
    const query = at(final(TUMBLING), "k", 1, 2, 14);
    expect(query.take()).toEqual([]);
    expect(at(query, "k", 15).takeChanges()).toEqual(["+ K=k N=2 @2 [0,10) <- nothing"]);
    expect(at(query, "k", 16, 17).take()).toEqual([]);
  });

  test("rows of the grace period count", () => {
    expect(at(final(TUMBLING), "k", 1, 12, 3, 15).take()).toEqual(["+ K=k N=2 @3 [0,10)"]);
  });

  test("keys of one window are given in their order", () => {
    const query = at(at(at(final(TUMBLING), "b", 1), "a", 2), "c", 3);
    expect(at(query, "z", 15).take()).toEqual([
      "+ K=a N=1 @2 [0,10)",
      "+ K=b N=1 @1 [0,10)",
      "+ K=c N=1 @3 [0,10)",
    ]);
  });

  test("hopping windows are given by their end", () => {
    const query = final(
      "HOPPING (SIZE 10 MILLISECONDS, ADVANCE BY 5 MILLISECONDS, GRACE PERIOD 10 MILLISECONDS)",
    );
    expect(at(query, "k", 7, 12, 20, 25).take()).toEqual(["+ K=k N=1 @7 [0,10)", "+ K=k N=2 @12 [5,15)"]);
  });

  test("a session waits for its gap too; one that was joined with another is not given", () => {
    const query = final("SESSION (10 MILLISECONDS, GRACE PERIOD 5 MILLISECONDS)");
    expect(at(query, "k", 1, 8, 22).take()).toEqual([]);
    expect(at(query, "k", 23).take()).toEqual(["+ K=k N=2 @8 [1,8)"]);
  });

  test("waiting windows outlive a restart", () => {
    const before = at(final(TUMBLING), "k", 1, 2);
    expect(at(final(TUMBLING, { stores: before.stores }), "k", 15).take()).toEqual(["+ K=k N=2 @2 [0,10)"]);
  });

  test("a window that a gap in the events made expire is counted, and given where that is asked for", () => {
    const lost = at(final(TUMBLING), "k", 1, 1000);
    expect(lost.take()).toEqual([]);
    expect(lost.counters.dropped()).toEqual({ late: 1 });
    const kept = at(final(TUMBLING, { properties: { "spoor.suppress.expired": "emit" } }), "k", 1, 1000);
    expect(kept.take()).toEqual(["+ K=k N=1 @1 [0,10)"]);
  });

  test("more open windows than the limit allows fail the query", () => {
    const query = final(TUMBLING, { properties: { "ksql.suppress.buffer.size.bytes": "200" } });
    expect(() => {
      for (let i = 0; i < 10; i++) at(query, `key ${i}`, 1);
    }).toThrow("EMIT FINAL keeps more than 200 bytes of open windows");
  });
});
