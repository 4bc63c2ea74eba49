/**
 * The natural logarithm, correctly rounded in all but the rarest cases, as Java's is; V8's is off by one in the last digit
 * for some arguments (ln 3). Computed with pairs of doubles whose sum carries about 100 bits:
 * ln(m · 2^e) = e · ln 2 + 2 · atanh((m − 1) / (m + 1)), m between √½ and √2.
 */

/** The value is `high + low`; `low` is below half a unit in the last place of `high`. */
interface Pair {
  readonly high: number;
  readonly low: number;
}

/** Its last bits are 0, so that its product with an exponent is exact. */
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
/** s² is below 0.03, so that many terms leave an error below 2^−106. */
const TERMS = 24;
const SPLITTER = 2 ** 27 + 1;

export function naturalLog(value: number): number {
  if (!(value > 0) || value === Infinity) return Math.log(value);
  const [mantissa, exponent] = normalized(value);
  const s = quotient(mantissa - 1, sumOf(mantissa, 1));
  const square = product(s, s);
  let series: Pair = { high: 0, low: 0 };
  for (let k = TERMS; k >= 0; k--)
    series = sum(product(series, square), quotient(1, { high: 2 * k + 1, low: 0 }));
  const ofMantissa = product({ high: 2 * s.high, low: 2 * s.low }, series);
  const whole = sumOf(exponent * LN2_HIGH, ofMantissa.high);
  return whole.high + (whole.low + (ofMantissa.low + exponent * LN2_LOW));
}

/** Mantissa from √½ to √2, and exponent. */
function normalized(value: number): [mantissa: number, exponent: number] {
  let exponent = 0;
  let mantissa = value;
  if (mantissa < 2 ** -1022) {
    mantissa *= 2 ** 54;
    exponent -= 54;
  }
  const rough = Math.floor(Math.log2(mantissa));
  // In two steps: 2^-rough alone may be beyond what a double holds.
  mantissa = mantissa * 2 ** -Math.trunc(rough / 2) * 2 ** -(rough - Math.trunc(rough / 2));
  exponent += rough;
  for (; mantissa >= Math.SQRT2; mantissa /= 2) exponent += 1;
  for (; mantissa < Math.SQRT1_2; mantissa *= 2) exponent -= 1;
  return [mantissa, exponent];
}

function sumOf(a: number, b: number): Pair {
  const high = a + b;
  const ofB = high - a;
  return { high, low: a - (high - ofB) + (b - ofB) };
}

function productOf(a: number, b: number): Pair {
  const high = a * b;
  const [a1, a2] = halves(a);
  const [b1, b2] = halves(b);
  return { high, low: a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2 };
}

function halves(value: number): [number, number] {
  const scaled = SPLITTER * value;
  const high = scaled - (scaled - value);
  return [high, value - high];
}

function sum(a: Pair, b: Pair): Pair {
  const { high, low } = sumOf(a.high, b.high);
  return sumOf(high, low + a.low + b.low);
}

function product(a: Pair, b: Pair): Pair {
  const { high, low } = productOf(a.high, b.high);
  return sumOf(high, low + (a.high * b.low + a.low * b.high));
}

function quotient(dividend: number, divisor: Pair): Pair {
  const first = dividend / divisor.high;
  const back = product({ high: first, low: 0 }, divisor);
  return sumOf(first, (dividend - back.high - back.low) / divisor.high);
}
