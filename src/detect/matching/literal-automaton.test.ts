import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LiteralAutomaton } from "./literal-automaton.ts";

function found(literals: readonly string[], text: string): string[] {
  const hits = new Set<string>();
  new LiteralAutomaton(literals).scan(text, (literal, end) => hits.add(`${literals[literal]}@${end}`));
  return [...hits].toSorted();
}

function expected(literals: readonly string[], text: string): string[] {
  const folded = text.toLowerCase();
  const hits: string[] = [];
  for (const literal of literals) {
    for (let at = folded.indexOf(literal); at !== -1; at = folded.indexOf(literal, at + 1))
      hits.push(`${literal}@${at + literal.length}`);
  }
  return hits.toSorted();
}

test("finds what a search for each literal alone finds", () => {
  const units = fc.constantFrom("a", "b", "A", "\\", ".", "ü", "Ü", "-");
  const literal = fc.string({ unit: units, minLength: 1, maxLength: 9 }).map((text) => text.toLowerCase());
  fc.assert(
    fc.property(
      fc.uniqueArray(literal, { maxLength: 12 }),
      fc.string({ unit: units, maxLength: 30 }),
      (literals, text) => {
        expect(found(literals, text)).toEqual(expected(literals, text));
      },
    ),
    { numRuns: 500 },
  );
});

test("finds the same in a text as JSON spells it, and whether it ends there", () => {
  const units = fc.constantFrom("a", "b", "A", "\\", ".", '"', "\n", "-");
  const literal = fc.string({ unit: units, minLength: 1, maxLength: 9 }).map((text) => text.toLowerCase());
  fc.assert(
    fc.property(
      fc.uniqueArray(literal, { maxLength: 12 }),
      fc.string({ unit: units, maxLength: 30 }),
      (literals, text) => {
        const bytes = Buffer.from(JSON.stringify(text));
        const hits = new Set<string>();
        new LiteralAutomaton(literals).scanSpelled(bytes, 1, bytes.length - 1, (number, end, length) => {
          hits.add(`${literals[number]}@${end}`);
          expect(end === length).toBe(end === text.length);
        });
        expect([...hits].toSorted()).toEqual(expected(literals, text));
      },
    ),
    { numRuns: 500 },
  );
});

test("finds literals within literals and at both ends", () => {
  expect(found(["he", "she", "hers", "his"], "uSHErs")).toEqual(["he@4", "hers@6", "she@4"]);
  expect(found([], "anything")).toEqual([]);
});
