import { ANY_CHARACTER, ANY_TEXT } from "./matcher.ts";
import type { GlobPart } from "./matcher.ts";

/**
 * True where the parts match the whole text. Greedy with one point of return, the last `*`: time is at most the text's
 * length times the pattern's, whatever the pattern.
 */
export function globMatches(parts: readonly GlobPart[], text: string): boolean {
  let part = 0;
  let at = 0;
  let returnPart = -1;
  let returnAt = 0;
  for (;;) {
    const next = parts[part];
    if (next === ANY_TEXT) {
      part++;
      returnPart = part;
      returnAt = at;
      if (part === parts.length) return true;
      continue;
    }
    if (
      next === undefined
        ? at === text.length
        : next === ANY_CHARACTER
          ? at < text.length
          : text.startsWith(next, at)
    ) {
      if (next === undefined) return true;
      at += next === ANY_CHARACTER ? 1 : next.length;
      part++;
      continue;
    }
    if (returnPart === -1) return false;
    returnAt = nextStart(parts, returnPart, text, returnAt + 1);
    if (returnAt === -1) return false;
    part = returnPart;
    at = returnAt;
  }
}

/** The next place from which the parts behind a `*` may match, or -1. */
function nextStart(parts: readonly GlobPart[], part: number, text: string, from: number): number {
  if (from > text.length) return -1;
  const next = parts[part];
  return typeof next === "string" ? text.indexOf(next, from) : from;
}

/** The longest literal that every matching text contains; empty where there is none. */
export function longestLiteral(parts: readonly GlobPart[]): string {
  let longest = "";
  for (const part of parts) if (typeof part === "string" && part.length > longest.length) longest = part;
  return longest;
}
