/**
 * Literal tests of one field, and what finds their literals: an automaton, and for fields of a JSON document as it stands a
 * filter before it, which passes over most texts. Each is made when it is needed first. An automaton costs as much as looking
 * for each literal by itself in some dozens of texts, so it is made only when such have come.
 */
import type { SpelledFields } from "../expression/event-fields.ts";
import { foldCase } from "../expression/matcher.ts";
import type { Matcher, TextRelation } from "../expression/matcher.ts";
import { fragmentBytesMin, FragmentFilter, fragmentOf, FRAGMENTS_MAX } from "./fragment-filter.ts";
import { LiteralAutomaton } from "./literal-automaton.ts";
import type { OnLiteral } from "./literal-automaton.ts";
import { NO_TEST } from "./test-table.ts";

type LiteralSlot = "contains" | "startsWith" | "endsWith" | "equals";

const SLOTS: Readonly<Record<TextRelation, LiteralSlot>> = {
  contains: "contains",
  "starts-with": "startsWith",
  "ends-with": "endsWith",
  equals: "equals",
};

/** Shorter texts are scanned at once. */
const FILTERED_BYTES_MIN = 24;

/** Texts of so many units in all, each counted with what a search costs at least, are looked through without an automaton. */
const UNITS_ALONE_MAX = 6 << 10;
const SEARCH_UNITS = 40;

/** Filters for the literals that have fragments, and an automaton for those that do not. */
interface Filtered {
  readonly filters: readonly FragmentFilter[];
  readonly others: LiteralAutomaton | undefined;
  /** By literal of `others`: its number. */
  readonly otherNumbers: readonly number[];
}

export class LiteralScanner {
  /** By literal: its length, and the test of each relation. */
  readonly lengths: Int32Array;
  readonly contains: Int32Array;
  readonly startsWith: Int32Array;
  readonly endsWith: Int32Array;
  readonly equals: Int32Array;
  readonly #texts: readonly string[];
  #automaton: LiteralAutomaton | undefined;
  #unitsAlone = 0;
  #filtered: Filtered | "none" | undefined;

  constructor(tests: readonly { readonly test: number; readonly matcher: Matcher }[]) {
    const literals = new Map<string, number>();
    for (const { matcher } of tests) {
      if (matcher.kind === "text" && !literals.has(matcher.text)) literals.set(matcher.text, literals.size);
    }
    const texts = [...literals.keys()];
    this.#texts = texts;
    this.lengths = Int32Array.from(texts, ({ length }) => length);
    const none = (): Int32Array => new Int32Array(texts.length).fill(NO_TEST);
    [this.contains, this.startsWith, this.endsWith, this.equals] = [none(), none(), none(), none()];
    for (const { test, matcher } of tests) {
      if (matcher.kind === "text") this[SLOTS[matcher.relation]][literals.get(matcher.text)!] = test;
    }
  }

  /** Scans a field's text. A literal that stands in it several times may be told of once, but for the text's ends. */
  scan(text: string, onLiteral: OnLiteral): void {
    if (this.#automaton === undefined) this.#scanAlone(text, onLiteral);
    else this.#automaton.scan(text, onLiteral);
  }

  /** Scans the text that has been located in the document. */
  scanLocated(spelled: SpelledFields, onLiteral: OnLiteral): void {
    const { bytes, start, end } = spelled;
    const filtered = end - start < FILTERED_BYTES_MIN ? "none" : this.#filters();
    if (filtered === "none" || mayHold(filtered, spelled, start, end))
      return this.#wholeAutomaton().scanSpelled(bytes, start, end, onLiteral);
    const { others, otherNumbers } = filtered;
    others?.scanSpelled(bytes, start, end, (literal, at, length) =>
      onLiteral(otherNumbers[literal]!, at, length),
    );
  }

  /** Whether one of the literals may stand in one of the values that the document spells. */
  mayStandIn(spelled: SpelledFields): boolean {
    const filtered = this.#filters();
    if (filtered === "none" || filtered.others !== undefined) return true;
    return mayHold(filtered, spelled, 0, spelled.length) || !spelled.isSpelledPlainly();
  }

  /** Each literal looked for by itself, where its tests want it; by the automaton from the text on that it pays for. */
  #scanAlone(text: string, onLiteral: OnLiteral): void {
    this.#unitsAlone += text.length + SEARCH_UNITS;
    if (this.#unitsAlone > UNITS_ALONE_MAX) return this.#wholeAutomaton().scan(text, onLiteral);
    const folded = foldCase(text);
    const { length } = folded;
    const texts = this.#texts;
    for (let literal = 0; literal < texts.length; literal++) {
      const sought = texts[literal]!;
      if (sought.length > length) continue;
      const isAtEnd = folded.endsWith(sought);
      if (isAtEnd) onLiteral(literal, length, length);
      if (this.contains[literal] !== NO_TEST) {
        const at = isAtEnd ? length - sought.length : folded.indexOf(sought);
        if (at !== -1) onLiteral(literal, at + sought.length, length);
      }
      if (this.startsWith[literal] !== NO_TEST && folded.startsWith(sought))
        onLiteral(literal, sought.length, length);
    }
  }

  #wholeAutomaton(): LiteralAutomaton {
    return (this.#automaton ??= new LiteralAutomaton(this.#texts));
  }

  #filters(): Filtered | "none" {
    return (this.#filtered ??= filteredOf(this.#texts));
  }
}

function mayHold({ filters }: Filtered, spelled: SpelledFields, start: number, end: number): boolean {
  for (let at = 0; at < filters.length; at++) if (filters[at]!.mayHold(spelled, start, end)) return true;
  return false;
}

function filteredOf(literals: readonly string[]): Filtered | "none" {
  const long: string[] = [];
  const short: string[] = [];
  const others: number[] = [];
  for (const [literal, text] of literals.entries()) {
    const fragment = fragmentOf(text);
    if (fragment.length >= fragmentBytesMin(4)) long.push(fragment);
    else if (fragment.length >= fragmentBytesMin(2)) short.push(fragment);
    else others.push(literal);
  }
  if (long.length === 0 || long.length + short.length > FRAGMENTS_MAX) return "none";
  const filters = [new FragmentFilter(long, 4)];
  if (short.length > 0) filters.push(new FragmentFilter(short, 2));
  return {
    filters,
    others:
      others.length === 0 ? undefined : new LiteralAutomaton(others.map((literal) => literals[literal]!)),
    otherNumbers: others,
  };
}
