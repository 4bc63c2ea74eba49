/**
 * The answers to a plan's tests for the event at hand: each field is fetched and scanned at most once, each test computed
 * at most once, and only when a rule asks. Nothing is cleared between events: an answer counts when it bears the
 * event's number.
 *
 * The literal tests that rules wait for are answered by a scan of their field for all of them at once; the others, asked
 * for only after such a one was found, are computed one by one.
 */
import { fieldsRelate, isNull, relates, textHolds } from "../expression/evaluate.ts";
import { fieldTexts } from "../expression/event-fields.ts";
import type { EventFields, FieldScalar, FieldValue, SpelledFields } from "../expression/event-fields.ts";
import type { FieldMatcher, TextRelation } from "../expression/matcher.ts";
import { originValue } from "../log-sources/field-origin.ts";
import type { FieldOrigin } from "../log-sources/field-origin.ts";
import { FragmentFilter } from "./fragment-filter.ts";
import type { OnLiteral } from "./literal-automaton.ts";
import { foldCase } from "../expression/matcher.ts";
import { LiteralScanner } from "./literal-scanner.ts";
import { spelledLiteral, spelledRelates } from "./spelled-text.ts";
import { NO_TEST } from "./test-table.ts";
import type { PlanField, PlanTest } from "./test-table.ts";
import type { TestAnswers } from "./plan-node.ts";

/** A single literal is looked for in shorter texts at once. */
const FILTERED_BYTES_MIN = 96;
const EVENT_NUMBER_MAX = 0xffff_fffe;

export class EventAnswers implements TestAnswers {
  readonly #tests: readonly PlanTest[];
  readonly #fields: readonly PlanField[];
  /** Of each test that a scan answers, its field; NO_TEST for computed tests. */
  readonly #scanFields: Int32Array;
  /** By field: the tests that its scan answers, and what scans it, made when the first value comes. */
  readonly #scannedTests: (readonly number[])[];
  readonly #scanners: (LiteralScanner | undefined)[];
  #event: EventFields | undefined;
  #number = 0;
  /** By test: the number of the last event for which it held, and of the last for which it was computed. */
  readonly #held: Uint32Array;
  readonly #computed: Uint32Array;
  /** By field: the number of the last event for which it was fetched or scanned. */
  readonly #fetched: Uint32Array;
  readonly #scanned: Uint32Array;
  readonly #values: (FieldValue | undefined)[];
  /** Literal tests that held for the event, in the order they were found. */
  readonly found: Int32Array;
  foundCount = 0;
  /** How often each scanned test held, and each field was scanned, since the scanned tests were set. */
  readonly heldCounts: Uint32Array;
  readonly scanCounts: Uint32Array;
  /** By test for a literal: how JSON spells it. */
  readonly #spelled: (Buffer | "none" | undefined)[];
  /** By test for a literal in long texts: what tells that it is not there. */
  readonly #filters: (FragmentFilter | "none" | undefined)[];
  readonly #folded: (string | undefined)[];
  #scanner: LiteralScanner | undefined;

  constructor(tests: readonly PlanTest[], fields: readonly PlanField[]) {
    this.#tests = tests;
    this.#fields = fields;
    this.#scanFields = new Int32Array(tests.length).fill(NO_TEST);
    this.#scanners = fields.map(() => undefined);
    this.#scannedTests = fields.map(() => []);
    this.#held = new Uint32Array(tests.length);
    this.#computed = new Uint32Array(tests.length);
    this.#fetched = new Uint32Array(fields.length);
    this.#scanned = new Uint32Array(fields.length);
    this.#values = fields.map(() => undefined);
    this.#spelled = tests.map(() => undefined);
    this.#filters = tests.map(() => undefined);
    this.#folded = fields.map(() => undefined);
    this.found = new Int32Array(tests.length);
    this.heldCounts = new Uint32Array(tests.length);
    this.scanCounts = new Uint32Array(fields.length);
  }

  /** From the next event on, scans answer these tests and no others. */
  scanFor(tests: ReadonlySet<number>): void {
    const byField = Map.groupBy(tests, (test) => this.#tests[test]!.field);
    this.#scanFields.fill(NO_TEST);
    for (const test of tests) this.#scanFields[test] = this.#tests[test]!.field;
    for (const field of this.#fields) {
      const scanned = byField.get(field.number);
      this.#scanners[field.number] = undefined;
      this.#scannedTests[field.number] = scanned ?? [];
    }
    this.heldCounts.fill(0);
    this.scanCounts.fill(0);
  }

  begin(event: EventFields): void {
    this.#event = event;
    this.foundCount = 0;
    if (this.#number === EVENT_NUMBER_MAX) {
      for (const stamps of [this.#held, this.#computed, this.#fetched, this.#scanned]) stamps.fill(0);
      this.#number = 0;
    }
    this.#number++;
  }

  /** Lets go of the event and its values. */
  end(): void {
    this.#event = undefined;
    this.#values.fill(undefined);
    this.#folded.fill(undefined);
  }

  holds(test: number): boolean {
    const field = this.#scanFields[test]!;
    if (field === NO_TEST) {
      if (this.#computed[test] !== this.#number) this.#compute(test);
    } else this.scan(field);
    return this.#held[test] === this.#number;
  }

  /** Looks for the literals of a field that has scanned tests, if that has not been done for this event. */
  scan(field: number): void {
    if (this.#scanned[field] === this.#number) return;
    this.#scanned[field] = this.#number;
    this.scanCounts[field]!++;
    const scanner = (this.#scanners[field] ??= this.#newScanner(field));
    const { origin } = this.#fields[field]!;
    const { spelled } = this.#event!;
    if (spelled !== undefined && this.#scanSpelled(scanner, origin, spelled)) return;
    const value = origin === undefined ? null : this.#value(field);
    if (value === undefined || (value === null && origin !== undefined)) return;
    this.#scanner = scanner;
    if (value === null) {
      for (const each of this.#event!.values()) this.#scanValue(scanner, each);
    } else {
      this.#scanValue(scanner, value);
    }
  }

  /** Scans the field as the event's document spells it. False where it must be scanned as what it says. */
  #scanSpelled(scanner: LiteralScanner, origin: FieldOrigin | undefined, spelled: SpelledFields): boolean {
    if (origin === undefined) return !scanner.mayStandIn(spelled);
    if (origin.kind !== "field" || origin.values !== undefined) return false;
    const isThere = spelled.locate(origin.name);
    if (isThere !== true) return isThere === false;
    this.#scanner = scanner;
    scanner.scanLocated(spelled, this.#onLiteral);
    return true;
  }

  #scanValue(scanner: LiteralScanner, value: FieldValue): void {
    if (typeof value === "string") scanner.scan(value, this.#onLiteral);
    else for (const text of fieldTexts(value)) scanner.scan(text, this.#onLiteral);
  }

  #newScanner(field: number): LiteralScanner {
    const tests = this.#scannedTests[field]!;
    return new LiteralScanner(tests.map((test) => ({ test, matcher: this.#tests[test]!.matcher })));
  }

  readonly #onLiteral: OnLiteral = (literal, end, length) => {
    const scanner = this.#scanner!;
    const contains = scanner.contains[literal]!;
    if (contains !== NO_TEST) this.#hold(contains);
    if (end === scanner.lengths[literal]) {
      if (scanner.startsWith[literal] !== NO_TEST) this.#hold(scanner.startsWith[literal]!);
      if (end === length && scanner.equals[literal] !== NO_TEST) this.#hold(scanner.equals[literal]!);
    }
    if (end === length && scanner.endsWith[literal] !== NO_TEST) this.#hold(scanner.endsWith[literal]!);
  };

  #hold(test: number): void {
    if (this.#held[test] === this.#number) return;
    this.#held[test] = this.#number;
    this.heldCounts[test]!++;
    this.found[this.foundCount++] = test;
  }

  #compute(test: number): void {
    this.#computed[test] = this.#number;
    const { field, matcher, guards } = this.#tests[test]!;
    for (const guard of guards) if (!this.holds(guard)) return;
    if (matcher.kind === "text" && this.#fetched[field] !== this.#number) {
      const answer = this.#spelledHolds(test, matcher.relation);
      if (answer === true) this.#held[test] = this.#number;
      if (answer !== undefined) return;
    }
    const value = this.#value(field);
    let holds: boolean;
    if (matcher.kind === "text" && !matcher.cased && typeof value === "string")
      holds = relates(matcher.relation, this.#foldedValue(field, value), matcher.text);
    else if (matcher.kind === "exists") holds = (value !== undefined) === matcher.present;
    else if (matcher.kind === "null") holds = isNull(value);
    else if (matcher.kind === "field") holds = this.#relates(test, matcher, value);
    else if (typeof value === "string") holds = textHolds(matcher, value);
    else holds = fieldTexts(value).some((text) => textHolds(matcher, text));
    if (holds) this.#held[test] = this.#number;
  }

  /** The answer as the event's document gives it; undefined where the field's value is needed. */
  #spelledHolds(test: number, relation: TextRelation): boolean | undefined {
    const event = this.#event!.spelled;
    const { field, matcher } = this.#tests[test]!;
    const { origin } = this.#fields[field]!;
    if (event === undefined || matcher.kind !== "text" || matcher.cased) return undefined;
    if (origin?.kind !== "field" || origin.values !== undefined) return undefined;
    const spelled = (this.#spelled[test] ??= spelledLiteral(matcher.text) ?? "none");
    if (spelled === "none") return undefined;
    const isThere = event.locate(origin.name);
    if (isThere !== true) return isThere;
    const { bytes, start, end } = event;
    if (relation === "contains" && end - start >= FILTERED_BYTES_MIN) {
      const filter = (this.#filters[test] ??= FragmentFilter.ofLiteral(spelled.latin1Slice()));
      if (filter !== "none" && !filter.mayHold(event, start, end)) return false;
    }
    return spelledRelates(relation, bytes, start, end, spelled);
  }

  #foldedValue(field: number, value: string): string {
    return (this.#folded[field] ??= foldCase(value));
  }

  #relates(test: number, matcher: FieldMatcher, value: FieldValue | undefined): boolean {
    return fieldsRelate(matcher, value, this.#value(this.#tests[test]!.otherField));
  }

  #value(field: number): FieldValue | undefined {
    if (this.#fetched[field] === this.#number) return this.#values[field];
    this.#fetched[field] = this.#number;
    const { origin } = this.#fields[field]!;
    const event = this.#event!;
    let value: FieldValue | undefined;
    if (origin === undefined) value = allValues(event);
    else if (origin.kind === "field" && origin.values === undefined) value = event.get(origin.name);
    else value = originValue(origin, event);
    this.#values[field] = value;
    return value;
  }
}

/** The event's values as those of one field: what keywords are looked for in. */
function allValues(event: EventFields): FieldValue {
  const all: FieldScalar[] = [];
  for (const value of event.values()) {
    if (typeof value !== "object" || value === null) all.push(value);
    else all.push(...value);
  }
  return all;
}
