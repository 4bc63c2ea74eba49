import { expect, test } from "vitest";
import { arrayType, BIGINT, mapType, STRING, structType } from "../data/types.ts";
import { parseType } from "./parser.ts";
import { printType } from "./print-type.ts";
import { plainType, resolveType } from "./type-resolution.ts";

const lookup = (name: string) => (name === "MONEY" ? BIGINT : undefined);

test("names are replaced at every depth", () => {
  const type = parseType("MAP<STRING, ARRAY<STRUCT<a Money, `b` STRING>>>");
  const fields = [
    { name: "A", type: BIGINT },
    { name: "b", type: STRING },
  ];
  expect(resolveType(type, lookup)).toEqual(mapType(STRING, arrayType(structType(fields))));
  expect(plainType(type)).toBeUndefined();
});

test("an unknown name is an error at its place", () => {
  const text = "ARRAY<Mony>";
  expect(() => resolveType(parseType(text), lookup, text)).toThrow(
    expect.objectContaining({ code: "SQL_BAD_TYPE", place: expect.objectContaining({ text }) }),
  );
});

test.each(["INTEGER", "DECIMAL(4, 2)", "ARRAY<MAP<STRING, BYTES>>", "STRUCT<A DATE, `b` TIME>", "STRUCT< >"])(
  "%s needs no lookup and prints as it is",
  (text) => {
    const type = parseType(text);
    expect(plainType(type)).toEqual(type);
    expect(printType(type)).toBe(text);
  },
);
