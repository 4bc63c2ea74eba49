import { describe, expect, test } from "vitest";
import {
  columns,
  findStep,
  kinds,
  lastPlan,
  planned,
  refusal,
  schemaOf,
  source,
} from "../../test/plan/planned.ts";

const S =
  "CREATE STREAM S (ID BIGINT KEY, N BIGINT, D DOUBLE, NAME STRING) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', KEY_FORMAT='JSON');";
const T =
  "CREATE TABLE T (ID BIGINT PRIMARY KEY, N BIGINT, D DOUBLE) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');";

function made(select: string): ReturnType<typeof planned> {
  return planned("ksqldb", S, T, `CREATE TABLE R AS ${select};`);
}

test("the key is the grouped expression, the step has one column for each aggregate", () => {
  const runner = made("SELECT NAME, TEST_UDAF(N) AS SUM, TEST_UDAF(N) * 2 AS DOUBLED FROM S GROUP BY NAME");
  expect(schemaOf(runner, "R")).toBe("NAME STRING KEY, SUM BIGINT, DOUBLED BIGINT");
  const step = findStep(lastPlan(runner).root, "aggregate");
  expect(step.calls).toHaveLength(1);
  expect(columns(step.schema.columns)).toBe(
    "NAME STRING KEY, KSQL_AGG_VARIABLE_0 BIGINT, ROWTIME BIGINT PSEUDO",
  );
});

test("expressions and several columns can be grouped", () => {
  expect(schemaOf(made("SELECT N + 1 AS K, TEST_UDAF(N) AS V FROM S GROUP BY N + 1"), "R")).toBe(
    "K BIGINT KEY, V BIGINT",
  );
  expect(schemaOf(made("SELECT NAME, N, TEST_UDAF(N) AS V FROM S GROUP BY N, NAME"), "R")).toBe(
    "N BIGINT KEY, NAME STRING KEY, V BIGINT",
  );
});

test("windows have their bounds, a default of a day for size and grace, and windowed keys", () => {
  const runner = made(
    "SELECT ID, WINDOWSTART AS FROM_MS, TEST_UDAF(N) AS V FROM S WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 5 MINUTES) GROUP BY ID",
  );
  expect(schemaOf(runner, "R")).toBe("ID BIGINT KEY, FROM_MS BIGINT, V BIGINT");
  expect(source(runner, "R").window).toEqual({ type: "HOPPING", sizeMs: 3_600_000 });
  expect(findStep(lastPlan(runner).root, "aggregate").window).toEqual({
    type: "HOPPING",
    sizeMs: 3_600_000,
    advanceMs: 300_000,
    graceMs: 82_800_000,
  });
});

test("HAVING filters behind the aggregation, EMIT FINAL waits right behind it", () => {
  const runner = made(
    "SELECT ID, TEST_UDAF(N) AS V FROM S WINDOW TUMBLING (SIZE 1 HOUR) WHERE N > 0 GROUP BY ID HAVING TEST_UDAF(N) > 3 EMIT FINAL",
  );
  expect(kinds(lastPlan(runner).root)).toEqual([
    "project",
    "filter",
    "suppress",
    "aggregate",
    "filter",
    "source",
  ]);
});

test("a transient query may aggregate without GROUP BY", () => {
  const [plan] = planned("ksqldb", S).run("SELECT TEST_UDAF(N) FROM S EMIT CHANGES;");
  expect(findStep(plan!.root, "aggregate").groupBy).toEqual([]);
});

describe("refusals", () => {
  test.each([
    ["SELECT NAME, N, TEST_UDAF(N) FROM S GROUP BY NAME", "PLAN_INVALID_GROUPING"],
    ["SELECT NAME, TEST_UDAF(N) FROM S GROUP BY NAME HAVING N > 1", "PLAN_INVALID_GROUPING"],
    ["SELECT NAME FROM S GROUP BY NAME", "PLAN_INVALID_GROUPING"],
    ["SELECT TEST_UDAF(N) FROM S GROUP BY TEST_UDAF(N)", "PLAN_INVALID_GROUPING"],
    ["SELECT NAME, TEST_UDAF(N) FROM S GROUP BY NAME, S.NAME", "PLAN_INVALID_GROUPING"],
    ["SELECT TEST_UDAF(N) AS V FROM S", "PLAN_INVALID_GROUPING"],
    ["SELECT TEST_UDAF(N) FROM S GROUP BY NAME", "PLAN_KEY_NOT_SELECTED"],
    ["SELECT NAME, NAME AS M, TEST_UDAF(N) FROM S GROUP BY NAME", "PLAN_KEY_NOT_SELECTED"],
    ["SELECT NAME, TEST_UDAF(TEST_UDAF(N)) FROM S GROUP BY NAME", "PLAN_FUNCTION_USE"],
    ["SELECT ID, TEST_UDAF(D) FROM T GROUP BY ID", "PLAN_FUNCTION_USE"],
    ["SELECT NAME, TEST_UDAF(NAME, NAME) FROM S GROUP BY NAME", "PLAN_FUNCTION_USE"],
    [
      "SELECT NAME, TEST_UDAF(WINDOWSTART) FROM S WINDOW TUMBLING (SIZE 1 DAY) GROUP BY NAME",
      "PLAN_INVALID_WINDOW",
    ],
    ["SELECT ID, TEST_UDAF(N) FROM S GROUP BY ID EMIT FINAL", "PLAN_INVALID_WINDOW"],
    ["SELECT ID, N FROM S WINDOW TUMBLING (SIZE 1 DAY)", "PLAN_INVALID_WINDOW"],
    ["SELECT ID, NO_SUCH(N) FROM S GROUP BY ID", "FUNCTION_UNKNOWN"],
  ])("%s", (select, code) => {
    expect(refusal("ksqldb", S, T, `CREATE TABLE R AS ${select};`)).toMatchObject({ code });
  });
});
