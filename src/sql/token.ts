import type { Span } from "../base/errors.ts";

/**
 * `word`: a name or keyword without quotes; `digit-name`: a name that begins with a digit;
 * `quoted-name`: `…` or "…"; `variable`: ${…}; `open`: a string, quoted name or comment that never ends;
 * `unknown`: a character outside the grammar; `end`: after the last token.
 */
export type TokenKind =
  | "word"
  | "digit-name"
  | "quoted-name"
  | "string"
  | "integer"
  | "decimal"
  | "double"
  | "variable"
  | "symbol"
  | "open"
  | "unknown"
  | "end";

/**
 * `text` is the token's meaning: the upper-cased word, the unquoted name or string, the number's digits, the
 * symbol, the variable's name, what an open token is (`string`, `quoted name`, `comment`).
 */
export interface Token extends Span {
  readonly kind: TokenKind;
  readonly text: string;
}

/** A `--@name …` comment; `text` is what follows `--@`, trimmed. Line and offsets as in the whole text. */
export interface Directive {
  readonly text: string;
  readonly span: Span;
}

/** `tokens` always ends with one `end` token. `comments` are all comments, directives among them. */
export interface TokenList {
  readonly tokens: readonly Token[];
  readonly comments: readonly Span[];
  readonly directives: readonly Directive[];
}
