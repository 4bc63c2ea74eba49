import { expect, test } from "vitest";
import { lastPlan, planned } from "../../test/plan/planned.ts";
import { explainJson, explainPlan } from "./explain.ts";

const L = "CREATE STREAM L (A INT KEY, B INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";
const T = "CREATE TABLE T (A INT PRIMARY KEY, F STRING) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');";

test("a plan prints as a tree with its steps' SQL and what to know about them", () => {
  const runner = planned(
    "ksqldb",
    L,
    T,
    "CREATE STREAM J AS SELECT L.B, F FROM L JOIN T ON L.B = T.A WHERE F <> 'x';",
  );
  expect(explainPlan(lastPlan(runner)).split("\n")).toEqual([
    "persistent query",
    "  writes J to topic J, 4 partitions",
    "  key KAFKA, value JSON",
    "  reads L, T",
    "> project → stream: B INTEGER KEY, F STRING",
    "    B = L_B",
    "    F = T_F",
    "    > filter → stream: L.B INTEGER KEY, L.A INTEGER, T.A INTEGER, T.F STRING",
    "        WHERE (T_F <> 'x')",
    "        > stream-table-join → stream: L.B INTEGER KEY, L.A INTEGER, T.A INTEGER, T.F STRING",
    "            inner on B = the table's key",
    "            a stream row meets the table's row of the moment it is read",
    "            > rekey → stream: L.B INTEGER KEY, L.A INTEGER",
    "                by L_B (join-left)",
    "                rows whose key is NULL are left out and counted",
    "                > source → stream: L.A INTEGER KEY, L.B INTEGER",
    "                    reads L from topic t, key KAFKA, value JSON",
    "            > source → table: T.A INTEGER KEY, T.F STRING",
    "                reads T from topic u, key KAFKA, value JSON",
    "                keeps the latest row of each key",
  ]);
});

test("as JSON the tree is the same", () => {
  const runner = planned("ksqldb", L, "CREATE TABLE C AS SELECT A, TEST_UDAF(B) AS V FROM L GROUP BY A;");
  const { kind, root } = explainJson(lastPlan(runner));
  expect(kind).toBe("persistent");
  expect(root.inputs[0]).toMatchObject({ kind: "aggregate", inputs: [{ kind: "source" }] });
  expect(root.inputs[0]?.details).toContain("KSQL_AGG_VARIABLE_0 = TEST_UDAF(B)");
});

test("pull and push queries say how they end and what they look up", () => {
  const runner = planned("ksqldb", L, "CREATE TABLE C AS SELECT A, TEST_UDAF(B) AS V FROM L GROUP BY A;");
  const [pull] = runner.run("SELECT * FROM C WHERE A IN (1, 2) LIMIT 1;");
  expect(explainJson(pull!).notes).toEqual(["looks up (1), (2) in C", "ends after 1 rows"]);
  const [push] = runner.run("SELECT * FROM L EMIT CHANGES LIMIT 4;");
  expect(explainJson(push!).notes).toEqual(["ends after 4 rows"]);
});
