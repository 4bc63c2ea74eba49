import { SpoorError } from "../base/errors.ts";
import type { Span } from "../base/errors.ts";
import type { Expression, TypeExpression } from "./ast-expression.ts";
import type { Statement } from "./ast-statement.ts";
import { sqlErrors } from "./errors.ts";
import { tokenize } from "./lexer.ts";
import { parseExpression as parseExpressionAt } from "./parse-expression.ts";
import type { ParseOptions } from "./parse-options.ts";
import { parseStatementAt } from "./parse-statement.ts";
import { parseType as parseTypeAt } from "./parse-type.ts";
import { TokenCursor } from "./token-cursor.ts";

/**
 * All statements of a text. In the strict dialect each must end with `;`; else the last one may do without,
 * and empty statements are passed over.
 * @throws SpoorError of the area SQL for the first statement that is none.
 */
export function parseStatements(text: string, options: ParseOptions = {}): Statement[] {
  return parseScript(text, options).map((part) => {
    if (part.error !== undefined) throw part.error;
    return part.statement;
  });
}

/** The only statement of a text. */
export function parseStatement(text: string, options: ParseOptions = {}): Statement {
  const [statement, second] = parseStatements(text, options);
  if (statement !== undefined && second === undefined) return statement;
  throw sqlErrors.SYNTAX({
    message: statement === undefined ? "statement is empty" : "more than one statement",
    detail: "expected one statement",
    place: second && { text, span: second.span },
  });
}

export type ScriptPart =
  | { readonly statement: Statement; readonly error?: undefined; readonly span: Span }
  | { readonly statement?: undefined; readonly error: SpoorError; readonly span: Span };

/** All statements of a text, good and bad: after an error it goes on behind the next `;`. */
export function parseScript(text: string, options: ParseOptions = {}): ScriptPart[] {
  const cursor = new TokenCursor(text, tokenize(text, options.dialect ?? "auto").tokens, options);
  const parts: ScriptPart[] = [];
  while (cursor.token.kind !== "end") {
    if (cursor.lenient && cursor.atSymbol(";")) {
      cursor.advance();
      continue;
    }
    parts.push(parsePart(cursor));
  }
  return parts;
}

function parsePart(cursor: TokenCursor): ScriptPart {
  const start = cursor.token;
  try {
    const statement = parseStatementAt(cursor);
    if (!cursor.acceptSymbol(";") && !(cursor.lenient && cursor.token.kind === "end")) throw cursor.fail();
    return { statement, span: statement.span };
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    cursor.skipStatement();
    return { error, span: cursor.spanFrom(start) };
  }
}

/** A single expression; what stands before a `.` is not checked, since there is no FROM clause. */
export function parseExpression(text: string, options: ParseOptions = {}): Expression {
  return parseWhole(text, options, parseExpressionAt);
}

/** A single type, such as `STRUCT<A INT>`. */
export function parseType(text: string, options: ParseOptions = {}): TypeExpression {
  return parseWhole(text, options, parseTypeAt);
}

function parseWhole<T>(text: string, options: ParseOptions, rule: (cursor: TokenCursor) => T): T {
  const cursor = new TokenCursor(text, tokenize(text, options.dialect ?? "auto").tokens, options);
  const result = rule(cursor);
  if (cursor.token.kind !== "end") throw cursor.fail();
  return result;
}
