import { describe, expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const SOURCES =
  "CREATE STREAM S (K STRING KEY, V STRING) WITH (kafka_topic='s', value_format='JSON');" +
  "CREATE TABLE T (K STRING PRIMARY KEY, A STRING) WITH (kafka_topic='t', value_format='JSON');";

function join(kind: "INNER" | "LEFT", order = "arrival"): QueryHarness {
  return new QueryHarness(
    `${SOURCES} CREATE STREAM J AS SELECT S.K AS K, V, A FROM S ${kind} JOIN T ON S.K = T.K;`,
    {
      properties: { "spoor.join.order": order },
    },
  );
}

function younger(order: string): QueryHarness {
  return join("INNER", order).push("t", "k", { A: "a" }, 10).push("s", "k", { V: "v" }, 5);
}

describe("a stream row", () => {
  test("meets the table's row of that moment and keeps its own time", () => {
    const query = join("INNER").push("t", "k", { A: "a1" }, 1).push("s", "k", { V: "v1" }, 5);
    query
      .push("t", "k", { A: "a2" }, 6)
      .push("s", "k", { V: "v2" }, 7)
      .push("t", "k", null, 8)
      .push("s", "k", { V: "v3" }, 9);
    expect(query.take()).toEqual(["+ K=k V=v1 A=a1 @5", "+ K=k V=v2 A=a2 @7"]);
    expect(query.counters.dropped()).toEqual({ unmatched: 1 });
  });

  test("without a partner is kept by a LEFT join", () => {
    const query = join("LEFT").push("s", "k", { V: "v" }, 1).push("s", null, { V: "w" }, 2);
    expect(query.take()).toEqual(["+ K=k V=v A=null @1", "+ K=null V=w A=null @2"]);
  });

  test("without a key or a value is counted", () => {
    const query = join("INNER").push("s", null, { V: "v" }, 1).push("s", "k", null, 2);
    expect(query.counters.dropped()).toEqual({ "null-key": 1, "null-value": 1 });
  });
});

describe("a table's row that is younger than the stream's", () => {
  test("is met by order of arrival, and noted", () => {
    expect(younger("arrival").take()).toEqual(["+ K=k V=v A=a @5"]);
    expect(younger("arrival").counters.notes()).toEqual({
      "matched though the table's row is younger by event time": 1,
    });
  });

  test("is not met by event time", () => {
    expect(younger("event-time").take()).toEqual([]);
    expect(younger("event-time").counters.dropped()).toEqual({ unmatched: 1 });
  });
});
