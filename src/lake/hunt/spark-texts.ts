/**
 * What Spark's texts, LIKE patterns and regular expressions say, in DuckDB's form. Spark SQL reference: Literals (string
 * literal), LIKE predicate.
 */
import { quotedText } from "../duckdb/sql-text.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\u001a",
};

/**
 * The value of a text as it is written in Spark SQL, quotes and all. A backslash goes before `\0 \b \n \r \t \Z`, three octal
 * digits or a Unicode point; before `%` and `_` it stays, for LIKE; before anything else it vanishes.
 */
export function sparkText(written: string): string {
  if (/^[rR]/.test(written)) return written.slice(2, -1);
  const body = written.slice(1, -1);
  return body.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g,
    (whole, u4?: string, u8?: string, octal?: string, char?: string) => {
      const point = u4 ?? u8;
      if (point !== undefined) return codePointText(Number.parseInt(point, 16), whole);
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (char === "%" || char === "_") return whole;
      return ESCAPES[char!] ?? char!;
    },
  );
}

function codePointText(point: number, otherwise: string): string {
  return point <= 0x10ffff ? String.fromCodePoint(point) : otherwise;
}

/** A name in backticks. */
export function sparkName(written: string): string {
  return written.slice(1, -1).replaceAll("``", "`");
}

/**
 * A LIKE pattern as DuckDB's with `ESCAPE '\'`. A backslash before `%`, `_` or a backslash takes its meaning; before anything
 * else it stands for itself, as in the Spark releases whose optimizer compared such patterns as plain text.
 */
export function likePattern(pattern: string): string {
  return quotedText(
    pattern.replaceAll(/\\([\s\S]?)/g, (_whole, next: string) =>
      /[%_\\]/.test(next) ? `\\${next}` : `\\\\${next}`,
    ),
  );
}

/** A regular expression that is looked for anywhere in a text, for DuckDB's `~`, which takes only whole texts. */
export function searchPattern(pattern: string): string {
  // RE2 takes a backslash before ASCII punctuation only; Java's takes one before any character that is no letter.
  const plain = pattern.replaceAll(/\\([^\0-\u007f])/g, "$1");
  return quotedText(`(?s:.*)(?:${plain})(?s:.*)`);
}
