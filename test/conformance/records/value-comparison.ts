/** The corpus' section 3: whether an expected JSON node matches a decoded value. */
import { NumberText, isArray } from "../corpus/lossless-json.ts";
import type { Json, JsonObject } from "../corpus/lossless-json.ts";
import { INTEGER_TEXT, LogicalNumber } from "./logical-value.ts";
import type { LogicalValue } from "./logical-value.ts";

const DOUBLE_TOLERANCE = 0.000001;

export function matches(expected: Json, actual: LogicalValue): boolean {
  if (expected === null) return actual === null;
  if (actual === null) return false;
  if (expected instanceof NumberText) {
    return actual instanceof LogicalNumber && numberMatches(expected.text, actual);
  }
  if (typeof expected === "string") return textMatches(expected, actual);
  if (typeof expected === "boolean") return actual === expected;
  if (isArray(expected)) {
    if (!isList(actual) || actual.length !== expected.length) return false;
    return expected.every((item, i) => matches(item, actual[i]!));
  }
  return actual instanceof Map && objectMatches(expected, actual as ReadonlyMap<string, LogicalValue>);
}

function isList(value: LogicalValue): value is readonly LogicalValue[] {
  return Array.isArray(value);
}

function objectMatches(expected: JsonObject, actual: ReadonlyMap<string, LogicalValue>): boolean {
  const names = Object.keys(expected);
  if (names.length !== actual.size) return false;
  return names.every((name) =>
    matches(expected[name]!, actual.get(name) ?? actual.get(name.toUpperCase()) ?? null),
  );
}

function textMatches(expected: string, actual: LogicalValue): boolean {
  if (typeof actual === "string") return actual === expected;
  if (actual instanceof Uint8Array) return Buffer.from(actual).toString("base64") === expected;
  return actual instanceof LogicalNumber && actual.kind === "decimal" && sameDecimal(expected, actual.text);
}

function numberMatches(expected: string, actual: LogicalNumber): boolean {
  switch (actual.kind) {
    case "integer":
      return truncated(expected) === BigInt(actual.text);
    case "double":
      return Math.abs(Number(expected) - Number(actual.text)) < DOUBLE_TOLERANCE;
    case "decimal":
      if (!INTEGER_TEXT.test(expected)) return sameDecimal(expected, actual.text);
      return decimalOf(actual.text)!.scale <= 0 && sameValue(expected, actual.text);
    default:
      return false;
  }
}

/** Towards zero; undefined where it is beyond a double's whole numbers and written with a fraction. */
function truncated(text: string): bigint | undefined {
  if (INTEGER_TEXT.test(text)) return BigInt(text);
  const value = Math.trunc(Number(text));
  return Number.isFinite(value) ? BigInt(value) : undefined;
}

interface DecimalParts {
  readonly unscaled: bigint;
  /** Digits behind the point, less the exponent. */
  readonly scale: number;
}

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

function decimalOf(text: string): DecimalParts | undefined {
  const match = DECIMAL_TEXT.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  if (whole + fraction === "") return undefined;
  const digits = BigInt(whole + fraction);
  return { unscaled: sign === "-" ? -digits : digits, scale: fraction.length - Number(exponent) };
}

/** Equal value and equal scale. */
export function sameDecimal(expected: string, actual: string): boolean {
  const [a, b] = [decimalOf(expected), decimalOf(actual)];
  return a !== undefined && b !== undefined && a.scale === b.scale && a.unscaled === b.unscaled;
}

function sameValue(expected: string, actual: string): boolean {
  const [a, b] = [decimalOf(expected), decimalOf(actual)];
  if (a === undefined || b === undefined) return false;
  const scale = Math.max(a.scale, b.scale);
  return a.unscaled * 10n ** BigInt(scale - a.scale) === b.unscaled * 10n ** BigInt(scale - b.scale);
}
