/**
 * The tests a rule makes on one field, normalised: whatever modifiers wrote them, one test has one form and one key, so
 * that equal tests of different rules are found to be equal.
 *
 * Texts of tests that ignore case are stored folded ({@link foldCase}); texts of `cased` tests as written. A test of an
 * absent or null field is false, except `null` and `exists: false`.
 */
import type { LinearRegex } from "../regex/linear-regex.ts";
import type { CidrBlock } from "./cidr.ts";

export type Matcher =
  | TextMatcher
  | GlobMatcher
  | RegexMatcher
  | CidrMatcher
  | CompareMatcher
  | ExistsMatcher
  | NullMatcher
  | FieldMatcher
  | TimeMatcher;

export type TextRelation = "equals" | "starts-with" | "ends-with" | "contains";

export interface TextMatcher {
  readonly kind: "text";
  readonly relation: TextRelation;
  readonly text: string;
  readonly cased: boolean;
}

/** A pattern with wildcards that no relation expresses; matches the whole text. */
export interface GlobMatcher {
  readonly kind: "glob";
  readonly parts: readonly GlobPart[];
  readonly cased: boolean;
}

/** A literal, or one character (`?`), or any number of them (`*`). */
export type GlobPart = string | typeof ANY_CHARACTER | typeof ANY_TEXT;

export const ANY_CHARACTER = Symbol("?");
export const ANY_TEXT = Symbol("*");

/** Found anywhere in the text unless the pattern anchors itself. */
export interface RegexMatcher {
  readonly kind: "regex";
  readonly regex: LinearRegex;
}

export interface CidrMatcher {
  readonly kind: "cidr";
  readonly block: CidrBlock;
}

export type CompareOperator = "lt" | "lte" | "gt" | "gte";

export interface CompareMatcher {
  readonly kind: "compare";
  readonly operator: CompareOperator;
  readonly value: number;
}

export interface ExistsMatcher {
  readonly kind: "exists";
  readonly present: boolean;
}

/** The field is absent or has no value. */
export interface NullMatcher {
  readonly kind: "null";
}

/** Compares with another field of the same event; false where one of them has no value. */
export interface FieldMatcher {
  readonly kind: "field";
  readonly relation: TextRelation;
  readonly other: string;
  readonly cased: boolean;
}

export type TimePart = "minute" | "hour" | "day" | "week" | "month" | "year";

/** A part of a date and time as it stands in the field: no zone is converted. */
export interface TimeMatcher {
  readonly kind: "time";
  readonly part: TimePart;
  readonly operator: CompareOperator | "eq";
  readonly value: number;
}

/**
 * Case folding of rule texts and of event texts alike. Never changes a text's length in the ranges that rules use, but
 * may for a few letters (İ), which is harmless: both sides are folded as a whole.
 */
export function foldCase(text: string): string {
  return text.toLowerCase();
}

/** Equal for tests that always give the same answer on the same field. */
export function matcherKey(matcher: Matcher): string {
  switch (matcher.kind) {
    case "text":
      return `t${matcher.cased ? "c" : "i"}${matcher.relation}:${matcher.text}`;
    case "glob":
      return `g${matcher.cased ? "c" : "i"}${globText(matcher.parts)}`;
    case "regex":
      return `r${matcher.regex.flags}:${matcher.regex.source}`;
    case "cidr":
      return `n${matcher.block.text}`;
    case "compare":
      return `${matcher.operator}${matcher.value}`;
    case "exists":
      return `e${matcher.present}`;
    case "null":
      return "0";
    case "field":
      return `f${matcher.cased ? "c" : "i"}${matcher.relation}:${matcher.other}`;
    case "time":
      return `d${matcher.part}${matcher.operator}${matcher.value}`;
  }
}

/** A pattern as Sigma writes it, wildcards in literals escaped. */
export function globText(parts: readonly GlobPart[]): string {
  return parts
    .map((part) => {
      if (part === ANY_TEXT) return "*";
      return part === ANY_CHARACTER ? "?" : part.replaceAll(/[*?\\]/g, String.raw`\$&`);
    })
    .join("");
}

/** For explanations: the test in words, without its field. */
export function matcherText(matcher: Matcher): string {
  switch (matcher.kind) {
    case "text":
      return `${RELATION_WORDS[matcher.relation]} '${matcher.text}'`;
    case "glob":
      return `is like '${globText(matcher.parts)}'`;
    case "regex":
      return `matches /${matcher.regex.source}/${matcher.regex.flags}`;
    case "cidr":
      return `lies in ${matcher.block.text}`;
    case "compare":
      return `${OPERATOR_SIGNS[matcher.operator]} ${matcher.value}`;
    case "exists":
      return matcher.present ? "exists" : "does not exist";
    case "null":
      return "has no value";
    case "field":
      return `${RELATION_WORDS[matcher.relation]} field '${matcher.other}'`;
    case "time":
      return `${matcher.part} ${OPERATOR_SIGNS[matcher.operator]} ${matcher.value}`;
  }
}

const RELATION_WORDS: Readonly<Record<TextRelation, string>> = {
  equals: "is",
  "starts-with": "starts with",
  "ends-with": "ends with",
  contains: "contains",
};

export const OPERATOR_SIGNS: Readonly<Record<CompareOperator | "eq", string>> = {
  lt: "<",
  lte: "<=",
  gt: ">",
  gte: ">=",
  eq: "=",
};

export function compareNumbers(operator: CompareOperator | "eq", left: number, right: number): boolean {
  switch (operator) {
    case "lt":
      return left < right;
    case "lte":
      return left <= right;
    case "gt":
      return left > right;
    case "gte":
      return left >= right;
    case "eq":
      return left === right;
  }
}
