import { expect, test } from "vitest";
import { LinearRegex } from "./linear-regex.ts";
import { printRegex } from "./print-regex.ts";

const printed = (source: string, flags = ""): string => printRegex(new LinearRegex(source, flags).node);

test.each([
  ["a|b", "", "a|b"],
  ["x(a|b)y", "", "x(?:a|b)y"],
  ["(?:ab)+?c{2,}", "", "(?:ab)+c{2,}"],
  ["(?i)Cmd.exe", "", String.raw`[Cc][Mm][Dd][^\x0a][Ee][Xx][Ee]`],
  ["^a$", "", String.raw`\Aa\z`],
  ["^a$", "m", "(?m:^)a(?m:$)"],
  [".", "s", "(?s:.)"],
  [String.raw`\$\{?\d\b`, "", String.raw`\$\{?[0-9]\b`],
  [String.raw`[^\\/]`, "", String.raw`[^\/\\]`],
])("%s", (source, flags, expected) => expect(printed(source, flags)).toBe(expected));

test("what is printed means the same", () => {
  for (const source of [String.raw`(?i)a[^b]|\s{2}c?`, "^x.(?:y|z)*$", String.raw`[\w.-]+@\d`]) {
    const [regex, again] = [new LinearRegex(source, ""), new LinearRegex(printed(source), "")];
    for (const text of ["aB", "Ax", "  ", "x1yz", "x1", "a.b@7", "q"])
      expect(again.matches(text)).toBe(regex.matches(text));
  }
});
