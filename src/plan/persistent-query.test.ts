import { describe, expect, test } from "vitest";
import { findStep, kinds, lastPlan, planned, refusal, schemaOf, source } from "../../test/plan/planned.ts";

const S =
  "CREATE STREAM S (ID INT KEY, NAME STRING, N BIGINT, P STRUCT<A INT, NAME STRING>) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";
const T =
  "CREATE TABLE T (ID INT PRIMARY KEY, NAME STRING, F INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='DELIMITED');";

function refused(select: string): string {
  return refusal("ksqldb", S, T, `CREATE STREAM R AS ${select};`).code;
}

function result(select: string, kind = "STREAM", sources: readonly string[] = [S, T]): string {
  return schemaOf(planned("ksqldb", ...sources, `CREATE ${kind} R AS ${select};`), "R");
}

describe("names of the select list", () => {
  test.each([
    ["SELECT * FROM S", "ID INTEGER KEY, NAME STRING, N BIGINT, P STRUCT<A INTEGER, NAME STRING>"],
    ["SELECT N, ID AS K FROM S", "K INTEGER KEY, N BIGINT"],
    ["SELECT ID, N + 1, N * 2 FROM S", "ID INTEGER KEY, KSQL_COL_0 BIGINT, KSQL_COL_1 BIGINT"],
    ["SELECT ID, P->A, P->NAME FROM S", "ID INTEGER KEY, A INTEGER, NAME_1 STRING"],
    ["SELECT ID, P->* FROM S", "ID INTEGER KEY, A INTEGER, NAME STRING"],
    [
      "SELECT S.*, ROWTIME AS SEEN FROM S",
      "ID INTEGER KEY, NAME STRING, N BIGINT, P STRUCT<A INTEGER, NAME STRING>, SEEN BIGINT",
    ],
  ])("%s", (select, schema) => expect(result(select)).toBe(schema));

  test.each([
    ["SELECT ID, NOPE FROM S", "PLAN_UNKNOWN_COLUMN"],
    ["SELECT ID, P->NOPE FROM S", "PLAN_UNKNOWN_COLUMN"],
    ["SELECT ID, ROWTIME FROM S", "PLAN_RESERVED_COLUMN"],
    ["SELECT ID, N AS WINDOWEND FROM S", "PLAN_RESERVED_COLUMN"],
    ["SELECT NAME FROM S", "PLAN_KEY_NOT_SELECTED"],
    ["SELECT ID, ID AS ID2, NAME FROM S", "PLAN_KEY_NOT_SELECTED"],
    ["SELECT ID FROM S", "PLAN_INVALID_SELECT"],
    ["SELECT ID, N AS X, NAME AS X FROM S", "PLAN_DUPLICATE_COLUMN"],
    ["SELECT ID, NULL AS X FROM S", "PLAN_TYPE_MISMATCH"],
    ["SELECT * FROM NOWHERE", "PLAN_UNKNOWN_SOURCE"],
    ["SELECT * FROM S LIMIT 3", "SQL_BAD_CLAUSE"],
    ["SELECT * FROM T", "PLAN_RESULT_KIND"],
    ["SELECT ID, N FROM S EMIT FINAL", "PLAN_INVALID_WINDOW"],
    ["SELECT ID, N FROM S HAVING N > 1", "PLAN_INVALID_GROUPING"],
  ])("%s is refused", (select, code) => {
    expect(refusal("ksqldb", S, T, `CREATE STREAM R AS ${select};`)).toMatchObject({ code });
  });

  test("an unknown column names its place and the near name", () => {
    const error = refusal("ksqldb", S, "CREATE STREAM R AS\n  SELECT ID, NAMEE FROM S;");
    expect(error.place?.span).toMatchObject({ line: 2, column: 14 });
    expect(error.hint).toBe("did you mean 'NAME'?");
  });
});

describe("sinks", () => {
  test("formats, partitions and their properties come from the source", () => {
    const runner = planned("ksqldb", S, T, "CREATE TABLE R AS SELECT * FROM T;");
    expect(lastPlan(runner).sink).toMatchObject({
      topic: "R",
      partitions: 4,
      valueFormat: { format: "DELIMITED" },
      topicConfig: { "cleanup.policy": "compact" },
    });
  });

  test("WITH decides otherwise", () => {
    const properties =
      "KAFKA_TOPIC='out', PARTITIONS=2, VALUE_FORMAT='AVRO', KEY_FORMAT='JSON', TIMESTAMP='N'";
    const runner = planned("ksqldb", S, `CREATE STREAM R WITH (${properties}) AS SELECT ID, N FROM S;`);
    const { sink } = lastPlan(runner);
    expect(sink).toMatchObject({ topic: "out", partitions: 2, timestamp: { column: "N" } });
    expect([sink.keyFormat.format, sink.valueFormat.format]).toEqual(["JSON", "AVRO"]);
    expect(source(runner, "R").timestamp).toEqual({ column: "N" });
  });

  test("INSERT INTO takes a stream's columns and widens numbers", () => {
    const sink = "CREATE STREAM R (ID INT KEY, V DOUBLE) WITH (KAFKA_TOPIC='v', VALUE_FORMAT='JSON');";
    const runner = planned("ksqldb", S, sink, "INSERT INTO R SELECT ID, N AS V FROM S;");
    expect(lastPlan(runner).root.schema.columns[1]).toMatchObject({ name: "V", type: { kind: "DOUBLE" } });
    expect(refusal("ksqldb", S, sink, "INSERT INTO R SELECT ID, N FROM S;").code).toBe("PLAN_SINK_MISMATCH");
    expect(refusal("ksqldb", S, T, "INSERT INTO T SELECT ID, NAME, N FROM S;").code).toBe(
      "PLAN_SINK_MISMATCH",
    );
  });
});

describe("PARTITION BY", () => {
  test("a column moves to the key, an expression is a new one", () => {
    expect(result("SELECT ID, NAME FROM S PARTITION BY NAME")).toBe("NAME STRING KEY, ID INTEGER");
    expect(result("SELECT N + 1 AS K, NAME FROM S PARTITION BY N + 1")).toBe("K BIGINT KEY, NAME STRING");
    expect(result("SELECT * FROM S PARTITION BY N")).toContain("N BIGINT KEY, NAME STRING, P STRUCT");
    expect(result("SELECT NAME, ID FROM S PARTITION BY NULL")).toBe("NAME STRING, ID INTEGER");
  });

  test("by the present key there is no step", () => {
    const runner = planned("ksqldb", S, "CREATE STREAM R AS SELECT ID, N FROM S PARTITION BY ID;");
    expect(kinds(lastPlan(runner).root)).toEqual(["project", "source"]);
  });

  test("refusals", () => {
    expect(refused("SELECT N + 1 AS K, NAME FROM S PARTITION BY K")).toBe("PLAN_UNKNOWN_COLUMN");
    expect(refused("SELECT NAME FROM S PARTITION BY N + 1")).toBe("PLAN_KEY_NOT_SELECTED");
    expect(refused("SELECT * FROM T PARTITION BY F")).toBe("PLAN_INVALID_PARTITIONING");
    expect(refused("SELECT * FROM S PARTITION BY N, NULL")).toBe("PLAN_INVALID_PARTITIONING");
  });
});

describe("table functions", () => {
  test("become a step whose columns the select list reads", () => {
    const runner = planned("ksqldb", S, "CREATE STREAM R AS SELECT ID, TEST_UDTF(N) + 1 AS X FROM S;");
    expect(schemaOf(runner, "R")).toBe("ID INTEGER KEY, X BIGINT");
    expect(findStep(lastPlan(runner).root, "flat-map").calls).toHaveLength(1);
  });

  test.each([
    "SELECT ID, TEST_UDTF(TEST_UDTF(N)) FROM S",
    "SELECT ID, CASE WHEN N = 1 THEN TEST_UDTF(N) ELSE 2 END FROM S",
    "SELECT ID, NAME FROM S WHERE TEST_UDTF(N) = 1",
  ])("%s is refused", (select) => {
    expect(refusal("ksqldb", S, `CREATE STREAM R AS ${select};`).code).toBe("PLAN_FUNCTION_USE");
  });
});

function windowedTable(where: string): string {
  return `TABLE R AS SELECT ID, TEST_UDAF(N) AS V FROM S WINDOW TUMBLING (SIZE 1 HOUR) ${where} GROUP BY ID;`;
}

describe("CREATE OR REPLACE", () => {
  test("filters and further columns may change, state may not", () => {
    const first = "CREATE STREAM R AS SELECT ID, N FROM S;";
    const wider = "CREATE OR REPLACE STREAM R AS SELECT ID, N, NAME FROM S WHERE N > 1;";
    expect(schemaOf(planned("ksqldb", S, first, wider), "R")).toBe("ID INTEGER KEY, N BIGINT, NAME STRING");
    const other = "CREATE OR REPLACE STREAM R AS SELECT ID, NAME FROM S;";
    expect(refusal("ksqldb", S, first, other).code).toBe("PLAN_INVALID_REPLACEMENT");
    const rekeyed = "CREATE OR REPLACE STREAM R AS SELECT ID + 1 AS ID, N FROM S PARTITION BY ID + 1;";
    expect(refusal("ksqldb", S, first, rekeyed).code).toBe("PLAN_INVALID_REPLACEMENT");
  });

  test("joins and windows: not in the strict dialect", () => {
    const statements = [
      S,
      `CREATE ${windowedTable("")}`,
      `CREATE OR REPLACE ${windowedTable("WHERE N > 1")}`,
    ];
    expect(refusal("ksqldb", ...statements).code).toBe("PLAN_INVALID_REPLACEMENT");
    expect(schemaOf(planned("auto", ...statements), "R")).toBe("ID INTEGER KEY, V BIGINT");
  });
});
