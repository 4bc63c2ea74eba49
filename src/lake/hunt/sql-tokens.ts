/**
 * Tokens of SQL, as far as a translation and a statement's end need them: what is a word, a text, a quoted name or a comment.
 * Spark's texts stand in single or double quotes and have backslash escapes, its names in backticks; DuckDB's texts stand in
 * single quotes (two of them are one), in `E'…'` with escapes, or between `$tag$`s, its names in double quotes.
 */
export type HuntDialect = "duckdb" | "spark";

export type TokenKind = "word" | "number" | "text" | "name" | "symbol" | "comment" | "space";

export interface SqlToken {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** As it is written. */
  readonly text: string;
  /** False where a text, name or comment is not closed. */
  readonly closed: boolean;
}

const SPACE = /\s+/y;
const LINE_COMMENT = /--[^\n]*/y;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NUMBER = /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const DOLLAR = /\$(?:[A-Za-z_]\w*)?\$/y;
const SYMBOL = /<=>|->>|!~~\*?|~~\*?|[<>=!]=|<>|\|\||::|->|!~|==|\*\*|\/\//y;

/** All of the text, spaces and comments too. */
export function sqlTokens(text: string, dialect: HuntDialect): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < text.length) {
    const token = tokenAt(text, at, dialect);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** Without spaces and comments. */
export function significantTokens(text: string, dialect: HuntDialect): SqlToken[] {
  return sqlTokens(text, dialect).filter(({ kind }) => kind !== "space" && kind !== "comment");
}

function tokenAt(text: string, at: number, dialect: HuntDialect): SqlToken {
  const make = (kind: TokenKind, end: number, closed = true): SqlToken => ({
    kind,
    start: at,
    end,
    text: text.slice(at, end),
    closed,
  });
  const space = matchEnd(SPACE, text, at);
  if (space !== undefined) return make("space", space);
  const comment = matchEnd(LINE_COMMENT, text, at);
  if (comment !== undefined) return make("comment", comment);
  if (text.startsWith("/*", at)) {
    const end = commentEnd(text, at);
    return make("comment", end ?? text.length, end !== undefined);
  }
  const quoted = quotedAt(text, at, dialect);
  if (quoted !== undefined) return make(quoted.kind, quoted.end ?? text.length, quoted.end !== undefined);
  const number = matchEnd(NUMBER, text, at);
  if (number !== undefined) return make("number", number);
  const word = matchEnd(WORD, text, at);
  if (word !== undefined) return make("word", word);
  return make("symbol", matchEnd(SYMBOL, text, at) ?? at + (text.codePointAt(at)! > 0xffff ? 2 : 1));
}

interface Quoted {
  readonly kind: "text" | "name";
  /** Undefined where it is not closed. */
  readonly end: number | undefined;
}

function quotedAt(text: string, at: number, dialect: HuntDialect): Quoted | undefined {
  const char = text[at]!;
  if (dialect === "spark") {
    if (char === "'" || char === '"')
      return { kind: "text", end: quoteEnd(text, at, { escapes: true, doubled: false }) };
    if (char === "`") return { kind: "name", end: quoteEnd(text, at, { escapes: false, doubled: true }) };
    const isRaw = (char === "r" || char === "R") && (text[at + 1] === "'" || text[at + 1] === '"');
    return isRaw ? { kind: "text", end: plainEnd(text, at + 1) } : undefined;
  }
  if (char === "'") return { kind: "text", end: quoteEnd(text, at, { escapes: false, doubled: true }) };
  if (char === '"') return { kind: "name", end: quoteEnd(text, at, { escapes: false, doubled: true }) };
  if ((char === "e" || char === "E") && text[at + 1] === "'")
    return { kind: "text", end: quoteEnd(text, at + 1, { escapes: true, doubled: true }) };
  const dollar = matchEnd(DOLLAR, text, at);
  if (dollar === undefined) return undefined;
  const tag = text.slice(at, dollar);
  const close = text.indexOf(tag, dollar);
  return { kind: "text", end: close === -1 ? undefined : close + tag.length };
}

interface QuoteRules {
  /** A backslash takes the next character along. */
  readonly escapes: boolean;
  /** Two quotes are one that does not close. */
  readonly doubled: boolean;
}

/** Behind the closing quote. */
function quoteEnd(text: string, at: number, { escapes, doubled }: QuoteRules): number | undefined {
  const quote = text[at]!;
  for (let i = at + 1; i < text.length; i++) {
    if (escapes && text[i] === "\\") i++;
    else if (text[i] === quote) {
      if (!doubled || text[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return undefined;
}

/** Spark's raw texts end at the next quote, whatever stands before it. */
function plainEnd(text: string, at: number): number | undefined {
  const close = text.indexOf(text[at]!, at + 1);
  return close === -1 ? undefined : close + 1;
}

/** Comments nest. */
function commentEnd(text: string, at: number): number | undefined {
  let depth = 0;
  for (let i = at; i < text.length - 1; i++) {
    if (text.startsWith("/*", i)) {
      depth++;
      i++;
    } else if (text.startsWith("*/", i)) {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return undefined;
}

function matchEnd(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** A statement of a script: its text without the `;`, and where it begins. */
export interface HuntStatement {
  readonly text: string;
  readonly start: number;
  /** False where no `;` ends it. */
  readonly complete: boolean;
}

/** The statements of a text; those without a token are left out. */
export function splitHunts(text: string, dialect: HuntDialect): HuntStatement[] {
  const found: HuntStatement[] = [];
  let first: number | undefined;
  const end = (at: number, complete: boolean): void => {
    if (first !== undefined) found.push({ text: text.slice(first, at).trimEnd(), start: first, complete });
    first = undefined;
  };
  for (const { kind, start, text: written } of sqlTokens(text, dialect)) {
    if (kind === "space" || kind === "comment") continue;
    if (kind === "symbol" && written === ";") end(start, true);
    else first ??= start;
  }
  end(text.length, false);
  return found;
}
