import { assert } from "../../base/assert.ts";

/** Where a value came from, strongest first. */
export type Origin =
  | { readonly kind: "flag" }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "default" };

export interface OptionValue {
  /** A flag has `true` or `false`, a repeated option its texts, any other its text or number. */
  readonly value: string | number | boolean | readonly string[];
  readonly origin: Origin;
}

/** An option's value in the kind that the command's definition gives it; asking for another kind is a bug. */
export class OptionValues {
  readonly #values: ReadonlyMap<string, OptionValue>;

  constructor(values: ReadonlyMap<string, OptionValue>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** True where a flag, a variable or a file gave the value. */
  isGiven(name: string): boolean {
    const found = this.#values.get(name);
    return found !== undefined && found.origin.kind !== "default";
  }

  flag(name: string): boolean {
    return this.#values.get(name)?.value === true;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name)?.value;
    assert(value === undefined || typeof value === "string", `option ${name} is no text`);
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    assert(value !== undefined, `option ${name} has no default`);
    return value;
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name)?.value;
    assert(value === undefined || typeof value === "number", `option ${name} is no number`);
    return value;
  }

  requiredNumber(name: string): number {
    const value = this.number(name);
    assert(value !== undefined, `option ${name} has no default`);
    return value;
  }

  list(name: string): readonly string[] {
    const value = this.#values.get(name)?.value;
    if (value === undefined) return [];
    assert(Array.isArray(value), `option ${name} is no list`);
    return value as readonly string[];
  }

  entries(): IterableIterator<[string, OptionValue]> {
    return this.#values.entries();
  }
}
