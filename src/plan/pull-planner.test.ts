import { describe, expect, test } from "vitest";
import { columns, findStep, kinds, planned, refusal } from "../../test/plan/planned.ts";
import { expressionText } from "./expression-text.ts";
import type { PullQueryPlan } from "./physical.ts";

const S = "CREATE STREAM S (ID STRING KEY, N BIGINT) WITH (KAFKA_TOPIC='t', FORMAT='JSON');";
const T = "CREATE TABLE T (A INT PRIMARY KEY, V STRING) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');";
const AGGREGATE = "CREATE TABLE C AS SELECT ID, TEST_UDAF(N) AS V FROM S GROUP BY ID;";
const WINDOWED =
  "CREATE TABLE W AS SELECT ID, TEST_UDAF(N) AS V FROM S WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY ID;";
const TWO_KEYS = "CREATE TABLE M AS SELECT ID, N, TEST_UDAF(N) AS V FROM S GROUP BY ID, N;";

function pull(select: string, ...setup: readonly string[]): PullQueryPlan {
  const [plan] = planned("ksqldb", S, T, AGGREGATE, WINDOWED, TWO_KEYS, ...setup).run(select);
  if (plan?.kind !== "pull") throw new Error("no pull query");
  return plan;
}

function keysOf(select: string): string[] {
  return pull(select).constraint.keys.map((values) => values.map(expressionText).join(","));
}

test("the plan is source, filter, project; keys and window bounds are marked", () => {
  const plan = pull("SELECT * FROM W WHERE ID = 'a';");
  expect(kinds(plan.root)).toEqual(["project", "filter", "source"]);
  expect(columns(plan.root.schema.columns)).toBe(
    "ID STRING KEY, WINDOWSTART BIGINT KEY, WINDOWEND BIGINT KEY, V BIGINT",
  );
  expect(findStep(plan.root, "source").materialized).toBe(true);
});

describe("keys to look up", () => {
  test.each([
    ["SELECT * FROM C WHERE ID = 'a';", ["'a'"]],
    ["SELECT * FROM C WHERE 'a' = ID AND V > 1;", ["'a'"]],
    ["SELECT * FROM C WHERE ID IN ('a', 'b', 'a');", ["'a'", "'b'"]],
    ["SELECT * FROM C WHERE ID = 'a' OR ID = 'b' AND V = 1;", ["'a'", "'b'"]],
    ["SELECT * FROM C WHERE ID = 'a' OR V = 1;", []],
    ["SELECT * FROM C WHERE NOT ID = 'a';", []],
    ["SELECT * FROM C WHERE ID > 'a';", []],
    ["SELECT * FROM C;", []],
    ["SELECT * FROM M WHERE ID = 'a' AND N IN (1, 2);", ["'a',1", "'a',2"]],
    ["SELECT * FROM M WHERE ID = 'a';", []],
  ])("%s", (select, keys) => expect(keysOf(select)).toEqual(keys));

  test("window bounds", () => {
    const { constraint } = pull(
      "SELECT * FROM W WHERE ID = 'a' AND WINDOWSTART >= 1000 AND 5000 > WINDOWSTART AND WINDOWEND = 3000;",
    );
    expect(constraint.windowStart).toEqual({ lowMs: 1000, highMs: 4999 });
    expect(constraint.windowEnd).toEqual({ lowMs: 3000, highMs: 3000 });
  });
});

test("streams can be pulled; tables need state", () => {
  expect(pull("SELECT ID, N FROM S WHERE N > 1 LIMIT 3;")).toMatchObject({
    source: "S",
    limit: 3,
    constraint: { keys: [] },
  });
  expect(refusal("ksqldb", T, "SELECT * FROM T;")).toMatchObject({ code: "PLAN_PULL_QUERY" });
  const sourced = planned("ksqldb", T.replace("CREATE TABLE", "CREATE SOURCE TABLE"));
  expect(sourced.run("SELECT * FROM T;")[0]?.kind).toBe("pull");
});

test.each([
  ["SELECT ID, TEST_UDAF(V) FROM C GROUP BY ID;", "PLAN_PULL_QUERY"],
  ["SELECT * FROM C WINDOW TUMBLING (SIZE 1 SECOND);", "PLAN_PULL_QUERY"],
  ["SELECT * FROM C PARTITION BY V;", "PLAN_PULL_QUERY"],
  ["SELECT * FROM C JOIN T ON C.V = T.A;", "PLAN_PULL_QUERY"],
  ["SELECT ID, ROWOFFSET FROM C;", "PLAN_PULL_QUERY"],
  ["SELECT *, V FROM C;", "PLAN_PULL_QUERY"],
  ["SELECT ID, V, V FROM C;", "PLAN_DUPLICATE_COLUMN"],
  ["SELECT * FROM C WHERE ID = 1;", "PLAN_TYPE_MISMATCH"],
])("%s is refused", (select, code) =>
  expect(refusal("ksqldb", S, T, AGGREGATE, select)).toMatchObject({ code }),
);

test("without table scans every way through WHERE must name the whole key once", () => {
  const off = "SET 'ksql.query.pull.table.scan.enabled' = 'false';";
  const refused = (where: string): string =>
    refusal("ksqldb", S, AGGREGATE, TWO_KEYS, off, `SELECT * FROM ${where};`).code;
  expect(pull("SELECT * FROM C WHERE ID = 'a';", off).constraint.keys).toHaveLength(1);
  expect(pull("SELECT * FROM C WHERE ID > 'a';", off).constraint.keys).toHaveLength(0);
  for (const where of ["C", "C WHERE V = 1", "C WHERE ID = 'a' AND ID IN ('b')", "M WHERE ID = 'a'"]) {
    expect(refused(where)).toBe("PLAN_PULL_QUERY");
  }
});
