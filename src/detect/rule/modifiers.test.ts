/** What a field with modifiers and values matches: rows a user could write. */
import { describe, expect, test } from "vitest";
import { errorText } from "../../base/error-text.ts";
import { evaluate } from "../expression/evaluate.ts";
import { RecordFields } from "../expression/event-fields.ts";
import type { FieldValue } from "../expression/event-fields.ts";
import { readRuleFile } from "./read-rule-file.ts";
import type { ReadResult } from "./read-rule-file.ts";

function read(item: string, placeholders: Readonly<Record<string, readonly string[]>> = {}): ReadResult {
  const text = `title: t\nlogsource: { product: windows }\ndetection:\n  selection:\n    ${item}\n  condition: selection\n`;
  return readRuleFile({ text, file: "rule.yml" }, { placeholders: new Map(Object.entries(placeholders)) });
}

function holds(
  item: string,
  value: FieldValue | undefined,
  others: Record<string, FieldValue> = {},
): boolean {
  const { documents, errors } = read(item, { names: ["srv*", "dc1"] });
  expect(errors.map(errorText)).toEqual([]);
  const [rule] = documents;
  if (rule?.kind !== "rule") throw new Error("no rule");
  return evaluate(rule.expression, new RecordFields(value === undefined ? others : { F: value, ...others }));
}

const raw = String.raw;

describe("values", () => {
  test.each<[item: string, matches: (FieldValue | undefined)[], others: (FieldValue | undefined)[]]>([
    ["F: Cmd.EXE", ["cmd.exe", "CMD.exe"], ["cmd.exe ", "xcmd.exe", "", undefined, null]],
    ["F: 4688", [4688, "4688", 4688n], [468, "04688"]],
    ["F: true", [true, "TRUE"], [false, "1"]],
    ["F: ''", [""], [" ", undefined, null]],
    ["F: null", [null, undefined], ["", "null"]],
    ["F:", [null, undefined], [""]],
    ["F: [a, b]", ["A", "b"], ["ab", undefined]],
    ["F: a*", ["a", "abc", "a\nb"], ["ba", undefined]],
    ["F: '*'", ["", "x"], [undefined, null]],
    ["F: a?c", ["abc", "a?c"], ["ac", "abbc"]],
    [raw`F: a\*c`, ["a*c"], ["abc", raw`a\*c`]],
    [raw`F: a\?`, ["a?"], ["ab"]],
    [raw`F: C:\Windows\x`, [raw`c:\windows\X`], ["c:windowsx"]],
    [raw`F: C:\\x`, [raw`c:\x`], [raw`c:\\x`]],
    [raw`F: C:\\*`, [raw`c:\x`, "c:\\"], ["c:*", "c:"]],
    [raw`F: C:\\\*`, [raw`c:\*`], [raw`c:\x`]],
    [raw`F: \\\\host\x`, [raw`\\host\x`], [raw`\host\x`]],
    ["F: a*c?e*", ["abcde", "aacxexx"], ["ace", "abcdf"]],
    ["F: x", [["y", "X"], ["x"]], [["y"], []]],
  ])("%s", (item, matches, others) => {
    for (const value of matches) expect([value, holds(item, value)]).toEqual([value, true]);
    for (const value of others) expect([value, holds(item, value)]).toEqual([value, false]);
  });
});

describe("modifiers", () => {
  test.each<[item: string, matches: (FieldValue | undefined)[], others: (FieldValue | undefined)[]]>([
    ["F|contains: b", ["ABC", "b"], ["ac", undefined]],
    ["F|contains: b*d", ["abcde"], ["adbe"]],
    ["F|contains: 46", [4688, "x46"], [4788]],
    ["F|startswith: ab", ["ABc"], ["xab"]],
    [raw`F|endswith: \cmd.exe`, [raw`C:\cmd.EXE`], ["cmd.exe"]],
    [raw`F|endswith: '\'`, ["C:\\"], ["C:"]],
    ["F|contains|all: [a, b]", ["xbxa"], ["a", "b"]],
    ["F|cased: Abc", ["Abc"], ["abc", "ABC"]],
    ["F|contains|cased: B", ["aBc"], ["abc"]],
    ["F|neq: a", ["b", undefined, null], ["A"]],
    ["F|neq: [a, b]", ["c"], ["a", "B"]],
    ["F|exists: true", ["", null, "x"], [undefined]],
    ["F|exists: false", [undefined], ["", null]],
    ["F|lt: 10", ["9", 9.5, "-1"], [10, "x", "", undefined]],
    ["F|lte: 10", [10], [11]],
    ["F|gt: 1.5", ["2", "1e1"], ["1.5", "0x10"]],
    ["F|gte: 5", [5], [4]],
    ["F|cidr: 10.0.0.0/8", ["10.1.2.3", "::ffff:10.0.0.1"], ["11.0.0.1", "10.1", "::1", undefined]],
    ["F|cidr: [192.168.0.0/23, 127.0.0.1]", ["192.168.1.255", "127.0.0.1"], ["192.168.2.0", "127.0.0.2"]],
    ["F|cidr: fe80::/10", ["fe80:0:0:0:c543:f7cb:da8:a701", "FEBF::1%12"], ["fec0::1", "10.0.0.1"]],
    ["F|cidr: ::1/128", ["::1", "0:0:0:0:0:0:0:1"], ["::2"]],
    ["F|re: 'a.c$'", ["xabc"], ["abC", "abcd", "a\nc"]],
    ["F|re|i: 'A.c$'", ["xaBC"], ["abcd"]],
    ["F|re|s: 'a.c'", ["a\nc"], ["ac"]],
    ["F|re|m: '^b$'", ["a\nb\nc"], ["ab"]],
    ["F|re: ['x1', 'x2']", ["ax2"], ["x3"]],
    ["F|windash|contains: ' -f'", ["a -F", "a /f", "a –f", "a —f", "a ―f"], ["a f", "a-f"]],
    ["F|contains|windash: '-a -b -c'", ["x /a -b ―c"], ["a -b -c"]],
    ["F|windash: 'a-b -c'", ["a-b /c"], ["a/b -c"]],
    ["F|base64|contains: foo", ["xZm9vx"], ["foo"]],
    [
      "F|base64offset|contains: 'http://'",
      [" http://", "a http://", "ab http://"].map((text) => Buffer.from(`${text}x.y/zzz`).toString("base64")),
      [Buffer.from("https//").toString("base64")],
    ],
    [
      "F|wide|base64offset|contains: IEX",
      ["a", "ab", "abc"].map((text) => Buffer.from(`${text}IEX (x)`, "utf16le").toString("base64")),
      [Buffer.from("IEX (x)").toString("base64")],
    ],
    ["F|utf16be|base64|contains: ab", [Buffer.from("\0a\0b", "latin1").toString("base64")], ["YWI="]],
    ["F|utf16|base64: ab", [Buffer.from("\uFEFFab", "utf16le").toString("base64")], ["YWI="]],
    ["F|utf16le|contains: ab", ["xa\0b\0"], ["ab"]],
    ["F|expand: '%names%'", ["srv7", "DC1"], ["%names%", "x"]],
    ["F|contains|expand: 'a%names%'", ["xadc1y"], ["dc1"]],
    [raw`F|expand: '\%names%'`, ["%names%"], ["dc1"]],
    ["F: '%names%'", ["%names%"], ["dc1"]],
    [
      "F|hour: 7",
      ["2023-06-15 07:30:00", "2023-06-15T07:59:59Z"],
      ["2023-06-15 17:00:00", "2023-06-15", "7"],
    ],
    ["F|hour|gte: 22", ["2023-06-15 23:30:00"], ["2023-06-15 07:30:00"]],
    ["F|gte|hour: 22", ["2023-06-15 23:30:00"], ["2023-06-15 07:30:00"]],
    ["F|minute: 30", ["2023-06-15 23:30:00"], ["2023-06-15 23:31:00"]],
    ["F|day: 15", ["2023-06-15"], ["2023-06-16"]],
    ["F|month: 6", ["2023-06-15"], ["2023-07-15"]],
    ["F|year: 2023", ["2023-06-15"], ["2024-06-15"]],
    ["F|week: 53", ["2021-01-03", "2020-12-28"], ["2021-01-04"]],
    ["F|week: 1", ["2024-12-30", "2026-01-01"], ["2024-12-29"]],
  ])("%s", (item, matches, others) => {
    for (const value of matches) expect([value, holds(item, value)]).toEqual([value, true]);
    for (const value of others) expect([value, holds(item, value)]).toEqual([value, false]);
  });

  test("fieldref compares with another field, as a whole or in part, and can be negated", () => {
    expect(holds("F|fieldref: G", "Abc", { G: "aBC" })).toBe(true);
    expect(holds("F|fieldref: G", "Abc", { G: "abcd" })).toBe(false);
    expect(holds("F|fieldref: G", undefined, { G: "abcd" })).toBe(false);
    expect(holds("F|fieldref|endswith: G", "xyz", { G: "YZ" })).toBe(true);
    expect(holds("F|fieldref|cased: G", "Abc", { G: "aBC" })).toBe(false);
    expect(holds("F|fieldref|neq: G", "a", { G: "b" })).toBe(true);
  });

  test("keywords are looked for in every value", () => {
    expect(holds("'|all': [one, 2*3]", "x", { G: "ONE", H: "a2b3c" })).toBe(true);
    expect(holds("'|all': [one, two]", "one", { G: "other" })).toBe(false);
    expect(holds("'|re': 'o.e$'", "x", { G: "one" })).toBe(true);
  });
});

describe("what is wrong is shown, with the cure", () => {
  test.each([
    [
      "F|contian: a",
      "UNKNOWN_MODIFIER",
      "unknown modifier 'contian'",
      "line 5, column 7",
      "did you mean 'contains'?",
    ],
    [
      "F|endswith|al: [a]",
      "UNKNOWN_MODIFIER",
      "unknown modifier 'al'",
      "line 5, column 16",
      "did you mean 'all'?",
    ],
    [
      "F|cidr: 10.0.0.1/8",
      "INVALID_MODIFIER",
      "'10.0.0.1/8' is no network range",
      "line 5, column 13",
      "without host bits",
    ],
    [
      "F|exists: maybe",
      "INVALID_MODIFIER",
      "modifier 'exists' needs true or false",
      "line 5, column 15",
      "exists: true",
    ],
    ["F|gt: many", "INVALID_MODIFIER", "modifier 'gt' needs a number", "line 5, column 11", "without quotes"],
    [
      "F|base64: a*",
      "INVALID_MODIFIER",
      "modifier 'base64' cannot encode wildcards",
      "line 5",
      "escape the wildcards",
    ],
    [
      "F|re: 'a(?=b)'",
      "INVALID_REGEX",
      "look-around cannot be matched in linear time",
      "line 5, column 13",
      "no look-around",
    ],
    ["F|contains|re: a", "INVALID_MODIFIER", "needs the text as it is written", "line 5", "be the first"],
    ["F|re|contains: a", "INVALID_MODIFIER", "'contains' cannot follow 're'", "line 5", "found anywhere"],
    ["F|i: a", "INVALID_MODIFIER", "needs a regular expression before it", "line 5", "write 're|i'"],
    [
      "F|expand: '%name%'",
      "UNKNOWN_PLACEHOLDER",
      "placeholder '%name%' has no values",
      "line 5, column 15",
      "did you mean 'names'?",
    ],
    ["F: []", "INVALID_SELECTION", "field 'F' has an empty list of values", "line 5, column 8", ""],
    ["F: { a: b }", "INVALID_SELECTION", "field 'F' must have texts", "line 5, column 8", ""],
  ])("%s", (item, code, message, place, hint) => {
    const { documents, errors } = read(item, { names: ["x"] });
    expect(documents).toEqual([]);
    const text = errors.map(errorText).join("\n");
    expect(text).toContain(`error SIGMA_${code}: `);
    for (const part of [message, `rule.yml, ${place}`, hint]) expect(text).toContain(part);
  });

  test("the caret stands under the modifier", () => {
    expect(errorText(read("F|contian: a").errors[0]))
      .toBe(`error SIGMA_UNKNOWN_MODIFIER: unknown modifier 'contian'
  --> rule.yml, line 5, column 7
  5 |     F|contian: a
    |       ^^^^^^^
  hint: did you mean 'contains'?`);
  });
});
