import { describe, expect, test } from "vitest";
import { splitStatements } from "./split.ts";

test("semicolons split only outside strings, quoted names and comments", () => {
  const text = "SELECT ';' FROM `a;b`; -- x;\n/* ; */ SHOW \"c;d\"\n;\n\n;SET 'a'='b'";
  const parts = splitStatements(text);
  expect(parts.map((part) => part.text)).toEqual(["SELECT ';' FROM `a;b`;", 'SHOW "c;d"\n;', "SET 'a'='b'"]);
  expect(parts.map((part) => part.complete)).toEqual([true, true, false]);
  expect(parts.map((part) => `${part.span.line}:${part.span.column}`)).toEqual(["1:1", "2:9", "5:2"]);
  for (const part of parts) expect(text.slice(part.span.start, part.span.end)).toBe(part.text);
});

describe("what is still open", () => {
  test.each([
    ["SELECT 'a;\n", "string"],
    ["SELECT `a;\n", "quoted name"],
    ["SELECT a /* b;\n", "comment"],
    ["/* b;\n", "comment"],
  ])("%j", (text, open) => {
    expect(splitStatements(`SHOW TOPICS;${text}`)).toMatchObject([
      { complete: true },
      { complete: false, open },
    ]);
  });
});

test("nothing but blanks and comments is no statement", () => {
  expect(splitStatements("  \n-- x\n/* y */ ;; ")).toEqual([]);
});

test("prompts and backslashes do not disturb", () => {
  const parts = splitStatements("ksql> SHOW \\\n TOPICS;\nksql> SHOW TYPES;\nksql>");
  expect(parts.map((part) => part.text)).toEqual(["SHOW \\\n TOPICS;", "SHOW TYPES;"]);
});

test("directives go with the statement they stand before", () => {
  const parts = splitStatements(
    "--@test: one\nSHOW TOPICS;\n--@expected.error: X\n--@expected.message: y\nSHOW TYPES;",
  );
  expect(parts.map((part) => part.directives.map((d) => d.text))).toEqual([
    ["test: one"],
    ["expected.error: X", "expected.message: y"],
  ]);
});
