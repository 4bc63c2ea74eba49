import { describe, expect, test } from "vitest";
import { completionsAt } from "./completion.ts";

/** The offset is where `|` stands. */
function at(text: string): { keywords: string[]; wants: string[]; from: number } {
  const offset = text.indexOf("|");
  const { keywords, wants, from } = completionsAt(text.replace("|", ""), offset);
  return { keywords: [...keywords], wants: [...wants], from };
}

describe("keywords", () => {
  test.each<[string, string[]]>([
    ["SEL|", ["SELECT"]],
    ["SHOW TOPICS; DESC|", ["DESCRIBE"]],
    ["SELECT a |", ["AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS", "AS", "FROM"]],
    ["SELECT a FROM s W|", ["WINDOW", "WHERE"]],
    ["SELECT a FROM s EMIT |", ["CHANGES", "FINAL"]],
    ["SELECT a FROM s GROUP |", ["BY"]],
    ["SELECT a FROM s WHERE a NOT |", ["BETWEEN", "IN", "LIKE"]],
    ["CREATE |", ["OR", "SOURCE", "STREAM", "TABLE", "SINK", "TYPE"]],
    ["CREATE STREAM IF |", ["NOT"]],
    ["CREATE STREAM s (a INT |", ["PRIMARY", "KEY", "HEADERS", "HEADER"]],
    ["SELECT a FROM s WINDOW |", ["TUMBLING", "HOPPING", "SESSION"]],
    ["SELECT a FROM s WINDOW TUMBLING (SIZE 5 M|", ["MINUTES", "MILLISECONDS"]],
    ["SELECT a FROM s LEFT |", ["OUTER", "JOIN"]],
    [
      "SELECT a FROM s | WHERE x",
      [
        "AS",
        "JOIN",
        "INNER",
        "LEFT",
        "RIGHT",
        "FULL",
        "WINDOW",
        "WHERE",
        "GROUP",
        "PARTITION",
        "HAVING",
        "EMIT",
        "LIMIT",
      ],
    ],
    ["CREATE STREAM s (a DOU|", ["DOUBLE"]],
  ])("%s", (text, keywords) => {
    expect(at(text).keywords).toEqual(keywords);
  });
});

describe("names", () => {
  test.each<[string, string[]]>([
    ["SELECT |", ["column", "function"]],
    ["SELECT a, |", ["column", "function"]],
    ["SELECT s.|", ["column"]],
    ["SELECT a FROM |", ["source", "stream-function"]],
    ["SELECT a FROM f(|", ["source"]],
    ["SELECT a FROM f(s, |", ["source"]],
    ["SELECT a FROM s JOIN |", ["source", "stream-function"]],
    ["SELECT a FROM s WHERE x = |", ["column", "function"]],
    ["SELECT f(a, |", ["column", "function"]],
    ["INSERT INTO |", ["source"]],
    ["INSERT INTO s (|", ["column"]],
    ["DROP STREAM |", ["source"]],
    ["PRINT |", ["topic"]],
    ["DESCRIBE |", ["source"]],
    ["DESCRIBE FUNCTION |", ["function"]],
    ["TERMINATE |", ["query-id"]],
    ["EXPLAIN |", ["query-id"]],
    ["CREATE STREAM s (a |", ["type"]],
    ["SELECT CAST(a AS |", ["type"]],
    ["CREATE STREAM s WITH (|", ["property"]],
    ["CREATE STREAM s WITH (a='b', |", ["property"]],
  ])("%s", (text, wants) => {
    expect(at(text).wants).toEqual(wants);
  });
});

describe("nothing is offered", () => {
  test.each([
    "SELECT 'a|",
    "SELECT `a|",
    "SELECT /* a|",
    "SELECT a -- b|",
    "SELECT ) |",
    "SELECT a FROM s LIMIT |",
  ])("%s", (text) => {
    expect(at(text)).toMatchObject({ keywords: [], wants: [] });
  });
});

test("what is chosen replaces the word being typed", () => {
  expect(at("SELECT a FROM s WHE|").from).toBe(16);
  expect(at("SELECT '--' , |").wants).toEqual(["column", "function"]);
});
