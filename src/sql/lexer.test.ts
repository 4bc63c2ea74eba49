import { describe, expect, test } from "vitest";
import type { Dialect } from "./dialect.ts";
import { tokenize } from "./lexer.ts";

function kinds(text: string, dialect: Dialect = "ksqldb"): string[] {
  return tokenize(text, dialect)
    .tokens.slice(0, -1)
    .map((token) => `${token.kind}:${token.text}`);
}

describe("tokens", () => {
  test.each<[string, string[]]>([
    ["select From _a@1", ["word:SELECT", "word:FROM", "word:_A@1"]],
    [
      "1 1.5 1. .5 1e3 1.5E-3 .5e+1",
      ["integer:1", "decimal:1.5", "decimal:1.", "decimal:.5", "double:1e3", "double:1.5E-3", "double:.5e+1"],
    ],
    ["1a 1e3a 1_0", ["digit-name:1A", "digit-name:1E3A", "digit-name:1_0"]],
    ['`a b` "c""d" `e``f`', ["quoted-name:a b", 'quoted-name:c"d', "quoted-name:e`f"]],
    ["'it''s' '' '''q'''", ["string:it's", "string:", "string:'q'"]],
    [
      "a->b x=>y k:=v",
      ["word:A", "symbol:->", "word:B", "word:X", "symbol:=>", "word:Y", "word:K", "symbol::=", "word:V"],
    ],
    [
      "a!=b a<>b a||b",
      ["word:A", "symbol:<>", "word:B", "word:A", "symbol:<>", "word:B", "word:A", "symbol:||", "word:B"],
    ],
    ["<=>= < >", ["symbol:<=", "symbol:>=", "symbol:<", "symbol:>"]],
    ["${Var} $x", ["variable:Var", "unknown:$", "word:X"]],
    ["a.b, c.*;", ["word:A", "symbol:.", "word:B", "symbol:,", "word:C", "symbol:.", "symbol:*", "symbol:;"]],
    ["a -- b 'c\nd", ["word:A", "word:D"]],
    ["a /* ; ' -- */ b", ["word:A", "word:B"]],
    ["a \\ 😀 b", ["word:A", "unknown:\\", "unknown:😀", "word:B"]],
  ])("%j", (text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  test.each<[string, string, number]>([
    ["SELECT 'abc", "open:string", 7],
    ['SELECT "abc', "open:quoted name", 7],
    ["SELECT `a``", "open:quoted name", 7],
    ["SELECT /* x", "open:comment", 7],
  ])("what never ends points to its start: %j", (text, expected, start) => {
    const { tokens } = tokenize(text, "ksqldb");
    const open = tokens.at(-2);
    expect(`${open?.kind}:${open?.text}`).toBe(expected);
    expect(open?.start).toBe(start);
    expect(tokens.at(-1)?.kind).toBe("end");
  });
});

describe("places", () => {
  test("line and column count from 1, over strings and comments with line breaks", () => {
    const { tokens } = tokenize("a\n  'x\ny' b /* \n\n */ c\r\n\td", "ksqldb");
    const places = tokens.map((token) => `${token.text}@${token.line}:${token.column}`);
    expect(places).toEqual(["A@1:1", "x\ny@2:3", "B@3:4", "C@5:5", "D@6:2", "@6:3"]);
  });

  test("offsets cut the token out of the text", () => {
    const text = "SELECT `a b`, 'c''d' FROM 1x";
    const cut = tokenize(text, "ksqldb").tokens.map((token) => text.slice(token.start, token.end));
    expect(cut).toEqual(["SELECT", "`a b`", ",", "'c''d'", "FROM", "1x", ""]);
  });
});

test("directives and comments are kept beside the tokens", () => {
  const { tokens, comments, directives } = tokenize(
    "--@test: one\n-- plain\nSELECT /* in */ 1; --@expected.error: X\r\n",
    "ksqldb",
  );
  expect(tokens.map((token) => token.text)).toEqual(["SELECT", "1", ";", ""]);
  expect(directives.map((d) => d.text)).toEqual(["test: one", "expected.error: X"]);
  expect(comments).toHaveLength(4);
  expect(directives[1]?.span.line).toBe(3);
});

describe("what is pasted", () => {
  test.each(["auto", "ksql5"] as const)(
    "backslashes, prompts and no-break spaces are blank in %s",
    (dialect) => {
      const text = "ksql>\n  ksql> ksql> SELECT a, \\  \n b\u00a0FROM s; \\\r\nKSQL> SHOW TOPICS;\\";
      expect(kinds(text, dialect)).toEqual([
        "word:SELECT",
        "word:A",
        "symbol:,",
        "word:B",
        "word:FROM",
        "word:S",
        "symbol:;",
        "word:SHOW",
        "word:TOPICS",
        "symbol:;",
      ]);
    },
  );

  test("a column named KSQL compared within a statement is no prompt", () => {
    expect(kinds("SELECT 1 FROM s WHERE\nksql>5", "auto").slice(-3)).toEqual([
      "word:KSQL",
      "symbol:>",
      "integer:5",
    ]);
  });

  test("the strict dialect knows none of them", () => {
    expect(kinds("ksql> \\\n\u00a0", "ksqldb")).toEqual([
      "word:KSQL",
      "symbol:>",
      "unknown:\\",
      "unknown:\u00a0",
    ]);
  });
});
