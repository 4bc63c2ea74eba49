import type { ArithmeticOperator, ComparisonOperator, Expression } from "./ast-expression.ts";
import { sqlErrors } from "./errors.ts";
import { parsePrimary } from "./parse-primary.ts";
import type { Span } from "../base/errors.ts";
import type { ExpressionRules } from "./parse-primary.ts";
import type { TokenCursor } from "./token-cursor.ts";

/**
 * Operators by precedence climbing. Two layers, as in ksqlDB's grammar:
 * value expressions, loosest first: `||`; `+ -`; `* / %`; unary `+ -`;
 * boolean expressions: OR; AND; NOT; then at most one predicate (`a = b = c` is an error) over values.
 */
const OR = 1;
const AND = 2;
const NOT = 3;
const CONCAT = 1;
const SUM = 2;
const PRODUCT = 3;
const UNARY = 4;

const rules: ExpressionRules = { expression: parseExpression, value: parseValue };

/** A full expression (`booleanExpression` of the grammar). */
export function parseExpression(cursor: TokenCursor): Expression {
  return cursor.nested(() => parseBoolean(cursor, OR));
}

/** An expression without AND, OR, NOT and predicates outside parentheses. */
export function parseValue(cursor: TokenCursor): Expression {
  return cursor.nested(() => parseSum(cursor, CONCAT));
}

/** Goes on with an expression whose first operand has been read already (a primary, at `start`). */
export function continueExpression(cursor: TokenCursor, primary: Expression): Expression {
  const value = valueTail(cursor, primary, CONCAT, primary.span);
  const predicate = predicateTail(cursor, value, primary.span);
  return booleanTail(cursor, predicate, OR, primary.span);
}

/** A primary with its subscripts and dereferences; stops before `->*`. */
export function parseOperand(cursor: TokenCursor): Expression {
  return parsePrimary(cursor, rules);
}

function parseBoolean(cursor: TokenCursor, least: number): Expression {
  const outer = cursor.height;
  cursor.height = 0;
  const start = cursor.token;
  const left = cursor.atWord("NOT") ? parseNot(cursor) : parsePredicated(cursor);
  const expression = booleanTail(cursor, left, least, start);
  cursor.height = Math.max(outer, cursor.height);
  return expression;
}

function parseNot(cursor: TokenCursor): Expression {
  const start = cursor.advance();
  const operand = cursor.nested(() => parseBoolean(cursor, NOT));
  cursor.height = cursor.checkHeight(cursor.height + 1);
  return { kind: "not", operand, span: cursor.spanFrom(start) };
}

function booleanTail(cursor: TokenCursor, first: Expression, least: number, start: Span): Expression {
  let left = first;
  for (;;) {
    cursor.note("<operator>");
    const level = cursor.atWord("AND") ? AND : cursor.atWord("OR") ? OR : 0;
    if (level === 0 || level < least) return left;
    cursor.advance();
    const leftHeight = cursor.height;
    cursor.height = 0;
    const right = parseBoolean(cursor, level + 1);
    cursor.height = cursor.checkHeight(Math.max(leftHeight, cursor.height) + 1);
    left = { kind: "logical", op: level === AND ? "and" : "or", left, right, span: cursor.spanFrom(start) };
  }
}

function parsePredicated(cursor: TokenCursor): Expression {
  const start = cursor.token;
  const value = parseSum(cursor, CONCAT);
  return predicateTail(cursor, value, start);
}

const COMPARISONS = new Set<string>(["=", "<>", "<", "<=", ">", ">="]);

function predicateTail(cursor: TokenCursor, left: Expression, start: Span): Expression {
  const { token } = cursor;
  if (token.kind === "symbol" && COMPARISONS.has(token.text)) {
    cursor.advance();
    const right = operandAfter(cursor, () => parseSum(cursor, CONCAT));
    return {
      kind: "comparison",
      op: token.text as ComparisonOperator,
      left,
      right,
      span: cursor.spanFrom(start),
    };
  }
  if (token.kind !== "word") return left;
  if (token.text === "IS") return parseIs(cursor, left, start);
  const negated = token.text === "NOT";
  const word = negated ? cursor.peek(1) : token;
  if (word.kind !== "word" || !/^(?:BETWEEN|IN|LIKE)$/.test(word.text)) {
    if (!negated) return left;
    cursor.advance();
    for (const expected of ["BETWEEN", "IN", "LIKE"]) cursor.note(expected);
    throw cursor.fail();
  }
  if (negated) cursor.advance();
  cursor.advance();
  if (word.text === "BETWEEN") return parseBetween(cursor, left, negated, start);
  return word.text === "IN" ? parseIn(cursor, left, negated, start) : parseLike(cursor, left, negated, start);
}

/** Reads an operand that hangs one level below the node made of it and of what stands before it. */
function operandAfter<T>(cursor: TokenCursor, parse: () => T): T {
  const before = cursor.height;
  cursor.height = 0;
  const operand = parse();
  cursor.height = cursor.checkHeight(Math.max(before, cursor.height) + 1);
  return operand;
}

function parseIs(cursor: TokenCursor, operand: Expression, start: Span): Expression {
  cursor.advance();
  const negated = cursor.acceptWord("NOT");
  if (cursor.acceptWord("NULL")) {
    cursor.height = cursor.checkHeight(cursor.height + 1);
    return { kind: "is-null", negated, operand, span: cursor.spanFrom(start) };
  }
  cursor.expectWords("DISTINCT", "FROM");
  const right = operandAfter(cursor, () => parseSum(cursor, CONCAT));
  const op = negated ? "is not distinct from" : "is distinct from";
  return { kind: "comparison", op, left: operand, right, span: cursor.spanFrom(start) };
}

function parseBetween(cursor: TokenCursor, operand: Expression, negated: boolean, start: Span): Expression {
  const low = operandAfter(cursor, () => parseSum(cursor, CONCAT));
  cursor.expectWord("AND");
  const high = operandAfter(cursor, () => parseSum(cursor, CONCAT));
  return { kind: "between", negated, operand, low, high, span: cursor.spanFrom(start) };
}

function parseIn(cursor: TokenCursor, operand: Expression, negated: boolean, start: Span): Expression {
  const open = cursor.expectSymbol("(");
  const values = operandAfter(cursor, () => cursor.list(() => parseExpression(cursor)));
  cursor.expectClosing(")", open);
  return { kind: "in", negated, operand, values, span: cursor.spanFrom(start) };
}

function parseLike(cursor: TokenCursor, operand: Expression, negated: boolean, start: Span): Expression {
  const pattern = operandAfter(cursor, () => parseSum(cursor, CONCAT));
  const escape =
    cursor.atWord("ESCAPE") && cursor.peek(1).kind === "string" ? parseEscape(cursor) : undefined;
  if (escape === undefined) cursor.note("ESCAPE");
  return { kind: "like", negated, operand, pattern, escape, span: cursor.spanFrom(start) };
}

function parseEscape(cursor: TokenCursor): string {
  cursor.advance();
  const { token } = cursor;
  const escape = cursor.expectString();
  if (escape.length === 1) return escape;
  throw sqlErrors.BAD_CLAUSE({
    message: `escape '${escape}' is not a single character`,
    place: cursor.place(token),
  });
}

const SUM_LEVELS = new Map<string, number>([
  ["||", CONCAT],
  ["+", SUM],
  ["-", SUM],
  ["*", PRODUCT],
  ["/", PRODUCT],
  ["%", PRODUCT],
]);

function parseSum(cursor: TokenCursor, least: number): Expression {
  const outer = cursor.height;
  cursor.height = 0;
  const start = cursor.token;
  const sum = valueTail(cursor, parseUnary(cursor), least, start);
  cursor.height = Math.max(outer, cursor.height);
  return sum;
}

/** A sign before a number's digits belongs to the literal (so −2^63 can be written). */
function parseUnary(cursor: TokenCursor): Expression {
  const start = cursor.token;
  const signed = start.kind === "symbol" && (start.text === "-" || start.text === "+");
  if (!signed || (start.text === "-" && /^(?:integer|decimal|double)$/.test(cursor.peek(1).kind))) {
    return parseOperand(cursor);
  }
  cursor.advance();
  const operand = cursor.nested(() => parseSum(cursor, UNARY));
  cursor.height = cursor.checkHeight(cursor.height + 1);
  return {
    kind: "arithmetic-unary",
    op: start.text === "-" ? "-" : "+",
    operand,
    span: cursor.spanFrom(start),
  };
}

function valueTail(cursor: TokenCursor, first: Expression, least: number, start: Span): Expression {
  let left = first;
  for (;;) {
    const { token } = cursor;
    if (token.kind === "word" && token.text === "AT") throw noTimeZones(cursor);
    const level = token.kind === "symbol" ? (SUM_LEVELS.get(token.text) ?? 0) : 0;
    if (level === 0 || level < least) return left;
    cursor.advance();
    const right = operandAfter(cursor, () => parseSum(cursor, level + 1));
    const span = cursor.spanFrom(start);
    left =
      token.text === "||"
        ? { kind: "concat", left, right, span }
        : { kind: "arithmetic", op: token.text as ArithmeticOperator, left, right, span };
  }
}

function noTimeZones(cursor: TokenCursor): Error {
  return sqlErrors.BAD_CLAUSE({
    message: "AT TIME ZONE is not supported",
    hint: "use CONVERT_TZ(timestamp, 'from', 'to')",
    place: cursor.place(),
  });
}
