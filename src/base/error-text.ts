import { SpoorError } from "./errors.ts";
import type { ErrorPlace } from "./errors.ts";

/**
 * Renders an error for a terminal or a log:
 *
 *     error SQL_UNKNOWN_COLUMN: column 'PROCES_ID' does not exist
 *       --> line 3, column 8
 *       3 | SELECT PROCES_ID FROM S
 *         |        ^^^^^^^^^
 *       detail: …
 *       hint: did you mean 'PROCESS_ID'?
 */
export function errorText(error: unknown): string {
  if (!(error instanceof SpoorError)) {
    return `error: ${error instanceof Error ? error.message : String(error)}`;
  }
  const lines = [`error ${error.code}: ${error.message}`];
  if (error.place !== undefined) lines.push(...placeLines(error.place));
  if (error.detail !== undefined) lines.push(`  detail: ${error.detail}`);
  if (error.hint !== undefined) lines.push(`  hint: ${error.hint}`);
  return lines.join("\n");
}

/** The line of text that the span starts on, with a caret line below it; at most 100 characters are shown. */
export function placeLines(place: ErrorPlace): string[] {
  const { text, span } = place;
  const lineStart = text.lastIndexOf("\n", span.start - 1) + 1;
  const lineBreak = text.indexOf("\n", span.start);
  const lineEnd = lineBreak === -1 ? text.length : lineBreak;
  const windowStart = Math.max(lineStart, Math.min(span.start - 60, lineEnd - 100));
  const windowEnd = Math.min(lineEnd, windowStart + 100);
  const shown = text.slice(windowStart, windowEnd).replaceAll("\t", " ").replace(/\r$/, "");
  const caretLength = Math.max(1, Math.min(span.end, windowEnd) - span.start);
  const number = String(span.line);
  const pad = " ".repeat(number.length);
  const file = place.file === undefined ? "" : `${place.file}, `;
  return [
    `  --> ${file}line ${span.line}, column ${span.column}`,
    `  ${number} | ${shown}`,
    `  ${pad} | ${" ".repeat(span.start - windowStart)}${"^".repeat(caretLength)}`,
  ];
}
