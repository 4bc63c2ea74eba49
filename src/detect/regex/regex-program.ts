/**
 * A regular expression as a nondeterministic automaton (Thompson, "Regular expression search algorithm", 1968): steps
 * that consume a unit of a set, fork, assert, or accept.
 */
import { RegexFault } from "./parse-regex.ts";
import type { CharacterSet } from "./character-set.ts";
import type { RegexAssertion, RegexNode } from "./regex-node.ts";

export type RegexStep =
  | { readonly kind: "consume"; readonly set: CharacterSet; readonly next: number }
  | { readonly kind: "fork"; readonly left: number; readonly right: number }
  | { readonly kind: "assert"; readonly assertion: RegexAssertion; readonly next: number }
  | { readonly kind: "accept" };

export interface RegexProgram {
  readonly steps: readonly RegexStep[];
  readonly start: number;
}

/** Counted repeats are written out; a pattern that gets larger than this is refused. */
export const STEPS_MAX = 20_000;

/** @throws RegexFault where the automaton would be too large. */
export function compileRegex(node: RegexNode): RegexProgram {
  const steps: RegexStep[] = [{ kind: "accept" }];
  const start = emit(node, 0, steps);
  return { steps, start };
}

/** Emits steps that match `node` and go on at `next`; returns where they begin. Built from the end, so no patching. */
function emit(node: RegexNode, next: number, steps: RegexStep[]): number {
  if (steps.length > STEPS_MAX)
    throw new RegexFault("the pattern is too large with its repeats written out", 0);
  switch (node.kind) {
    case "set":
      return push(steps, { kind: "consume", set: node.set, next });
    case "assertion":
      return push(steps, { kind: "assert", assertion: node.assertion, next });
    case "sequence":
      return node.nodes.reduceRight((after, inner) => emit(inner, after, steps), next);
    case "choice": {
      const starts = node.nodes.map((inner) => emit(inner, next, steps));
      return starts.reduceRight((right, left) => push(steps, { kind: "fork", left, right }));
    }
    case "repeat":
      return emitRepeat(node, next, steps);
  }
}

function emitRepeat(node: RegexNode & { kind: "repeat" }, next: number, steps: RegexStep[]): number {
  let start = next;
  if (node.most === Infinity) {
    const fork = push(steps, { kind: "fork", left: next, right: next });
    const body = emit(node.node, fork, steps);
    steps[fork] = { kind: "fork", left: body, right: next };
    start = fork;
  } else {
    for (let count = node.least; count < node.most; count++) {
      const body = emit(node.node, start, steps);
      start = push(steps, { kind: "fork", left: body, right: next });
    }
  }
  for (let count = 0; count < node.least; count++) start = emit(node.node, start, steps);
  return start;
}

function push(steps: RegexStep[], step: RegexStep): number {
  steps.push(step);
  return steps.length - 1;
}
