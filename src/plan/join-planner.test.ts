import { describe, expect, test } from "vitest";
import { findStep, kinds, lastPlan, planned, refusal, schemaOf } from "../../test/plan/planned.ts";

const JSON_FORMAT = "VALUE_FORMAT='JSON'";
const L = `CREATE STREAM L (A INT KEY, B INT, C STRING) WITH (KAFKA_TOPIC='t', ${JSON_FORMAT});`;
const R = `CREATE STREAM R (A INT KEY, B INT, D STRING) WITH (KAFKA_TOPIC='u', ${JSON_FORMAT});`;
const T = `CREATE TABLE T (A INT PRIMARY KEY, F INT) WITH (KAFKA_TOPIC='v', ${JSON_FORMAT});`;
const U = `CREATE TABLE U (K INT PRIMARY KEY, G INT) WITH (KAFKA_TOPIC='u', ${JSON_FORMAT});`;
const ALL = [L, R, T, U];

function order(runner: ReturnType<typeof planned>): string {
  return findStep(lastPlan(runner).root, "stream-table-join").order;
}

function stream(select: string): ReturnType<typeof planned> {
  return planned("ksqldb", ...ALL, `CREATE STREAM J AS ${select};`);
}

function table(select: string): ReturnType<typeof planned> {
  return planned("ksqldb", ...ALL, `CREATE TABLE J AS ${select};`);
}

describe("names", () => {
  test("clashing columns get their source's name, others stay; * prefixes all", () => {
    const on = "FROM L JOIN R WITHIN 1 HOUR ON L.A = R.A";
    expect(schemaOf(stream(`SELECT L.A, L.B, R.B, C, D ${on}`), "J")).toBe(
      "L_A INTEGER KEY, L_B INTEGER, R_B INTEGER, C STRING, D STRING",
    );
    expect(schemaOf(stream(`SELECT * ${on}`), "J")).toBe(
      "L_A INTEGER KEY, L_B INTEGER, L_C STRING, R_A INTEGER, R_B INTEGER, R_D STRING",
    );
  });

  test("an ambiguous name lists its owners", () => {
    const error = refusal(
      "ksqldb",
      ...ALL,
      "CREATE STREAM J AS SELECT L.A, B FROM L JOIN R WITHIN 1 HOUR ON L.A = R.A;",
    );
    expect(error).toMatchObject({ code: "PLAN_AMBIGUOUS_COLUMN", hint: "write L.B or R.B" });
  });
});

describe("keys and re-keying", () => {
  test("on both keys nothing is re-keyed", () => {
    const plan = lastPlan(
      stream(
        "SELECT L.A, C, D FROM L JOIN R WITHIN (1 MINUTE, 2 MINUTES) GRACE PERIOD 3 SECONDS ON L.A = R.A",
      ),
    );
    expect(kinds(plan.root)).toEqual(["project", "stream-stream-join", "source", "source"]);
    expect(findStep(plan.root, "stream-stream-join")).toMatchObject({
      beforeMs: 60_000,
      afterMs: 120_000,
      graceMs: 3000,
    });
  });

  test("a side joined on another column is re-keyed, its columns stay", () => {
    const runner = stream("SELECT L.B, L.A, D FROM L JOIN R WITHIN 1 HOUR ON L.B = R.A");
    expect(kinds(lastPlan(runner).root)).toEqual([
      "project",
      "stream-stream-join",
      "rekey",
      "source",
      "source",
    ]);
    expect(findStep(lastPlan(runner).root, "rekey")).toMatchObject({
      reason: "join-left",
      dropNullKeys: true,
    });
    expect(schemaOf(runner, "J")).toBe("L_B INTEGER KEY, L_A INTEGER, D STRING");
  });

  test("an expression join has a synthetic key", () => {
    const on = "FROM L JOIN R WITHIN 1 HOUR ON L.A + 1 = R.A + 1";
    expect(schemaOf(stream(`SELECT ROWKEY AS K, C ${on}`), "J")).toBe("K INTEGER KEY, C STRING");
    expect(schemaOf(stream(`SELECT * ${on}`), "J")).toMatch(/^ROWKEY INTEGER KEY, L_A INTEGER/);
    const error = refusal("ksqldb", ...ALL, `CREATE STREAM J AS SELECT C ${on};`);
    expect(error).toMatchObject({ code: "PLAN_KEY_NOT_SELECTED", hint: "add ROWKEY to the select list" });
  });

  test("a full join has a synthetic key in front", () => {
    const runner = table("SELECT ROWKEY, T.F, G FROM T FULL OUTER JOIN U ON T.A = U.K");
    expect(schemaOf(runner, "J")).toBe("ROWKEY INTEGER KEY, F INTEGER, G INTEGER");
    expect(findStep(lastPlan(runner).root, "table-table-join").schema.columns[0]).toMatchObject({
      name: "ROWKEY",
      role: "key",
    });
  });

  test("the right side's column may show a left join's key, and never is NULL", () => {
    const runner = stream("SELECT R.A AS K, C FROM L LEFT JOIN R WITHIN 1 HOUR ON L.A = R.A");
    expect(schemaOf(runner, "J")).toBe("K INTEGER KEY, C STRING");
    expect(findStep(lastPlan(runner).root, "project").expressions[0]).toMatchObject({
      kind: "column",
      index: 0,
    });
  });
});

describe("kinds of joins", () => {
  test("a stream meets a table's row by arrival, or by time as the property says", () => {
    const select = "CREATE STREAM J AS SELECT L.A, C, F FROM L JOIN T ON L.A = T.A;";
    expect(order(planned("ksqldb", ...ALL, select))).toBe("arrival");
    expect(order(planned("auto", ...ALL, "SET 'spoor.join.order' = 'event-time';", select))).toBe(
      "event-time",
    );
  });

  test("tables joined on the left one's other column make a foreign-key join", () => {
    const runner = table("SELECT T.A, F, G FROM T LEFT JOIN U ON T.F = U.K");
    expect(findStep(lastPlan(runner).root, "foreign-key-join")).toMatchObject({ join: "left" });
    expect(schemaOf(runner, "J")).toBe("A INTEGER KEY, F INTEGER, G INTEGER");
  });

  test("joins of more sources go on from the key they have", () => {
    const runner = stream("SELECT L.A, C, F, G FROM L JOIN T ON L.A = T.A JOIN U ON T.A = U.K");
    expect(kinds(lastPlan(runner).root)).toEqual([
      "project",
      "stream-table-join",
      "stream-table-join",
      "source",
      "source",
      "source",
    ]);
  });

  test.each([
    ["STREAM", "SELECT * FROM L JOIN R ON L.A = R.A", "PLAN_INVALID_WINDOW"],
    ["STREAM", "SELECT * FROM L JOIN T WITHIN 1 HOUR ON L.A = T.A", "PLAN_INVALID_WINDOW"],
    ["STREAM", "SELECT * FROM L JOIN T ON L.A = T.F", "PLAN_INVALID_JOIN"],
    ["STREAM", "SELECT * FROM L FULL OUTER JOIN T ON L.A = T.A", "PLAN_INVALID_JOIN"],
    ["STREAM", "SELECT * FROM T JOIN L ON L.A = T.A", "PLAN_INVALID_JOIN"],
    ["STREAM", "SELECT * FROM L JOIN L WITHIN 1 HOUR ON L.A = L.A", "PLAN_INVALID_JOIN"],
    ["STREAM", "SELECT * FROM L JOIN R WITHIN 1 HOUR ON L.A = R.A AND L.B = R.B", "PLAN_INVALID_JOIN"],
    ["STREAM", "SELECT * FROM L JOIN R WITHIN 1 HOUR ON L.A = 1", "PLAN_INVALID_JOIN"],
    ["STREAM", "SELECT * FROM L JOIN R WITHIN 1 HOUR ON L.A = R.D", "PLAN_INVALID_JOIN"],
    ["TABLE", "SELECT * FROM T JOIN U ON T.A = U.G", "PLAN_INVALID_JOIN"],
    ["TABLE", "SELECT * FROM T RIGHT JOIN U ON T.F = U.K", "PLAN_INVALID_JOIN"],
  ])("CREATE %s AS %s is refused", (kind, select, code) => {
    expect(refusal("ksqldb", ...ALL, `CREATE ${kind} J AS ${select};`)).toMatchObject({ code });
  });

  test("partitions must match", () => {
    const narrow =
      "CREATE TABLE N (A INT PRIMARY KEY, F INT) WITH (KAFKA_TOPIC='n', PARTITIONS=1, VALUE_FORMAT='JSON');";
    const error = refusal("ksqldb", L, narrow, "CREATE STREAM J AS SELECT * FROM L JOIN N ON L.A = N.A;");
    expect(error.message).toContain("4 partitions");
  });
});
