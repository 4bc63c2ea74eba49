/**
 * The functions a statement may call, by name without regard to case. A child registry sees its parent's
 * functions and may hide them with its own, so that user functions and tests never touch the built-in ones.
 */
import { didYouMean } from "../base/nearest.ts";
import { builtinFunctions } from "./builtin-functions.ts";
import type { FunctionDefinition } from "./definition.ts";
import { functionErrors } from "./errors.ts";

export class FunctionRegistry {
  static #builtin: FunctionRegistry | undefined;
  readonly #parent: FunctionRegistry | undefined;
  readonly #byName = new Map<string, FunctionDefinition>();

  constructor(parent?: FunctionRegistry) {
    this.#parent = parent;
  }

  /** The functions that come with Spoor. Shared: add nothing to it, {@link extend} it. */
  static builtin(): FunctionRegistry {
    if (FunctionRegistry.#builtin === undefined) {
      const registry = new FunctionRegistry();
      for (const definition of builtinFunctions) registry.add(definition);
      FunctionRegistry.#builtin = registry;
    }
    return FunctionRegistry.#builtin;
  }

  /** A child that sees this registry's functions. */
  extend(): FunctionRegistry {
    return new FunctionRegistry(this);
  }

  /** @throws SpoorError FUNCTION_DUPLICATE when this registry itself has one of the names. */
  add(definition: FunctionDefinition): void {
    const names = [definition.name, ...(definition.aliases ?? [])].map((name) => name.toUpperCase());
    const taken = names.find((name) => this.#byName.has(name));
    if (taken !== undefined) {
      throw functionErrors.DUPLICATE({ message: `function '${taken}' already exists` });
    }
    for (const name of names) this.#byName.set(name, definition);
  }

  find(name: string): FunctionDefinition | undefined {
    return this.#byName.get(name.toUpperCase()) ?? this.#parent?.find(name);
  }

  /** @throws SpoorError FUNCTION_UNKNOWN */
  get(name: string): FunctionDefinition {
    const definition = this.find(name);
    if (definition !== undefined) return definition;
    throw functionErrors.UNKNOWN({
      message: `can't find any functions with the name '${name}'`,
      hint: didYouMean(name, this.#allNames()) ?? "SHOW FUNCTIONS lists all functions",
    });
  }

  /** All functions, in the order of their names; aliases are not repeated. */
  definitions(): readonly FunctionDefinition[] {
    const seen = new Map<string, FunctionDefinition>();
    for (const name of this.#allNames()) {
      const definition = this.find(name)!;
      seen.set(definition.name, definition);
    }
    return [...seen.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Names without aliases, sorted. */
  names(): readonly string[] {
    return this.definitions().map((definition) => definition.name);
  }

  #allNames(): string[] {
    return [...(this.#parent === undefined ? [] : this.#parent.#allNames()), ...this.#byName.keys()];
  }
}
