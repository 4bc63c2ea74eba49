import { describe, expect, test } from "vitest";
import { parseJson } from "../corpus/lossless-json.ts";
import { LogicalNumber, logicalOfJson } from "./logical-value.ts";
import type { LogicalValue } from "./logical-value.ts";
import { matches } from "./value-comparison.ts";

function json(text: string): LogicalValue {
  return logicalOfJson(parseJson(text), "exact");
}

const double = (text: string): LogicalValue => new LogicalNumber("double", text);
const decimal = (text: string): LogicalValue => new LogicalNumber("decimal", text);

describe("numbers match by the kind of the actual one", () => {
  test.each<[string, LogicalValue, boolean]>([
    ["1", json("1"), true],
    ["1", json("1.0"), false],
    ["1.0", json("1.0"), true],
    ["1.0", json("1.00"), false],
    ["1.0", json("1"), true],
    ["1.9", json("1"), true],
    ["-1.9", json("-1"), true],
    ["1", double("1.0"), true],
    ["1.0000001", double("1.0"), true],
    ["1.00001", double("1.0"), false],
    ["1E+1", decimal("1E1"), true],
    ["10", decimal("1E1"), true],
    ["1.0E10", json("1.0E10"), true],
    ["9007199254740993", json("9007199254740993"), true],
    ["9007199254740992", json("9007199254740993"), false],
    ["9223372036854775808", json("9223372036854775808"), false],
    ["1.5", new LogicalNumber("float32", "1.5"), false],
  ])("%s against %o: %s", (expected, actual, result) => {
    expect(matches(parseJson(expected), actual)).toBe(result);
  });
});

describe("texts", () => {
  test.each<[string, LogicalValue, boolean]>([
    ['"a"', "a", true],
    ['"A"', "a", false],
    ['"1.00"', decimal("1.00"), true],
    ['"1.0"', decimal("1.00"), false],
    ['"1"', json("1"), false],
    ['"YQ=="', Buffer.from("a"), true],
    ['"a"', Buffer.from("a"), false],
  ])("%s against %o: %s", (expected, actual, result) => {
    expect(matches(parseJson(expected), actual)).toBe(result);
  });
});

describe("containers", () => {
  test.each<[string, string, boolean]>([
    ['{"a":1}', '{"A":1}', true],
    ['{"A":1}', '{"a":1}', false],
    ['{"A":null}', '{"A":null,"B":null}', false],
    ['{"A":null}', '{"B":null}', true],
    ["[1,2]", "[1,2]", true],
    ["[1,2]", "[2,1]", false],
    ["[1]", "[1,null]", false],
    ["null", "null", true],
    ["null", "0", false],
    ["true", "true", true],
    ['"true"', "true", false],
  ])("%s against %s: %s", (expected, actual, result) => {
    expect(matches(parseJson(expected), json(actual))).toBe(result);
  });
});
