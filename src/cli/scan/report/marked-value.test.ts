import * as fc from "fast-check";
import { expect, test } from "vitest";
import { escaped } from "./html-text.ts";
import { markedValue } from "./marked-value.ts";

test.each([
  ["cmd /c LSASS lsass", "contains 'lsass'", "cmd /c <mark>LSASS</mark> <mark>lsass</mark>"],
  [
    String.raw`C:\a\cmd.exe\cmd.exe`,
    String.raw`ends with '\cmd.exe'`,
    String.raw`C:\a\cmd.exe<mark>\cmd.exe</mark>`,
  ],
  ["127.0.0.1", "starts with '127.'", "<mark>127.</mark>0.0.1"],
  ["<b>&", "contains '<B>'", "<mark>&lt;b&gt;</mark>&amp;"],
  ["arp -a", "matches /arp/", "arp -a"],
  // Folding makes two letters of one: no place in the folded text can be trusted.
  ["\u0130lsass", "contains 'lsass'", "\u0130lsass"],
])("%j with %s", (value, clause, html) => {
  expect(markedValue(value, clause)).toBe(html);
});

test("marks take nothing away and let no markup in", () => {
  const clause = fc.tuple(fc.constantFrom("contains", "starts with", "ends with", "is"), fc.string());
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), clause, (value, [how, literal]) => {
      const html = markedValue(value, `${how} '${literal}'`);
      const plain = html.replaceAll(/<\/?mark>/g, "");
      expect(plain).not.toMatch(/[<>]/);
      if (!/[\p{Cc}\p{Cf}\p{Cs}]/u.test(value)) expect(plain).toBe(escaped(value));
    }),
  );
});
