import * as fc from "fast-check";
import { expect, test } from "vitest";
import { relates } from "../expression/evaluate.ts";
import type { TextRelation } from "../expression/matcher.ts";
import { spelledLiteral, spelledRelates } from "./spelled-text.ts";

const RELATIONS: readonly TextRelation[] = ["equals", "starts-with", "ends-with", "contains"];
const unit = fc.constantFrom("a", "N", "n", "\\", '"', "\n", "t", "/", "<");

test("a literal relates to a text as it is spelled as it does to what it says", () => {
  const literal = fc.string({ unit: fc.constantFrom("a", "n", "\\", '"', "t", "/", "<"), maxLength: 4 });
  const text = fc.string({ unit, maxLength: 10 });
  fc.assert(
    fc.property(text, literal, (says, wanted) => {
      const bytes = Buffer.from(JSON.stringify(says));
      for (const relation of RELATIONS) {
        const holds = spelledRelates(relation, bytes, 1, bytes.length - 1, spelledLiteral(wanted)!);
        expect([relation, holds]).toEqual([relation, relates(relation, says.toLowerCase(), wanted)]);
      }
    }),
    { numRuns: 2000 },
  );
});

test("literals that have several spellings, or none in ASCII, are not looked for so", () => {
  expect(["é", "a\n", "\u007f"].map(spelledLiteral)).toEqual([undefined, undefined, undefined]);
});
