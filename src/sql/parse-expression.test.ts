import { describe, expect, test } from "vitest";
import type { Expression } from "./ast-expression.ts";
import { parseExpression } from "./parser.ts";
import type { ParseOptions } from "./parse-options.ts";
import { printExpression } from "./print-expression.ts";

/** The tree as nested lists, to see how operators group. */
function shape(e: Expression): string {
  switch (e.kind) {
    case "logical":
    case "arithmetic":
    case "comparison":
      return `(${shape(e.left)} ${e.op} ${shape(e.right)})`;
    case "concat":
      return `(${shape(e.left)} || ${shape(e.right)})`;
    case "not":
      return `(not ${shape(e.operand)})`;
    case "arithmetic-unary":
      return `(${e.op} ${shape(e.operand)})`;
    case "between":
      return `(${shape(e.operand)}${e.negated ? " not" : ""} between ${shape(e.low)} ${shape(e.high)})`;
    case "is-null":
      return `(${shape(e.operand)} is${e.negated ? " not" : ""} null)`;
    case "subscript":
      return `${shape(e.base)}[${shape(e.index)}]`;
    case "dereference":
      return `${shape(e.base)}->${e.field}`;
    default:
      return printExpression(e);
  }
}

describe("operators group by precedence", () => {
  test.each([
    ["a + b * c - d", "((A + (B * C)) - D)"],
    ["a * b / c % d", "(((A * B) / C) % D)"],
    ["a || b + c || d", "((A || (B + C)) || D)"],
    ["-a * b", "((- A) * B)"],
    ["- -1", "(- -1)"],
    ["-1 * 2", "(-1 * 2)"],
    ["- 1", "-1"],
    ["+1", "(+ 1)"],
    ["a -1", "(A - 1)"],
    ["a - -1", "(A - -1)"],
    ["-x->y[1]", "(- X->Y[1])"],
    ["a OR b AND NOT c OR d", "((A or (B and (not C))) or D)"],
    ["NOT a = b AND c", "((not (A = B)) and C)"],
    ["NOT NOT a", "(not (not A))"],
    ["a BETWEEN 1 AND 2 AND b", "((A between 1 2) and B)"],
    ["a NOT BETWEEN b + 1 AND c OR d", "((A not between (B + 1) C) or D)"],
    ["a IS NOT NULL AND b IS NULL", "((A is not null) and (B is null))"],
    ["a IS DISTINCT FROM b + 1", "(A is distinct from (B + 1))"],
    ["a IS NOT DISTINCT FROM b", "(A is not distinct from B)"],
    ["(a AND b) = c", "((A and B) = C)"],
    ["a != b", "(A <> B)"],
    ["(a + b) * c", "((A + B) * C)"],
    ["m['k']->f[1 + 1]->g", "M['k']->F[(1 + 1)]->G"],
  ])("%s", (text, expected) => {
    expect(shape(parseExpression(text))).toBe(expected);
  });
});

describe("operands print as they are read", () => {
  test.each([
    ["null", "NULL"],
    ["true", "TRUE"],
    ["'it''s'", "'it''s'"],
    ['`a b`."C"', "`a b`.C"],
    ["`select`", "`select`"],
    ["`SELECT`", "`SELECT`"],
    ["1col", "`1COL`"],
    ["x like '%a' escape '!'", "X LIKE '%a' ESCAPE '!'"],
    ["x not like y", "X NOT LIKE Y"],
    ["x in (1, a or b)", "X IN (1, A OR B)"],
    ["x not in (1)", "X NOT IN (1)"],
    ["count(*)", "COUNT(*)"],
    ["f()", "F()"],
    ["f(a, (b))", "F(A, B)"],
    ["dateadd(days, 1, d)", "DATEADD(DAYS, 1, D)"],
    ["dateadd(millisecond, 1, d)", "DATEADD(MILLISECONDS, 1, D)"],
    ["cast(a as decimal(4,2))", "CAST(A AS DECIMAL(4, 2))"],
    ["cast(a as int array)", "CAST(A AS ARRAY<INTEGER>)"],
    ["cast(a as varchar(10))", "CAST(A AS STRING)"],
    ["cast(a as address)", "CAST(A AS ADDRESS)"],
    ["case when a then 1 else 2 end", "CASE WHEN A THEN 1 ELSE 2 END"],
    ["case a when 1 then 'x' when 2 then 'y' end", "CASE A WHEN 1 THEN 'x' WHEN 2 THEN 'y' END"],
    ["array[]", "ARRAY[]"],
    ["array[1, a]", "ARRAY[1, A]"],
    ["array", "`ARRAY`"],
    ["map()", "MAP()"],
    ["map('a' := 1, b := 2)", "MAP('a' := 1, B := 2)"],
    ["map(a)", "`MAP`(A)"],
    ["map(*)", "`MAP`(*)"],
    ["struct(a := 1, `b` := x)", "STRUCT(A := 1, `b` := X)"],
    ["struct(a)", "`STRUCT`(A)"],
    ["transform(a, x => x + 1)", "TRANSFORM(A, X => X + 1)"],
    ["reduce(m, 0, (s, k, v) => s + v)", "REDUCE(M, 0, (S, K, V) => S + V)"],
    ["transform(m, (k, v) => k, (k, v) => v)", "TRANSFORM(M, (K, V) => K, (K, V) => V)"],
    ["`DECIMAL` '1.50'", "1.50"],
    ["`DECIMAL` '15'", "15."],
  ])("%s", (text, expected) => {
    expect(printExpression(parseExpression(text))).toBe(expected);
  });
});

describe("literals", () => {
  test.each<[string, ParseOptions, object]>([
    ["2147483648", {}, { kind: "integer-literal", value: 2147483648n }],
    ["-9223372036854775808", {}, { kind: "integer-literal", value: -(2n ** 63n) }],
    ["- 5", {}, { kind: "integer-literal", value: -5n }],
    ["-1.50", {}, { kind: "decimal-literal", text: "-1.50" }],
    ["1.50", { dialect: "ksql5" }, { kind: "double-literal", value: 1.5 }],
    ["1e3", {}, { kind: "double-literal", value: 1000 }],
    ["''", {}, { kind: "string-literal", value: "" }],
  ])("%s %o", (text, options, expected) => {
    expect(parseExpression(text, options)).toMatchObject(expected);
  });

  test.each([
    ["9223372036854775808", "number '9223372036854775808' does not fit BIGINT"],
    ["-9223372036854775809", "number '-9223372036854775809' does not fit BIGINT"],
    [`1${"0".repeat(100_000)}`, "does not fit BIGINT"],
    ["1.8E308", "number '1.8E308' overflows DOUBLE"],
  ])("%.30s is out of range", (text, message) => {
    expect(() => parseExpression(text)).toThrow(message);
  });
});

test("a lambda's parameter is no column inside it, and is one again outside", () => {
  const call = parseExpression("f(transform(a, x => filter(b, y => x = y and z)), x, y)");
  const kinds: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("kind" in node && "name" in node && node.kind !== "call")
      kinds.push(`${String(node.kind)}:${String(node.name)}`);
    Object.values(node).forEach(visit);
  };
  visit(call);
  expect(kinds).toEqual([
    "column:A",
    "column:B",
    "lambda-variable:X",
    "lambda-variable:Y",
    "column:Z",
    "column:X",
    "column:Y",
  ]);
});

test("a span covers its expression", () => {
  const text = "a + (b\n * c)";
  const sum = parseExpression(text);
  expect(sum.span).toEqual({ start: 0, end: text.length, line: 1, column: 1 });
  expect(sum.kind === "arithmetic" && text.slice(sum.right.span.start, sum.right.span.end)).toBe("b\n * c");
});

describe("what is no expression", () => {
  test.each([
    ["a = b = c", "unexpected '='"],
    ["a is null is null", "unexpected 'is'"],
    ["a in ()", "unexpected ')'"],
    ["f(x => x)", "unexpected '=>'"],
    ["f(a, x => x, b)", "unexpected ')'"],
    ["a b", "unexpected 'b'"],
    ["a not b", "unexpected 'b'"],
    ["cast(a as null)", "unexpected 'null'"],
    ["case end", "unexpected 'end'"],
    ["case a else 1 end", "unexpected 'else'"],
    ["a like 'x' escape 'ab'", "escape 'ab' is not a single character"],
    ["map(1 := 2, 1 := 3)", "map key is given twice"],
    ["cast(a as struct<x int, x int>)", "field 'X' is declared twice"],
    ["cast(a as decimal(2, 3))", "DECIMAL(2, 3) is no type"],
    ["t at time zone 'UTC'", "AT TIME ZONE is not supported"],
    ["name 'x'", "unexpected ''x''"],
    ["a.b.c", "unexpected '.'"],
    ["a == b", "unexpected '='"],
    ["", "unexpected end of input"],
  ])("%s", (text, message) => {
    expect(() => parseExpression(text)).toThrow(message);
  });
});

describe("depth is bounded and never overflows the stack", () => {
  test.each([
    ["parentheses", `${"(".repeat(100_000)}1${")".repeat(100_000)}`],
    ["signs", `${"- ".repeat(100_000)}a`],
    ["NOT", `${"not ".repeat(100_000)}a`],
    ["calls", `${"f(".repeat(100_000)}1${")".repeat(100_000)}`],
    ["map calls", `${"map(".repeat(100_000)}1${")".repeat(100_000)}`],
    ["types", `cast(a as ${"array<".repeat(100_000)}int${">".repeat(100_000)})`],
    ["subscripts", `a${"[1]".repeat(100_000)}`],
    ["a chain of sums", `a${"+a".repeat(100_000)}`],
    ["a chain of OR", `a${" or a".repeat(100_000)}`],
    [
      "a chain in a chain",
      Array.from({ length: 150 }).reduce<string>((inner) => `(${inner})${"+a".repeat(100)}`, "a"),
    ],
  ])("%s", (_name, text) => {
    expect(() => parseExpression(text)).toThrow(/nested too deeply|too long/);
  });

  test.each([
    ["nesting", `${"(".repeat(150)}1${")".repeat(150)}`],
    ["a chain", `a${" or a".repeat(1400)}`],
    ["a list", `a in (${"1,".repeat(50_000)}1)`],
  ])("what a person writes passes: %s", (_name, text) => {
    expect(printExpression(parseExpression(text)).length).toBeGreaterThan(0);
  });
});
