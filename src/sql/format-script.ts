import type { Span } from "../base/errors.ts";
import { tokenize } from "./lexer.ts";
import type { ParseOptions } from "./parse-options.ts";
import { parseScript } from "./parser.ts";
import { printStatement } from "./print-statement.ts";
import type { Token } from "./token.ts";

/**
 * Rewrites a script in the canonical style. Nothing a reader wrote is lost: comments between statements stay
 * where they are, and a statement that holds a comment or a `${variable}`, or that does not parse, stays as it is.
 */
export function formatScript(text: string, options: ParseOptions = {}): string {
  const { tokens, comments } = tokenize(text, options.dialect ?? "auto");
  const semicolons = tokens.filter((t) => t.kind === "symbol" && t.text === ";");
  const kept = [...comments, ...tokens.filter(holdsVariable)].toSorted((a, b) => a.start - b.start);
  const pieces: string[] = [];
  let end = 0;
  for (const part of parseScript(text, options)) {
    const { span } = part;
    pieces.push(...gapLines(text, within(comments, end, span.start), end, span.start));
    const semicolon = semicolons[firstFrom(semicolons, part.error === undefined ? span.end : span.end - 1)];
    if (part.error !== undefined && semicolon === undefined) {
      // No semicolon ends it, so it reaches to the end: not a character of it may change.
      return [...pieces, text.slice(span.start)].join("\n");
    }
    end = semicolon?.end ?? span.end;
    const statement = within(kept, span.start, end).length > 0 ? undefined : part.statement;
    pieces.push(statement === undefined ? text.slice(span.start, end) : printStatement(statement));
  }
  pieces.push(...gapLines(text, within(comments, end, text.length), end, text.length));
  return pieces.length === 0 ? "" : `${pieces.join("\n")}\n`;
}

function holdsVariable(token: Token): boolean {
  return token.kind === "variable" || (token.kind === "string" && token.text.includes("${"));
}

/** The spans, in order, that begin in [from, to). */
function within<T extends Span>(spans: readonly T[], from: number, to: number): readonly T[] {
  return spans.slice(firstFrom(spans, from), firstFrom(spans, to));
}

/** The index of the first span that begins at or after an offset (binary search). */
function firstFrom(spans: readonly Span[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The comments between two statements, a line each, and a blank line where there was one. */
function gapLines(text: string, comments: readonly Span[], from: number, to: number): string[] {
  const lines: string[] = [];
  let at = from;
  for (const comment of comments) {
    if (from > 0 && hasBlankLine(text, at, comment.start)) lines.push("");
    lines.push(text.slice(comment.start, comment.end).trimEnd());
    at = comment.end;
  }
  if ((from > 0 || comments.length > 0) && to < text.length && hasBlankLine(text, at, to)) lines.push("");
  return lines;
}

function hasBlankLine(text: string, from: number, to: number): boolean {
  return /\n[ \t\r]*\n/.test(text.slice(from, to));
}
