/**
 * Regular expressions that cannot hang the process: rules come from strangers and texts from attackers, so a match takes
 * time linear in the text, whatever the pattern. The automaton is made deterministic while texts are read (as RE2 does):
 * each (state, kind of unit) is computed once and then looked up. The table of states is bounded; when it is full it is
 * emptied, and where a text fills it again and again, the rest of the text is read step by step without it: that costs
 * time (at worst the size of the pattern per unit) and never a result.
 *
 * Answers only whether the pattern is found; nothing is captured.
 */
import { contains, WORD } from "./character-set.ts";
import type { CharacterSet } from "./character-set.ts";
import { parseRegex } from "./parse-regex.ts";
import { requiredLiterals } from "./regex-node.ts";
import type { RegexAssertion, RegexNode } from "./regex-node.ts";
import { compileRegex } from "./regex-program.ts";
import { holdsRun, unitRun } from "./unit-run.ts";
import type { UnitRun } from "./unit-run.ts";
import type { RegexProgram } from "./regex-program.ts";

const STATES_MAX = 512;
/** A text that has filled the table so often is read without it from there on. */
const RESETS_MAX = 2;
const MARKS_MAX = 0xffff_fff0;
const UNKNOWN = -1;
const MATCH = -2;
const DEAD = -3;

/** What stands before a position, for assertions. */
type Context = "start" | "newline" | "word" | "other";

interface State {
  readonly steps: readonly number[];
  readonly before: Context;
}

export class LinearRegex {
  readonly source: string;
  /** Of `i`, `m`, `s`, in this order. */
  readonly flags: string;
  /** Folded texts that every matching text contains, the longest first. */
  readonly literals: readonly string[];
  readonly node: RegexNode;
  readonly #run: UnitRun | undefined;
  #automaton: Automaton | undefined;

  /** @throws RegexFault */
  constructor(source: string, flags: string) {
    this.source = source;
    this.flags = [..."ims"].filter((flag) => flags.includes(flag)).join("");
    this.node = parseRegex(source, {
      ignoreCase: flags.includes("i"),
      multiLine: flags.includes("m"),
      dotAll: flags.includes("s"),
    });
    this.literals = requiredLiterals(this.node);
    this.#run = unitRun(this.node);
    // A pattern that is too large is refused when its rule is read, not when the first event comes.
    if (this.#run === undefined && /[{]\d/.test(source))
      this.#automaton = new Automaton(compileRegex(this.node));
  }

  matches(text: string): boolean {
    if (this.#run !== undefined) return holdsRun(this.#run, text);
    this.#automaton ??= new Automaton(compileRegex(this.node));
    return this.#automaton.run(text);
  }
}

class Automaton {
  readonly #program: RegexProgram;
  /** The first unit of each kind of unit, ascending; the number of a kind is its place here. */
  readonly #kindStarts: readonly number[];
  readonly #asciiKinds = new Uint16Array(128);
  /** Kinds, and one more for the end of the text. */
  readonly #width: number;
  readonly #assertions: ReadonlySet<RegexAssertion>;
  readonly #anchored: boolean;
  /** By step: the mark of the last unit for which it was looked at, or became a target. */
  readonly #marks: Uint32Array;
  readonly #targetMarks: Uint32Array;
  #mark = 0;
  #states: State[] = [];
  #numbers = new Map<string, number>();
  #table = new Int32Array(0);
  /** How often the table was emptied for the text at hand. */
  #resets = 0;

  constructor(program: RegexProgram) {
    this.#program = program;
    this.#marks = new Uint32Array(program.steps.length);
    this.#targetMarks = new Uint32Array(program.steps.length);
    this.#assertions = new Set(
      program.steps.flatMap((step) => (step.kind === "assert" ? [step.assertion] : [])),
    );
    const first = program.steps[program.start]!;
    this.#anchored = first.kind === "assert" && first.assertion === "text-start";
    this.#kindStarts = this.#partition();
    this.#width = this.#kindStarts.length + 1;
    for (let unit = 0; unit < 128; unit++) this.#asciiKinds[unit] = this.#search(unit);
    this.#reset();
  }

  run(text: string): boolean {
    const width = this.#width;
    let table = this.#table;
    let state = 0;
    this.#resets = 0;
    for (let at = 0; at <= text.length; at++) {
      const kind = at === text.length ? width - 1 : this.#kindOf(text.charCodeAt(at));
      let next = table[state * width + kind]!;
      if (next < 0) {
        if (next === UNKNOWN) {
          if (this.#resets > RESETS_MAX) return this.#runWithoutTable(text, at, this.#states[state]!);
          next = this.#step(state, kind);
          table = this.#table;
        }
        if (next === MATCH) return true;
        if (next === DEAD) return false;
      }
      state = next;
    }
    return false;
  }

  #runWithoutTable(text: string, from: number, state: State): boolean {
    let { steps, before } = state;
    for (let at = from; at <= text.length; at++) {
      const unit = at === text.length ? undefined : text.charCodeAt(at);
      const targets = this.#targets(steps, before, unit);
      if (targets === undefined) return true;
      if (unit === undefined || targets.length === 0) return false;
      steps = targets;
      before = this.#context(unit);
    }
    return false;
  }

  #kindOf(unit: number): number {
    return unit < 128 ? this.#asciiKinds[unit]! : this.#search(unit);
  }

  #search(unit: number): number {
    let low = 0;
    let high = this.#kindStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#kindStarts[middle]! <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Units that every set of the pattern treats alike are of one kind. */
  #partition(): number[] {
    const sets: CharacterSet[] = this.#program.steps.flatMap((step) =>
      step.kind === "consume" ? [step.set] : [],
    );
    if (this.#assertions.size > 0) sets.push(WORD, [[0x0a, 0x0a]]);
    const starts = new Set([0]);
    for (const [first, last] of sets.flat()) {
      starts.add(first);
      if (last < 0xffff) starts.add(last + 1);
    }
    return [...starts].toSorted((a, b) => a - b);
  }

  #reset(): void {
    this.#states = [];
    this.#numbers = new Map();
    this.#table = new Int32Array(this.#width * 16).fill(UNKNOWN);
    this.#number({ steps: [this.#program.start], before: "start" });
  }

  /** The number of a state, which is 0 for the first one after a reset. */
  #number(state: State): number {
    const key = `${state.before}:${state.steps.join(",")}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.length;
    this.#states.push(state);
    this.#numbers.set(key, number);
    if (this.#table.length < this.#states.length * this.#width) {
      const grown = new Int32Array(this.#table.length * 2).fill(UNKNOWN);
      grown.set(this.#table);
      this.#table = grown;
    }
    return number;
  }

  #step(number: number, kind: number): number {
    const state = this.#states[number]!;
    const isEnd = kind === this.#width - 1;
    const unit = isEnd ? undefined : this.#kindStarts[kind]!;
    const targets = this.#targets(state.steps, state.before, unit);
    let next: number;
    if (targets === undefined) next = MATCH;
    else if (isEnd || targets.length === 0) next = DEAD;
    else {
      const after = { steps: targets.toSorted((a, b) => a - b), before: this.#context(unit!) };
      if (this.#states.length >= STATES_MAX) {
        this.#resets++;
        this.#reset();
        return this.#number(after);
      }
      next = this.#number(after);
    }
    this.#table[number * this.#width + kind] = next;
    return next;
  }

  /** The steps after `unit`, or undefined where the pattern is found before it. */
  #targets(steps: readonly number[], before: Context, unit: number | undefined): number[] | undefined {
    const after: Context = unit === undefined ? "start" : this.#context(unit);
    const targets: number[] = [];
    const open = [...steps];
    if (this.#mark > MARKS_MAX) this.#forgetMarks();
    const seen = ++this.#mark;
    const targeted = ++this.#mark;
    while (open.length > 0) {
      const at = open.pop()!;
      if (this.#marks[at] === seen) continue;
      this.#marks[at] = seen;
      const step = this.#program.steps[at]!;
      if (step.kind === "accept") return undefined;
      if (step.kind === "fork") open.push(step.left, step.right);
      else if (step.kind === "assert") {
        if (holds(step.assertion, before, after, unit === undefined)) open.push(step.next);
      } else if (
        unit !== undefined &&
        this.#targetMarks[step.next] !== targeted &&
        contains(step.set, unit)
      ) {
        this.#targetMarks[step.next] = targeted;
        targets.push(step.next);
      }
    }
    const { start } = this.#program;
    if (!this.#anchored && unit !== undefined && this.#targetMarks[start] !== targeted) targets.push(start);
    return targets;
  }

  #forgetMarks(): void {
    this.#marks.fill(0);
    this.#targetMarks.fill(0);
    this.#mark = 0;
  }

  #context(unit: number): Context {
    if (this.#assertions.size === 0) return "other";
    if (unit === 0x0a) return "newline";
    return contains(WORD, unit) ? "word" : "other";
  }
}

function holds(assertion: RegexAssertion, before: Context, after: Context, atEnd: boolean): boolean {
  switch (assertion) {
    case "text-start":
      return before === "start";
    case "text-end":
      return atEnd;
    case "line-start":
      return before === "start" || before === "newline";
    case "line-end":
      return atEnd || after === "newline";
    case "word-edge":
      return (before === "word") !== (!atEnd && after === "word");
    case "no-word-edge":
      return (before === "word") === (!atEnd && after === "word");
  }
}
