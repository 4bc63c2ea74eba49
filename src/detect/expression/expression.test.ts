import { describe, expect, test } from "vitest";
import { cidrContains, parseAddress, parseCidr } from "./cidr.ts";
import { RecordFields } from "./event-fields.ts";
import { explain, REASONS_MAX } from "./explain.ts";
import { allOf, anyOf, atLeast, FALSE, mapTests, negation, testsOf, TRUE } from "./expression.ts";
import type { Expression } from "./expression.ts";
import { globMatches, literalsOf } from "./glob.ts";
import { ANY_CHARACTER, ANY_TEXT } from "./matcher.ts";
import { timePart } from "./time-part.ts";

function has(field: string): Expression {
  return { kind: "test", field, matcher: { kind: "exists", present: true } };
}

describe("expressions", () => {
  test("fold constants and flatten", () => {
    expect(allOf([TRUE, has("a")])).toEqual(has("a"));
    expect(allOf([has("a"), FALSE])).toBe(FALSE);
    expect(anyOf([has("a"), anyOf([has("b"), has("c")])])).toMatchObject({
      kind: "or",
      operands: { length: 3 },
    });
    expect(allOf([])).toBe(TRUE);
    expect(negation(negation(has("a")))).toEqual(has("a"));
    expect(atLeast(2, [TRUE, has("a"), has("b")])).toEqual(anyOf([has("a"), has("b")]));
    expect(atLeast(2, [has("a"), has("b")])).toEqual(allOf([has("a"), has("b")]));
    expect(atLeast(2, [has("a"), FALSE])).toBe(FALSE);
  });

  test("tests can be listed and replaced", () => {
    const tree = allOf([has("a"), negation({ kind: "selection", name: "s", operand: has("b") })]);
    expect([...testsOf(tree)].map(({ field }) => field)).toEqual(["a", "b"]);
    expect(mapTests(tree, (each) => (each.field === "b" ? FALSE : each))).toEqual(has("a"));
  });

  test("explanations are bounded, and name what was excluded", () => {
    const many = anyOf(Array.from({ length: 500 }, () => has("a")));
    expect(explain(many, new RecordFields({ a: 1 }))).toHaveLength(REASONS_MAX);
    const long = explain(has("a"), new RecordFields({ a: "x".repeat(10_000) }));
    expect(long[0]!.value).toHaveLength(4096);
    const excluded = negation(anyOf([has("a"), has("b")]));
    expect(explain(excluded, new RecordFields({})).map(({ field, negated }) => [field, negated])).toEqual([
      ["a", true],
      ["b", true],
    ]);
  });
});

describe("patterns with wildcards", () => {
  test.each<
    [parts: (string | typeof ANY_TEXT | typeof ANY_CHARACTER)[], matches: string[], others: string[]]
  >([
    [
      ["a", ANY_TEXT, "c"],
      ["ac", "abc", "acc"],
      ["ab", "xac"],
    ],
    [[ANY_TEXT, "aab"], ["aab", "aaab", "aabaab"], ["aaba"]],
    [
      [ANY_TEXT, "a", ANY_CHARACTER, "b", ANY_TEXT],
      ["axb", "aaxb", "xaabyb"],
      ["ab", "axxb"],
    ],
    [[ANY_CHARACTER], ["x"], ["", "xy"]],
    [[ANY_TEXT, ANY_CHARACTER], ["x", "xy"], [""]],
    [[], [""], ["x"]],
  ])("%#", (parts, matches, others) => {
    for (const text of matches) expect([text, globMatches(parts, text)]).toEqual([text, true]);
    for (const text of others) expect([text, globMatches(parts, text)]).toEqual([text, false]);
  });

  test("take time in proportion", () => {
    const parts = Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? ANY_TEXT : "a"));
    expect(globMatches([...parts, "b"], "a".repeat(20_000))).toBe(false);
    expect(literalsOf(["ab", ANY_TEXT, "abc"])).toEqual(["abc", "ab"]);
  });
});

describe("network ranges", () => {
  test.each([
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["10.0.0.1", "10.0.0.1/32"],
    ["2001:DB8::/32", "2001:db8::/32"],
    ["::/0", "::/0"],
    ["::1", "::1/128"],
  ])("%s is %s", (text, normal) => expect(parseCidr(text)?.text).toBe(normal));

  test.each([
    "10.0.0.1/8",
    "10.0.0.0/33",
    "10.0.0/8",
    "256.0.0.0/8",
    "x",
    "1:2::3::4/64",
    "1:2:3:4:5:6:7:8:9",
    "",
  ])("%s is none", (text) => expect(parseCidr(text)).toBeUndefined());

  test("hold addresses of their version; mapped IPv4 is IPv4", () => {
    const block = parseCidr("10.128.0.0/9")!;
    expect(
      ["10.128.0.0", "10.255.255.255", "::ffff:10.200.0.1", " 10.129.0.1 "].map((each) =>
        cidrContains(block, each),
      ),
    ).toEqual([true, true, true, true]);
    expect(["10.127.255.255", "::a80:1", "-", ""].map((each) => cidrContains(block, each))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(parseAddress("fe80::1%eth0")).toHaveLength(16);
  });
});

test("parts of a time are read as they are written", () => {
  expect(timePart("week", "2020-01-01")).toBe(1);
  expect(timePart("week", "2016-01-01")).toBe(53);
  expect(timePart("hour", "2020-01-01")).toBeUndefined();
  expect(timePart("minute", "2020-01-01T10:59")).toBe(59);
  expect(timePart("year", "1/2/2020")).toBeUndefined();
});
