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

/** More than these are not told: the longest are. */
const LITERALS_MAX = 4;

/** Literals that every matching text contains, the longest first. */
export function literalsOf(parts: readonly GlobPart[]): readonly string[] {
  const literals = new Set(parts.filter((part): part is string => typeof part === "string" && part !== ""));
  return [...literals].toSorted((left, right) => right.length - left.length).slice(0, LITERALS_MAX);
}
