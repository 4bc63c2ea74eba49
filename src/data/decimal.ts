/**
 * Exact decimal numbers: `unscaled × 10^−scale`, as java.math.BigDecimal has them, because ksqlDB's DECIMAL
 * is one. Two decimals of equal value and different scale are different texts (`1.0`, `1.00`), so `equals`
 * looks at both and `compare` at the value only. The scale may be negative only in what {@link Decimal.parse}
 * gives for a text with an exponent; a DECIMAL column's values always have the scale of its type.
 */
import { ValueError } from "./value-error.ts";

/** `UNNECESSARY` refuses (ValueError) to lose digits; the others are those of java.math.RoundingMode. */
export type Rounding = "HALF_UP" | "HALF_EVEN" | "DOWN" | "UP" | "FLOOR" | "CEILING" | "UNNECESSARY";

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/;
/** Bounds what one text can make us compute: beyond, it is refused. */
const MAX_EXPONENT = 100_000;

const POWERS: bigint[] = [1n];

export function powerOfTen(exponent: number): bigint {
  for (let i = POWERS.length; i <= exponent && i <= 128; i++) POWERS.push(POWERS[i - 1]! * 10n);
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  static readonly ZERO: Decimal = new Decimal(0n, 0);

  /** Reads `12`, `-1.50`, `.5`, `1E3`; undefined when `text` (no blanks around) is no decimal number. */
  static tryParse(text: string): Decimal | undefined {
    const match = DECIMAL_TEXT.exec(text);
    if (match === null) return undefined;
    const whole = match[2] ?? "";
    const fraction = match[3] ?? "";
    if (whole.length + fraction.length === 0) return undefined;
    const exponent = match[4] === undefined ? 0 : Number(match[4]);
    if (Math.abs(exponent) > MAX_EXPONENT) return undefined;
    const unscaled = BigInt(whole + fraction);
    return new Decimal(match[1] === "-" ? -unscaled : unscaled, fraction.length - exponent);
  }

  /** @throws ValueError when `text` is no decimal number. */
  static parse(text: string): Decimal {
    const value = Decimal.tryParse(text);
    if (value === undefined) throw new ValueError(`'${text}' is no decimal number`);
    return value;
  }

  static fromInteger(value: number | bigint): Decimal {
    return new Decimal(BigInt(value), 0);
  }

  /** The exact binary value of a finite double: 0.1 gives 0.1000000000000000055511151231257827… */
  static fromDouble(value: number): Decimal {
    if (!Number.isFinite(value)) throw new ValueError(`${value} has no decimal value`);
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, value);
    const raw = bits.getBigUint64(0);
    const biased = Number((raw >> 52n) & 0x7ffn);
    let mantissa = raw & 0xfffffffffffffn;
    if (biased !== 0) mantissa |= 1n << 52n;
    if (mantissa === 0n) return Decimal.ZERO;
    let exponent = (biased === 0 ? 1 : biased) - 1075;
    while ((mantissa & 1n) === 0n) {
      mantissa >>= 1n;
      exponent++;
    }
    const signed = value < 0 ? -mantissa : mantissa;
    if (exponent >= 0) return new Decimal(signed << BigInt(exponent), 0);
    return new Decimal(signed * 5n ** BigInt(-exponent), -exponent);
  }

  /** Number of digits of the unscaled value; 1 for zero. */
  get precision(): number {
    return digitCount(this.unscaled);
  }

  get sign(): -1 | 0 | 1 {
    return this.unscaled === 0n ? 0 : this.unscaled < 0n ? -1 : 1;
  }

  add(other: Decimal): Decimal {
    if (this.scale === other.scale) return new Decimal(this.unscaled + other.unscaled, this.scale);
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#unscaledAt(scale) + other.#unscaledAt(scale), scale);
  }

  subtract(other: Decimal): Decimal {
    return this.add(other.negate());
  }

  multiply(other: Decimal): Decimal {
    return new Decimal(this.unscaled * other.unscaled, this.scale + other.scale);
  }

  /** @throws ValueError on division by zero, or when `UNNECESSARY` rounding would be needed. */
  divide(other: Decimal, scale: number, rounding: Rounding): Decimal {
    if (other.unscaled === 0n) throw new ValueError("division by zero");
    const shift = scale - this.scale + other.scale;
    const numerator = shift > 0 ? this.unscaled * powerOfTen(shift) : this.unscaled;
    const denominator = shift < 0 ? other.unscaled * powerOfTen(-shift) : other.unscaled;
    return new Decimal(roundedQuotient(numerator, denominator, rounding), scale);
  }

  /** The remainder of the truncated quotient: its sign is this number's. */
  remainder(other: Decimal): Decimal {
    if (other.unscaled === 0n) throw new ValueError("division by zero");
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#unscaledAt(scale) % other.#unscaledAt(scale), scale);
  }

  negate(): Decimal {
    return new Decimal(-this.unscaled, this.scale);
  }

  abs(): Decimal {
    return this.unscaled < 0n ? this.negate() : this;
  }

  compare(other: Decimal): -1 | 0 | 1 {
    const scale = Math.max(this.scale, other.scale);
    const a = this.#unscaledAt(scale);
    const b = other.#unscaledAt(scale);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** Same value and same scale. */
  equals(other: Decimal): boolean {
    return this.scale === other.scale && this.unscaled === other.unscaled;
  }

  setScale(scale: number, rounding: Rounding): Decimal {
    if (scale === this.scale) return this;
    if (scale > this.scale) return new Decimal(this.unscaled * powerOfTen(scale - this.scale), scale);
    return new Decimal(roundedQuotient(this.unscaled, powerOfTen(this.scale - scale), rounding), scale);
  }

  /** Keeps at most `precision` significant digits. */
  roundToPrecision(precision: number, rounding: Rounding): Decimal {
    const excess = this.precision - precision;
    if (excess <= 0) return this;
    const rounded = this.setScale(this.scale - excess, rounding);
    // Rounding up may carry into a new digit (9.99 → 10.0).
    return rounded.precision > precision ? rounded.setScale(rounded.scale - 1, rounding) : rounded;
  }

  stripTrailingZeros(): Decimal {
    if (this.unscaled === 0n) return Decimal.ZERO;
    let { unscaled, scale } = this;
    while (unscaled % 10n === 0n) {
      unscaled /= 10n;
      scale--;
    }
    return new Decimal(unscaled, scale);
  }

  /** Whether the absolute value is below 10^(precision − scale), so that DECIMAL(precision, scale) holds it. */
  fits(precision: number, scale: number): boolean {
    const limit = new Decimal(powerOfTen(Math.max(0, precision - scale)), 0);
    return this.abs().compare(limit) < 0;
  }

  /** The nearest double. */
  toNumber(): number {
    return Number(`${this.unscaled}e${-this.scale}`);
  }

  /** The integer part: the fraction is cut off. */
  toBigInt(): bigint {
    if (this.scale <= 0) return this.unscaled * powerOfTen(-this.scale);
    return this.unscaled / powerOfTen(this.scale);
  }

  /** Plain digits, never an exponent. */
  toString(): string {
    if (this.scale <= 0) return (this.unscaled * powerOfTen(-this.scale)).toString();
    const negative = this.unscaled < 0n;
    const digits = (negative ? -this.unscaled : this.unscaled).toString().padStart(this.scale + 1, "0");
    const point = digits.length - this.scale;
    return `${negative ? "-" : ""}${digits.slice(0, point)}.${digits.slice(point)}`;
  }

  toJSON(): string {
    return this.toString();
  }

  #unscaledAt(scale: number): bigint {
    return scale === this.scale ? this.unscaled : this.unscaled * powerOfTen(scale - this.scale);
  }
}

/**
 * The value as DECIMAL(precision, scale), rounded half up.
 * @throws ValueError when it has too many digits before the point.
 */
export function fitDecimal(value: Decimal, precision: number, scale: number): Decimal {
  if (!value.fits(precision, scale)) throw overflow(value, precision, scale);
  return value.setScale(scale, "HALF_UP");
}

/**
 * A quotient as ksqlDB computes it: with at most `precision` digits and exactly `scale` of them after the
 * point, where digits that would be lost are an error (1/3 has no answer, 1/4 has).
 */
export function divideExactly(left: Decimal, right: Decimal, precision: number, scale: number): Decimal {
  const quotient = left.divide(right, scale, "UNNECESSARY");
  if (quotient.stripTrailingZeros().precision > precision) throw new ValueError("rounding necessary");
  return quotient;
}

function overflow(value: Decimal, precision: number, scale: number): ValueError {
  return new ValueError(
    `numeric field overflow: DECIMAL(${precision}, ${scale}) holds absolute values less than 10^${precision - scale}, got ${value}`,
  );
}

function digitCount(value: bigint): number {
  const text = value.toString();
  return text.charCodeAt(0) === 45 ? text.length - 1 : text.length;
}

function roundedQuotient(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const negative = numerator < 0n !== denominator < 0n;
  return awayFromZero(quotient, remainder, denominator, negative, rounding)
    ? quotient + (negative ? -1n : 1n)
    : quotient;
}

function awayFromZero(
  quotient: bigint,
  remainder: bigint,
  denominator: bigint,
  negative: boolean,
  rounding: Rounding,
): boolean {
  switch (rounding) {
    case "UNNECESSARY":
      throw new ValueError("rounding necessary");
    case "DOWN":
      return false;
    case "UP":
      return true;
    case "FLOOR":
      return negative;
    case "CEILING":
      return !negative;
    default: {
      const twice = magnitude(remainder) * 2n;
      const whole = magnitude(denominator);
      if (twice !== whole) return twice > whole;
      return rounding === "HALF_UP" || quotient % 2n !== 0n;
    }
  }
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
