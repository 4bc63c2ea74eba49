/**
 * Names for select items without AS: `KSQL_COL_<n>` for expressions, the field's name for `a->b`, each with a
 * number where the name is taken. KSQL 5 counts positions and writes `A__B` for a field.
 */
import type { Expression as Ast } from "../sql/ast-expression.ts";

const GENERATED = "KSQL_COL";
const NUMBERED = /^(.*?)(?:_(\d+))?$/s;

interface Counter {
  next: number;
  readonly used: ReadonlySet<number>;
}

export class NameGenerator {
  readonly #counters = new Map<string, Counter>();

  /** `taken`: names that generated ones must not repeat. */
  constructor(taken: Iterable<string>) {
    const used = new Map<string, Set<number>>();
    for (const name of taken) {
      const { stem, number } = split(name);
      const numbers = used.get(stem) ?? new Set<number>();
      numbers.add(number ?? 0);
      used.set(stem, numbers);
    }
    for (const [stem, numbers] of used) this.#counters.set(stem, { next: 0, used: numbers });
  }

  nameOf(expression: Ast): string {
    if (expression.kind !== "dereference") return this.#next(GENERATED);
    return this.#next(split(expression.field).stem);
  }

  /** The name of a join's key that no source column has: ROWKEY, ROWKEY_1, … */
  syntheticKey(): string {
    return this.#next("ROWKEY");
  }

  #next(stem: string): string {
    const counter = this.#counters.get(stem) ?? { next: 0, used: new Set<number>() };
    this.#counters.set(stem, counter);
    while (counter.used.has(counter.next)) counter.next++;
    const number = counter.next++;
    return number === 0 && stem !== GENERATED ? stem : `${stem}_${number}`;
  }
}

function split(name: string): { stem: string; number: number | undefined } {
  const match = NUMBERED.exec(name);
  const digits = match?.[2];
  return { stem: match?.[1] ?? name, number: digits === undefined ? undefined : Number(digits) };
}

/** KSQL 5's name of an unnamed expression at a position of the select list. */
export function ksql5Name(expression: Ast, position: number): string {
  const path = fieldPath(expression);
  return path === undefined ? `${GENERATED}_${position}` : path.join("__");
}

function fieldPath(expression: Ast): string[] | undefined {
  if (expression.kind === "column") return [expression.name];
  if (expression.kind !== "dereference") return undefined;
  const base = fieldPath(expression.base);
  return base === undefined ? undefined : [...base, expression.field];
}
