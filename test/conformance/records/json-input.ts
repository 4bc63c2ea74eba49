/** The corpus' rules for an input's JSON where a schema says what it becomes. */
import { NumberText, isArray, isObject, printJson } from "../corpus/lossless-json.ts";
import type { Json, JsonObject } from "../corpus/lossless-json.ts";
import { CodecError } from "./codec-error.ts";

/** The field of that name in any case. */
export function fieldOf(value: JsonObject, name: string): Json {
  const exact = value[name];
  if (exact !== undefined) return exact;
  const found = Object.keys(value).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? null : value[found]!;
}

export function objectOf(value: Json, what: string): JsonObject {
  if (isObject(value)) return value;
  throw new CodecError(`${printJson(value)} is no ${what}`);
}

export function listOf(value: Json): readonly Json[] {
  if (isArray(value)) return value;
  throw new CodecError(`${printJson(value)} is no array`);
}

/** A number's text, also where it stands in quotes. */
export function numberText(value: Json): string {
  if (value instanceof NumberText) return value.text;
  if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))) return value.trim();
  throw new CodecError(`${printJson(value)} is no number`);
}

/** Towards zero. */
export function wholeNumber(value: Json): bigint {
  const text = numberText(value);
  return /^-?\d+$/.test(text) ? BigInt(text) : BigInt(Math.trunc(Number(text)));
}

export function textOf(value: Json): string {
  return typeof value === "string" ? value : printJson(value);
}

export function base64Bytes(value: Json): Buffer {
  return Buffer.from(textOf(value), "base64");
}

/** A decimal as its unscaled whole number at the schema's scale. @throws CodecError where digits would be lost */
export function unscaledDecimal(value: Json, scale: number): bigint {
  const text = numberText(value);
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text)!;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const shift = scale - fraction.length + Number(exponent);
  const digits = BigInt(`${whole}${fraction}` || "0");
  const unscaled = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  if (shift < 0 && unscaled * 10n ** BigInt(-shift) !== digits) {
    throw new CodecError(`${text} has more than ${scale} digits after the point`);
  }
  return sign === "-" ? -unscaled : unscaled;
}

/** A decimal's text from its unscaled number. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return `${unscaled * 10n ** BigInt(-scale)}`;
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Two's complement, big-endian, as few bytes as hold it: Java's BigInteger. */
export function bigIntegerBytes(value: bigint): Buffer {
  let length = 1;
  while (value < -(1n << BigInt(8 * length - 1)) || value >= 1n << BigInt(8 * length - 1)) length += 1;
  const hex = BigInt.asUintN(8 * length, value).toString(16);
  return Buffer.from(hex.padStart(2 * length, "0"), "hex");
}

export function bigIntegerOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
}
