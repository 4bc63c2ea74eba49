import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal, divideExactly, fitDecimal, powerOfTen, type Rounding } from "./decimal.ts";
import { ValueError } from "./value-error.ts";

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 20 }))
  .map(([unscaled, scale]) => new Decimal(unscaled, scale));

/** The value times 10^60, exactly. */
function scaled(value: Decimal): bigint {
  return value.unscaled * powerOfTen(60 - value.scale);
}

describe("Decimal", () => {
  test("adds, subtracts, multiplies and compares as exact fractions do", () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(scaled(a.add(b))).toBe(scaled(a) + scaled(b));
        expect(scaled(a.subtract(b))).toBe(scaled(a) - scaled(b));
        expect(scaled(a.multiply(b)) * powerOfTen(60)).toBe(scaled(a) * scaled(b));
        expect(a.compare(b)).toBe(scaled(a) < scaled(b) ? -1 : scaled(a) > scaled(b) ? 1 : 0);
      }),
    );
  });

  test("dividing and taking the remainder fit together", () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        fc.pre(b.sign !== 0);
        const whole = a.divide(b, 0, "DOWN");
        expect(whole.multiply(b).add(a.remainder(b)).compare(a)).toBe(0);
        const quotient = a.divide(b, 12, "HALF_UP");
        const error = quotient.multiply(b).subtract(a).abs();
        expect(error.compare(b.abs().multiply(new Decimal(5n, 13)))).toBeLessThanOrEqual(0);
      }),
    );
  });

  test("its text reads back to the same value and scale", () => {
    fc.assert(
      fc.property(decimals, (a) => {
        expect(Decimal.parse(a.toString()).equals(a)).toBe(true);
      }),
    );
  });

  test.each([
    ["12", 12n, 0],
    ["-1.50", -150n, 2],
    [".5", 5n, 1],
    ["5.", 5n, 0],
    ["+3", 3n, 0],
    ["1E3", 1n, -3],
    ["1.25e-2", 125n, 4],
    ["-0.0", 0n, 1],
  ])("parses %s", (text, unscaled, scale) => {
    expect(Decimal.parse(text)).toEqual(new Decimal(unscaled, scale));
  });

  test.each(["", ".", "abc", "1 ", "1e", "0x10", "1e999999", "--1"])("refuses '%s'", (text) => {
    expect(Decimal.tryParse(text)).toBeUndefined();
    expect(() => Decimal.parse(text)).toThrow(ValueError);
  });

  test.each<[Rounding, string[]]>([
    ["HALF_UP", ["3", "2", "-3", "-2", "4"]],
    ["HALF_EVEN", ["2", "2", "-2", "-2", "4"]],
    ["DOWN", ["2", "2", "-2", "-2", "3"]],
    ["UP", ["3", "3", "-3", "-3", "4"]],
    ["FLOOR", ["2", "2", "-3", "-3", "3"]],
    ["CEILING", ["3", "3", "-2", "-2", "4"]],
  ])("rounds %s", (rounding, expected) => {
    const rounded = ["2.5", "2.4", "-2.5", "-2.4", "3.5"].map((text) =>
      Decimal.parse(text).setScale(0, rounding).toString(),
    );
    expect(rounded).toEqual(expected);
  });

  test("UNNECESSARY rounding refuses to lose digits only", () => {
    expect(Decimal.parse("2.50").setScale(1, "UNNECESSARY").toString()).toBe("2.5");
    expect(() => Decimal.parse("2.55").setScale(1, "UNNECESSARY")).toThrow("rounding necessary");
  });

  test("keeps significant digits, also when rounding carries", () => {
    expect(Decimal.parse("9.996").roundToPrecision(3, "HALF_UP").toString()).toBe("10.0");
    expect(Decimal.parse("123456").roundToPrecision(2, "HALF_UP").toString()).toBe("120000");
  });

  test.each([
    [0.1, "0.1000000000000000055511151231257827021181583404541015625"],
    [-2.5, "-2.5"],
    [1e21, "1000000000000000000000"],
    [0, "0"],
    [2 ** -20, "0.00000095367431640625"],
  ])("has the exact value of the double %d", (value, text) => {
    expect(Decimal.fromDouble(value).toString()).toBe(text);
    expect(Decimal.fromDouble(value).toNumber()).toBe(value);
  });

  test("converts to numbers and integers", () => {
    expect(Decimal.parse("-12.99").toBigInt()).toBe(-12n);
    expect(Decimal.parse("1e3").toBigInt()).toBe(1000n);
    expect(Decimal.parse("1e3").toString()).toBe("1000");
    expect(Decimal.parse("123456789.125").toNumber()).toBe(123_456_789.125);
    expect(() => Decimal.fromDouble(NaN)).toThrow(ValueError);
  });
});

describe("DECIMAL columns", () => {
  test("take what fits, rounded half up", () => {
    expect(fitDecimal(Decimal.parse("9.995"), 4, 2).toString()).toBe("10.00");
    expect(() => fitDecimal(Decimal.parse("100"), 4, 2)).toThrow("numeric field overflow");
    expect(() => fitDecimal(Decimal.parse("-100"), 4, 2)).toThrow("10^2");
  });

  test("divide only where the quotient ends", () => {
    expect(divideExactly(Decimal.parse("1"), Decimal.parse("4"), 10, 6).toString()).toBe("0.250000");
    expect(() => divideExactly(Decimal.parse("1"), Decimal.parse("3"), 10, 6)).toThrow(ValueError);
    expect(() => divideExactly(Decimal.parse("1"), Decimal.ZERO, 10, 6)).toThrow("division by zero");
  });
});
