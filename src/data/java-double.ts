/**
 * The texts of DOUBLE values, as java.lang.Double writes and reads them (`1.0`, `1.0E10`, `1.0E-5`, `-0.0`):
 * ksqlDB's casts, its JSON and its DELIMITED output use that form. The digits are the shortest that read back
 * to the same number (Java 19 and later; earlier ones sometimes print one more).
 */

export function doubleText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    const text = String(value);
    return Number.isInteger(value) ? `${text}.0` : text;
  }
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  return scientificText(value);
}

function scientificText(value: number): string {
  let text = value.toExponential();
  if (!text.includes(".")) {
    // One digit is enough to read the number back, but Java picks the nearest of two digits (4.9E-324).
    const twoDigits = value.toExponential(1);
    if (Number(twoDigits) === value) text = twoDigits;
  }
  const [digits, exponent] = text.split("e") as [string, string];
  return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
}

const DOUBLE_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?$/;
const HEX_TEXT = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/;
const SPECIAL_TEXT = /^([+-]?)(NaN|Infinity)$/;

/** Reads what Double.parseDouble reads (blanks around are ignored); undefined when it is no number. */
export function parseDouble(text: string): number | undefined {
  const trimmed = trimControls(text);
  if (DOUBLE_TEXT.test(trimmed)) {
    const last = trimmed.charCodeAt(trimmed.length - 1) | 32;
    return Number(last === 102 || last === 100 ? trimmed.slice(0, -1) : trimmed);
  }
  const special = SPECIAL_TEXT.exec(trimmed);
  if (special !== null) {
    const value = special[2] === "NaN" ? NaN : Infinity;
    return special[1] === "-" ? -value : value;
  }
  return parseHexadecimal(trimmed);
}

function parseHexadecimal(text: string): number | undefined {
  const match = HEX_TEXT.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction, exponent] = match as unknown as [string, string, string, string, string];
  if (whole.length + fraction.length === 0 || whole.length + fraction.length > 100) return undefined;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const binaryExponent = Math.max(-5000, Math.min(5000, Number(exponent))) - 4 * fraction.length;
  const value = scaleByPowerOfTwo(mantissa, binaryExponent);
  return sign === "-" ? -value : value;
}

/** `mantissa × 2^exponent`, rounded once (half to even). */
function scaleByPowerOfTwo(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length;
  // Below 2^−1074 no bits are left, so the digits that would fall out are folded into one sticky bit first.
  const keep = Math.min(53, bits + exponent + 1074);
  const drop = bits - Math.max(keep, 0);
  let kept = mantissa;
  let power = exponent;
  if (drop > 0) {
    kept = mantissa >> BigInt(drop);
    const rest = mantissa - (kept << BigInt(drop));
    const half = 1n << BigInt(drop - 1);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
    power += drop;
  }
  let value = Number(kept);
  for (; power > 0 && value !== Infinity; power -= 512) value *= 2 ** Math.min(512, power);
  for (; power < 0 && value !== 0; power += 512) value *= 2 ** Math.max(-512, power);
  return value;
}

/** Java's String.trim: everything up to the blank is cut off at both ends. */
export function trimControls(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 32) start++;
  while (end > start && text.charCodeAt(end - 1) <= 32) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}
