import { describe, expect, test } from "vitest";
import { Decimal } from "../data/decimal.ts";
import type { InsertValues } from "../sql/ast-statement.ts";
import { parseStatement } from "../sql/parser.ts";
import { planned, refusal } from "../../test/plan/planned.ts";
import { planInsertValues } from "./insert-values.ts";
import type { InsertedRecord } from "./insert-values.ts";

const S = `CREATE STREAM S (K INT KEY, B BIGINT, D DOUBLE, E DECIMAL(4, 2), T STRING, X TIMESTAMP, L ARRAY<BIGINT>,
  M MAP<STRING, INT>, R STRUCT<A INT, Q STRING>, Y BYTES) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`;
const T = "CREATE TABLE T (K INT PRIMARY KEY, V STRING) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');";
const H =
  "CREATE STREAM H (K INT KEY, V INT, H BYTES HEADER('x')) WITH (KAFKA_TOPIC='v', VALUE_FORMAT='JSON');";

function inserted(text: string): InsertedRecord {
  const statement = parseStatement(text, { dialect: "ksqldb" });
  return planInsertValues(statement as InsertValues, planned("ksqldb", S, T, H).context(text));
}

test("values are converted to the columns' types, columns not named are NULL", () => {
  const record = inserted(
    "INSERT INTO S (K, B, D, E, X, ROWTIME) VALUES (1, 2, 3, 4.5, '2020-01-01T00:00:01', 1234);",
  );
  expect(record).toMatchObject({ key: [1], timestampMs: 1234, nullValue: false });
  expect(record.value.slice(0, 5)).toEqual([2n, 3, Decimal.parse("4.50"), null, 1_577_836_801_000]);
});

test("constructors, casts, arithmetic and functions are evaluated", () => {
  const record = inserted(
    "INSERT INTO S (K, B, L, M, R, T) VALUES (-(2), 2 + 3 * 4, ARRAY[1, 2], MAP('a' := 1), STRUCT(Q := 'x', A := 1), CAST(5 AS STRING));",
  );
  expect(record.key).toEqual([-2]);
  expect(record.value[0]).toBe(14n);
  expect(record.value[5]).toEqual([1n, 2n]);
  expect(record.value[6]).toEqual(new Map([["a", 1]]));
  expect(record.value[7]).toEqual([1, "x"]);
  expect(record.value[3]).toBe("5");
});

test("without a column list all columns are meant; a table's key must be there", () => {
  expect(inserted("INSERT INTO T VALUES (1, 'x');")).toMatchObject({ key: [1], value: ["x"] });
  expect(inserted("INSERT INTO T (K) VALUES (1);")).toMatchObject({
    key: [1],
    value: [null],
    nullValue: true,
  });
  expect(refusal("ksqldb", T, "INSERT INTO T (V) VALUES ('x');").message).toContain("primary key");
});

test("KSQL 5's key is ROWKEY, or the text of the column that repeats it", () => {
  const old = "CREATE TABLE O (ID BIGINT, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', KEY='id');";
  const record = (text: string): InsertedRecord =>
    planInsertValues(parseStatement(text) as InsertValues, planned("auto", old).context(text));
  expect(record("INSERT INTO O (ID, V) VALUES (7, 1);")).toMatchObject({ key: ["7"], value: [7n, 1] });
  expect(record("INSERT INTO O (ROWKEY, V) VALUES ('k', 1);")).toMatchObject({
    key: ["k"],
    value: [null, 1],
  });
  expect(refusal("auto", old, "INSERT INTO O (V) VALUES (1);").message).toContain("primary key");
});

describe("refusals", () => {
  test.each([
    "INSERT INTO S (K, B) VALUES (1, 'x');",
    "INSERT INTO S (K, B) VALUES (1, 2.5);",
    "INSERT INTO S (K, E) VALUES (1, 123.45);",
    "INSERT INTO S (K, E) VALUES (1, 1.234);",
    "INSERT INTO S (K, X) VALUES (1, 'noon');",
    "INSERT INTO S (K, R) VALUES (1, STRUCT(NOPE := 1));",
    "INSERT INTO S (K, T) VALUES (1, B);",
    "INSERT INTO S (K, NOPE) VALUES (1, 2);",
    "INSERT INTO S (K, ROWOFFSET) VALUES (1, 2);",
    "INSERT INTO H (K, H) VALUES (1, 'x');",
  ])("%s", (statement) => expect(refusal("ksqldb", S, T, H, statement).code).toBe("PLAN_INVALID_INSERT"));

  test("an unknown source, another case, a read-only one", () => {
    expect(refusal("ksqldb", S, "INSERT INTO X VALUES (1);").code).toBe("PLAN_UNKNOWN_SOURCE");
    expect(refusal("ksqldb", S, "INSERT INTO `s` VALUES (1);").hint).toContain("'S'");
    const source = T.replace("CREATE TABLE", "CREATE SOURCE TABLE");
    expect(refusal("ksqldb", source, "INSERT INTO T VALUES (1, 'x');").code).toBe("PLAN_READ_ONLY_SOURCE");
  });
});
