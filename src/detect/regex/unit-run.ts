/**
 * Patterns that ask for nothing but a run of units of one set (`.{1000,}`, `[A-Za-z0-9+/]{64}`): units are counted, where an
 * automaton would need a state for each number.
 */
import { contains } from "./character-set.ts";
import type { CharacterSet } from "./character-set.ts";
import type { RegexNode } from "./regex-node.ts";

export interface UnitRun {
  readonly set: CharacterSet;
  /** By ASCII unit: 1 where it is of the set. */
  readonly ascii: Uint8Array;
  readonly least: number;
}

/** Undefined where the pattern asks for something else, or for so little that the automaton is as good. */
export function unitRun(node: RegexNode): UnitRun | undefined {
  if (node.kind !== "repeat" || node.node.kind !== "set" || node.least < 2) return undefined;
  const { set } = node.node;
  const ascii = Uint8Array.from({ length: 128 }, (_, unit) => (contains(set, unit) ? 1 : 0));
  return { set, ascii, least: node.least };
}

/** Whether so many units of the set follow each other somewhere in the text. */
export function holdsRun({ set, ascii, least }: UnitRun, text: string): boolean {
  if (text.length < least) return false;
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const isOfSet = unit < 128 ? ascii[unit] === 1 : contains(set, unit);
    run = isOfSet ? run + 1 : 0;
    if (run === least) return true;
  }
  return false;
}
