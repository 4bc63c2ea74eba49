import { describe, expect, test } from "vitest";
import { errorText } from "../base/error-text.ts";
import { SpoorError } from "../base/errors.ts";
import { BIGINT } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import { parseScript, parseStatement, parseStatements, parseType } from "./parser.ts";
import type { ParseOptions } from "./parse-options.ts";

function errorOf(text: string, options: ParseOptions = {}): SpoorError {
  try {
    parseStatements(text, options);
  } catch (error) {
    if (error instanceof SpoorError) return error;
    throw error;
  }
  throw new Error(`no error for ${text}`);
}

describe("syntax errors say what was found, what was wanted, and the likely cure", () => {
  test.each<[string, string, string | undefined, string | undefined]>([
    ["SELEC a FROM b;", "unknown statement 'SELEC'", "expected a statement", "did you mean 'SELECT'?"],
    [
      "CREATE STREM s;",
      "unexpected 'STREM'",
      "expected OR, SOURCE, STREAM, TABLE, SINK or TYPE",
      "did you mean 'STREAM'?",
    ],
    [
      "SHOW STREMS;",
      "unexpected 'STREMS'",
      "expected ALL, TOPICS, STREAMS, TABLES, QUERIES, FUNCTIONS or 8 more",
      "did you mean 'STREAMS'?",
    ],
    [
      "SELECT a FORM s;",
      "unexpected 's'",
      "expected ',' or FROM",
      "'FORM' was read as a name; did you mean 'FROM'?",
    ],
    [
      "SELECT a, FROM s;",
      "unexpected 'FROM'",
      "expected an expression or '*'",
      "remove the comma before 'FROM'",
    ],
    [
      "SELECT f(a, b;",
      "unexpected end of statement",
      "expected ',', ')' or an operator",
      "the '(' at line 1, column 9 is not closed",
    ],
    [
      "SELECT (a FROM s;",
      "unexpected 'FROM'",
      "expected ')' or an operator",
      "the '(' at line 1, column 8 is not closed",
    ],
    [
      "CREATE STREAM TABLE (a INT);",
      "unexpected 'TABLE'",
      "expected a name or IF",
      "'TABLE' is a reserved word; write `TABLE` to use it as a name",
    ],
    ["SELECT a FROM s WHERE a == 1;", "unexpected '='", "expected an expression", "write one '=' to compare"],
    [
      "SELECT a FROM s EMIT CHANGE;",
      "unexpected 'CHANGE'",
      "expected CHANGES or FINAL",
      "did you mean 'CHANGES'?",
    ],
    [
      "SELECT a FROM s WHERE a = ‘x’;",
      "unexpected '‘'",
      "expected an expression",
      "strings stand in straight quotes: '…'",
    ],
    [
      "SELECT a FROM s WINDOW TUMBLING (SIZE 5 MINUTS);",
      "unexpected 'MINUTS'",
      "expected DAYS, HOURS, MINUTES, SECONDS or MILLISECONDS",
      "did you mean 'MINUTES'?",
    ],
    ["CREATE STREAM s WITH (a = b);", "unexpected 'b'", "expected a literal", undefined],
  ])("%s", (text, message, detail, hint) => {
    expect(errorOf(text)).toMatchObject({ code: "SQL_SYNTAX", message, detail, hint });
  });

  test.each([
    ["SELECT DISTINCT a FROM s;", "there is no DISTINCT here: use GROUP BY, or COUNT_DISTINCT(…)"],
    ["SELECT COUNT(DISTINCT a) FROM s;", "there is no DISTINCT here: use GROUP BY, or COUNT_DISTINCT(…)"],
    ["SELECT a FROM s ORDER BY a;", "there is no ORDER BY: rows come as they arrive"],
    ["SELECT a FROM s WHERE b ORDER BY a;", "there is no ORDER BY: rows come as they arrive"],
    ["SELECT a FROM s LIMIT 5 OFFSET 2;", "there is no OFFSET: use WHERE on a key or time range"],
    ["UPDATE s SET a = 1;", "there is no UPDATE: insert a row with the same key into the table's stream"],
    ["DELETE FROM s;", "there is no DELETE: write a null value for the key"],
    ["SELECT a FROM s JOIN t USING (a);", "there is no USING: write ON a.x = b.x"],
    [
      "SELECT a FROM (SELECT b FROM s);",
      "there are no subqueries: make it a stream or table of its own with CREATE … AS SELECT",
    ],
    ["CREATE STREAM s (a INT) AS SELECT * FROM t;", "the columns come from the SELECT: remove their list"],
  ])("what other databases have gets its own hint: %s", (text, hint) => {
    expect(errorOf(text)).toMatchObject({ code: "SQL_SYNTAX", hint });
  });

  test("the place is marked in the text", () => {
    expect(errorText(errorOf("SELECT a\nFROM s\nWHER x = 1;", { file: "q.sql" }))).toBe(
      [
        "error SQL_SYNTAX: unexpected 'x'",
        "  --> q.sql, line 3, column 6",
        "  3 | WHER x = 1;",
        "    |      ^",
        "  detail: expected ';', JOIN, INNER, LEFT, RIGHT, FULL or 7 more",
        "  hint: 'WHER' was read as a name; did you mean 'WHERE'?",
      ].join("\n"),
    );
  });

  test.each([
    ["SELECT a,\n 'abc FROM s;", "string is not closed", 2, 2],
    ["SELECT `abc FROM s;", "quoted name is not closed", 1, 8],
    ["SELECT a FROM s\n/* x;", "comment is not closed", 2, 1],
  ])("what never ends points to its start: %j", (text, message, line, column) => {
    expect(errorOf(text)).toMatchObject({
      code: "SQL_UNTERMINATED",
      message,
      place: { span: { line, column } },
    });
  });
});

describe("statements that the grammar takes and ksqlDB's parser rejects all the same", () => {
  test.each([
    ["CREATE STREAM `a b` (x INT);", "SQL_BAD_NAME", "illegal source name 'a b'"],
    ["CREATE STREAM s (x INT, X INT);", "SQL_DUPLICATE", "column 'X' is declared twice"],
    ["CREATE STREAM s WITH (a=1, A=2);", "SQL_DUPLICATE", "property 'A' is given twice"],
    ["CREATE TABLE t (x INT KEY);", "SQL_BAD_CLAUSE", "column 'X' is a 'KEY' column"],
    ["CREATE STREAM s (x INT PRIMARY KEY);", "SQL_BAD_CLAUSE", "column 'X' is a 'PRIMARY KEY' column"],
    ["CREATE STREAM s (x INT HEADERS);", "SQL_BAD_TYPE", "invalid type of HEADERS column 'X'"],
    ["CREATE STREAM s (x INT HEADER('a'));", "SQL_BAD_TYPE", "invalid type of HEADER column 'X'"],
    [
      "CREATE STREAM s AS SELECT * FROM t LIMIT 1;",
      "SQL_BAD_CLAUSE",
      "CREATE STREAM AS SELECT has no LIMIT clause",
    ],
    ["SELECT x.a FROM s;", "SQL_UNKNOWN_QUALIFIER", "'X' is not a valid stream/table name or alias"],
    ["SELECT x.* FROM s;", "SQL_UNKNOWN_QUALIFIER", "'X' is not a valid stream/table name or alias"],
    ["INSERT INTO s VALUES (s.a);", "SQL_UNKNOWN_QUALIFIER", "'S' is not a valid stream/table name or alias"],
    ["INSERT INTO s (a, b) VALUES (1);", "SQL_BAD_CLAUSE", "number of columns and values differs"],
    ["INSERT INTO s VALUES ();", "SQL_BAD_CLAUSE", "values are missing"],
    ["SELECT a FROM s GROUP BY ();", "SQL_BAD_CLAUSE", "GROUP BY requires at least one expression"],
    ["SELECT a FROM s GROUP BY a, (A);", "SQL_DUPLICATE", "duplicate GROUP BY expression"],
    ["SELECT a FROM s PARTITION BY a, a;", "SQL_DUPLICATE", "duplicate PARTITION BY expression"],
    ["SELECT a FROM s LIMIT 2.5;", "SQL_BAD_NUMBER", "LIMIT must be a whole number"],
    ["SELECT a FROM s LIMIT -1;", "SQL_BAD_NUMBER", "LIMIT must be a whole number"],
    [
      "SELECT a FROM s WINDOW TUMBLING (SIZE 1.5 HOURS);",
      "SQL_BAD_NUMBER",
      "a time span must be a whole number of units",
    ],
    ["ASSERT SCHEMA TIMEOUT 1 SECOND;", "SQL_BAD_CLAUSE", "ASSERT SCHEMA needs a subject or an id"],
    ["ASSERT SCHEMA ID 'x';", "SQL_SYNTAX", "unexpected ''x''"],
  ])("%s", (text, code, message) => {
    expect(errorOf(text, { dialect: "ksqldb" })).toMatchObject({ code, message });
  });
});

test("sources of an EXPLAINed query and of all joins count for names before a dot", () => {
  const text = "EXPLAIN SELECT s.a, y.b, t.c FROM s JOIN t y ON s.a = y.a;";
  expect(parseStatement(text).kind).toBe("explain");
});

describe("scripts", () => {
  test("goes on after an error, and keeps every statement's place", () => {
    const text = "SELECT a FROM s;\nSELEC b;\n\nSHOW TOPICS;\nDROP 'x;";
    const parts = parseScript(text);
    expect(parts.map((part) => part.error?.message ?? part.statement?.kind)).toEqual([
      "query",
      "unknown statement 'SELEC'",
      "list",
      "string is not closed",
    ]);
    expect(parts.map((part) => text.slice(part.span.start, part.span.end))).toEqual([
      "SELECT a FROM s",
      "SELEC b;",
      "SHOW TOPICS",
      "DROP 'x;",
    ]);
    expect(parts[2]?.span).toMatchObject({ line: 4, column: 1 });
  });

  test("EXPLAIN in EXPLAIN is bounded", () => {
    expect(errorOf(`${"EXPLAIN ".repeat(100_000)}SHOW TOPICS;`).code).toBe("SQL_TOO_DEEP");
  });

  test("a text with one statement only", () => {
    expect(() => parseStatement("")).toThrow("statement is empty");
    expect(() => parseStatement("SHOW TOPICS; SHOW TYPES;")).toThrow("more than one statement");
  });
});

function typeRegistry(name: string): SqlType | undefined {
  return name === "MONEY" ? BIGINT : undefined;
}

test("types made by CREATE TYPE are looked up where a registry is given", () => {
  expect(parseType("ARRAY<Money>")).toMatchObject({
    kind: "ARRAY",
    element: { kind: "named-type", name: "MONEY" },
  });
  expect(parseType("ARRAY<Money>", { typeRegistry })).toEqual({ kind: "ARRAY", element: BIGINT });
  expect(() => parseType("STRUCT<a STRNG>", { typeRegistry })).toThrow("type 'STRNG' does not exist");
});
