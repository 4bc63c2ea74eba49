/** Java's character classes in brackets, with unions, ranges and intersections (`[a-z&&[^aeiou]]`). */
import type { SpoorError } from "../../../base/errors.ts";
import { classEscape, literal, propertyClass } from "./java-regex-class.ts";

export type ClassError = (reason: string, position: number) => SpoorError;

export interface TranslatedClass {
  readonly source: string;
  /** The position behind the closing bracket. */
  readonly end: number;
}

/** Translates the class that begins with the `[` at `start`. */
export function translateClass(pattern: string, start: number, fail: ClassError): TranslatedClass {
  let position = start + 1;
  const negated = pattern[position] === "^";
  if (negated) position++;
  /** Operands of `&&`, each a union of items. */
  const operands: string[][] = [[]];
  for (let first = true; ; first = false) {
    const char = pattern[position];
    if (char === undefined) throw fail("unclosed character class", start);
    if (char === "]" && !first) break;
    if (pattern.startsWith("&&", position)) {
      operands.push([]);
      position += 2;
      continue;
    }
    const item = readItem(pattern, position, fail);
    operands.at(-1)!.push(item.source);
    position = item.end;
  }
  const unions = operands.filter((items) => items.length > 0).map((items) => items.join(""));
  const body = unions.length === 1 ? unions[0]! : unions.map((union) => `[${union}]`).join("&&");
  return { source: `[${negated ? "^" : ""}${body}]`, end: position + 1 };
}

interface Item {
  readonly source: string;
  readonly end: number;
  /** Where it may begin or end a range. */
  readonly codePoint?: number;
}

function readItem(pattern: string, position: number, fail: ClassError): Item {
  if (pattern[position] === "[") return translateClass(pattern, position, fail);
  if (pattern.startsWith("\\Q", position)) {
    const close = pattern.indexOf("\\E", position);
    const end = close < 0 ? pattern.length : close;
    return {
      source: Array.from(pattern.slice(position + 2, end), literal).join(""),
      end: Math.min(end + 2, pattern.length),
    };
  }
  const low = readChar(pattern, position, fail);
  const next = pattern[low.end + 1];
  if (
    low.codePoint === undefined ||
    pattern[low.end] !== "-" ||
    next === undefined ||
    next === "]" ||
    next === "["
  ) {
    return low;
  }
  const high = readChar(pattern, low.end + 1, fail);
  if (high.codePoint === undefined || high.codePoint < low.codePoint) {
    throw fail("illegal character range", position);
  }
  return { source: `${low.source}-${high.source}`, end: high.end };
}

function readChar(pattern: string, position: number, fail: ClassError): Item {
  if (pattern[position] !== "\\") {
    const codePoint = pattern.codePointAt(position)!;
    const char = String.fromCodePoint(codePoint);
    return { source: literal(char), end: position + char.length, codePoint };
  }
  const rest = pattern.slice(position + 1);
  const escape = classEscape(rest) ?? propertyClass(rest);
  if (escape === undefined) throw fail("illegal or unsupported escape sequence", position);
  const end = position + 1 + escape.length;
  return escape.codePoint === undefined
    ? { source: escape.source, end }
    : { source: escape.source, end, codePoint: escape.codePoint };
}
