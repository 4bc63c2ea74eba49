/**
 * LIKE patterns: `%` stands for any characters (none, and line breaks too), `_` for one code point, the escape
 * character takes the next one literally. Matching takes time proportional to pattern × text at worst and uses no
 * regular expression, so a hostile pattern or text can't stall a query.
 */
import { ValueError } from "../../data/value-error.ts";

/** What a pattern comes down to; the compiler writes the first four inline. */
export type LikePattern =
  | { readonly kind: "exact"; readonly text: string }
  | { readonly kind: "prefix"; readonly text: string }
  | { readonly kind: "suffix"; readonly text: string }
  | { readonly kind: "contains"; readonly text: string }
  | { readonly kind: "general"; readonly segments: readonly Segment[] };

/** What stands between two `%`: literal texts and single-character wildcards (null). */
type Segment = readonly (string | null)[];

/** @throws ValueError for a pattern that ends with the escape character */
export function parseLikePattern(pattern: string, escape: string | undefined): LikePattern {
  const segments = parseSegments(pattern, escape);
  const texts = segments.map(plainText);
  const [first, second, third] = texts;
  if (texts.length === 1 && first !== undefined) return { kind: "exact", text: first };
  if (texts.length === 2 && first !== undefined && second === "") return { kind: "prefix", text: first };
  if (texts.length === 2 && first === "" && second !== undefined) return { kind: "suffix", text: second };
  if (texts.length === 3 && first === "" && second !== undefined && third === "") {
    return { kind: "contains", text: second };
  }
  return { kind: "general", segments };
}

function parseSegments(pattern: string, escape: string | undefined): Segment[] {
  const segments: Segment[] = [];
  let segment: (string | null)[] = [];
  let literal = "";
  const endLiteral = () => {
    if (literal !== "") segment.push(literal);
    literal = "";
  };
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === escape) {
      i++;
      if (i === pattern.length) throw new ValueError("the LIKE pattern ends with its escape character");
      literal += pattern[i]!;
    } else if (character === "%") {
      endLiteral();
      // Several in a row mean one.
      if (pattern[i + 1] === "%" && escape !== "%") continue;
      segments.push(segment);
      segment = [];
    } else if (character === "_") {
      endLiteral();
      segment.push(null);
    } else {
      literal += character;
    }
  }
  endLiteral();
  segments.push(segment);
  return segments;
}

function plainText(segment: Segment): string | undefined {
  if (segment.length === 0) return "";
  return segment.length === 1 && segment[0] !== null ? segment[0] : undefined;
}

export function likeMatcher(pattern: LikePattern): (text: string) => boolean {
  switch (pattern.kind) {
    case "exact":
      return (text) => text === pattern.text;
    case "prefix":
      return (text) => text.startsWith(pattern.text);
    case "suffix":
      return (text) => text.endsWith(pattern.text);
    case "contains":
      return (text) => text.includes(pattern.text);
    case "general":
      return (text) => matchesSegments(pattern.segments, text);
  }
}

function matchesSegments(segments: readonly Segment[], text: string): boolean {
  const last = segments.length - 1;
  let position = matchForward(segments[0]!, text, 0);
  if (position < 0) return false;
  if (last === 0) return position === text.length;
  // The leftmost place is as good as any for the segments in the middle.
  for (let i = 1; i < last; i++) {
    position = findSegment(segments[i]!, text, position);
    if (position < 0) return false;
  }
  const start = matchBackward(segments[last]!, text);
  return start >= position;
}

/** The position after `segment` when it stands at `position`, else −1. */
function matchForward(segment: Segment, text: string, position: number): number {
  for (const piece of segment) {
    if (piece === null) {
      if (position >= text.length) return -1;
      position += isPair(text, position) ? 2 : 1;
    } else {
      if (!text.startsWith(piece, position)) return -1;
      position += piece.length;
    }
  }
  return position;
}

/** The position where `segment` begins when it ends with the text, else −1. */
function matchBackward(segment: Segment, text: string): number {
  let position = text.length;
  for (let i = segment.length - 1; i >= 0; i--) {
    const piece = segment[i]!;
    if (piece === null) {
      if (position === 0) return -1;
      position -= position >= 2 && isPair(text, position - 2) ? 2 : 1;
    } else {
      if (!text.endsWith(piece, position)) return -1;
      position -= piece.length;
    }
  }
  return position;
}

function findSegment(segment: Segment, text: string, from: number): number {
  const head = segment[0];
  for (let start = from; start <= text.length; start++) {
    if (typeof head === "string") {
      start = text.indexOf(head, start);
      if (start < 0) return -1;
    }
    const end = matchForward(segment, text, start);
    if (end >= 0) return end;
  }
  return -1;
}

function isPair(text: string, position: number): boolean {
  return (
    position + 1 < text.length &&
    (text.charCodeAt(position) & 0xfc00) === 0xd800 &&
    (text.charCodeAt(position + 1) & 0xfc00) === 0xdc00
  );
}

const CACHED_PATTERNS_MAX = 256;

/** A matcher for patterns that come with the records: the latest {@link CACHED_PATTERNS_MAX} stay parsed. */
export function dynamicLikeMatcher(escape: string | undefined): (text: string, pattern: string) => boolean {
  const matchers = new Map<string, (text: string) => boolean>();
  return (text, pattern) => {
    let matcher = matchers.get(pattern);
    if (matcher === undefined) {
      matcher = likeMatcher(parseLikePattern(pattern, escape));
      if (matchers.size >= CACHED_PATTERNS_MAX) {
        const [oldest] = matchers.keys();
        matchers.delete(oldest!);
      }
      matchers.set(pattern, matcher);
    }
    return matcher(text);
  };
}
