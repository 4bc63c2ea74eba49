import type { Span } from "../base/errors.ts";
import type { Expectation } from "./expectation.ts";
import { sqlErrors } from "./errors.ts";
import type { TokenCursor } from "./token-cursor.ts";
import { variableAsName } from "./variables.ts";

export interface Name {
  readonly text: string;
  readonly span: Span;
}

/** An identifier; `wanted` says of what, for messages and completion. */
export function parseName(cursor: TokenCursor, wanted: Expectation = "<name>"): Name {
  cursor.note(wanted);
  if (!cursor.isName()) throw cursor.fail();
  const token = cursor.advance();
  const text = token.kind === "variable" ? variableAsName(cursor, token) : token.text;
  return { text, span: cursor.spanFrom(token) };
}

/** A stream's or table's name or alias, which must be fit for a topic's name. */
export function parseSourceName(cursor: TokenCursor, wanted: Expectation = "<source>"): Name {
  const name = parseName(cursor, wanted);
  if (/^[a-zA-Z0-9_-]*$/.test(name.text)) return name;
  throw sqlErrors.BAD_NAME({
    message: `illegal source name '${name.text}'`,
    hint: "source names may only contain letters, digits, '_' and '-'",
    place: cursor.place(name.span),
  });
}

/** A topic's or subject's name: a string, or an identifier whose case is kept. */
export function parseResourceName(cursor: TokenCursor, wanted: Expectation): string {
  if (cursor.token.kind === "string") return cursor.expectString();
  const { token } = cursor;
  const name = parseName(cursor, wanted);
  return token.kind === "word" || token.kind === "digit-name"
    ? cursor.text.slice(token.start, token.end)
    : name.text;
}
