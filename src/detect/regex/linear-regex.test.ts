import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearRegex } from "./linear-regex.ts";
import { RegexFault } from "./parse-regex.ts";

/** Patterns whose meaning JavaScript shares: the platform's engine is the oracle. */
const atom = fc.constantFrom(
  "a",
  "b",
  "B",
  ".",
  "[ab]",
  "[^a]",
  "[a-c]",
  String.raw`\d`,
  String.raw`\w`,
  String.raw`\s`,
  String.raw`\W`,
  "7",
  " ",
  String.raw`\\`,
  "^",
  "$",
  String.raw`\b`,
  String.raw`\B`,
  String.raw`\n`,
  String.raw`[\w-]`,
);
const pattern = fc.letrec<{ node: string; unit: string }>((tie) => ({
  node: fc.array(tie("unit"), { minLength: 1, maxLength: 4 }).map((units) => units.join("")),
  unit: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    atom,
    fc
      .tuple(tie("node"), fc.constantFrom("", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?"))
      .map(([node, q]) => `(?:${node})${q}`),
    fc.tuple(tie("node"), tie("node")).map(([left, right]) => `(${left}|${right})`),
  ),
})).node;
const text = fc.string({
  unit: fc.constantFrom("a", "b", "B", "c", "7", " ", "\\", "\n", "_", "-"),
  maxLength: 12,
});

const faultOf = (source: string): string => {
  try {
    return new LinearRegex(source, "").source;
  } catch (error) {
    return error instanceof RegexFault ? `${error.at}: ${error.message}` : String(error);
  }
};

describe("linear regular expressions", () => {
  test.each([
    ".{40,}",
    "[a-c]{3}",
    "[^a]{5,9}",
    String.raw`\w{6,}`,
    "a.{0,300}b.{200}c",
    "(?:a.{100,200}b)+",
  ])("%s counts as the platform's engine does, however often its states are given up", (source) => {
    const long = fc
      .array(fc.tuple(fc.constantFrom("a", "b", "c", "x", "\n", "é"), fc.nat(120)), { maxLength: 12 })
      .map((runs) => runs.map(([unit, times]) => unit.repeat(times)).join(""));
    const [linear, oracle] = [new LinearRegex(source, ""), new RegExp(source)];
    fc.assert(
      fc.property(long, (each) => {
        expect(linear.matches(each)).toBe(oracle.test(each));
      }),
      { numRuns: 60 },
    );
  });

  test("agree with the platform's engine", () => {
    fc.assert(
      fc.property(
        pattern,
        fc.subarray(["i", "m", "s"]),
        fc.array(text, { maxLength: 6 }),
        (source, flags, texts) => {
          const regex = new LinearRegex(source, flags.join(""));
          const oracle = new RegExp(source, flags.join(""));
          for (const each of texts)
            expect([source, each, regex.matches(each)]).toEqual([source, each, oracle.test(each)]);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test("a required literal stands in every matching text", () => {
    fc.assert(
      fc.property(pattern, text, (source, each) => {
        const regex = new LinearRegex(source, "i");
        if (regex.matches(each))
          for (const literal of regex.literals) expect(each.toLowerCase()).toContain(literal);
      }),
    );
    expect(new LinearRegex("(?i)cmd.{0,5}/c.+powershell.+x?", "").literals).toEqual([
      "powershell",
      "cmd",
      "/c",
    ]);
    expect(new LinearRegex("[Pp]rogram[Dd]ata", "").literals).toEqual(["programdata"]);
  });

  test("take linear time where a backtracking engine takes exponential time", () => {
    for (const source of ["(a+)+$", "(a|a)*b", "(a*)*c", "(.*a){12}x", "(?:a{1,50}){1,20}b"]) {
      expect(new LinearRegex(source, "").matches(`${"a".repeat(3000)}!`)).toBe(false);
    }
  });

  test("more states than the table holds cost no result", () => {
    const regex = new LinearRegex("(a|b)*a(a|b){12}c", "");
    let bits = "";
    for (let number = 0; number < 20_000; number += 37)
      bits += number.toString(2).replaceAll("0", "a").replaceAll("1", "b");
    expect(regex.matches(bits)).toBe(false);
    expect(regex.matches(`${bits}${"a".repeat(13)}c`)).toBe(true);
  });

  test("take what published rules write", () => {
    expect(new LinearRegex(String.raw`(?i)\s(-u|--user)\s*:`, "").matches("X -U :")).toBe(true);
    expect(new LinearRegex(String.raw`\$\{?input\}?`, "").matches("${input}")).toBe(true);
    expect(new LinearRegex(String.raw`https?://0[0-9]{3,11}`, "").matches("http://0251")).toBe(true);
    expect(new LinearRegex(String.raw`[[:digit:]]{3}[]x]`, "").matches("123]")).toBe(true);
    expect(new LinearRegex(String.raw`a(?i:b)c`, "").matches("aBc")).toBe(true);
    expect(new LinearRegex(String.raw`a(?i:b)c`, "").matches("aBC")).toBe(false);
    expect(new LinearRegex(String.raw`\x41\x{42}`, "").matches("AB")).toBe(true);
  });

  test("refuse what cannot be linear, and say what", () => {
    expect(faultOf("ab(?=c)")).toBe("2: look-around cannot be matched in linear time");
    expect(faultOf(String.raw`(a)\1`)).toBe("3: back references cannot be matched in linear time");
    expect(faultOf("a++")).toBe("1: possessive quantifiers cannot be matched in linear time");
    expect(faultOf("a(b")).toBe("1: a group is not closed");
    expect(faultOf("a)b")).toBe("1: unmatched ')'");
    expect(faultOf("[ab")).toBe("0: a class is not closed");
    expect(faultOf("*a")).toBe("0: nothing to repeat before '*'");
    expect(faultOf("a{3,1}")).toBe("1: a quantifier's bounds are in the wrong order");
    expect(faultOf("(?:(?:a{1000}){1000}){1000}")).toContain("too large");
  });
});
