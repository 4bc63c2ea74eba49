const SIGNED_MAX = 2n ** 63n - 1n;
const UNSIGNED_MAX = 2n ** 64n - 1n;
const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
/** Every decimal of so many digits, and every hexadecimal of so many, is exact as a number. */
const SAFE_DECIMAL_DIGITS = 15;
const SAFE_HEX_DIGITS = 13;

/**
 * An integer written in decimal, or in hexadecimal behind `0x`: a number where that is exact, else a bigint; undefined
 * where the text is none or it does not fit 64 bits (signed for decimals below zero, else unsigned).
 */
export function readInteger(text: string): number | bigint | undefined {
  const start = text.charCodeAt(0) === MINUS ? 1 : 0;
  const digits = text.length - start;
  if (digits <= 0) return undefined;
  if (start === 0 && text.charCodeAt(0) === ZERO && digits > 2 && (text.charCodeAt(1) | 0x20) === 0x78) {
    return readHexadecimal(text);
  }
  for (let i = start; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char < ZERO || char > NINE) return undefined;
  }
  if (digits <= SAFE_DECIMAL_DIGITS) return Number(text);
  if (digits > 20) return undefined;
  return narrow(BigInt(text));
}

function readHexadecimal(text: string): number | bigint | undefined {
  for (let i = 2; i < text.length; i++) {
    const char = text.charCodeAt(i);
    const lower = char | 0x20;
    if ((char < ZERO || char > NINE) && (lower < 0x61 || lower > 0x66)) return undefined;
  }
  if (text.length - 2 <= SAFE_HEX_DIGITS) return Number.parseInt(text, 16);
  return text.length > 2 + 32 ? undefined : narrow(BigInt(text));
}

function narrow(value: bigint): number | bigint | undefined {
  if (value > UNSIGNED_MAX || value < -SIGNED_MAX - 1n) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Whether the value fits 64 bits with a sign, as tables store it. */
export function fitsSigned(value: number | bigint): boolean {
  return typeof value === "number" || (value <= SIGNED_MAX && value >= -SIGNED_MAX - 1n);
}

/** `0x` and lower-case digits without leading zeros; a negative number is taken as 32 bits with a sign. */
export function hexText(value: number | bigint): string | undefined {
  if (value >= 0) return `0x${value.toString(16)}`;
  return value >= -0x8000_0000 ? `0x${(BigInt(value) + 0x1_0000_0000n).toString(16)}` : undefined;
}
