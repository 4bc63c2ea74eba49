/**
 * A rule's condition as an expression tree: the one form that the interpreter, the matcher and the SQL printers read.
 *
 * Two-valued: a test is true or false, never unknown, so `not` of a test on an absent field is true.
 */
import type { Matcher } from "./matcher.ts";

export type Expression =
  | JunctionExpression
  | NotExpression
  | AtLeastExpression
  | SelectionExpression
  | TestExpression
  | ConstantExpression;

export interface JunctionExpression {
  readonly kind: "and" | "or";
  readonly operands: readonly Expression[];
}

export interface NotExpression {
  readonly kind: "not";
  readonly operand: Expression;
}

/** At least `count` of the operands hold; count is at least 2 and fewer than the operands are. */
export interface AtLeastExpression {
  readonly kind: "at-least";
  readonly count: number;
  readonly operands: readonly Expression[];
}

/** The part of a condition that a search identifier of the rule stands for; means what its operand means. */
export interface SelectionExpression {
  readonly kind: "selection";
  readonly name: string;
  readonly operand: Expression;
}

export interface TestExpression {
  readonly kind: "test";
  /** `undefined` for a keyword: the test holds when it holds for any value of the event. */
  readonly field: string | undefined;
  readonly matcher: Matcher;
}

export interface ConstantExpression {
  readonly kind: "constant";
  readonly value: boolean;
}

export const TRUE: ConstantExpression = { kind: "constant", value: true };
export const FALSE: ConstantExpression = { kind: "constant", value: false };

export function constant(value: boolean): ConstantExpression {
  return value ? TRUE : FALSE;
}

/** All of them hold. Nested conjunctions are flattened, constants folded; of nothing: true. */
export function allOf(operands: readonly Expression[]): Expression {
  return junction("and", operands);
}

/** One of them holds. Nested disjunctions are flattened, constants folded; of nothing: false. */
export function anyOf(operands: readonly Expression[]): Expression {
  return junction("or", operands);
}

function junction(kind: "and" | "or", operands: readonly Expression[]): Expression {
  const neutral = kind === "and";
  const flat: Expression[] = [];
  for (const operand of operands) {
    if (operand.kind === "constant") {
      if (operand.value !== neutral) return operand;
    } else if (operand.kind === kind) {
      for (const inner of operand.operands) flat.push(inner);
    } else {
      flat.push(operand);
    }
  }
  if (flat.length === 0) return constant(neutral);
  return flat.length === 1 ? flat[0]! : { kind, operands: flat };
}

export function negation(operand: Expression): Expression {
  if (operand.kind === "constant") return constant(!operand.value);
  return operand.kind === "not" ? operand.operand : { kind: "not", operand };
}

/** At least `count` of the operands hold. */
export function atLeast(count: number, operands: readonly Expression[]): Expression {
  const sure = operands.filter((operand) => operand.kind === "constant" && operand.value).length;
  const open = operands.filter((operand) => operand.kind !== "constant");
  const wanted = count - sure;
  if (wanted <= 0) return TRUE;
  if (wanted > open.length) return FALSE;
  if (wanted === 1) return anyOf(open);
  return wanted === open.length ? allOf(open) : { kind: "at-least", count: wanted, operands: open };
}

/** The expression with each test replaced; constants are folded. Selection names are kept where `named`. */
export function mapTests(
  expression: Expression,
  replace: (test: TestExpression) => Expression,
  named = true,
): Expression {
  const mapped = (inner: Expression): Expression => mapTests(inner, replace, named);
  switch (expression.kind) {
    case "constant":
      return expression;
    case "test":
      return replace(expression);
    case "not":
      return negation(mapped(expression.operand));
    case "selection": {
      const operand = mapped(expression.operand);
      return named && operand.kind !== "constant" ? { ...expression, operand } : operand;
    }
    case "and":
      return allOf(expression.operands.map(mapped));
    case "or":
      return anyOf(expression.operands.map(mapped));
    case "at-least":
      return atLeast(expression.count, expression.operands.map(mapped));
  }
}

/** Every test of the expression, in the order they are written. */
export function* testsOf(expression: Expression): Generator<TestExpression> {
  switch (expression.kind) {
    case "test":
      yield expression;
      break;
    case "not":
    case "selection":
      yield* testsOf(expression.operand);
      break;
    case "and":
    case "or":
    case "at-least":
      for (const operand of expression.operands) yield* testsOf(operand);
      break;
    case "constant":
      break;
  }
}
