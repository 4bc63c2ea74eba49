import type { Token } from "./token.ts";
import { sqlErrors } from "./errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { tokenize } from "./lexer.ts";
import type { TokenCursor } from "./token-cursor.ts";

/**
 * `${name}` as a name or a literal of its own, checked as ksqlDB does: the value must be one name, or one
 * number, boolean or quoted string. (In strings, `${name}` is replaced by the cursor; an unknown one stays.)
 */
export function variableAsName(cursor: TokenCursor, variable: Token): string {
  const value = lookup(cursor, variable);
  const token = onlyToken(cursor, value);
  const isName = token !== undefined && /^(?:word|quoted-name)$/.test(token.kind);
  if (isName && /^[a-z_][a-z0-9_@]*$/i.test(token.text)) return token.text;
  throw sqlErrors.BAD_VARIABLE({
    message: `value of variable '${variable.text}' is no name`,
    detail: `it is '${value}'`,
    hint: "a name has letters, digits and '_'",
    place: cursor.place(variable),
  });
}

/** The tokens that the literal of a variable has: one, or a minus sign and a number. Undefined if no literal. */
export function variableAsLiteral(
  cursor: TokenCursor,
  variable: Token,
): { readonly negative: boolean; readonly token: Token } | undefined {
  const value = lookup(cursor, variable).trim();
  const negative = value.startsWith("-");
  const token = onlyToken(cursor, negative ? value.slice(1) : value);
  if (token === undefined) return undefined;
  const { start, end, line, column } = variable;
  const placed: Token = { ...token, start, end, line, column };
  if (/^(?:integer|decimal|double)$/.test(token.kind)) return { negative, token: placed };
  if (negative) return undefined;
  if (token.kind === "string") return { negative, token: placed };
  return token.kind === "word" && /^(?:TRUE|FALSE)$/.test(token.text)
    ? { negative, token: placed }
    : undefined;
}

export function notLiteral(cursor: TokenCursor, variable: Token): Error {
  return sqlErrors.BAD_VARIABLE({
    message: `value of variable '${variable.text}' is no literal`,
    detail: `it is '${cursor.variables.get(variable.text) ?? ""}'`,
    hint: "a string needs quotes of its own: DEFINE v = '''text'''",
    place: cursor.place(variable),
  });
}

function lookup(cursor: TokenCursor, variable: Token): string {
  const value = cursor.variables.get(variable.text);
  if (value !== undefined) return value;
  throw sqlErrors.UNKNOWN_VARIABLE({
    message: `variable '${variable.text}' is not defined`,
    hint: didYouMean(variable.text, cursor.variables.keys()) ?? `DEFINE ${variable.text} = 'value';`,
    place: cursor.place(variable),
  });
}

function onlyToken(cursor: TokenCursor, value: string): Token | undefined {
  const { tokens } = tokenize(value, cursor.dialect);
  return tokens.length === 2 ? tokens[0] : undefined;
}
