/**
 * A decoded key or value as the rules of comparison see it: kinds of numbers are kept apart, since `1` matches an
 * integer and a double but not the decimal 1.0.
 */
import { NumberText, isArray } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";

export type LogicalValue =
  | null
  | boolean
  | string
  | LogicalNumber
  | Uint8Array
  | readonly LogicalValue[]
  | ReadonlyMap<string, LogicalValue>;

export class LogicalNumber {
  readonly kind: "integer" | "double" | "decimal" | "float32" | "big-integer";
  /** Decimal digits as written: a decimal's scale shows in it. */
  readonly text: string;

  constructor(kind: LogicalNumber["kind"], text: string) {
    this.kind = kind;
    this.text = text;
  }
}

export const INTEGER_TEXT = /^-?\d+$/;
const LONG_MAX = 2n ** 63n - 1n;

/** How numbers of JSON text are read: with their scale, or (`use.exact.numeric.comparison=false`) as doubles. */
export type JsonNumbers = "exact" | "double";

export function logicalOfJson(value: Json, numbers: JsonNumbers): LogicalValue {
  if (value instanceof NumberText) return numberOfJson(value.text, numbers);
  if (isArray(value)) return value.map((item) => logicalOfJson(item, numbers));
  if (value === null || typeof value !== "object") return value;
  return new Map(Object.entries(value).map(([name, item]) => [name, logicalOfJson(item, numbers)]));
}

function numberOfJson(text: string, numbers: JsonNumbers): LogicalNumber {
  if (!INTEGER_TEXT.test(text)) return new LogicalNumber(numbers === "exact" ? "decimal" : "double", text);
  const value = BigInt(text);
  const isLong = value <= LONG_MAX && value >= -LONG_MAX - 1n;
  return new LogicalNumber(isLong ? "integer" : "big-integer", text);
}

export function logicalText(value: LogicalValue): string {
  if (value instanceof LogicalNumber) return value.text;
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString("base64")}`;
  if (value instanceof Map) {
    const map = value as ReadonlyMap<string, LogicalValue>;
    return `{${[...map].map(([name, item]) => `${JSON.stringify(name)}:${logicalText(item)}`).join(",")}}`;
  }
  if (Array.isArray(value)) {
    return `[${(value as readonly LogicalValue[]).map((item) => logicalText(item)).join(",")}]`;
  }
  return JSON.stringify(value);
}
