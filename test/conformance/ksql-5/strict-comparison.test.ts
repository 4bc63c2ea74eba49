import { expect, test } from "vitest";
import { parseJson } from "../corpus/lossless-json.ts";
import { logicalOfJson } from "../records/logical-value.ts";
import { equalsStrictly } from "./strict-comparison.ts";

test.each<[string, string, boolean]>([
  ["1", "1", true],
  ["1", "1.0", false],
  ["1.0", "1", false],
  ["1.0", "1.00", true],
  ['{"A":1}', '{"A":1}', true],
  ['{"a":1}', '{"A":1}', false],
  ['{"A":null}', '{"B":null}', false],
  ["null", "null", true],
  ['"1"', "1", false],
])("%s against %s: %s", (expected, actual, result) => {
  expect(equalsStrictly(parseJson(expected), logicalOfJson(parseJson(actual), "exact"))).toBe(result);
});
