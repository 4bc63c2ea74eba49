import { describe, expect, test } from "vitest";
import { columns, kinds, lastPlan, planned, refusal, schemaOf } from "../../test/plan/planned.ts";
import { explainPlan } from "./explain.ts";

const A = "CREATE STREAM A (ID STRING KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";
const B = "CREATE STREAM B (ID STRING, W INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='DELIMITED');";
const T = "CREATE TABLE T (ID STRING PRIMARY KEY, W INT) WITH (KAFKA_TOPIC='v', VALUE_FORMAT='JSON');";
const csas = (query: string): string => `CREATE STREAM X WITH (VALUE_FORMAT='JSON') AS ${query};`;

describe("FROM NAME(stream, …)", () => {
  test("gives the function's columns; clauses of a stream stand behind it", () => {
    const runner = planned("auto", A, B, csas("SELECT * FROM COUNT_BEFORE(A, B)"));
    expect(schemaOf(runner, "X")).toBe("ID STRING KEY, BEFORE BIGINT, LAST TIMESTAMP");
    const { root, sourceNames, sink } = lastPlan(runner);
    expect(kinds(root)).toEqual(["project", "stream-function"]);
    expect(sourceNames).toEqual(["A", "B"]);
    expect(sink).toMatchObject({ partitions: 4, keyFormat: { format: "KAFKA" } });
    const partitioned = planned(
      "auto",
      A,
      B,
      csas("SELECT f.LAST AS L, f.BEFORE FROM count_before(A, B) f WHERE f.ID <> '' PARTITION BY f.BEFORE"),
    );
    expect(schemaOf(partitioned, "X")).toBe("BEFORE BIGINT KEY, L TIMESTAMP");
    const counted = planned(
      "auto",
      A,
      B,
      "CREATE TABLE X AS SELECT ID, COUNT(*) AS N FROM COUNT_BEFORE(A, B) GROUP BY ID;",
    );
    expect(kinds(lastPlan(counted).root)).toEqual(["project", "aggregate", "stream-function"]);
  });

  test("alone is a push query", () => {
    const [plan] = planned("auto", A, B).run("SELECT ID, ROWTIME FROM COUNT_BEFORE(A, B);");
    expect(plan).toMatchObject({ kind: "push", sourceNames: ["A", "B"] });
    expect(columns(plan!.root.schema.columns)).toBe("ID STRING KEY, ROWTIME BIGINT");
  });

  test("is explained with its inputs and what it says of itself", () => {
    const runner = planned("auto", A, B, csas("SELECT * FROM COUNT_BEFORE(A, B)"));
    const lines = explainPlan(lastPlan(runner)).split("\n").slice(-7);
    expect(lines).toEqual([
      "    > stream-function → stream: ID STRING KEY, BEFORE BIGINT, LAST TIMESTAMP",
      "        rows of COUNT_BEFORE(A, B)",
      "        counts by ID",
      "        > source → stream: ID STRING KEY, V INTEGER",
      "            reads A from topic t, key KAFKA, value JSON",
      "        > source → stream: ROWKEY STRING KEY (hidden), ID STRING, W INTEGER",
      "            reads B from topic u, key KAFKA, value DELIMITED",
    ]);
  });
});

describe("is refused", () => {
  test.each([
    [
      "SELECT * FROM COUNT_BEFOR(A, B)",
      "there is no stream function 'COUNT_BEFOR'",
      "did you mean 'COUNT_BEFORE'",
    ],
    ["SELECT * FROM LCASE(A)", "there is no stream function 'LCASE'", "stream functions are COUNT_BEFORE"],
    [
      "SELECT * FROM COUNT_BEFORE(A)",
      "COUNT_BEFORE takes 2 streams, and is given 1",
      "COUNT_BEFORE(counted, asking)",
    ],
    ["SELECT * FROM COUNT_BEFORE(A, A)", "COUNT_BEFORE is given 'A' twice", "COUNT_BEFORE(counted, asking)"],
    ["SELECT * FROM COUNT_BEFORE(A, T)", "COUNT_BEFORE reads streams, and 'T' is a table", "CREATE STREAM"],
    ["SELECT * FROM COUNT_BEFORE(A, C)", "stream or table 'C' does not exist", ""],
    ["SELECT A.ID FROM A JOIN COUNT_BEFORE(A, B) F ON A.ID = F.ID", "can't stand in a join", "CREATE STREAM"],
    ["SELECT NONE FROM COUNT_BEFORE(A, B)", "SELECT column 'NONE' does not exist", ""],
  ])("%s", (query, message, hint) => {
    const error = refusal("auto", A, B, T, csas(query));
    expect(error.message).toContain(message);
    expect(error.hint ?? "").toContain(hint);
    expect(error.place?.span).toBeDefined();
  });

  test("where an input has another shape, at its name", () => {
    const C = "CREATE STREAM C (N INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";
    const text = csas("SELECT * FROM COUNT_BEFORE(A, C)");
    const error = refusal("auto", A, C, text);
    expect(error).toMatchObject({ code: "PLAN_STREAM_FUNCTION", message: "'C' has no ID STRING" });
    expect(error.place?.span?.start).toBe(text.indexOf("C)"));
  });

  test("in ksqlDB's own dialect, which has no such relation", () => {
    const error = refusal("ksqldb", A, B, "SELECT * FROM COUNT_BEFORE(A, B) EMIT CHANGES;");
    expect(error).toMatchObject({
      code: "SQL_SYNTAX",
      hint: "ksqlDB has no functions in FROM; the dialect 'auto' has Spoor's stream functions",
    });
  });

  test("where a query is replaced by one with other inputs", () => {
    const before = csas("SELECT * FROM COUNT_BEFORE(A, B)");
    const next = csas("SELECT * FROM COUNT_BEFORE(B, A)").replace("CREATE", "CREATE OR REPLACE");
    expect(refusal("auto", A, B, before, next).code).toBe("PLAN_INVALID_REPLACEMENT");
    const columnsOnly = csas("SELECT *, 1 AS ONE FROM COUNT_BEFORE(A, B)").replace(
      "CREATE",
      "CREATE OR REPLACE",
    );
    expect(() => planned("auto", A, B, before, columnsOnly)).not.toThrow();
  });
});
