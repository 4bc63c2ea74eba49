/** NULL operands and failures: how far they reach and what is reported. */
import { describe, expect, test } from "vitest";
import { arrayType, BOOLEAN, DOUBLE, INTEGER, mapType, STRING, structType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { Expression } from "../../plan/expression.ts";
import { evaluateBoth, recordingContext, valueOfBoth } from "./evaluate-both.ts";
import {
  arithmetic,
  between,
  call,
  cast,
  column,
  comparison,
  field,
  inList,
  isNull,
  lambda,
  like,
  literal,
  logical,
  not,
  parameter,
  searchedCase,
  subscript,
} from "./expression-nodes.ts";
import { compilePredicate } from "./compiler.ts";
import { FIRST_NON_NULL, REFUSE_NEGATIVE, TRANSFORM } from "./test-functions.ts";

const A = column(0, INTEGER);
const TRUTH = column(1, BOOLEAN);
const NAME = column(2, STRING);
const NUMBERS = column(3, arrayType(INTEGER));
const ALL_NULL: readonly Value[] = [null, null, null, null];
const one = literal(1, INTEGER);
const zero = literal(0, INTEGER);
const sum = arithmetic(A, "+", one);
const failing = arithmetic(one, "/", zero);
const TRUE = literal(true, BOOLEAN);
const FALSE = literal(false, BOOLEAN);

function refuseNegative(argument: Expression): Expression {
  return call("REFUSE_NEGATIVE", REFUSE_NEGATIVE, INTEGER, [argument]);
}

function firstNonNull(...args: readonly Expression[]): Expression {
  return call("FIRST_NON_NULL", FIRST_NON_NULL, INTEGER, args);
}

describe("a NULL operand makes the whole expression NULL and is no failure", () => {
  test.each<[string, Expression]>([
    ["arithmetic", sum],
    ["a comparison with arithmetic", comparison(sum, ">", one)],
    ["NOT of it", not(comparison(sum, ">", one))],
    ["IS NULL of it", isNull(sum)],
    ["IS DISTINCT of it", comparison(sum, "distinct", one)],
    ["BETWEEN of it", between(sum, one, one)],
    ["IN of it", inList(sum, [one])],
    ["negation", { kind: "negate", type: INTEGER, operand: A }],
    ["NOT", not(TRUTH)],
    ["AND, left", logical(TRUTH, "and", FALSE)],
    ["AND, right", logical(TRUE, "and", TRUTH)],
    ["OR, left", logical(TRUTH, "or", TRUE)],
    ["a CASE condition", searchedCase([[TRUTH, one]], zero)],
    ["LIKE", like(NAME, literal("%", STRING))],
    ["NOT LIKE", like(NAME, literal("%", STRING), undefined, true)],
    ["a LIKE pattern", like(literal("x", STRING), NAME)],
    ["an array's subscript", subscript(literal([1], arrayType(INTEGER)), A)],
    ["an argument that is arithmetic", firstNonNull(sum, one)],
    ["joined text", arithmetic(NAME, "+", literal("x", STRING))],
  ])("%s", (_, expression) => {
    expect(valueOfBoth(expression, ALL_NULL)).toBeNull();
  });

  test.each<[string, Expression, Value]>([
    ["AND decided on the left", logical(FALSE, "and", TRUTH), false],
    ["OR decided on the left", logical(TRUE, "or", TRUTH), true],
    ["a subscript of NULL", isNull(subscript(NUMBERS, A)), true],
    ["a branch not taken", searchedCase([[FALSE, sum]], one), 1],
    ["a comparison of NULL", not(comparison(A, "=", one)), true],
    ["NOT IN", inList(A, [one], true), true],
    ["an explicit CAST around it", isNull(cast(sum, DOUBLE)), true],
    ["an argument that is a call", firstNonNull(refuseNegative(sum), one), 1],
  ])("but not by %s", (_, expression, expected) => {
    expect(valueOfBoth(expression, ALL_NULL)).toBe(expected);
  });

  test("inside a lambda it reaches out of the call", () => {
    const transformed = call("TRANSFORM", TRANSFORM, arrayType(INTEGER), [
      NUMBERS,
      lambda([["X", INTEGER]], arithmetic(parameter("X", INTEGER), "+", A)),
    ]);
    expect(valueOfBoth(transformed, [5, null, null, [1, 2]])).toEqual([6, 7]);
    expect(valueOfBoth(transformed, [5, null, null, [1, null]])).toBeNull();
    expect(valueOfBoth(transformed, [5, null, null, null])).toBeNull();
  });
});

describe("a failure", () => {
  test.each<[string, Expression]>([
    ["alone", failing],
    ["in a comparison", comparison(failing, "=", one)],
    ["in AND", logical(comparison(failing, "=", one), "and", TRUE)],
    ["in a taken branch", searchedCase([[TRUE, failing]])],
    ["in a bad pattern", like(literal("x", STRING), literal("x!", STRING), "!")],
    ["in a call", refuseNegative(literal(-1, INTEGER))],
  ])("%s makes the expression NULL and is reported once", (_, expression) => {
    const { value, failures } = evaluateBoth(expression);
    expect(value).toBeNull();
    expect(failures).toHaveLength(1);
  });

  test("carries its message and the text of what became NULL", () => {
    const { failures } = evaluateBoth(comparison(arithmetic(A, "/", zero), ">", one), [3]);
    expect(failures).toEqual([{ message: "division by zero", text: "((C0 / 0) > 1)" }]);
  });

  test("leaves the rest of ARRAY, MAP and STRUCT alone", () => {
    const array: Expression = { kind: "array", type: arrayType(INTEGER), items: [one, failing] };
    expect(evaluateBoth(array)).toEqual({
      value: [1, null],
      failures: [{ message: "division by zero", text: "(1 / 0)" }],
    });
    const type = mapType(STRING, INTEGER);
    const entries = [{ key: literal("k", STRING), value: failing }];
    expect(evaluateBoth({ kind: "map", type, entries }).value).toEqual(new Map([["k", null]]));
    const struct = structType([
      { name: "A", type: INTEGER },
      { name: "B", type: INTEGER },
    ]);
    expect(evaluateBoth({ kind: "struct", type: struct, fields: [failing, one] }).value).toEqual([null, 1]);
  });

  test("of a CAST, or of an argument that is a call, is NULL to what is around it", () => {
    const number = cast(NAME, INTEGER);
    const row = [null, null, "no number", null];
    expect(evaluateBoth(firstNonNull(number, one), row).value).toBe(1);
    expect(evaluateBoth(isNull(number), row).value).toBe(true);
    expect(evaluateBoth(number, row).failures).toEqual([
      { message: expect.any(String), text: "CAST(C2 AS INTEGER)" },
    ]);
    expect(evaluateBoth(firstNonNull(refuseNegative(literal(-1, INTEGER)), one)).value).toBe(1);
  });

  test("takes the whole with it when ksql.nested.error.set.null is false", () => {
    const properties = [["ksql.nested.error.set.null", "false"]] as const;
    const array: Expression = { kind: "array", type: arrayType(INTEGER), items: [one, failing] };
    expect(evaluateBoth(array, [], properties).value).toBeNull();
    const argument = firstNonNull(cast(literal("x", STRING), INTEGER), one);
    expect(evaluateBoth(argument, [], properties)).toMatchObject({ value: null, failures: [{}] });
  });

  test("of a right side is none when the left one is NULL", () => {
    expect(valueOfBoth(comparison(A, "=", failing), ALL_NULL)).toBe(false);
    expect(valueOfBoth(comparison(A, "=", cast(literal("x", STRING), INTEGER)), ALL_NULL)).toBe(false);
  });

  test("of a programming error is reported, too", () => {
    const broken = {
      ...REFUSE_NEGATIVE,
      bind: () => () => (undefined as unknown as { missing: () => number }).missing(),
    };
    const { value, failures } = evaluateBoth(call("BROKEN", broken, INTEGER, [one]));
    expect(value).toBeNull();
    expect(failures[0]!.message).toContain("undefined");
  });

  test("makes a condition false", () => {
    const context = recordingContext();
    const holds = compilePredicate(not(comparison(arithmetic(one, "/", A), "=", zero)), context);
    expect([0, null, 1].map((value) => holds([value]))).toEqual([false, false, true]);
    expect(context.failures).toHaveLength(1);
    expect(compilePredicate(TRUTH, context)(ALL_NULL)).toBe(false);
  });

  test("of a field of a NULL struct is none", () => {
    const person = structType([{ name: "A", type: INTEGER }]);
    expect(valueOfBoth(firstNonNull(field(column(0, person), 0), one), [null])).toBe(1);
  });
});
