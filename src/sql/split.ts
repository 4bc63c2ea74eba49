import type { Span } from "../base/errors.ts";
import type { Dialect } from "./dialect.ts";
import { tokenize } from "./lexer.ts";
import type { Directive, Token } from "./token.ts";

/** A piece of a text that ends at a `;` (which is part of `text`) or at the text's end. */
export interface StatementText {
  readonly text: string;
  /** Where it is in the whole text, from its first token on. */
  readonly span: Span;
  /** False where no `;` ends it. */
  readonly complete: boolean;
  /** What must be closed before a `;` can end it: the user is inside a string, quoted name or comment. */
  readonly open?: "string" | "quoted name" | "comment" | undefined;
  /** The `--@…` comments between the statement before and the end of this one. */
  readonly directives: readonly Directive[];
}

/**
 * Splits a text into its statements without parsing them, for input that comes line by line and for scripts.
 * Semicolons in strings, quoted names and comments do not split. Empty statements are left out; the last one
 * may be incomplete.
 */
export function splitStatements(text: string, dialect: Dialect = "auto"): StatementText[] {
  const { tokens, directives } = tokenize(text, dialect);
  const parts: StatementText[] = [];
  let first: Token | undefined;
  let from = 0;
  for (const token of tokens) {
    const ends = token.kind === "end" || (token.kind === "symbol" && token.text === ";");
    if (!ends) {
      first ??= token;
      if (token.kind !== "open") continue;
      const open = token.text as "string" | "quoted name" | "comment";
      parts.push({ ...piece(text, first, token.end, directives, from), complete: false, open });
      return parts;
    }
    if (first !== undefined) {
      const complete = token.kind !== "end";
      const end = complete ? token.end : text.trimEnd().length;
      parts.push({ ...piece(text, first, end, directives, from), complete });
      from = end;
      first = undefined;
    }
  }
  return parts;
}

function piece(
  text: string,
  first: Token,
  end: number,
  directives: readonly Directive[],
  from: number,
): Pick<StatementText, "text" | "span" | "directives"> {
  const { start, line, column } = first;
  return {
    text: text.slice(start, end),
    span: { start, end, line, column },
    directives: directives.filter((d) => d.span.start >= from && d.span.start < end),
  };
}
