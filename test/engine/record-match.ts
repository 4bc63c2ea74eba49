/** The corpus' rules of comparison (its section 3): an expected node against what was written. */
import { NumberText, isArray, isObject } from "./json-text.ts";
import type { Json } from "./json-text.ts";

export function matches(expected: Json, actual: Json): boolean {
  if (expected === null) return actual === null;
  if (actual === null) return false;
  if (expected instanceof NumberText)
    return actual instanceof NumberText && numbersMatch(expected.text, actual.text);
  if (typeof expected === "string") {
    return actual instanceof NumberText ? actual.text === expected : actual === expected;
  }
  if (isArray(expected)) {
    return (
      isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, i) => matches(item, actual[i]!))
    );
  }
  if (isObject(expected)) return isObject(actual) && objectsMatch(expected, actual);
  return expected === actual;
}

type JsonObject = { readonly [name: string]: Json };

function objectsMatch(expected: JsonObject, actual: JsonObject): boolean {
  if (Object.keys(expected).length !== Object.keys(actual).length) return false;
  return Object.entries(expected).every(([name, item]) =>
    matches(item, actual[name] ?? actual[name.toUpperCase()] ?? null),
  );
}

const INTEGER = /^-?\d+$/;

function numbersMatch(expected: string, actual: string): boolean {
  if (INTEGER.test(actual)) {
    return INTEGER.test(expected)
      ? BigInt(expected) === BigInt(actual)
      : Math.trunc(Number(expected)) === Number(actual);
  }
  if (INTEGER.test(expected)) return scaleOf(actual) <= 0 && Number(expected) === Number(actual);
  return Number(expected) === Number(actual) && scaleOf(expected) === scaleOf(actual);
}

/** Digits behind the point, less the exponent. */
function scaleOf(text: string): number {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  return (mantissa.split(".")[1] ?? "").length - Number(exponent);
}
