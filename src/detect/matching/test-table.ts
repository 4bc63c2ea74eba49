/**
 * The tests of the rules of one plan, each once, however many rules make it, numbered; and the fields they are about.
 *
 * A test about a literal can be answered by a scan of its field. Any other is computed; it may have a guard: a literal
 * test that holds whenever it holds.
 */
import { literalsOf } from "../expression/glob.ts";
import { foldCase, matcherKey } from "../expression/matcher.ts";
import type { Matcher } from "../expression/matcher.ts";
import { originKey } from "../log-sources/field-origin.ts";
import type { FieldOrigin, FieldOrigins } from "../log-sources/field-origin.ts";

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
  /** Of a computed test: literal tests that all hold whenever this one does. */
  readonly guards: readonly number[];
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
      return { field: field.number, isLiteral: true, matcher, guards: [], otherField };
    const guards = neededLiterals(matcher).map((text) =>
      this.#add(field, { kind: "text", relation: "contains", text, cased: false }, origins),
    );
    return { field: field.number, isLiteral: false, matcher, guards, otherField };
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

/** Folded literals, none of them empty, that stand in every text the matcher takes. */
function neededLiterals(matcher: Matcher): readonly string[] {
  if (matcher.kind === "text") return matcher.text === "" ? [] : [foldCase(matcher.text)];
  if (matcher.kind === "glob") return literalsOf(matcher.parts).map(foldCase);
  return matcher.kind === "regex" ? matcher.regex.literals : [];
}
