import { SpoorError } from "../base/errors.ts";
import type { Expectation } from "./expectation.ts";
import { EXPRESSION_WORDS, OPERATOR_WORDS, TYPE_WORDS } from "./keywords.ts";
import { tokenize } from "./lexer.ts";
import type { ParseOptions } from "./parse-options.ts";
import { parseStatementAt, statementWords } from "./parse-statement.ts";
import type { Token } from "./token.ts";
import { TokenCursor } from "./token-cursor.ts";

/** The kinds of names that may stand at a place; the caller knows which there are. */
export type Wanted =
  | "source"
  | "stream-function"
  | "column"
  | "function"
  | "topic"
  | "type"
  | "property"
  | "query-id";

export interface Completions {
  /** Keywords that may stand there and begin with what is typed, in the grammar's order. */
  readonly keywords: readonly string[];
  readonly wants: readonly Wanted[];
  /** Where the word being typed begins: what is chosen replaces the text from here to the offset. */
  readonly from: number;
}

const WANTS = new Map<Expectation, readonly Wanted[]>([
  ["<source>", ["source"]],
  ["<relation>", ["source", "stream-function"]],
  ["<column>", ["column"]],
  ["<expression>", ["column", "function"]],
  ["<function>", ["function"]],
  ["<topic>", ["topic"]],
  ["<type>", ["type"]],
  ["<property>", ["property"]],
  ["<query-id>", ["query-id"]],
]);

const KEYWORD_GROUPS = new Map<Expectation, readonly string[]>([
  ["<expression>", EXPRESSION_WORDS],
  ["<operator>", OPERATOR_WORDS],
  ["<literal>", ["NULL", "TRUE", "FALSE"]],
  ["<type>", TYPE_WORDS],
]);

/** What may be typed at an offset, given the text before it; nothing inside strings and comments. */
export function completionsAt(text: string, offset: number, options: ParseOptions = {}): Completions {
  const before = text.slice(0, offset);
  const typed = /[a-z_][a-z0-9_@]*$/i.exec(before)?.[0] ?? "";
  const from = before.length - typed.length;
  const prefix = before.slice(0, from);
  const { tokens } = tokenize(prefix, options.dialect ?? "auto");
  if (tokens.at(-2)?.kind === "open" || inLineComment(prefix, tokens))
    return { keywords: [], wants: [], from };
  const cursor = new TokenCursor(prefix, lastStatement(tokens), options);
  const expected = expectedAtEnd(cursor);
  const keywords = new Set<string>();
  const wants = new Set<Wanted>();
  for (const expectation of expected) {
    if (/^[A-Z]/.test(expectation)) keywords.add(expectation);
    for (const word of keywordGroup(cursor, expectation)) keywords.add(word);
    for (const wanted of WANTS.get(expectation) ?? []) wants.add(wanted);
  }
  const start = typed.toUpperCase();
  return { keywords: [...keywords].filter((word) => word.startsWith(start)), wants: [...wants], from };
}

function keywordGroup(cursor: TokenCursor, expectation: Expectation): readonly string[] {
  return expectation === "<statement>" ? statementWords(cursor) : (KEYWORD_GROUPS.get(expectation) ?? []);
}

/** All that the parser looked for at the end of the tokens; nothing where it fails before. */
function expectedAtEnd(cursor: TokenCursor): readonly Expectation[] {
  try {
    parseStatementAt(cursor);
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
  }
  return cursor.token.kind === "end" ? [...cursor.expected] : [];
}

function lastStatement(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.findLastIndex((token) => token.kind === "symbol" && token.text === ";");
  return tokens.slice(last + 1);
}

/** A line comment ends at its line's end, so the offset is inside one that reaches the end of the text. */
function inLineComment(prefix: string, tokens: readonly Token[]): boolean {
  const lastEnd = tokens.at(-2)?.end ?? 0;
  const line = prefix.slice(Math.max(lastEnd, prefix.lastIndexOf("\n") + 1));
  return /^(?:[^/]|\/(?!\*))*--/.test(line) && !line.includes("*/");
}
