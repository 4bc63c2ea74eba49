import type { CharacterSet } from "./character-set.ts";
import { singleFoldedUnit } from "./character-set.ts";

/** A regular expression, with flags already worked into its sets and assertions. */
export type RegexNode =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "sequence"; readonly nodes: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly nodes: readonly RegexNode[] }
  | { readonly kind: "repeat"; readonly node: RegexNode; readonly least: number; readonly most: number }
  | { readonly kind: "assertion"; readonly assertion: RegexAssertion };

export type RegexAssertion =
  | "text-start"
  | "text-end"
  | "line-start"
  | "line-end"
  | "word-edge"
  | "no-word-edge";

/** More than these are not told: the longest are. */
const LITERALS_MAX = 4;

/**
 * Texts, folded, that all stand in every matching text, the longest first. Single letters in both cases (`[Pp]`) count as
 * the letter.
 */
export function requiredLiterals(node: RegexNode): readonly string[] {
  const runs = new LiteralRuns();
  runs.visit(node);
  return runs.longest();
}

class LiteralRuns {
  #run = "";
  readonly #found = new Set<string>();

  longest(): readonly string[] {
    this.#end();
    return [...this.#found].toSorted((left, right) => right.length - left.length).slice(0, LITERALS_MAX);
  }

  visit(node: RegexNode): void {
    switch (node.kind) {
      case "set": {
        const unit = singleFoldedUnit(node.set);
        if (unit === undefined) this.#end();
        else this.#run += unit;
        break;
      }
      case "sequence":
        for (const inner of node.nodes) this.visit(inner);
        break;
      case "repeat":
        this.#repeat(node);
        break;
      case "choice":
        this.#end();
        break;
      case "assertion":
        break;
    }
  }

  #repeat(node: RegexNode & { kind: "repeat" }): void {
    if (node.least === 1 && node.most === 1) return this.visit(node.node);
    this.#end();
    if (node.least === 0) return;
    this.visit(node.node);
    this.#end();
  }

  #end(): void {
    if (this.#run !== "") this.#found.add(this.#run);
    this.#run = "";
  }
}
