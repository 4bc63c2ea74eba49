import type { SourceValue } from "./raw-event.ts";

/**
 * A 64-bit mask as `0x…` in lower case, from such a text, or from a number, signed as NXLog writes it: its top bit is the
 * sign. A number beyond 2^53 has lost its lowest eleven bits before it comes here, in JSON.parse.
 */
export function keywordMaskOf(value: SourceValue): string | undefined {
  if (typeof value === "string") {
    if (/^0x[\da-fA-F]{1,16}$/.test(value)) return value.toLowerCase();
    if (!/^-?\d{1,20}$/.test(value)) return undefined;
    return `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`;
  }
  if (typeof value !== "number" || !Number.isInteger(value) || Math.abs(value) > 2 ** 64) return undefined;
  return `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`;
}
