import { describe, expect, test } from "vitest";
import { compileJavaRegex } from "./java-regex.ts";

/** All matches, with their groups behind a colon. */
function matches(pattern: string, text: string): string[] {
  const { regExp, groupCount } = compileJavaRegex(pattern);
  return Array.from(text.matchAll(regExp), (match) => {
    const groups = Array.from({ length: groupCount }, (_, i) => match.groups?.[`g${i + 1}`] ?? "-");
    return [match[0], ...groups].join(":");
  });
}

describe("Java's regular expressions", () => {
  test.each([
    ["a*+a", "aaa", []],
    ["(?>a*)b", "aab", ["aab"]],
    ["(a|ab)(c|bcd)(d*)", "abcd", ["abcd:a:bcd:"]],
    ["(?<word>o)\\k<word>", "foo", ["oo:o"]],
    ["(.)\\1", "xyzz", ["zz:z"]],
    ["[a-z&&[^bc]]+", "abcd", ["a", "d"]],
    ["[a-c[x-z]]+", "abxyq", ["abxy"]],
    ["[]x]+", "a]x", ["]x"]],
    ["[\\w.-]+@[\\w.]+", "to a.b-c@d.ef!", ["a.b-c@d.ef"]],
    ["\\p{Upper}\\p{Lower}+", "Ab cD", ["Ab"]],
    ["\\p{IsGreek}+", "aβγ", ["βγ"]],
    ["\\Qa.b\\E+", "a.bb axb", ["a.bb"]],
    ["(?i)ab", "AB", ["AB"]],
    ["a(?i)b|c", "aB C", ["aB", "C"]],
    ["(?i:a)b", "Ab AB", ["Ab"]],
    ["(?x) a b # comment", "ab", ["ab"]],
    ["(?s)a.b", "a\nb", ["a\nb"]],
    ["a.b", "a\u0085b", []],
    ["(?m)^.$", "a\nb\r\nc", ["a", "b", "c"]],
    ["b$", "b\n", ["b"]],
    ["b\\z", "b\n", []],
    ["\\h+", "a \u00a0b", [" \u00a0"]],
    ["a\\Rb", "a\r\nb", ["a\r\nb"]],
    ["\\x{1F600}|\\u0041|\\0102", "😀AB", ["😀", "A", "B"]],
    ["\\s", "\u00a0", []],
    ["}]", "a}]", ["}]"]],
  ])("%s in %j", (pattern, text, expected) => {
    expect(matches(pattern, text)).toEqual(expected);
  });

  test.each([
    "(",
    ")",
    "[a",
    "*a",
    "a{",
    "\\",
    "\\y",
    "[z-a]",
    "(?<n>a)(?<n>b)",
    "\\G",
    "(?U)a",
    "\\p{InGreek}",
    "(?P<n>a)",
  ])("%s is refused", (pattern) => {
    expect(() => compileJavaRegex(pattern)).toThrow(
      expect.objectContaining({ code: "FUNCTION_INVALID_ARGUMENT" }),
    );
  });

  test("patterns are bounded", () => {
    expect(() => compileJavaRegex("a".repeat(10_001))).toThrow("too long");
  });
});
