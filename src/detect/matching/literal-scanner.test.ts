import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Matcher, TextRelation } from "../expression/matcher.ts";
import { relates } from "../expression/evaluate.ts";
import { foldCase } from "../expression/matcher.ts";
import { LiteralScanner } from "./literal-scanner.ts";
import { NO_TEST } from "./test-table.ts";

type TextMatcher = Matcher & { readonly kind: "text" };

const RELATIONS: readonly TextRelation[] = ["equals", "starts-with", "ends-with", "contains"];
/** More texts of this length than a scanner looks through without its automaton. */
const MANY = 400;

/** The tests that hold for the text, by what the scanner tells of its literals. */
function held(scanner: LiteralScanner, text: string): number[] {
  const tests = new Set<number>();
  scanner.scan(text, (literal, end, length) => {
    tests.add(scanner.contains[literal]!);
    if (end === scanner.lengths[literal]) {
      tests.add(scanner.startsWith[literal]!);
      if (end === length) tests.add(scanner.equals[literal]!);
    }
    if (end === length) tests.add(scanner.endsWith[literal]!);
  });
  tests.delete(NO_TEST);
  return [...tests].toSorted((a, b) => a - b);
}

test("a literal's tests hold alike before the automaton is made and by it", () => {
  const unit = fc.constantFrom("a", "b", "A", "\\", ".", "ü", "Ü", "-");
  const text = fc.string({ unit, minLength: 1, maxLength: 5 }).map(foldCase);
  const matcher = fc
    .tuple(text, fc.constantFrom(...RELATIONS))
    .map(([literal, relation]): TextMatcher => ({ kind: "text", relation, text: literal, cased: false }));
  const different = { selector: ({ relation, text: literal }: TextMatcher) => `${relation} ${literal}` };
  fc.assert(
    fc.property(
      fc.uniqueArray(matcher, { ...different, minLength: 1, maxLength: 10 }),
      fc.string({ unit, maxLength: 12 }),
      (matchers, value) => {
        const expected = [...matchers.keys()].filter((at) =>
          relates(matchers[at]!.relation, foldCase(value), matchers[at]!.text),
        );
        const scanner = new LiteralScanner(matchers.map((each, at) => ({ test: at, matcher: each })));
        expect(held(scanner, value)).toEqual(expected);
        for (let times = 0; times < MANY; times++) scanner.scan("", () => expect.unreachable());
        expect(held(scanner, value)).toEqual(expected);
      },
    ),
  );
});
