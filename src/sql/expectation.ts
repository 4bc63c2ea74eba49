import { didYouMean } from "../base/nearest.ts";
import { OPERATOR_WORDS, STATEMENT_WORDS } from "./keywords.ts";

/**
 * What the parser looked for at a place, as it looked: a keyword (`FROM`), a symbol (`','`), or one of the
 * kinds of thing below. Error messages and completion are made from these.
 */
export type Expectation = string;

/** The kinds of things a grammar position may want, and how a message calls them. */
const WANTED = new Map<Expectation, string>([
  ["<statement>", "a statement"],
  ["<source>", "a stream or table name"],
  ["<relation>", "a stream or table name"],
  ["<column>", "a column name"],
  ["<expression>", "an expression"],
  ["<function>", "a function name"],
  ["<operator>", "an operator"],
  ["<name>", "a name"],
  ["<string>", "a string"],
  ["<number>", "a number"],
  ["<literal>", "a literal"],
  ["<type>", "a type"],
  ["<property>", "a property name"],
  ["<topic>", "a topic name"],
  ["<query-id>", "a query id"],
]);

const MOST_SHOWN = 6;

/** `expected ',', FROM or an operator`: at most six, kinds of things first, then symbols, then keywords. */
export function expectedText(expected: readonly Expectation[]): string | undefined {
  const unique = [...new Set(expected)].toSorted((a, b) => rank(a) - rank(b));
  const words = unique.slice(0, MOST_SHOWN).map((e) => WANTED.get(e) ?? e);
  if (unique.length > MOST_SHOWN) words.push(`${unique.length - MOST_SHOWN} more`);
  const last = words.pop();
  if (last === undefined) return undefined;
  return `expected ${words.length === 0 ? last : `${words.join(", ")} or ${last}`}`;
}

function rank(expectation: Expectation): number {
  if (expectation === "<operator>") return 3;
  if (expectation.startsWith("<")) return 0;
  return expectation.startsWith("'") ? 1 : 2;
}

/** A `did you mean` hint from the keywords that could stand in `found`'s place. */
export function keywordHint(found: string, expected: readonly Expectation[]): string | undefined {
  if (!/^[a-z_]{2,}$/i.test(found)) return undefined;
  return didYouMean(found, expectedKeywords(expected));
}

/** The keywords among expectations, those that stand for groups included. */
export function expectedKeywords(expected: readonly Expectation[]): string[] {
  const keywords = new Set<string>();
  for (const expectation of expected) {
    if (/^[A-Z]/.test(expectation)) keywords.add(expectation);
    else if (expectation === "<statement>") for (const word of STATEMENT_WORDS) keywords.add(word);
    else if (expectation === "<operator>") for (const word of OPERATOR_WORDS) keywords.add(word);
  }
  return [...keywords];
}
