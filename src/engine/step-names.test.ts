import { expect, test } from "vitest";
import { QueryHarness } from "./operators/query-harness.ts";
import { stepNames } from "./step-names.ts";

const SOURCES =
  "CREATE STREAM S (K STRING KEY, A STRING, B INTEGER) WITH (kafka_topic='s', value_format='JSON');" +
  "CREATE TABLE T (K STRING PRIMARY KEY, C STRING) WITH (kafka_topic='t', value_format='JSON');" +
  "CREATE TABLE U (K STRING PRIMARY KEY, D STRING) WITH (kafka_topic='u', value_format='JSON');";

function names(query: string): string[] {
  return [...stepNames(new QueryHarness(SOURCES + query).plan.root).values()];
}

test("steps have the names of ksqlDB's processing log", () => {
  expect(names("CREATE STREAM P AS SELECT A, B FROM S WHERE B > 1 PARTITION BY A;")).toEqual([
    "Project",
    "PartitionBy",
    "WhereFilter",
    "KsqlTopic.Source.deserializer",
  ]);
  expect(names("CREATE TABLE P AS SELECT K, COUNT(*) AS N FROM S GROUP BY K HAVING COUNT(*) > 1;")).toEqual([
    "Aggregate.Project",
    "Aggregate.HavingFilter",
    "Aggregate",
    "KsqlTopic.Source.deserializer",
  ]);
});

test("the sources and joins of a join of three are told apart", () => {
  expect(
    names("CREATE STREAM P AS SELECT S.A, C, D FROM S JOIN T ON S.A = T.K JOIN U ON S.A = U.K;"),
  ).toEqual([
    "Project",
    "Join",
    "L_Join",
    "LeftSourceKeyed",
    "KafkaTopic_L_Left.Source.deserializer",
    "KafkaTopic_L_Right.Source.deserializer",
    "KafkaTopic_Right.Source.deserializer",
  ]);
});

test("a sample says which step dropped the record", () => {
  const query = new QueryHarness(`${SOURCES} CREATE STREAM P AS SELECT S.K, C FROM S JOIN T ON S.K = T.K;`);
  query.push("s", "k", { A: "a" }, 1).push("s", null, { A: "a" }, 2);
  expect(query.counters.samples()).toMatchObject([
    { reason: "unmatched", topic: "s", offset: 0, logger: "Join" },
    { reason: "null-key", topic: "s", offset: 1, logger: "Join" },
  ]);
});
