/**
 * The tests of the rules of one plan, each once, however many rules make it, numbered; and the fields they are about.
 *
 * A test about a literal can be answered by a scan of its field. Any other is computed; it may have a guard: a literal
 * test that holds whenever it holds.
 */
import { longestLiteral } from "../expression/glob.ts";
import { foldCase, matcherKey } from "../expression/matcher.ts";
import type { Matcher, TextRelation } from "../expression/matcher.ts";
import { originKey } from "../log-sources/field-origin.ts";
import type { FieldOrigin, FieldOrigins } from "../log-sources/field-origin.ts";
import { LiteralAutomaton } from "./literal-automaton.ts";

export const NO_TEST = -1;

/** A field as an event has it; `undefined` as origin stands for all values of the event. */
export interface PlanField {
  readonly number: number;
  readonly origin: FieldOrigin | undefined;
}

export interface PlanTest {
  readonly field: number;
  /** Whether it is about a literal that is not empty, ignoring case. */
  readonly isLiteral: boolean;
  readonly matcher: Matcher;
  /** Of a computed test: a literal test that holds whenever this one does, or NO_TEST. */
  readonly guard: number;
  /** Of a test that compares with another field: that field. */
  readonly otherField: number;
}

export class TestTable {
  readonly tests: PlanTest[] = [];
  readonly fields: PlanField[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #fieldNumbers = new Map<string, number>();

  /** The number of a test; `name` is the rule's name of the field, undefined for keywords. */
  number(name: string | undefined, matcher: Matcher, origins: FieldOrigins): number {
    return this.#add(this.#field(name, origins), matcher, origins);
  }

  #add(field: PlanField, matcher: Matcher, origins: FieldOrigins): number {
    const key = `${field.number}:${matcherKey(matcher)}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const test = this.#test(field, matcher, origins);
    const number = this.tests.length;
    this.#numbers.set(key, number);
    this.tests.push(test);
    return number;
  }

  #test(field: PlanField, matcher: Matcher, origins: FieldOrigins): PlanTest {
    const otherField = matcher.kind === "field" ? this.#field(matcher.other, origins).number : NO_TEST;
    if (matcher.kind === "text" && !matcher.cased && matcher.text !== "")
      return { field: field.number, isLiteral: true, matcher, guard: NO_TEST, otherField };
    const needed = neededLiteral(matcher);
    const guard =
      needed === ""
        ? NO_TEST
        : this.#add(field, { kind: "text", relation: "contains", text: needed, cased: false }, origins);
    return { field: field.number, isLiteral: false, matcher, guard, otherField };
  }

  #field(name: string | undefined, origins: FieldOrigins): PlanField {
    const origin: FieldOrigin | undefined =
      name === undefined ? undefined : (origins.get(name) ?? { kind: "field", name, values: undefined });
    const key = origin === undefined ? "" : originKey(origin);
    const known = this.#fieldNumbers.get(key);
    if (known !== undefined) return this.fields[known]!;
    const field = { number: this.fields.length, origin };
    this.#fieldNumbers.set(key, field.number);
    this.fields.push(field);
    return field;
  }
}

/** A folded literal that stands in every text the matcher takes, or "". */
function neededLiteral(matcher: Matcher): string {
  if (matcher.kind === "text") return foldCase(matcher.text);
  if (matcher.kind === "glob") return foldCase(longestLiteral(matcher.parts));
  return matcher.kind === "regex" ? matcher.regex.literal : "";
}

type LiteralSlot = "contains" | "startsWith" | "endsWith" | "equals";

const SLOTS: Readonly<Record<TextRelation, LiteralSlot>> = {
  contains: "contains",
  "starts-with": "startsWith",
  "ends-with": "endsWith",
  equals: "equals",
};

/** Literal tests of one field, and the automaton that finds their literals. By literal: the test of each relation. */
export class LiteralScanner {
  readonly automaton: LiteralAutomaton;
  readonly lengths: Int32Array;
  readonly contains: Int32Array;
  readonly startsWith: Int32Array;
  readonly endsWith: Int32Array;
  readonly equals: Int32Array;

  constructor(tests: readonly { readonly test: number; readonly matcher: Matcher }[]) {
    const literals = new Map<string, number>();
    for (const { matcher } of tests) {
      if (matcher.kind === "text" && !literals.has(matcher.text)) literals.set(matcher.text, literals.size);
    }
    const texts = [...literals.keys()];
    this.automaton = new LiteralAutomaton(texts);
    this.lengths = Int32Array.from(texts, ({ length }) => length);
    const none = (): Int32Array => new Int32Array(texts.length).fill(NO_TEST);
    [this.contains, this.startsWith, this.endsWith, this.equals] = [none(), none(), none(), none()];
    for (const { test, matcher } of tests) {
      if (matcher.kind === "text") this[SLOTS[matcher.relation]][literals.get(matcher.text)!] = test;
    }
  }
}
