import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fragmentBytesMin, FragmentFilter, fragmentOf } from "./fragment-filter.ts";
import type { SampleBytes } from "./fragment-filter.ts";

function mayHold(filter: FragmentFilter, text: string, start: number, end: number): boolean {
  const bytes = Buffer.from(new ArrayBuffer((text.length + 3) & ~3));
  bytes.write(text, "latin1");
  const [words, halves] = [new Int32Array(bytes.buffer), new Uint16Array(bytes.buffer)];
  return filter.mayHold({ bytes, words, halves }, start, end);
}

const unit = fc.constantFrom("a", "b", "c", "A", "\\", ".", '"', "-", "x", "7");
const text = fc.string({ unit, maxLength: 40 });
const sampleBytes = fc.constantFrom<SampleBytes>(2, 4);

test.each([
  [String.raw`\mimi.dll`, String.raw`\\mimi.dll`],
  ['say "x"', String.raw`say \"x\"`],
  ["short<much longer>", "much longer"],
  ["caféteria", "teria"],
  ["<>", ""],
])("the fragment of %s is what JSON spells in one way", (literal, fragment) => {
  expect(fragmentOf(literal)).toBe(fragment);
});

test("what stands in the document is never said not to", () => {
  fc.assert(
    fc.property(
      sampleBytes,
      fc.array(text, { minLength: 1, maxLength: 6 }),
      fc.nat(5),
      text,
      text,
      (size, literals, which, before, after) => {
        const fragments = literals
          .map((literal) => fragmentOf(literal.toLowerCase()))
          .filter(({ length }) => length >= fragmentBytesMin(size));
        if (fragments.length === 0) return;
        const filter = new FragmentFilter(fragments, size);
        const held = fragments[which % fragments.length]!;
        const document = before + held.toUpperCase() + after;
        expect(mayHold(filter, document, 0, document.length)).toBe(true);
        expect(mayHold(filter, document, before.length, before.length + held.length)).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

test("and what does not is found to be absent", () => {
  fc.assert(
    fc.property(
      sampleBytes,
      fc.array(text, { minLength: 1, maxLength: 6 }),
      text,
      (size, literals, document) => {
        const fragments = literals
          .map((literal) => fragmentOf(literal.toLowerCase()))
          .filter(({ length }) => length >= fragmentBytesMin(size));
        if (fragments.length === 0) return;
        const holds = fragments.some((fragment) => document.toLowerCase().includes(fragment));
        expect(mayHold(new FragmentFilter(fragments, size), document, 0, document.length)).toBe(holds);
      },
    ),
    { numRuns: 1000 },
  );
});
