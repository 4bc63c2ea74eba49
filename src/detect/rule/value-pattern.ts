/** The values of rules: strings with wildcards, escapes and placeholders (Sigma specification 2.1, "Detection"). */
import { ANY_CHARACTER, ANY_TEXT, foldCase } from "../expression/matcher.ts";
import type { GlobPart, Matcher } from "../expression/matcher.ts";
import { LinearRegex } from "../regex/linear-regex.ts";

/** One of the characters that begin an option on a Windows command line. */
export const DASH = Symbol("dash");
export const DASHES = ["-", "/", "–", "—", "―"] as const;

export interface Placeholder {
  readonly placeholder: string;
}

export type PatternPart = GlobPart | typeof DASH | Placeholder;
export type Pattern = readonly PatternPart[];

/**
 * `*` and `?` are wildcards; a backslash makes a following `*`, `?` or backslash plain and is itself plain before
 * anything else. With `placeholders`, `%name%` is one, unless its first `%` is escaped.
 */
export function parsePattern(text: string, placeholders = false): Pattern {
  if (!/[*?\\%]/.test(text)) return text === "" ? [] : [text];
  const parts: PatternPart[] = [];
  let literal = "";
  const add = (part: PatternPart): void => {
    if (literal !== "") parts.push(literal);
    literal = "";
    parts.push(part);
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    const next = text[at + 1];
    if (
      character === "\\" &&
      (next === "*" || next === "?" || next === "\\" || (placeholders && next === "%"))
    ) {
      literal += next;
      at++;
    } else if (character === "*") {
      add(ANY_TEXT);
    } else if (character === "?") {
      add(ANY_CHARACTER);
    } else {
      const name =
        placeholders && character === "%" ? /^%(\w+)%/.exec(text.slice(at, at + 130))?.[1] : undefined;
      if (name === undefined) literal += character;
      else {
        add({ placeholder: name });
        at += name.length + 1;
      }
    }
  }
  if (literal !== "") parts.push(literal);
  return parts;
}

/** Joins neighbouring literals and neighbouring `*`. */
export function normalisePattern(parts: Pattern): Pattern {
  const normal: PatternPart[] = [];
  for (const part of parts) {
    const last = normal.at(-1);
    if (typeof part === "string" && typeof last === "string") normal[normal.length - 1] = last + part;
    else if (part !== "" && !(part === ANY_TEXT && last === ANY_TEXT)) normal.push(part);
  }
  return normal;
}

export function placeholdersOf(pattern: Pattern): string[] {
  return pattern.flatMap((part) => (typeof part === "object" ? [part.placeholder] : []));
}

/** Each text that the pattern stands for, where it has no wildcard; dashes are spelled out. */
export function plainTexts(pattern: Pattern): string[] | undefined {
  if (pattern.some((part) => part === ANY_TEXT || part === ANY_CHARACTER || typeof part === "object"))
    return undefined;
  return spelledOut(pattern).map((spelled) => spelled.join(""));
}

function spelledOut(pattern: Pattern): (readonly GlobPart[])[] {
  let spelled: GlobPart[][] = [[]];
  for (const part of pattern) {
    const choices: readonly GlobPart[] = part === DASH ? DASHES : [part as GlobPart];
    spelled = choices.flatMap((choice) => spelled.map((before): GlobPart[] => [...before, choice]));
  }
  return spelled;
}

/** Up to this many dashes in one value are spelled out as plain texts; more become a regular expression. */
const DASHES_SPELLED_MAX = 2;

/** The tests, of which one must hold, that a pattern without placeholders stands for. */
export function patternMatchers(pattern: Pattern, cased: boolean): Matcher[] {
  const dashes = pattern.filter((part) => part === DASH).length;
  if (dashes > DASHES_SPELLED_MAX) return [dashRegex(pattern, cased)];
  if (dashes === 0) return [globMatcher(normalisePattern(pattern) as GlobPart[], cased)];
  return spelledOut(pattern).map((parts) => globMatcher(normalisePattern(parts) as GlobPart[], cased));
}

function globMatcher(parts: readonly GlobPart[], cased: boolean): Matcher {
  const spell = (text: string): string => (cased ? text : foldCase(text));
  const [first, second, third] = parts;
  const kind = "text";
  if (parts.length === 0) return { kind, relation: "equals", text: "", cased };
  if (parts.length === 1 && typeof first === "string")
    return { kind, relation: "equals", text: spell(first), cased };
  if (parts.length === 1 && first === ANY_TEXT) return { kind, relation: "contains", text: "", cased };
  if (parts.length === 2 && typeof first === "string" && second === ANY_TEXT)
    return { kind, relation: "starts-with", text: spell(first), cased };
  if (parts.length === 2 && first === ANY_TEXT && typeof second === "string")
    return { kind, relation: "ends-with", text: spell(second), cased };
  if (parts.length === 3 && first === ANY_TEXT && typeof second === "string" && third === ANY_TEXT)
    return { kind, relation: "contains", text: spell(second), cased };
  return { kind: "glob", parts: parts.map((part) => (typeof part === "string" ? spell(part) : part)), cased };
}

function dashRegex(pattern: Pattern, cased: boolean): Matcher {
  const body = pattern.map((part) => {
    if (part === DASH) return `[${DASHES.map((dash) => (dash === "-" ? String.raw`\-` : dash)).join("")}]`;
    if (part === ANY_TEXT) return ".*";
    return part === ANY_CHARACTER ? "." : escapeRegex(part as string);
  });
  const open = pattern[0] === ANY_TEXT ? 1 : 0;
  const close = pattern.at(-1) === ANY_TEXT ? body.length - 1 : body.length;
  const source = `${open === 1 ? "" : "^"}${body.slice(open, close).join("")}${close < body.length ? "" : "$"}`;
  return { kind: "regex", regex: new LinearRegex(source, cased ? "s" : "is") };
}

export function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
