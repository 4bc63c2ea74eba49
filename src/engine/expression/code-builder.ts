/**
 * Builds the text of one generated function: statements, names, constants, and where to go when an operand is NULL.
 *
 * Invariants: an {@link Operand}'s code is a name or a plain literal, so it may be repeated and has no effect; a name
 * is used only in the block that declares it (values leave a block through a `let` declared before it). Texts and
 * objects come in as constants; nothing a user wrote becomes program text.
 */
import type { Value } from "../../data/values.ts";
import { assert } from "../../base/assert.ts";

export interface Operand {
  readonly code: string;
  /** False when the value is never NULL. */
  readonly nullable: boolean;
}

export const NULL: Operand = { code: "null", nullable: true };

export class CodeBuilder {
  readonly #lines: string[] = [];
  readonly #constants: unknown[] = [];
  readonly #constantNames = new Map<unknown, string>();
  readonly #columns = new Set<number>();
  readonly #parameters = new Map<string, string[]>();
  /** The statements that leave the innermost boundary with NULL. */
  readonly #exits: string[] = [];
  #names = 0;
  #depth = 1;

  /** A name that nothing else has. */
  name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  line(text: string): void {
    this.#lines.push(`${"  ".repeat(this.#depth)}${text}`);
  }

  /** Writes `head {`, what `body` writes, and `tail`, which closes it. */
  block(head: string, body: () => void, tail = "}"): void {
    this.line(`${head} {`);
    this.#depth++;
    body();
    this.#depth--;
    this.line(tail);
  }

  /** Declares a constant local with the value of `code`. */
  local(code: string, nullable: boolean): Operand {
    const name = this.name("t");
    this.line(`const ${name} = ${code};`);
    return { code: name, nullable };
  }

  /** Declares a local that later statements assign. */
  variable(initial: string): string {
    const name = this.name("t");
    this.line(`let ${name} = ${initial};`);
    return name;
  }

  /** The name under which the function sees `value`. */
  constant(value: unknown): string {
    const known = this.#constantNames.get(value);
    if (known !== undefined) return known;
    const name = `k${this.#constants.length}`;
    this.#constants.push(value);
    this.#constantNames.set(value, name);
    return name;
  }

  literal(value: Value): Operand {
    if (value === null) return NULL;
    if (typeof value === "boolean") return { code: String(value), nullable: false };
    if (typeof value === "number" && Number.isFinite(value)) {
      const text = Object.is(value, -0) ? "-0" : String(value);
      return { code: text.startsWith("-") ? `(${text})` : text, nullable: false };
    }
    return { code: this.constant(value), nullable: false };
  }

  column(index: number): Operand {
    assert(Number.isInteger(index) && index >= 0, "a column index is a natural number");
    this.#columns.add(index);
    return { code: `c${index}`, nullable: true };
  }

  /** Runs `body` with lambda parameters in scope; gives their names in the code. */
  withParameters(names: readonly string[], body: (codeNames: readonly string[]) => void): void {
    const codeNames = names.map((name) => {
      const codeName = this.name("p");
      const scopes = this.#parameters.get(name) ?? [];
      scopes.push(codeName);
      this.#parameters.set(name, scopes);
      return codeName;
    });
    body(codeNames);
    for (const name of names) this.#parameters.get(name)!.pop();
  }

  parameter(name: string): Operand {
    const code = this.#parameters.get(name)?.at(-1);
    assert(code !== undefined, `lambda parameter ${name} is not in scope`);
    return { code, nullable: true };
  }

  /** Runs `body` with `exit` as the statement that a NULL operand leads to. */
  withExit(exit: string, body: () => void): void {
    this.#exits.push(exit);
    body();
    this.#exits.pop();
  }

  /** Leaves the boundary when `operand` is NULL. */
  requireNonNull(...operands: readonly Operand[]): void {
    const tests = operands.filter((operand) => operand.nullable).map((operand) => `${operand.code} === null`);
    if (tests.length > 0) this.line(`if (${tests.join(" || ")}) ${this.#exits.at(-1)!}`);
  }

  /** Column indexes that were asked for, ascending. */
  columns(): readonly number[] {
    return [...this.#columns].toSorted((a, b) => a - b);
  }

  constants(): readonly unknown[] {
    return this.#constants;
  }

  /** The function: its head (`function evaluate(row)`), column reads, statements. */
  source(head: string): string {
    const reads = this.columns().map((index) => `  const c${index} = row[${index}];`);
    return [`${head} {`, ...reads, ...this.#lines, "}"].join("\n");
  }
}
