/**
 * The comparison of the old KSQL's tests (the corpus' section 6b): object key sets are equal, and an integer is no
 * double: `1` does not match `1.0`.
 */
import { NumberText, isArray } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { INTEGER_TEXT, LogicalNumber } from "../records/logical-value.ts";
import type { LogicalValue } from "../records/logical-value.ts";

export function equalsStrictly(expected: Json, actual: LogicalValue): boolean {
  if (expected instanceof NumberText) return actual instanceof LogicalNumber && sameNumber(expected, actual);
  if (isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return false;
    const list = actual as readonly LogicalValue[];
    return expected.every((item, i) => equalsStrictly(item, list[i]!));
  }
  if (expected === null || typeof expected !== "object") {
    return actual instanceof Uint8Array
      ? Buffer.from(actual).toString("base64") === expected
      : actual === expected;
  }
  if (!(actual instanceof Map)) return false;
  const map = actual as ReadonlyMap<string, LogicalValue>;
  const names = Object.keys(expected);
  return (
    names.length === map.size &&
    names.every((name) => map.has(name) && equalsStrictly(expected[name]!, map.get(name)!))
  );
}

function sameNumber({ text }: NumberText, actual: LogicalNumber): boolean {
  if (actual.kind === "integer") return INTEGER_TEXT.test(text) && BigInt(text) === BigInt(actual.text);
  return !INTEGER_TEXT.test(text) && Number(text) === Number(actual.text);
}
