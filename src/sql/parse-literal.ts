import { sqlErrors } from "./errors.ts";
import type { Literal, TimeUnit } from "./ast-expression.ts";
import type { TimeSpan } from "./ast-query.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";
import { notLiteral, variableAsLiteral } from "./variables.ts";
import { UNIT_WORDS } from "./keywords.ts";

const LEAST_BIGINT = -(2n ** 63n);
const MOST_BIGINT = 2n ** 63n - 1n;
const MOST_INTEGER = 2n ** 31n - 1n;

/** True where a literal begins; a variable is one if its value is. */
export function atLiteral(cursor: TokenCursor): boolean {
  const { token } = cursor;
  switch (token.kind) {
    case "integer":
    case "decimal":
    case "double":
    case "string":
      return true;
    case "word":
      return token.text === "NULL" || token.text === "TRUE" || token.text === "FALSE";
    case "symbol":
      return token.text === "-" && isNumber(cursor.peek(1));
    case "variable":
      return variableAsLiteral(cursor, token) !== undefined;
    default:
      return false;
  }
}

export function parseLiteral(cursor: TokenCursor): Literal {
  const start = cursor.token;
  if (!atLiteral(cursor)) {
    if (start.kind === "variable") throw notLiteral(cursor, start);
    cursor.note("<literal>");
    throw cursor.fail();
  }
  if (start.kind === "variable") {
    const value = variableAsLiteral(cursor, cursor.advance());
    if (value !== undefined) return literalOf(cursor, value.token, value.negative, start);
  }
  const negative = start.kind === "symbol";
  if (negative) cursor.advance();
  return literalOf(cursor, cursor.advance(), negative, start);
}

/** A whole number that fits an INTEGER: of LIMIT, DECIMAL(…), PRINT … INTERVAL. */
export function parseWholeNumber(cursor: TokenCursor, what: string): number {
  const start = cursor.token;
  const value = parseNumber(cursor);
  if (value.kind === "integer-literal" && value.value >= 0n && value.value <= MOST_INTEGER) {
    return Number(value.value);
  }
  throw sqlErrors.BAD_NUMBER({
    message: `${what} must be a whole number`,
    detail: `found ${cursor.found(start)}`,
    place: cursor.place(value.span),
  });
}

/** `5 MINUTES`. */
export function parseTimeSpan(cursor: TokenCursor): TimeSpan {
  const start = cursor.token;
  const literal = parseNumber(cursor);
  if (
    literal.kind !== "integer-literal" ||
    literal.value < 0n ||
    literal.value > BigInt(Number.MAX_SAFE_INTEGER)
  ) {
    throw sqlErrors.BAD_NUMBER({
      message: "a time span must be a whole number of units",
      detail: `found ${cursor.found(start)}`,
      hint: "use a smaller unit: '1500 MILLISECONDS' for '1.5 SECONDS'",
      place: cursor.place(literal.span),
    });
  }
  return { value: Number(literal.value), unit: parseTimeUnit(cursor) };
}

function parseTimeUnit(cursor: TokenCursor): TimeUnit {
  const { token } = cursor;
  const unit = token.kind === "word" ? timeUnit(token.text) : undefined;
  if (unit === undefined) {
    for (const word of UNIT_WORDS) cursor.note(word);
    throw cursor.fail();
  }
  cursor.advance();
  return unit;
}

/** The unit that a word names, in singular or plural. */
export function timeUnit(word: string): TimeUnit | undefined {
  switch (word) {
    case "DAY":
    case "DAYS":
      return "DAYS";
    case "HOUR":
    case "HOURS":
      return "HOURS";
    case "MINUTE":
    case "MINUTES":
      return "MINUTES";
    case "SECOND":
    case "SECONDS":
      return "SECONDS";
    case "MILLISECOND":
    case "MILLISECONDS":
      return "MILLISECONDS";
    default:
      return undefined;
  }
}

function parseNumber(cursor: TokenCursor): Literal {
  const signed = cursor.atSymbol("-") ? cursor.peek(1) : cursor.token;
  if (isNumber(signed) || signed.kind === "variable") return parseLiteral(cursor);
  cursor.note("<number>");
  throw cursor.fail();
}

function isNumber(token: Token): boolean {
  return token.kind === "integer" || token.kind === "decimal" || token.kind === "double";
}

function literalOf(cursor: TokenCursor, token: Token, negative: boolean, start: Token): Literal {
  const span = cursor.spanFrom(start);
  const text = negative ? `-${token.text}` : token.text;
  switch (token.kind) {
    case "string":
      return { kind: "string-literal", value: cursor.substitute(token.text), span };
    case "integer": {
      const value = token.text.length > 40 ? MOST_BIGINT + 1n : BigInt(text);
      if (value >= LEAST_BIGINT && value <= MOST_BIGINT) return { kind: "integer-literal", value, span };
      throw sqlErrors.BAD_NUMBER({
        message: `number '${text}' does not fit BIGINT`,
        hint: "write it with a decimal point to make it a DECIMAL",
        place: cursor.place(span),
      });
    }
    case "decimal":
      if (cursor.dialect !== "ksql5") return { kind: "decimal-literal", text, span };
      return { kind: "double-literal", text, value: Number(text), span };
    case "double": {
      const value = Number(text);
      if (Number.isFinite(value)) return { kind: "double-literal", text, value, span };
      throw sqlErrors.BAD_NUMBER({ message: `number '${text}' overflows DOUBLE`, place: cursor.place(span) });
    }
    default:
      return token.text === "NULL"
        ? { kind: "null-literal", span }
        : { kind: "boolean-literal", value: token.text === "TRUE", span };
  }
}
