import type { Statement } from "./ast-statement.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";
import { notLiteral, variableAsLiteral } from "./variables.ts";

/** What follows SET. */
export function parseSet(cursor: TokenCursor, start: Token): Statement {
  const name = parseStringOrVariable(cursor);
  cursor.expectSymbol("=");
  const value = parseStringOrVariable(cursor);
  return { kind: "set-property", name, value, span: cursor.spanFrom(start) };
}

/** What follows UNSET. */
export function parseUnset(cursor: TokenCursor, start: Token): Statement {
  const name = parseStringOrVariable(cursor);
  return { kind: "unset-property", name, span: cursor.spanFrom(start) };
}

/** What follows ALTER SYSTEM. */
export function parseAlterSystem(cursor: TokenCursor, start: Token): Statement {
  const name = cursor.expectString();
  cursor.expectSymbol("=");
  const value = cursor.expectString();
  return { kind: "alter-system", name, value, span: cursor.spanFrom(start) };
}

/** What follows DEFINE. The variable is known to the statements after this one. */
export function parseDefine(cursor: TokenCursor, start: Token): Statement {
  const name = parseVariableName(cursor);
  cursor.expectSymbol("=");
  const value = cursor.expectString();
  cursor.variables.set(name, value);
  return { kind: "define-variable", name, value, span: cursor.spanFrom(start) };
}

/** What follows UNDEFINE. */
export function parseUndefine(cursor: TokenCursor, start: Token): Statement {
  const name = parseVariableName(cursor);
  cursor.variables.delete(name);
  return { kind: "undefine-variable", name, span: cursor.spanFrom(start) };
}

/** Any word, reserved ones too; case counts. */
function parseVariableName(cursor: TokenCursor): string {
  if (cursor.token.kind !== "word") {
    cursor.note("<name>");
    throw cursor.fail();
  }
  const token = cursor.advance();
  return cursor.text.slice(token.start, token.end);
}

function parseStringOrVariable(cursor: TokenCursor): string {
  if (cursor.token.kind !== "variable") return cursor.expectString();
  const variable = cursor.advance();
  const literal = variableAsLiteral(cursor, variable);
  if (literal?.token.kind !== "string") throw notLiteral(cursor, variable);
  return literal.token.text;
}
