import { describe, expect, test } from "vitest";
import { parseStatement, parseStatements } from "./parser.ts";
import { printStatement } from "./print-statement.ts";

const KSQL5_FORMS: [string, string][] = [
  ["SELECT a, \\\n  b FROM s", "SELECT A, B FROM S;"],
  ["ksql> SELECT a FROM s;", "SELECT A FROM S;"],
  ["DESCRIBE EXTENDED s;", "DESCRIBE S EXTENDED;"],
  ["TERMINATE QUERY ctas_1;", "TERMINATE CTAS_1;"],
  ["EXPLAIN ANALYZE SELECT a FROM s;", "EXPLAIN SELECT A FROM S;"],
  ["SHOW REGISTERED TOPICS;", "SHOW REGISTERED TOPICS;"],
  ["DESCRIBE TOPIC t;", "DESCRIBE TOPIC 't';"],
  ["REGISTER TOPIC t WITH (kafka_topic='x');", "REGISTER TOPIC 't' WITH (KAFKA_TOPIC = 'x');"],
  ["DROP TOPIC IF EXISTS t;", "DROP TOPIC IF EXISTS 't';"],
  ["RUN SCRIPT 'a.sql';", "RUN SCRIPT 'a.sql';"],
  ["EXPORT CATALOG TO 'a.sql';", "EXPORT CATALOG TO 'a.sql';"],
  [
    "CREATE STREAM s (view INT, connector STRING, decimal INT);",
    "CREATE STREAM S (`VIEW` INTEGER, `CONNECTOR` STRING, `DECIMAL` INTEGER);",
  ],
  ["SELECT a FROM s GROUP BY (a, b), c;", "SELECT A FROM S GROUP BY A, B, C;"],
  ["SELECT a FROM s GROUP BY a = 1;", "SELECT A FROM S GROUP BY (A = 1);"],
  ["SELECT a FROM s HAVING b PARTITION BY c;", "SELECT A FROM S HAVING B PARTITION BY C;"],
  ["SELECT a FROM s LIMIT 1 PARTITION BY c;", "SELECT A FROM S LIMIT 1 PARTITION BY C;"],
  ["SELECT a FROM s EMIT CHANGES PARTITION BY c;", "SELECT A FROM S EMIT CHANGES PARTITION BY C;"],
  ["SELECT a FROM s", "SELECT A FROM S;"],
  [";;SELECT a FROM s;;", "SELECT A FROM S;"],
];

describe.each(["auto", "ksql5"] as const)("KSQL 5's forms in %s", (dialect) => {
  test.each(KSQL5_FORMS)("%j", (text, canonical) => {
    expect(printStatement(parseStatement(text, { dialect })).replaceAll(/\s+/g, " ")).toBe(canonical);
  });
});

describe("the strict dialect rejects them", () => {
  test.each(KSQL5_FORMS.map(([text]) => text))("%j", (text) => {
    expect(() => parseStatement(text, { dialect: "ksqldb" })).toThrow(/unexpected|unknown statement/);
  });

  test.each([
    "ASSERT VALUES s VALUES (1);",
    "ASSERT STREAM s;",
    "CREATE STREAM s (a INT) AS SELECT * FROM t;",
    "CREATE SOURCE STREAM s AS SELECT * FROM t;",
    "SELECT a FROM s GROUP BY a AND b;",
    "SELECT a FROM s GROUP BY c, (a, b);",
    "SELECT a FROM s WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 1 HOUR, RETENTION 1 HOUR);",
  ])("%s", (text) => {
    expect(() => parseStatements(text, { dialect: "ksqldb" })).toThrow(/unexpected/);
  });
});

test("a PARTITION BY that only KSQL 5 allows there is marked", () => {
  expect(parseStatement("SELECT a FROM s WHERE b PARTITION BY c;")).toMatchObject({
    partitionByTrailing: undefined,
  });
  expect(parseStatement("SELECT a FROM s HAVING b PARTITION BY c;")).toMatchObject({
    partitionByTrailing: true,
  });
  expect(parseStatement("SELECT a FROM s PARTITION BY c HAVING b;")).toMatchObject({
    partitionByTrailing: undefined,
  });
});

test("LIMIT in CREATE … AS SELECT passes in KSQL 5 only", () => {
  const text = "CREATE STREAM s AS SELECT * FROM t LIMIT 1;";
  expect(parseStatement(text, { dialect: "ksql5" }).kind).toBe("create-as-select");
  expect(() => parseStatement(text, { dialect: "auto" })).toThrow("has no LIMIT clause");
});
