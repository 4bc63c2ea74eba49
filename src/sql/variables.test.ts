import { describe, expect, test } from "vitest";
import { parseStatement, parseStatements } from "./parser.ts";
import { printStatement } from "./print-statement.ts";

const variables = new Map([
  ["name", "orders"],
  ["quoted", "`Mixed`"],
  ["number", "-12"],
  ["text", "'it''s'"],
  ["plain", "it's"],
  ["flag", "true"],
  ["bad", "a b"],
]);

describe("${name} stands for", () => {
  test.each([
    ["SELECT * FROM ${name};", "SELECT * FROM ORDERS;"],
    ["SELECT * FROM ${quoted};", "SELECT * FROM `Mixed`;"],
    ["SELECT ${name}.a FROM ${name};", "SELECT ORDERS.A FROM ORDERS;"],
    ["SELECT ${name}(a) FROM s;", "SELECT ORDERS(A) FROM S;"],
    ["SELECT a FROM s LIMIT 1${x};", undefined],
    ["SELECT ${number}, ${text}, ${flag} FROM s;", "SELECT -12, 'it''s', TRUE FROM S;"],
    ["SELECT '${plain}-${unknown}' FROM s;", "SELECT 'it''s-${unknown}' FROM S;"],
    [
      "CREATE STREAM ${name} WITH (kafka_topic='${name}_topic', partitions=${number});",
      "CREATE STREAM ORDERS WITH (KAFKA_TOPIC = 'orders_topic', PARTITIONS = -12);",
    ],
    ["SET 'a'='${name}';", "SET 'a' = 'orders';"],
    ["SET ${text}=${text};", "SET 'it''s' = 'it''s';"],
    ["PRINT '${name}';", "PRINT 'orders';"],
  ])("%s", (text, canonical) => {
    const parse = (): string =>
      printStatement(parseStatement(text, { dialect: "ksqldb", variables })).replaceAll(/\s+/g, " ");
    if (canonical === undefined) expect(parse).toThrow("unexpected '${x}'");
    else expect(parse()).toBe(canonical);
  });
});

describe("a value that does not fit is an error at its place", () => {
  test.each([
    ["SELECT * FROM ${nme};", "SQL_UNKNOWN_VARIABLE", "did you mean 'name'?", 15],
    ["SELECT * FROM ${bad};", "SQL_BAD_VARIABLE", "a name has letters, digits and '_'", 15],
    ["SELECT * FROM ${number};", "SQL_BAD_VARIABLE", "a name has letters, digits and '_'", 15],
    [
      "SELECT ${name} FROM s;",
      "SQL_BAD_VARIABLE",
      "a string needs quotes of its own: DEFINE v = '''text'''",
      8,
    ],
    [
      "INSERT INTO s VALUES (${plain});",
      "SQL_BAD_VARIABLE",
      "a string needs quotes of its own: DEFINE v = '''text'''",
      23,
    ],
  ])("%s", (text, code, hint, column) => {
    const parse = (): unknown => parseStatement(text, { dialect: "ksqldb", variables });
    expect(parse).toThrow(
      expect.objectContaining({
        code,
        hint,
        place: expect.objectContaining({ span: expect.objectContaining({ column }) }),
      }),
    );
  });
});

test("outside the strict dialect a name may stand as an expression", () => {
  expect(printStatement(parseStatement("SELECT ${name} FROM s;", { variables }))).toBe(
    "SELECT ORDERS\nFROM S;",
  );
});

test("DEFINE and UNDEFINE hold for the statements after them, and leave the caller's map alone", () => {
  const own = new Map<string, string>();
  const [, show, , drop] = parseStatements(
    "DEFINE t='x'; PRINT '${t}'; DEFINE u='${t}y'; DROP STREAM ${u};",
    { variables: own },
  );
  expect(show).toMatchObject({ topic: "x" });
  expect(drop).toMatchObject({ name: "XY" });
  expect(own.size).toBe(0);
  expect(() => parseStatements("DEFINE t='x'; UNDEFINE t; DROP STREAM ${t};")).toThrow(
    "variable 't' is not defined",
  );
});
