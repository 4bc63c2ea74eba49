import { describe, expect, test } from "vitest";
import { lastPlan, planned } from "../../../test/plan/planned.ts";
import { splitPlan } from "./sub-topologies.ts";

const FORMAT = "VALUE_FORMAT='JSON'";
const SOURCES = [
  `CREATE STREAM L (A INT KEY, B INT, C STRING) WITH (KAFKA_TOPIC='t', ${FORMAT});`,
  `CREATE STREAM R (A INT KEY, B INT, D STRING) WITH (KAFKA_TOPIC='u', ${FORMAT});`,
  `CREATE STREAM L2 (A INT KEY, B INT, C STRING) WITH (KAFKA_TOPIC='t', ${FORMAT});`,
  `CREATE TABLE T (A INT PRIMARY KEY, F INT) WITH (KAFKA_TOPIC='v', ${FORMAT});`,
  `CREATE TABLE U (K INT PRIMARY KEY, G INT) WITH (KAFKA_TOPIC='w', PARTITIONS=4, ${FORMAT});`,
  `CREATE STREAM S1 (ID STRING) WITH (KAFKA_TOPIC='x', PARTITIONS=4, ${FORMAT});`,
  `CREATE STREAM S2 (ID STRING) WITH (KAFKA_TOPIC='y', PARTITIONS=4, ${FORMAT});`,
];

function split(statement: string, dialect: "ksqldb" | "auto" = "ksqldb") {
  return splitPlan(lastPlan(planned(dialect, ...SOURCES, statement)), "g", () => 4);
}

function shape(statement: string): readonly string[] {
  return split(statement).subTopologies.map(({ number, topics, tasks, fragments }) => {
    const writes = fragments.map(({ exchange }) => exchange?.topic ?? "sink");
    return `${number}: ${topics.join(" ")} ×${tasks} → ${writes.join(" ")}`;
  });
}

describe("what is cut", () => {
  test("nothing where rows stay in their partition", () => {
    expect(shape("CREATE STREAM X AS SELECT A, B + 1 AS C1 FROM L WHERE B > 1;")).toEqual(["0: t ×4 → sink"]);
    expect(shape("CREATE STREAM X AS SELECT * FROM L PARTITION BY B;")).toEqual(["0: t ×4 → sink"]);
    expect(shape("CREATE TABLE X AS SELECT A, COUNT(*) AS N FROM L GROUP BY A;")).toEqual(["0: t ×4 → sink"]);
    expect(shape("CREATE STREAM X AS SELECT L.A, F FROM L JOIN T ON L.A = T.A;")).toEqual([
      "0: t v ×4 → sink",
    ]);
  });

  test("before a GROUP BY of anything but the key, and always of a table", () => {
    expect(shape("CREATE TABLE X AS SELECT B, COUNT(*) AS N FROM L GROUP BY B;")).toEqual([
      "0: t ×4 → g-Aggregate-GroupBy-repartition",
      "1: g-Aggregate-GroupBy-repartition ×4 → sink",
    ]);
    expect(shape("CREATE TABLE X AS SELECT A, COUNT(*) AS N FROM T GROUP BY A;")).toHaveLength(2);
  });

  test("a re-keyed side of a join, laid out as the other side's topic", () => {
    const plan = split("CREATE STREAM X AS SELECT L.B, F FROM L JOIN T ON L.B = T.A;");
    expect(plan.subTopologies.map(({ topics }) => topics)).toEqual([["t"], ["g-Join-left-repartition", "v"]]);
    expect(plan.exchanges).toMatchObject([{ layout: { topic: "v" }, partitions: 4 }]);
  });

  test("both sides where both are re-keyed, laid out by their values", () => {
    const plan = split("CREATE STREAM X AS SELECT L.B, D FROM L JOIN R WITHIN 1 HOUR ON L.B = R.B;");
    expect(plan.exchanges).toMatchObject([
      { topic: "g-Join-left-repartition", layout: "values" },
      { topic: "g-Join-right-repartition", layout: "values" },
    ]);
    expect(plan.subTopologies.at(-1)?.topics).toEqual(plan.exchanges.map(({ topic }) => topic));
  });
});

test("fragments that read one topic are one sub-topology", () => {
  const { subTopologies } = split(
    "CREATE STREAM X AS SELECT L.A, L2.C FROM L JOIN L2 WITHIN 1 HOUR ON L.A = L2.B;",
  );
  const reading = subTopologies.filter(({ topics }) => topics.includes("t"));
  expect(reading).toHaveLength(1);
  expect(reading[0]!.fragments).toHaveLength(2);
});

test("a foreign-key join is one task over all partitions", () => {
  const { subTopologies } = split("CREATE TABLE X AS SELECT T.A, G FROM T JOIN U ON T.F = U.K;");
  expect(subTopologies).toMatchObject([{ single: true, tasks: 1, topics: ["v", "w"] }]);
});

test("so is a stream function", () => {
  const { subTopologies, names } = split(
    "CREATE TABLE X WITH (VALUE_FORMAT='JSON') AS SELECT ID, COUNT(*) AS N FROM COUNT_BEFORE(S1, S2) GROUP BY ID;",
    "auto",
  );
  expect(subTopologies).toMatchObject([{ single: true, tasks: 1, topics: ["x", "y"] }]);
  expect([...names.values()]).toContain("StreamFunction");
  expect([...names.values()]).toContain("KafkaTopic_Input2.Source.deserializer");
});

test("steps keep the names that they have in the whole plan", () => {
  const { names, subTopologies } = split("CREATE STREAM X AS SELECT L.B, F FROM L JOIN T ON L.B = T.A;");
  const sources = subTopologies.flatMap(({ fragments }) => fragments.flatMap((f) => f.sources));
  expect(sources.map((source) => names.get(source))).toEqual([
    "KafkaTopic_Left.Source.deserializer",
    "Join-left.Source",
    "KafkaTopic_Right.Source.deserializer",
  ]);
});
