import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TextEdits, offsetOfByte, placeIn, traced } from "./text-edits.ts";

test("a place in the edited text leads back to where it came from", () => {
  const edits = new TextEdits("SELECT a FROM b");
  edits.replace(7, 8, "TRY_CAST(a)");
  edits.insert(15, " x");
  const edited = edits.apply();
  expect(edited.text).toBe("SELECT TRY_CAST(a) FROM b x");
  expect(edited.originalOffset(edited.text.indexOf("FROM"))).toBe(9);
  expect(edited.originalOffset(10)).toBe(7);
});

test("characters that no edit touched are found again, through two steps too", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "c", "é"), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(letters, fc.nat(19), fc.string({ maxLength: 5 }), (text, at, put) => {
      const original = text.join("");
      const place = Math.min(at, original.length);
      const first = new TextEdits(original);
      first.insert(place, put);
      const second = new TextEdits(first.apply().text);
      second.insert(0, "--");
      const both = traced(first.apply(), second.apply());
      for (let i = 0; i < original.length; i++) {
        const now = 2 + i + (i >= place ? put.length : 0);
        expect(both.text[now]).toBe(original[i]);
        expect(both.originalOffset(now)).toBe(i);
      }
    }),
  );
});

test("the database counts bytes", () => {
  expect(offsetOfByte("'é' x", 5)).toBe(4);
  expect(offsetOfByte("'e' x", 4)).toBe(4);
});

test("a place has its line and column", () => {
  expect(placeIn("a\nbc d", 5, 6).span).toEqual({ start: 5, end: 6, line: 2, column: 4 });
});
