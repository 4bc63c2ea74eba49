/** What CREATE OR REPLACE may change of a running query; sources are in create-source.test.ts. */
import { describe, expect, test } from "vitest";
import { planned, refusal } from "../../test/plan/planned.ts";

const S = "CREATE STREAM S (ID INT KEY, A INT, B INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";
const R = "CREATE STREAM R (ID INT KEY, C INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');";
const T = "CREATE TABLE T (ID INT PRIMARY KEY, D INT) WITH (KAFKA_TOPIC='v', VALUE_FORMAT='JSON');";

const made = (select: string): string => `CREATE STREAM O AS ${select};`;
const replaced = (select: string): string => `CREATE OR REPLACE STREAM O AS ${select};`;

describe("allowed", () => {
  test.each([
    ["another filter", "SELECT ID, A FROM S WHERE A > 1", "SELECT ID, A FROM S WHERE B > 1"],
    ["a filter taken away", "SELECT ID, A FROM S WHERE A > 1", "SELECT ID, A FROM S"],
    ["more columns", "SELECT ID, A FROM S", "SELECT ID, A, A + B AS C FROM S"],
    ["another meaning of a column", "SELECT ID, A FROM S", "SELECT ID, B AS A FROM S"],
  ])("%s", (_name, first, next) => {
    planned("ksqldb", S, made(first), replaced(next));
  });

  test("a filter and columns of a join, outside the strict dialect", () => {
    const first = made("SELECT S.ID, A, D FROM S JOIN T ON S.ID = T.ID");
    const next = replaced("SELECT S.ID, A, D, B FROM S JOIN T ON S.ID = T.ID WHERE D > 1");
    planned("auto", S, T, first, next);
    expect(refusal("ksqldb", S, T, first, next).code).toBe("PLAN_INVALID_REPLACEMENT");
  });
});

describe("refused, since state or positions would not fit", () => {
  test.each([
    ["another source", "SELECT ID, A FROM S", "SELECT ID, C AS A FROM R"],
    [
      "another kind of join",
      "SELECT S.ID, A FROM S JOIN T ON S.ID = T.ID",
      "SELECT S.ID, A FROM S LEFT JOIN T ON S.ID = T.ID",
    ],
    [
      "a join by another key",
      "SELECT S.ID, A FROM S JOIN T ON S.ID = T.ID",
      "SELECT S.A AS ID, B AS A FROM S JOIN T ON S.A = T.ID",
    ],
    [
      "a wider window",
      "SELECT S.ID, A FROM S JOIN R WITHIN 1 HOUR ON S.ID = R.ID",
      "SELECT S.ID, A FROM S JOIN R WITHIN 2 HOURS ON S.ID = R.ID",
    ],
    ["a table function", "SELECT ID, A FROM S", "SELECT ID, EXPLODE(ARRAY[A, B]) AS A FROM S"],
  ])("%s", (_name, first, next) => {
    expect(refusal("auto", S, R, T, made(first), replaced(next)).code).toBe("PLAN_INVALID_REPLACEMENT");
  });

  test("other aggregates", () => {
    const first = "CREATE TABLE O AS SELECT ID, SUM(A) AS N FROM S GROUP BY ID;";
    const next = "CREATE OR REPLACE TABLE O AS SELECT ID, SUM(B) AS N FROM S GROUP BY ID;";
    expect(refusal("auto", S, first, next).code).toBe("PLAN_INVALID_REPLACEMENT");
  });

  test("a source that loses a column", () => {
    const narrower =
      "CREATE OR REPLACE STREAM S (ID INT KEY, A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";
    expect(refusal("auto", S, narrower).code).toBe("PLAN_INVALID_REPLACEMENT");
  });
});
