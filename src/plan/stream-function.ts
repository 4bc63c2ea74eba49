/**
 * Stream functions, as planning knows them: `FROM NAME(stream [, stream …])` is a relation whose rows a stateful operator
 * makes of the records of its inputs. A definition says what it wants and what it gives; the code that runs it extends the
 * same object (`engine/stream-function.ts`), as a scalar function's definition holds its code. They have names of their
 * own: a scalar function may be called the same.
 */
import { didYouMean } from "../base/nearest.ts";
import type { Column } from "./schema.ts";

/** A stream that stands between the parentheses. */
export interface StreamFunctionInput {
  /** The stream's name. */
  readonly name: string;
  /**
   * Its key, value and header columns, in order, without pseudo columns; a row's values stand at the same places. Names
   * are as declared: upper case unless quoted.
   */
  readonly columns: readonly Column[];
}

/** What a function makes of its inputs. */
export interface StreamFunctionShape {
  /**
   * Columns of the rows it emits: `key` columns first, then `value` columns. Without a key column the rows have no key.
   * ROWTIME is added behind them.
   */
  readonly columns: readonly Column[];
  /** For each input the columns that it reads, by index; the others are not decoded and are NULL in its rows. */
  readonly reads: readonly (readonly number[])[];
}

/** Makes the error that says why an input will not do, placed at its name. */
export type RefuseInput = (
  input: number,
  parts: { readonly message: string; readonly detail?: string; readonly hint?: string },
) => Error;

export interface StreamFunctionSignature {
  /** Upper case. */
  readonly name: string;
  readonly description: string;
  /** One for each input, in order; all of them are needed. */
  readonly parameters: readonly { readonly name: string; readonly description: string }[];
  /** Checks the inputs, whose number is that of the parameters. @throws what `refuse` makes */
  shape(inputs: readonly StreamFunctionInput[], refuse: RefuseInput): StreamFunctionShape;
  /** Lines for EXPLAIN: what it works with. @throws SpoorError where that cannot be had */
  explain?(): readonly string[];
}

/** Those of a server, by name without regard to case. */
export class StreamFunctions {
  readonly #byName: ReadonlyMap<string, StreamFunctionSignature>;

  constructor(functions: readonly StreamFunctionSignature[] = []) {
    this.#byName = new Map(functions.map((one) => [one.name.toUpperCase(), one]));
  }

  find(name: string): StreamFunctionSignature | undefined {
    return this.#byName.get(name.toUpperCase());
  }

  /** In the order of their names. */
  definitions(): readonly StreamFunctionSignature[] {
    return [...this.#byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A cure for a name that none has. */
  hintFor(name: string): string {
    const names = this.definitions().map((one) => one.name);
    if (names.length === 0) return "this server has no stream functions";
    return didYouMean(name.toUpperCase(), names) ?? `stream functions are ${names.join(", ")}`;
  }
}

/** `DETECT(events)`, as messages show it. */
export function signatureText({ name, parameters }: StreamFunctionSignature): string {
  return `${name}(${parameters.map((parameter) => parameter.name).join(", ")})`;
}
