/**
 * All rules for one kind of event, evaluated together.
 *
 * Most rules can hold only if one of a few literals stands in the event. Each rule waits for such a set of literal tests,
 * the rarest that its condition has, and is evaluated only when one of them was found; the fields they stand in are scanned
 * for every event, each once. The rest of the rules are evaluated for every event. What is rare is guessed at first and
 * then counted: after some events the rules choose anew what they wait for. That never changes what they find.
 */
import type { EventFields } from "../expression/event-fields.ts";
import type { AtLeastExpression, Expression, JunctionExpression } from "../expression/expression.ts";
import type { FieldOrigins } from "../log-sources/field-origin.ts";
import type { SigmaRule } from "../rule/sigma-document.ts";
import { EventAnswers } from "./event-answers.ts";
import { nodeHolds, planNode } from "./plan-node.ts";
import type { PlanNode } from "./plan-node.ts";
import { TestTable } from "./test-table.ts";

/** A rule as it is for this kind of event: tests on the event's header are folded away. */
export interface PlannedRule {
  readonly rule: SigmaRule;
  readonly expression: Expression;
  readonly origins: FieldOrigins;
}

interface Wait {
  readonly tests: readonly number[];
  /** About how many of 1 events hold one of the tests. */
  readonly share: number;
}

/** After so many events of the plan, rules choose anew what they wait for. */
const RECHOICES: readonly number[] = [512, 8192];

/** Events are numbered within 32 bits; then the numbers begin anew. */
const EVENTS_MAX = 0xffff_ffff;

export class RulePlan {
  readonly rules: readonly SigmaRule[];
  readonly #nodes: readonly PlanNode[];
  readonly #table: TestTable;
  readonly #answers: EventAnswers;
  /** By rule: the number of the last event for which it was evaluated. */
  readonly #seen: Uint32Array;
  /** Of the event at hand. */
  readonly #hitRules: number[] = [];
  #events = 0;
  #rechoice = 0;
  /** Rules evaluated for every event. */
  #always: readonly number[] = [];
  /** By test: the rules that wait for it. */
  #waiting: readonly (Int32Array | undefined)[] = [];
  /** By literal test: the share of events it held for, where that was counted. */
  readonly #shares = new Map<number, number>();
  /** Fields scanned for every event. */
  #scanned: readonly number[] = [];

  constructor(planned: readonly PlannedRule[]) {
    this.rules = planned.map(({ rule }) => rule);
    this.#table = new TestTable();
    this.#nodes = planned.map(({ expression, origins }) => compile(expression, origins, this.#table));
    this.#answers = new EventAnswers(this.#table.tests, this.#table.fields);
    this.#seen = new Uint32Array(planned.length);
    this.#choose();
  }

  /** Adds the rules that the event hits to `hits`, in the plan's order. */
  match(event: EventFields, hits: SigmaRule[]): void {
    if (this.#events === RECHOICES[this.#rechoice]) {
      this.#rechoice++;
      this.#choose();
    }
    if (this.#events === EVENTS_MAX) {
      this.#seen.fill(0);
      this.#events = 0;
    }
    const number = ++this.#events;
    const answers = this.#answers;
    answers.begin(event);
    const hitRules = this.#hitRules;
    hitRules.length = 0;
    for (const rule of this.#always) if (nodeHolds(this.#nodes[rule]!, answers)) hitRules.push(rule);
    for (const field of this.#scanned) answers.scan(field);
    const found = answers.foundCount;
    for (let at = 0; at < found; at++) {
      const waiting = this.#waiting[answers.found[at]!];
      if (waiting === undefined) continue;
      for (let index = 0; index < waiting.length; index++) {
        const rule = waiting[index]!;
        if (this.#seen[rule] === number) continue;
        this.#seen[rule] = number;
        if (nodeHolds(this.#nodes[rule]!, answers)) hitRules.push(rule);
      }
    }
    answers.end();
    if (hitRules.length > 1) hitRules.sort((left, right) => left - right);
    for (const rule of hitRules) hits.push(this.rules[rule]!);
  }

  #choose(): void {
    const always: number[] = [];
    const waiting: number[][] = [];
    const fields = new Set<number>();
    this.#learn();
    const share = (test: number): number => this.#shares.get(test) ?? guessedShare(this.#table, test);
    for (const [rule, node] of this.#nodes.entries()) {
      const wait = waitOf(node, this.#table, share);
      if (wait === undefined) always.push(rule);
      for (const test of wait?.tests ?? []) {
        (waiting[test] ??= []).push(rule);
        fields.add(this.#table.tests[test]!.field);
      }
    }
    this.#always = always;
    this.#waiting = this.#table.tests.map((_, test) => waiting[test] && Int32Array.from(waiting[test]));
    this.#scanned = [...fields];
    this.#answers.scanFor(new Set(Object.keys(waiting).map(Number)));
  }

  /** Learns from the scans so far for what share of events each scanned test holds. */
  #learn(): void {
    const { heldCounts, scanCounts } = this.#answers;
    for (const [test, waiting] of this.#waiting.entries()) {
      if (waiting === undefined) continue;
      const scans = scanCounts[this.#table.tests[test]!.field]!;
      const held = heldCounts[test]! + guessedShare(this.#table, test) * GUESS_WEIGHT;
      this.#shares.set(test, held / (scans + GUESS_WEIGHT));
    }
  }
}

/** A guess counts as much as this many scans. */
const GUESS_WEIGHT = 16;

/** Short literals are common, and in the middle of a text more than at its ends. */
function guessedShare(table: TestTable, test: number): number {
  const { matcher } = table.tests[test]!;
  if (matcher.kind !== "text") return 1;
  const length = matcher.text.length;
  const anywhere = length < 3 ? 0.6 : length < 6 ? 0.1 : 0.02;
  return matcher.relation === "contains" ? anywhere : anywhere / 2;
}

function compile(expression: Expression, origins: FieldOrigins, table: TestTable): PlanNode {
  switch (expression.kind) {
    case "constant":
      return planNode("constant", [], [], expression.value ? 1 : 0);
    case "selection":
      return compile(expression.operand, origins, table);
    case "test":
      return planNode("and", [table.number(expression.field, expression.matcher, origins)], []);
    case "not": {
      const inner = compile(expression.operand, origins, table);
      return isTest(inner) ? planNode("not", [inner.tests[0]!], []) : planNode("not", [], [inner]);
    }
    case "and":
    case "or":
    case "at-least": {
      const tests: number[] = [];
      const nodes: PlanNode[] = [];
      for (const operand of operandsOf(expression)) {
        if (operand.kind === "test") tests.push(table.number(operand.field, operand.matcher, origins));
        else {
          const node = compile(operand, origins, table);
          if (isTest(node)) tests.push(node.tests[0]!);
          else nodes.push(node);
        }
      }
      // Tests about literals first.
      if (tests.length > 1) tests.sort((left, right) => rank(table, left) - rank(table, right));
      return planNode(expression.kind, tests, nodes, expression.kind === "at-least" ? expression.count : 0);
    }
  }
}

/** Without the names of selections; operands that are junctions of the same kind are taken apart. */
function operandsOf(junction: JunctionExpression | AtLeastExpression): readonly Expression[] {
  const isNested = ({ kind }: Expression): boolean => kind === "selection" || kind === junction.kind;
  if (!junction.operands.some(isNested)) return junction.operands;
  const flat: Expression[] = [];
  for (const each of junction.operands) {
    const operand = each.kind === "selection" ? each.operand : each;
    if (operand.kind !== "at-least" && operand.kind === junction.kind) flat.push(...operandsOf(operand));
    else flat.push(operand);
  }
  return flat;
}

function isTest(node: PlanNode): boolean {
  return node.operation === "and" && node.tests.length === 1 && node.nodes.length === 0;
}

/** 0 for tests about a literal, 1 for those with a guard, 2 for the others. */
function rank(table: TestTable, test: number): number {
  const { isLiteral, guards } = table.tests[test]!;
  if (isLiteral) return 0;
  return guards.length === 0 ? 2 : 1;
}

/** Literal tests of which one holds whenever the node does; undefined where there is no such set. */
function waitOf(node: PlanNode, table: TestTable, share: (test: number) => number): Wait | undefined {
  switch (node.operation) {
    case "constant":
      return node.count === 1 ? undefined : { tests: [], share: 0 };
    case "not":
      return undefined;
    case "and": {
      let best: Wait | undefined;
      for (const wait of operandWaits(node, table, share)) {
        if (wait !== undefined && (best === undefined || wait.share < best.share)) best = wait;
      }
      return best;
    }
    case "or":
    case "at-least": {
      const tests = new Set<number>();
      let total = 0;
      for (const wait of operandWaits(node, table, share)) {
        if (wait === undefined) return undefined;
        for (const test of wait.tests) tests.add(test);
        total += wait.share;
      }
      return { tests: [...tests], share: total };
    }
  }
}

function rarest(tests: readonly number[], share: (test: number) => number): number | undefined {
  let best = tests[0];
  for (const test of tests) if (share(test) < share(best!)) best = test;
  return best;
}

function* operandWaits(
  node: PlanNode,
  table: TestTable,
  share: (test: number) => number,
): Generator<Wait | undefined> {
  for (const test of node.tests) {
    const { isLiteral, guards } = table.tests[test]!;
    const waited = isLiteral ? test : rarest(guards, share);
    yield waited === undefined ? undefined : { tests: [waited], share: share(waited) };
  }
  for (const inner of node.nodes) yield waitOf(inner, table, share);
}
