/**
 * Java's properties files, as Kafka's tools read them: `key=value`, `key: value` or `key value`; `#` and `!` begin
 * comments, a backslash at the end joins the next line (java.util.Properties, "load").
 */
import type { Span } from "../../base/errors.ts";

export interface Property {
  readonly key: string;
  readonly value: string;
  /** The line, or lines, that it stands in. */
  readonly span: Span;
}

/** In order; a key may come twice, then the last counts. */
export function parseProperties(text: string): Property[] {
  const properties: Property[] = [];
  const lines = text.split(/\r\n|\n|\r/);
  const starts = lineStarts(text);
  for (let at = 0; at < lines.length; at++) {
    const first = at;
    let logical = lines[at]!.trimStart();
    if (logical === "" || logical.startsWith("#") || logical.startsWith("!")) continue;
    while (endsOpen(logical) && at + 1 < lines.length)
      logical = logical.slice(0, -1) + lines[++at]!.trimStart();
    if (endsOpen(logical)) logical = logical.slice(0, -1);
    const { key, value } = splitPair(logical);
    const start = starts[first]!;
    const span = { start, end: starts[at]! + lines[at]!.length, line: first + 1, column: 1 };
    properties.push({ key, value, span });
  }
  return properties;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}

/** An odd number of backslashes stands at the end. */
function endsOpen(line: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
}

function splitPair(line: string): { key: string; value: string } {
  const match = /^((?:\\.|[^\\=:\s])*)\s*[=:]?\s*(.*)$/s.exec(line);
  return { key: unescape(match?.[1] ?? line), value: unescape(match?.[2] ?? "").trimEnd() };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f" };

function unescape(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_all, code: string | undefined, char: string) =>
    code === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
