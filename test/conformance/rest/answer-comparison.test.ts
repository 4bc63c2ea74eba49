import { describe, expect, test } from "vitest";
import { parseJson } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { rowsDifference, subsetDifference } from "./answer-comparison.ts";

describe("an expected object is a subset of the actual one", () => {
  test.each<[string, string, boolean]>([
    ['{"a":1}', '{"a":1,"b":2}', true],
    ['{"a":1}', '{"a":1.0}', false],
    ['{"a":1.0}', '{"a":1.00}', false],
    ['{"a":{"b":[1]}}', '{"a":{"b":[1],"c":2}}', true],
    ['{"a":[1]}', '{"a":[1,2]}', false],
    ['{"a|starts_with":"CTAS_"}', '{"a":"CTAS_B_3"}', true],
    ['{"a|starts_with":"CSAS_"}', '{"a":"CTAS_B_3"}', false],
    ['{"a":null}', "{}", true],
  ])("%s of %s: %s", (expected, actual, result) => {
    expect(subsetDifference(parseJson(expected), parseJson(actual)) === undefined).toBe(result);
  });
});

const HEADER = '{"header":{"schema":"`A` INTEGER"}}';
const rows = (...columns: readonly string[]): string =>
  `[${[HEADER, ...columns.map((list) => `{"row":{"columns":[${list}]}}`)].join(",")}]`;

function difference(expected: string, actual: string, ordered: boolean): string | undefined {
  return rowsDifference(parseJson(expected), parseJson(actual) as readonly Json[], ordered);
}

describe("rows", () => {
  test("come in any order, unless order counts", () => {
    expect(difference(rows("1", "2"), rows("2", "1"), false)).toBeUndefined();
    expect(difference(rows("1", "2"), rows("2", "1"), true)).toContain("row 1");
  });

  test("are as many, and each as often", () => {
    expect(difference(rows("1"), rows("1", "1"), false)).toContain("3 rows, not 2");
    expect(difference(rows("1", "2"), rows("1", "1"), false)).toContain("no row [2]");
  });

  test("stand beside headers and messages by position", () => {
    expect(
      difference(`[${HEADER},{"finalMessage":"x"}]`, `[${HEADER},{"finalMessage":"y"}]`, false),
    ).toContain("finalMessage");
  });
});
