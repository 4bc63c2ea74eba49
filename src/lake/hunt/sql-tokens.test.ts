import * as fc from "fast-check";
import { expect, test } from "vitest";
import { significantTokens, splitHunts, sqlTokens } from "./sql-tokens.ts";
import type { HuntDialect } from "./sql-tokens.ts";

const texts = (sql: string, dialect: HuntDialect): string[] =>
  significantTokens(sql, dialect).map(({ text }) => text);
const kinds = (sql: string, dialect: HuntDialect): string[] =>
  significantTokens(sql, dialect).map(({ kind }) => kind);

test("tokens side by side are the text, whatever it is", () => {
  const pieces = fc.constantFrom(
    "'",
    '"',
    "`",
    "\\",
    "$",
    "--",
    "/*",
    "*/",
    "\n",
    "a",
    "1",
    ";",
    " ",
    "E'",
    "r'",
    "😀",
  );
  const text = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.constantFrom<HuntDialect>("duckdb", "spark"), (sql, dialect) => {
      expect(
        sqlTokens(sql, dialect)
          .map((token) => token.text)
          .join(""),
      ).toBe(sql);
    }),
  );
});

test("a backslash ends no text of Spark's, and every text of DuckDB's", () => {
  expect(texts(String.raw`'a\'b' x`, "spark")).toEqual([String.raw`'a\'b'`, "x"]);
  expect(texts(String.raw`'a\' x`, "duckdb")).toEqual([String.raw`'a\'`, "x"]);
  expect(texts(String.raw`E'a\'b' x`, "duckdb")).toEqual([String.raw`E'a\'b'`, "x"]);
});

test("quotes are texts or names by the dialect", () => {
  expect(kinds('"a" `b`', "spark")).toEqual(["text", "name"]);
  expect(kinds(`"a""b" 'c''d' $$e'f$$ $x$g$$h$x$`, "duckdb")).toEqual(["name", "text", "text", "text"]);
});

test("statements end at semicolons outside texts, names and comments", () => {
  const sql = "select ';' -- a; b\n; /* ; /* ; */ */ select \";\" ; ; select 3";
  expect(splitHunts(sql, "duckdb")).toEqual([
    { text: "select ';' -- a; b", start: 0, complete: true },
    { text: 'select ";"', start: 37, complete: true },
    { text: "select 3", start: 52, complete: false },
  ]);
});

test("what is not closed is told", () => {
  expect(sqlTokens("select 'a", "spark").at(-1)).toMatchObject({ kind: "text", closed: false });
  expect(sqlTokens("/* a", "duckdb").at(-1)).toMatchObject({ kind: "comment", closed: false });
});
