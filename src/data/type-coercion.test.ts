import { describe, expect, test } from "vitest";
import { arithmeticOperation } from "./arithmetic.ts";
import { coerceLiteral, commonOperandType, type Operand } from "./common-type.ts";
import { Decimal } from "./decimal.ts";
import {
  arithmeticType,
  canImplicitlyCast,
  commonType,
  comparable,
  decimalTypeOf,
  type ArithmeticOperator,
} from "./type-coercion.ts";
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimalType,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
  typeText,
  type SqlType,
} from "./types.ts";
import type { Value } from "./values.ts";

function operand(type: SqlType | null, literal?: Value): Operand {
  return literal === undefined ? { type, text: "c" } : { type, text: String(literal), literal };
}

describe("implicit casts", () => {
  test.each([
    [INTEGER, BIGINT, true],
    [INTEGER, DOUBLE, true],
    [BIGINT, decimalType(4, 2), true],
    [BIGINT, INTEGER, false],
    [DOUBLE, decimalType(4, 2), false],
    [STRING, TIMESTAMP, true],
    [STRING, BYTES, true],
    [STRING, INTEGER, false],
    [TIMESTAMP, STRING, false],
    [BOOLEAN, BOOLEAN, true],
  ])("%o to %o: %s", (from, to, possible) => {
    expect(canImplicitlyCast(from, to)).toBe(possible);
  });
});

function run(operator: ArithmeticOperator, left: SqlType, a: Value, right: SqlType, b: Value): Value {
  return arithmeticOperation(operator, left, right)(a!, b!);
}

describe("arithmetic", () => {
  test.each<[ArithmeticOperator, SqlType, SqlType, string | undefined]>([
    ["+", INTEGER, INTEGER, "INTEGER"],
    ["*", INTEGER, BIGINT, "BIGINT"],
    ["-", decimalType(4, 2), DOUBLE, "DOUBLE"],
    ["+", decimalType(4, 2), decimalType(5, 1), "DECIMAL(7, 2)"],
    ["*", decimalType(4, 2), INTEGER, "DECIMAL(15, 2)"],
    ["/", decimalType(4, 2), decimalType(5, 1), "DECIMAL(11, 8)"],
    ["%", decimalType(4, 2), decimalType(5, 1), "DECIMAL(4, 2)"],
    ["+", STRING, STRING, "STRING"],
    ["-", STRING, STRING, undefined],
    ["+", BOOLEAN, INTEGER, undefined],
  ])("type of a %s b for %o and %o is %s", (operator, left, right, expected) => {
    const type = arithmeticType(operator, left, right);
    expect(type === undefined ? undefined : typeText(type)).toBe(expected);
  });

  test("integers wrap around and cut towards zero", () => {
    expect(run("+", INTEGER, 2 ** 31 - 1, INTEGER, 1)).toBe(-(2 ** 31));
    expect(run("*", INTEGER, 123_456_789, INTEGER, 987_654_321)).toBe(-67_153_019);
    expect(run("/", INTEGER, -7, INTEGER, 2)).toBe(-3);
    expect(run("%", INTEGER, -7, INTEGER, 2)).toBe(-1);
    expect(run("-", BIGINT, -(2n ** 63n), INTEGER, 1)).toBe(2n ** 63n - 1n);
    expect(() => run("/", INTEGER, 1, INTEGER, 0)).toThrow("division by zero");
    expect(() => run("%", BIGINT, 1n, BIGINT, 0n)).toThrow("division by zero");
    expect(run("/", DOUBLE, 1, INTEGER, 0)).toBe(Infinity);
  });

  test("decimals are exact and have the scale of the result type", () => {
    const money = decimalType(4, 2);
    const text = (operator: ArithmeticOperator, a: string, b: string) =>
      String(run(operator, money, Decimal.parse(a), money, Decimal.parse(b)));
    expect(text("+", "1.25", "2.50")).toBe("3.75");
    expect(text("*", "1.25", "2.50")).toBe("3.1250");
    expect(text("/", "1.00", "4.00")).toBe("0.2500000");
    expect(text("%", "7.25", "2.00")).toBe("1.25");
    expect(() => text("/", "1.00", "3.00")).toThrow("rounding necessary");
    expect(String(run("+", money, Decimal.parse("1.25"), INTEGER, 2))).toBe("3.25");
  });
});

describe("the common type of a list", () => {
  test.each<[string, readonly Operand[], string | undefined]>([
    ["numbers widen", [operand(INTEGER), operand(DOUBLE), operand(BIGINT)], "DOUBLE"],
    ["decimals keep all digits", [operand(decimalType(4, 3)), operand(INTEGER)], "DECIMAL(13, 3)"],
    ["NULL has no say", [operand(null, null), operand(STRING)], "STRING"],
    ["only NULLs have none", [operand(null, null)], undefined],
    ["a text literal reads as a number", [operand(INTEGER), operand(STRING, "12.50")], "DECIMAL(12, 2)"],
    ["a long text number", [operand(INTEGER), operand(STRING, "12345678901")], "BIGINT"],
    ["a text literal reads as a boolean", [operand(BOOLEAN), operand(STRING, "yes")], "BOOLEAN"],
    ["a text may be a time", [operand(TIMESTAMP), operand(STRING)], "TIMESTAMP"],
    ["a number literal may be a text", [operand(STRING), operand(INTEGER, 5)], "STRING"],
    [
      "structs have all fields",
      [
        operand(structType([{ name: "A", type: INTEGER }])),
        operand(structType([{ name: "B", type: STRING }])),
      ],
      "STRUCT<B STRING, A INTEGER>",
    ],
    [
      "maps widen inside",
      [operand(mapType(STRING, INTEGER)), operand(mapType(STRING, DOUBLE))],
      "MAP<STRING, DOUBLE>",
    ],
    [
      "constructors are looked into",
      [
        operand(arrayType(INTEGER)),
        { type: arrayType(STRING), text: "ARRAY['7']", elements: [operand(STRING, "7")] },
      ],
      "ARRAY<INTEGER>",
    ],
  ])("%s", (_, operands, expected) => {
    const type = commonOperandType(operands);
    expect(type === undefined ? undefined : typeText(type)).toBe(expected);
  });

  test("refuses what does not go together", () => {
    expect(() => commonOperandType([operand(INTEGER), operand(STRING)])).toThrow(
      "operator does not exist: INTEGER = STRING (c)",
    );
    expect(() => commonOperandType([operand(INTEGER), operand(STRING, "x")])).toThrow(
      'invalid input syntax for type INTEGER: "x"',
    );
    expect(() => commonOperandType([operand(BOOLEAN), operand(STRING, "x")])).toThrow("BOOLEAN");
  });

  test("literals take the common type without loss", () => {
    expect(coerceLiteral("7", STRING, INTEGER)).toBe(7);
    expect(coerceLiteral(7, INTEGER, BIGINT)).toBe(7n);
    expect(coerceLiteral(7, INTEGER, STRING)).toBe("7");
    expect(coerceLiteral("1.5", STRING, decimalType(3, 2))).toEqual(new Decimal(150n, 2));
    expect(coerceLiteral(Decimal.parse("1.5"), decimalType(2, 1), DOUBLE)).toBe(1.5);
    expect(coerceLiteral("2021-01-02", STRING, DATE)).toBe(18_629);
    expect(() => coerceLiteral("1.55", STRING, decimalType(2, 1))).toThrow("DECIMAL");
    expect(() => coerceLiteral("x", STRING, INTEGER)).toThrow("invalid input syntax");
  });
});

test("types of decimal literals count a zero before the point", () => {
  const texts = ["1.50", "0.05", "0", "-12", "1e3", "0.8"].map((text) =>
    typeText(decimalTypeOf(Decimal.parse(text))),
  );
  expect(texts).toEqual([
    "DECIMAL(3, 2)",
    "DECIMAL(3, 2)",
    "DECIMAL(1, 0)",
    "DECIMAL(2, 0)",
    "DECIMAL(4, 0)",
    "DECIMAL(2, 1)",
  ]);
});

test("what can be compared", () => {
  expect(comparable(INTEGER, DOUBLE, true)).toBe(true);
  expect(comparable(STRING, DATE, true)).toBe(true);
  expect(comparable(DATE, TIMESTAMP, true)).toBe(true);
  expect(comparable(TIME, DATE, true)).toBe(false);
  expect(comparable(BOOLEAN, BOOLEAN, false)).toBe(true);
  expect(comparable(BOOLEAN, BOOLEAN, true)).toBe(false);
  expect(comparable(INTEGER, STRING, false)).toBe(false);
  expect(commonType(INTEGER, STRING)).toBeUndefined();
});
