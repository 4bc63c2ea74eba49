/**
 * What a SQL function is: its documentation, its overloads and their code stand in one definition, so that
 * DESCRIBE FUNCTION, the reference page, overload choice and execution can't disagree.
 *
 * The same shape is the public user-function interface. Implementations are pure unless they say otherwise;
 * they receive and return {@link Value}s of the declared types and throw {@link FunctionError} for a record
 * whose arguments have no answer (the engine then counts the record's expression as failed).
 */
import type { SqlType } from "../data/types.ts";
import { ValueError } from "../data/value-error.ts";
import type { Value } from "../data/values.ts";

/**
 * A parameter's type: a SQL type, a type variable (`generic`, equal names bind to one type), a container of
 * them, any DECIMAL (`decimal`), anything (`any`), a lambda, or a time unit written bare (`DAYS`).
 */
export type ParameterType =
  | SqlType
  | { readonly kind: "generic"; readonly name: string }
  | { readonly kind: "any" }
  | { readonly kind: "any-decimal" }
  | { readonly kind: "any-struct" }
  | { readonly kind: "array-of"; readonly element: ParameterType }
  | { readonly kind: "map-of"; readonly key: ParameterType; readonly value: ParameterType }
  | { readonly kind: "lambda"; readonly inputs: readonly ParameterType[]; readonly result: ParameterType }
  | { readonly kind: "interval-unit" };

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly description?: string;
  /** May be repeated, zero times or more; at most one parameter of an overload. */
  readonly variadic?: boolean;
  /** Aggregates: must be a literal and is given to `create`, not to `aggregate`. */
  readonly initial?: boolean;
}

/** What overload choice hands to `returns`, `bind` and `create`. */
export interface CallContext {
  /** The types of the arguments as bound (lambda arguments have the type of their result). */
  readonly argumentTypes: readonly SqlType[];
  readonly returnType: SqlType;
  /** Values of literal arguments, undefined where an argument is no literal. */
  readonly literals: readonly (Value | undefined)[];
  /** Properties `ksql.functions.<function>.<name>` and the few engine settings functions may read. */
  readonly properties: ReadonlyMap<string, string>;
  /** Wall clock and randomness, handed in. */
  readonly nowMs: () => number;
  readonly random: () => number;
}

/** A lambda argument at run time. */
export type LambdaValue = (...args: Value[]) => Value;
export type ArgumentValue = Value | LambdaValue;
export type ScalarImplementation = (...args: ArgumentValue[]) => Value;

export type ReturnType =
  | SqlType
  | { readonly kind: "generic"; readonly name: string }
  | { readonly kind: "array-of"; readonly element: ParameterType }
  | { readonly kind: "map-of"; readonly key: ParameterType; readonly value: ParameterType }
  | ((argumentTypes: readonly SqlType[], literals: readonly (Value | undefined)[]) => SqlType);

export interface ScalarOverload {
  readonly parameters: readonly Parameter[];
  readonly returns: ReturnType;
  readonly description?: string;
  /**
   * When true (the default) the engine answers NULL without a call if any argument is NULL; false: the
   * implementation sees the NULLs.
   */
  readonly nullOnNull?: boolean;
  /**
   * Makes the implementation for one call site: patterns are compiled and formats chosen here, once. The
   * result may keep state of its call site only.
   */
  readonly bind: (context: CallContext) => ScalarImplementation;
}

export interface FunctionDocumentation {
  /** Upper case. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly category: string;
  readonly description: string;
  readonly examples?: readonly { readonly sql: string; readonly result: string }[];
  /** The same arguments may give another answer (clock, randomness); never folded, never replayed for free. */
  readonly volatile?: boolean;
  /** Of user functions: who wrote it, which version, and the module it stands in. */
  readonly author?: string;
  readonly version?: string;
  readonly path?: string;
}

export interface ScalarFunction extends FunctionDocumentation {
  readonly kind: "scalar";
  readonly overloads: readonly ScalarOverload[];
}

/**
 * An aggregate for one call site. States are Values of `stateType` (so that they can be stored), never
 * mutated in place: `aggregate` returns the next state.
 */
export interface Aggregator {
  readonly stateType: SqlType;
  readonly initial: () => Value;
  readonly aggregate: (args: readonly Value[], state: Value) => Value;
  /** Takes a row back (aggregation over a table); absent where the function can't. */
  readonly undo?: (args: readonly Value[], state: Value) => Value;
  /** Joins the states of two merging session windows: `left` is the earlier. */
  readonly merge: (left: Value, right: Value) => Value;
  /** The state as the query's result. */
  readonly result: (state: Value) => Value;
}

export interface AggregateOverload {
  readonly parameters: readonly Parameter[];
  readonly returns: ReturnType;
  readonly description?: string;
  readonly supportsUndo: boolean;
  readonly create: (context: CallContext) => Aggregator;
}

export interface AggregateFunction extends FunctionDocumentation {
  readonly kind: "aggregate";
  readonly overloads: readonly AggregateOverload[];
}

export interface TableFunctionOverload {
  readonly parameters: readonly Parameter[];
  /** The type of one row's value. */
  readonly returns: ReturnType;
  readonly description?: string;
  readonly bind: (context: CallContext) => (...args: Value[]) => readonly Value[];
}

export interface TableFunction extends FunctionDocumentation {
  readonly kind: "table";
  readonly overloads: readonly TableFunctionOverload[];
}

export type FunctionDefinition = ScalarFunction | AggregateFunction | TableFunction;

/** A record's arguments have no answer. The record is counted and logged, the query goes on. */
export class FunctionError extends ValueError {
  override readonly name = "FunctionError";
}
