import { describe, expect, test } from "vitest";
import { typeText } from "../data/types.ts";
import { findStep, lastPlan, planned, refusal } from "../../test/plan/planned.ts";
import type { Expression } from "./expression.ts";
import { expressionText } from "./expression-text.ts";

const S = `CREATE STREAM S (K INT KEY, I INT, B BIGINT, D DOUBLE, E DECIMAL(4, 2), T STRING, F BOOLEAN, X TIMESTAMP, Y DATE,
  L ARRAY<BIGINT>, M MAP<STRING, INT>, R STRUCT<A INT, Q STRING>) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`;

function selected(expression: string): Expression {
  const runner = planned("ksqldb", S, `CREATE STREAM O AS SELECT K, ${expression} AS V FROM S;`);
  return findStep(lastPlan(runner).root, "project").expressions[1]!;
}

function predicate(expression: string): Expression {
  const runner = planned("ksqldb", S, `CREATE STREAM O AS SELECT * FROM S WHERE ${expression};`);
  return findStep(lastPlan(runner).root, "filter").predicate;
}

describe("types", () => {
  test.each([
    ["I + 1", "INTEGER"],
    ["I + B", "BIGINT"],
    ["B * D", "DOUBLE"],
    ["E + 1", "DECIMAL(13, 2)"],
    ["E * E", "DECIMAL(9, 4)"],
    ["-E", "DECIMAL(4, 2)"],
    ["1.50", "DECIMAL(3, 2)"],
    ["5000000000", "BIGINT"],
    ["1E3", "DOUBLE"],
    ["T + 'x'", "STRING"],
    ["L[1]", "BIGINT"],
    ["M['a']", "INTEGER"],
    ["R->Q", "STRING"],
    ["CAST(NULL AS ARRAY<INT>)", "ARRAY<INTEGER>"],
    ["CASE WHEN F THEN NULL ELSE B END", "BIGINT"],
    ["CASE I WHEN 1 THEN 'a' END", "STRING"],
    ["ARRAY[I, B, NULL]", "ARRAY<BIGINT>"],
    ["MAP('a' := 1, 'b' := 2.5)", "MAP<STRING, DECIMAL(11, 1)>"],
    ["STRUCT(P := I, Q := T)", "STRUCT<P INTEGER, Q STRING>"],
    ["I IN (1, '2', NULL)", "BOOLEAN"],
  ])("%s is %s", (expression, type) => expect(typeText(selected(expression).type)).toBe(type));

  test.each([
    "F + 1",
    "T * 2",
    "I + NULL",
    "-T",
    "T[1]",
    "R->NOPE",
    "CAST(T AS ARRAY<INT>)",
    "ARRAY[NULL, NULL]",
    "MAP()",
    "CASE WHEN F THEN 1 ELSE 'x' END",
    "CASE WHEN I THEN 1 END",
    "ARRAY[I, F]",
    "NOT I",
    "I IN (1, 'one')",
    "TEST_UDF(F)",
    "NO_SUCH_FUNCTION(I)",
    "L BETWEEN 1 AND 2",
    "I LIKE 'a'",
    "I IS DISTINCT FROM T",
    "L < L",
    "CAST(I AS NO_SUCH_TYPE)",
  ])("%s is refused, with its place", (expression) => {
    const error = refusal("ksqldb", S, `CREATE STREAM O AS SELECT K, ${expression} AS V FROM S;`);
    expect(error.kind).toMatch(/statement|parse/);
    expect(error.place?.span.start).toBeGreaterThan(20);
  });
});

describe("implicit conversion", () => {
  test("comparisons bring both sides to one type, literals at once", () => {
    expect(predicate("I = B")).toMatchObject({
      left: { kind: "cast", implicit: true, type: { kind: "BIGINT" } },
    });
    expect(predicate("B = 1")).toMatchObject({ right: { kind: "literal", value: 1n } });
    expect(predicate("D > 1.5")).toMatchObject({
      right: { kind: "literal", type: { kind: "DOUBLE" }, value: 1.5 },
    });
    expect(predicate("X > '2020-01-01'")).toMatchObject({
      right: { kind: "literal", type: { kind: "TIMESTAMP" }, value: 1_577_836_800_000 },
    });
    expect(predicate("X = Y")).toMatchObject({ right: { kind: "cast", type: { kind: "TIMESTAMP" } } });
  });

  test("a text beside ROWTIME is a time", () => {
    expect(predicate("ROWTIME >= '2020-01-01T00:00:01'")).toMatchObject({
      right: { value: 1_577_836_801_000n },
    });
    expect(predicate("ROWTIME BETWEEN '2020' AND '2021-01'")).toMatchObject({
      low: { value: 1_577_836_800_000n },
      high: { value: 1_609_459_200_000n },
    });
    expect(refusal("ksqldb", S, "CREATE STREAM O AS SELECT * FROM S WHERE ROWTIME > 'noon';").code).toBe(
      "PLAN_TYPE_MISMATCH",
    );
  });

  test("function arguments take the overload's types", () => {
    expect(selected("TEST_UDF(B, T)")).toMatchObject({
      kind: "call",
      name: "TEST_UDF",
      type: { kind: "STRING" },
    });
  });

  test("WHERE must be BOOLEAN", () => {
    expect(refusal("ksqldb", S, "CREATE STREAM O AS SELECT * FROM S WHERE I;").code).toBe(
      "PLAN_TYPE_MISMATCH",
    );
    expect(refusal("ksqldb", S, "CREATE STREAM O AS SELECT * FROM S WHERE I = NULL;").hint).toContain(
      "IS NULL",
    );
  });
});

test("expressions print as SQL, without implicit casts", () => {
  const sql =
    "((I + B) > 3 AND NOT (T LIKE 'a%' ESCAPE '!') OR R->A IN (1, 2) OR L[1] BETWEEN 1 AND 2 OR M['a'] IS NOT NULL)";
  expect(expressionText(predicate(sql))).toBe(
    "(((((((I + B) > 3) AND (NOT (T LIKE 'a%' ESCAPE '!'))) OR (R->A IN (1, 2))) OR (L[1] BETWEEN 1 AND 2)) OR (M['a'] IS NOT NULL)))".slice(
      1,
      -1,
    ),
  );
  const built = "CASE WHEN F THEN CAST(I AS STRING) ELSE '' END";
  expect(expressionText(selected(built))).toBe("(CASE WHEN F THEN CAST(I AS STRING) ELSE '' END)");
});
