import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dynamicLikeMatcher, likeMatcher, parseLikePattern } from "./like-pattern.ts";

function matches(text: string, pattern: string, escape?: string): boolean {
  return likeMatcher(parseLikePattern(pattern, escape))(text);
}

describe("LIKE", () => {
  test.each<[text: string, pattern: string, escape: string | undefined, expected: boolean]>([
    ["foo", "foo", undefined, true],
    ["Foo", "foo", undefined, false],
    ["", "", undefined, true],
    ["a", "", undefined, false],
    ["", "%", undefined, true],
    ["foobar", "foo%", undefined, true],
    ["foobar", "%bar", undefined, true],
    ["foobar", "%oba%", undefined, true],
    ["foobar", "f%r", undefined, true],
    ["foobar", "f%b%r", undefined, true],
    ["fobr", "f%b%b%r", undefined, false],
    ["ab", "ab%b", undefined, false],
    ["abb", "ab%b", undefined, true],
    ["aba", "ab%ba", undefined, false],
    ["foo", "f_o", undefined, true],
    ["fo", "f_o", undefined, false],
    ["xay", "%_a_%", undefined, true],
    ["a", "%_a%", undefined, false],
    ["😀", "_", undefined, true],
    ["😀", "__", undefined, false],
    ["a😀", "%_", undefined, true],
    ["a😀", "a_", undefined, true],
    ["a.c", "a.c", undefined, true],
    ["abc", "a.c", undefined, false],
    ["C:\\Windows\\x.exe", "C:\\%.exe", undefined, true],
    ["one\r\ntwo", "one%two", undefined, true],
    ["50%", "50!%", "!", true],
    ["500", "50!%", "!", false],
    ["a_b", "a!_b", "!", true],
    ["axb", "a!_b", "!", false],
    ["a!b", "a!!b", "!", true],
    ["ab", "!ab", "!", true],
    ["%x", "%%x", "%", true],
    ["ax", "%%x", "%", false],
  ])("%j LIKE %j escape %j is %j", (text, pattern, escape, expected) => {
    expect(matches(text, pattern, escape)).toBe(expected);
  });

  test.each([
    ["foo", "exact"],
    ["foo%", "prefix"],
    ["foo%%", "prefix"],
    ["%foo", "suffix"],
    ["%foo%", "contains"],
    ["%", "prefix"],
    ["a%b", "general"],
    ["a_", "general"],
  ])("%j is read as %s", (pattern, kind) => {
    expect(parseLikePattern(pattern, undefined).kind).toBe(kind);
  });

  test("a pattern must not end with its escape character", () => {
    expect(() => parseLikePattern("a!", "!")).toThrow("the LIKE pattern ends with its escape character");
  });

  test("a hostile pattern takes no exponential time", () => {
    const pattern = "%a".repeat(200);
    expect(matches("a".repeat(5000) + "b", pattern)).toBe(false);
    expect(matches("a".repeat(5000), pattern)).toBe(true);
  });

  test("patterns from records are told apart beyond the size of the cache", () => {
    const matcher = dynamicLikeMatcher(undefined);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 600; i++) {
        expect(matcher(`x${i}`, `_${i}`)).toBe(true);
        expect(matcher(`x${i}y`, `_${i}`)).toBe(false);
      }
    }
  });

  test("means what the regular expression made of it means", () => {
    const piece = fc.constantFrom("%", "_", "a", "b", "ab", "!%", "!_", "!!", "😀", ".", "\n");
    const text = fc.array(fc.constantFrom("a", "b", "%", "_", "!", "😀", ".", "\n"), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), text, (pieces, characters) => {
        const source = pieces.map((part) => {
          if (part === "%") return ".*";
          if (part === "_") return ".";
          return (part.startsWith("!") ? part.slice(1) : part).replaceAll(".", "\\.");
        });
        const expected = new RegExp(`^${source.join("")}$`, "su").test(characters.join(""));
        expect(matches(characters.join(""), pieces.join(""), "!")).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
