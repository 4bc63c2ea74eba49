/** What operators give, interpreted and compiled alike. */
import { describe, expect, test } from "vitest";
import { Decimal } from "../../data/decimal.ts";
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
  TIMESTAMP,
  type SqlType,
} from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { ArithmeticOperator, ComparisonOperator, Expression } from "../../plan/expression.ts";
import { valueOfBoth } from "./evaluate-both.ts";
import {
  arithmetic,
  between,
  cast,
  column,
  comparison,
  field,
  inList,
  like,
  literal,
  searchedCase,
  subscript,
} from "./expression-nodes.ts";

const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);
const MAX_LONG = 2n ** 63n - 1n;
const MIN_LONG = -(2n ** 63n);

function int(value: number): Expression {
  return literal(value, INTEGER);
}

function long(value: bigint): Expression {
  return literal(value, BIGINT);
}

function double(value: number): Expression {
  return literal(value, DOUBLE);
}

function decimal(digits: string): Expression {
  const value = Decimal.parse(digits);
  return literal(value, decimalType(Math.max(value.precision, value.scale + 1), value.scale));
}

function text(value: string): Expression {
  return literal(value, STRING);
}

describe("arithmetic", () => {
  test.each<[left: Expression, operator: ArithmeticOperator, right: Expression, expected: Value]>([
    [int(2), "+", int(3), 5],
    [int(MAX_INT), "+", int(1), MIN_INT],
    [int(MIN_INT), "-", int(1), MAX_INT],
    [int(65_537), "*", int(65_537), 131_073],
    [int(7), "/", int(2), 3],
    [int(-7), "/", int(2), -3],
    [int(MIN_INT), "/", int(-1), MIN_INT],
    [int(-7), "%", int(2), -1],
    [int(-4), "%", int(2), 0],
    [long(MAX_LONG), "+", long(1n), MIN_LONG],
    [long(MAX_LONG), "*", int(2), -2n],
    [long(-7n), "/", long(2n), -3n],
    [long(MIN_LONG), "/", long(-1n), MIN_LONG],
    [long(-7n), "%", long(2n), -1n],
    [int(1), "+", double(0.5), 1.5],
    [double(1), "/", double(0), Infinity],
    [double(0), "/", double(0), NaN],
    [double(5.5), "%", double(2), 1.5],
    [decimal("1.10"), "+", decimal("2.205"), Decimal.parse("3.305")],
    [decimal("1.10"), "*", decimal("2.5"), Decimal.parse("2.750")],
    [decimal("1.0"), "/", decimal("4"), Decimal.parse("0.250000")],
    [decimal("10.5"), "%", decimal("3.0"), Decimal.parse("1.5")],
    [decimal("1.5"), "+", int(2), Decimal.parse("3.5")],
    [decimal("1.5"), "*", double(2), 3],
    [text("a"), "+", text("b"), "ab"],
  ])("%o %s %o is %o", (left, operator, right, expected) => {
    expect(valueOfBoth(arithmetic(left, operator, right))).toEqual(expected);
    // The same through columns, where nothing is known beforehand.
    const columns = arithmetic(column(0, left.type), operator, column(1, right.type));
    const row = [left, right].map((node) => (node.kind === "literal" ? node.value : null));
    expect(valueOfBoth(columns, row)).toEqual(expected);
  });

  test.each<[operand: Expression, expected: Value]>([
    [int(5), -5],
    [int(MIN_INT), MIN_INT],
    [long(MIN_LONG), MIN_LONG],
    [double(0), -0],
    [decimal("1.50"), Decimal.parse("-1.50")],
  ])("the negative of %o is %o", (operand, expected) => {
    expect(valueOfBoth({ kind: "negate", type: operand.type, operand })).toEqual(expected);
  });
});

describe("comparisons", () => {
  const person = structType([{ name: "A", type: INTEGER }]);
  const tags = mapType(STRING, INTEGER);
  test.each<[left: Expression, operator: ComparisonOperator, right: Expression, expected: boolean]>([
    [int(1), "<", int(2), true],
    [int(1), "=", long(1n), true],
    [long(2n), ">=", double(1.5), true],
    [long(MAX_LONG), "=", long(MAX_LONG - 1n), false],
    [double(NaN), "=", double(NaN), false],
    [double(NaN), "<>", double(1), false],
    [double(0), "=", double(-0), true],
    [decimal("1.0"), "=", decimal("1.00"), true],
    [decimal("1.1"), "=", double(1.1), true],
    [decimal("2"), ">", int(1), true],
    [text("foo"), ">", text("Foo"), true],
    [text("10"), "<", text("9"), true],
    [literal(true, BOOLEAN), "<>", literal(false, BOOLEAN), true],
    [literal(1, DATE), "=", literal(86_400_000, TIMESTAMP), true],
    [literal(0, TIMESTAMP), "<", text("1970-01-01T00:00:00.001"), true],
    [literal(new Uint8Array([1]), BYTES), "=", literal(new Uint8Array([1]), BYTES), true],
    [literal(new Uint8Array([0x80]), BYTES), "<", literal(new Uint8Array([1]), BYTES), true],
    [literal([1, null], arrayType(INTEGER)), "=", literal([1, null], arrayType(INTEGER)), true],
    [literal([1], arrayType(INTEGER)), "<>", literal([1, 2], arrayType(INTEGER)), true],
    [
      literal(
        new Map([
          ["a", 1],
          ["b", 2],
        ]),
        tags,
      ),
      "=",
      literal(
        new Map([
          ["b", 2],
          ["a", 1],
        ]),
        tags,
      ),
      true,
    ],
    [literal([1], person), "=", literal([2], person), false],
    [literal([1], person), "not-distinct", literal([1], person), true],
    [int(1), "distinct", int(2), true],
  ])("%o %s %o is %o", (left, operator, right, expected) => {
    expect(valueOfBoth(comparison(left, operator, right))).toBe(expected);
  });

  test.each<[operator: ComparisonOperator, left: Value, right: Value, expected: boolean]>([
    ["=", null, 1, false],
    ["<>", null, 1, false],
    ["<", 1, null, false],
    ["=", null, null, false],
    ["distinct", null, 1, true],
    ["distinct", null, null, false],
    ["not-distinct", 1, null, false],
    ["not-distinct", null, null, true],
    ["not-distinct", 1, 1, true],
  ])("with NULL: %s of %o and %o is %o", (operator, left, right, expected) => {
    expect(valueOfBoth(comparison(column(0, INTEGER), operator, column(1, INTEGER)), [left, right])).toBe(
      expected,
    );
    expect(valueOfBoth(comparison(literal(left, INTEGER), operator, literal(right, INTEGER)))).toBe(expected);
  });

  test.each<[value: Value, negated: boolean, expected: boolean]>([
    [2, false, true],
    [4, false, true],
    [5, false, false],
    [5, true, true],
    [null, false, false],
    [null, true, true],
  ])("%o between 2 and 4 (negated: %o) is %o", (value, negated, expected) => {
    expect(valueOfBoth(between(column(0, INTEGER), int(2), int(4), negated), [value])).toBe(expected);
  });
});

describe("IN", () => {
  const ten = Array.from({ length: 10 }, (_, i) => int(i));
  test.each<[type: SqlType, value: Value, items: readonly Expression[], expected: boolean]>([
    [INTEGER, 2, [int(1), int(2)], true],
    [INTEGER, 3, [int(1), literal(null, INTEGER)], false],
    [INTEGER, null, [int(1), literal(null, INTEGER)], false],
    [INTEGER, 9, ten, true],
    [INTEGER, 10, [...ten, column(0, INTEGER)], true],
    [INTEGER, null, ten, false],
    [DOUBLE, NaN, [double(NaN)], true],
    [DOUBLE, 0, [double(-0)], false],
    [decimalType(3, 1), Decimal.parse("1.0"), [decimal("1.00")], true],
    [STRING, "it's", [text("it's"), text("`${1}`")], true],
    [arrayType(INTEGER), [1, 2], [literal([1, 2], arrayType(INTEGER))], true],
  ])("%o: %o IN %o is %o", (type, value, items, expected) => {
    expect(valueOfBoth(inList(column(0, type), items), [value])).toBe(expected);
    expect(valueOfBoth(inList(column(0, type), items, true), [value])).toBe(!expected);
  });
});

describe("LIKE", () => {
  test.each([
    ["barfoobaz", "%foo%", true],
    ["C:\\a\\WmiPrvSE.exe", "%WmiPrvSE.exe", true],
    ["foo", "f_o", true],
    ["foo", "bar", false],
  ])("%j LIKE %j is %j, the pattern known or not", (value, pattern, expected) => {
    expect(valueOfBoth(like(column(0, STRING), text(pattern)), [value])).toBe(expected);
    expect(valueOfBoth(like(column(0, STRING), column(1, STRING)), [value, pattern])).toBe(expected);
    expect(valueOfBoth(like(column(0, STRING), text(pattern), undefined, true), [value])).toBe(!expected);
  });
});

describe("access", () => {
  const array = column(0, arrayType(STRING));
  test.each<[value: Value, subscript: number, firstIndex: 0 | 1, expected: Value]>([
    [["a", "b", null], 1, 1, "a"],
    [["a", "b", null], 3, 1, null],
    [["a", "b"], 0, 1, null],
    [["a", "b"], 3, 1, null],
    [["a", "b"], -1, 1, "b"],
    [["a", "b"], -2, 1, "a"],
    [["a", "b"], -3, 1, null],
    [["a", "b"], 0, 0, "a"],
    [["a", "b"], 2, 0, null],
    [["a", "b"], -1, 0, null],
    [null, 1, 1, null],
  ])("%o at %i counted from %i is %o", (value, index, firstIndex, expected) => {
    expect(valueOfBoth(subscript(array, int(index), firstIndex), [value])).toBe(expected);
  });

  test("a map gives NULL for a key it has not, and finds decimals by value", () => {
    const prices = mapType(decimalType(3, 1), INTEGER);
    const map = new Map([[Decimal.parse("1.5"), 7]]);
    expect(valueOfBoth(subscript(column(0, prices), decimal("1.5")), [map])).toBe(7);
    expect(valueOfBoth(subscript(column(0, prices), decimal("2.5")), [map])).toBeNull();
    expect(
      valueOfBoth(subscript(column(0, mapType(STRING, INTEGER)), column(1, STRING)), [new Map(), null]),
    ).toBeNull();
  });

  test("fields of structs, also of NULL", () => {
    const inner = structType([{ name: "CITY", type: STRING }]);
    const outer = structType([{ name: "ADDRESS", type: inner }]);
    const city = field(field(column(0, outer), 0), 0);
    expect(valueOfBoth(city, [[["Bern"]]])).toBe("Bern");
    expect(valueOfBoth(city, [[null]])).toBeNull();
    expect(valueOfBoth(city, [null])).toBeNull();
  });

  test("constructors; of equal keys the last value stays", () => {
    const type = mapType(decimalType(3, 1), INTEGER);
    const entries = [1, 2].map((value) => ({ key: column(0, decimalType(3, 1)), value: int(value) }));
    const key = Decimal.parse("1.5");
    expect(valueOfBoth({ kind: "map", type, entries }, [key])).toEqual(new Map([[key, 2]]));
    const items = [int(1), column(0, INTEGER)];
    expect(valueOfBoth({ kind: "array", type: arrayType(INTEGER), items }, [null])).toEqual([1, null]);
  });
});

describe("CASE and CAST", () => {
  const size = searchedCase(
    [
      [comparison(column(0, DOUBLE), "<", double(2)), text("small")],
      [comparison(column(0, DOUBLE), "<", double(4)), literal(null, STRING)],
    ],
    text("large"),
  );
  test.each([
    [1, "small"],
    [3, null],
    [6, "large"],
    [null, "large"],
  ])("the first branch that holds: %o gives %o", (value, expected) => {
    expect(valueOfBoth(size, [value])).toBe(expected);
  });

  test("without ELSE the rest is NULL", () => {
    expect(valueOfBoth(searchedCase([[literal(false, BOOLEAN), int(1)]]))).toBeNull();
  });

  test.each<[from: SqlType, value: Value, to: SqlType, expected: Value]>([
    [STRING, "42", INTEGER, 42],
    [INTEGER, 42, BIGINT, 42n],
    [BIGINT, 42n, DOUBLE, 42],
    [DOUBLE, 1.5, STRING, "1.5"],
    [BIGINT, null, STRING, null],
  ])("%o %o as %o is %o", (from, value, to, expected) => {
    for (const implicit of [false, true]) {
      expect(valueOfBoth(cast(column(0, from), to, implicit), [value])).toBe(expected);
    }
  });
});
