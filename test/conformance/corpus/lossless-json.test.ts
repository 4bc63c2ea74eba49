import { assert, json, property } from "fast-check";
import { expect, test } from "vitest";
import { NumberText, isObject, parseJson, plainJson, printJson } from "./lossless-json.ts";

test.each(["1", "1.0", "1.00", "-0.0", "1E3", "1e-7", "9007199254740993", "0.10000000000000000001"])(
  "the number %s keeps its text",
  (text) => {
    expect(parseJson(text)).toEqual(new NumberText(text));
    expect(printJson(parseJson(`{"a":[${text}]}`))).toBe(`{"a":[${text}]}`);
  },
);

test("what is read is printed as it was, numbers aside as JSON.parse has it", () => {
  assert(
    property(json({ maxDepth: 4 }), (text) => {
      expect(JSON.parse(printJson(parseJson(text)))).toEqual(JSON.parse(text));
      expect(plainJson(parseJson(text))).toEqual(JSON.parse(text));
    }),
  );
});

test("a number's text is no object", () => {
  expect(isObject(parseJson("1"))).toBe(false);
  expect(isObject(parseJson("{}"))).toBe(true);
  expect(isObject(parseJson("[]"))).toBe(false);
});

test("what is no JSON is refused", () => {
  expect(() => parseJson("{'a':1}")).toThrow(SyntaxError);
});
