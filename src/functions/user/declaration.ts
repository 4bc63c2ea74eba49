/**
 * What a user writes to declare a function. A declaration is plain data with the user's functions in it;
 * user-function.ts makes the definition that the rest of Spoor knows. It is marked by a symbol of the registry of
 * symbols, not by a class, so that declarations of another copy of this module are known too.
 */
import type { Value } from "../../data/values.ts";
import type { SqlType } from "../../data/types.ts";
import type { TypeDeclaration } from "./declared-type.ts";
import type { ResultOf, StateOf, UserResult, UserValue, ValueOf } from "./sql-value-types.ts";

export const DECLARATION: unique symbol = Symbol.for("spoor.user-function") as never;

export interface FunctionFacts {
  /** A SQL name; case does not matter. */
  readonly name: string;
  readonly description: string;
  /** `OTHER` when there is none. */
  readonly category?: string;
  readonly aliases?: readonly string[];
  readonly author?: string;
  readonly version?: string;
  /** The same arguments may give another result: never computed ahead. */
  readonly volatile?: boolean;
  /** `ENTROPY('aab')` and the text of its value; `spoor functions check` tries them. */
  readonly examples?: readonly ExampleDeclaration[];
}

export interface ExampleDeclaration {
  readonly sql: string;
  readonly result: string;
}

export interface ParameterDeclaration {
  readonly name: string;
  readonly type: TypeDeclaration;
  readonly description?: string;
  /** May be repeated, zero times or more; at most one parameter. */
  readonly variadic?: boolean;
  /** Aggregates: must be a literal, which `bind` finds in `site.initial`. */
  readonly literal?: boolean;
}

export type ReturnDeclaration =
  | TypeDeclaration
  | ((argumentTypes: readonly SqlType[], literals: readonly (Value | undefined)[]) => TypeDeclaration);

/**
 * `skip`: with a NULL argument the function is not called: a scalar function gives NULL, a table function no row, an
 * aggregate keeps its state. `pass`: it sees NULLs.
 */
export type NullHandling = "skip" | "pass";

/** What is known of a call before any record is read. */
export interface CallSite {
  /** Types of the arguments; those of literal parameters are left out. */
  readonly argumentTypes: readonly SqlType[];
  readonly returnType: SqlType;
  /** By argument: its value where it is a literal. */
  readonly literals: readonly (Value | undefined)[];
  /** Values of an aggregate's literal parameters, in their order. */
  readonly initial: readonly Value[];
  /** Properties `ksql.functions.<name>.<key>`, and `ksql.functions._global_.<key>` where that is not set, by key. */
  readonly config: ReadonlyMap<string, string>;
  /** Milliseconds since 1970, of the engine's clock. */
  readonly now: () => number;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

type Parameters = readonly ParameterDeclaration[];

type ArgumentOf<P, N> = P extends { readonly type: infer T }
  ? ValueOf<T> | (N extends "pass" ? null : never)
  : never;

/** The arguments of a call by its parameters; literal ones are left out. */
export type ArgumentsOf<P extends Parameters, N extends NullHandling> = number extends P["length"]
  ? UserValue[]
  : P extends readonly [infer Head, ...infer Rest extends Parameters]
    ? Head extends { readonly literal: true }
      ? ArgumentsOf<Rest, N>
      : Head extends { readonly variadic: true }
        ? [...ArgumentOf<Head, N>[], ...ArgumentsOf<Rest, N>]
        : [ArgumentOf<Head, N>, ...ArgumentsOf<Rest, N>]
    : [];

type Result<R> = R extends (...args: never[]) => unknown ? UserResult : ResultOf<R> | null | undefined;

interface VariantFacts<P extends Parameters, R extends ReturnDeclaration, N extends NullHandling> {
  readonly description?: string;
  readonly parameters: P;
  readonly returns: R;
  readonly nulls?: N;
}

/** Exactly one of `evaluate` and `bind`. */
export interface ScalarVariant<
  P extends Parameters,
  R extends ReturnDeclaration,
  N extends NullHandling,
> extends VariantFacts<P, R, N> {
  readonly evaluate?: (...args: ArgumentsOf<P, N>) => Result<R>;
  /** Makes the function for one call in a statement: patterns are compiled here, once. */
  readonly bind?: (site: CallSite) => (...args: ArgumentsOf<P, N>) => Result<R>;
}

/** Exactly one of `rows` and `bind`. */
export interface TableVariant<
  P extends Parameters,
  R extends ReturnDeclaration,
  N extends NullHandling,
> extends VariantFacts<P, R, N> {
  readonly rows?: (...args: ArgumentsOf<P, N>) => Iterable<Result<R>>;
  readonly bind?: (site: CallSite) => (...args: ArgumentsOf<P, N>) => Iterable<Result<R>>;
}

type State<S> = StateOf<S> | (S extends string ? never : UserValue);

/** The state is a copy: it may be changed in place and returned. */
export interface AggregateMethods<
  P extends Parameters,
  R extends ReturnDeclaration,
  N extends NullHandling,
  S extends TypeDeclaration,
> {
  /** The state of no rows; called once a query. */
  readonly initialize: () => Result<S>;
  readonly aggregate: (state: State<S>, ...args: ArgumentsOf<P, N>) => Result<S>;
  /** The state of two windows that grow together; `left` is the earlier. */
  readonly merge: (left: State<S>, right: State<S>) => Result<S>;
  /** Takes a row back. An aggregate without it can't be used over tables. */
  readonly undo?: (state: State<S>, ...args: ArgumentsOf<P, N>) => Result<S>;
  /** The state as result; without it the state is the result. */
  readonly map?: (state: State<S>) => Result<R>;
}

interface AggregateFacts<
  P extends Parameters,
  R extends ReturnDeclaration,
  N extends NullHandling,
  S extends TypeDeclaration,
> extends VariantFacts<P, R, N> {
  /** Type of the state, which is stored; that of the result when left out. */
  readonly state?: S;
}

export type AggregateVariant<
  P extends Parameters,
  R extends ReturnDeclaration,
  N extends NullHandling,
  S extends TypeDeclaration,
> = AggregateFacts<P, R, N, S> &
  (
    | (AggregateMethods<P, R, N, S> & { readonly bind?: never })
    | {
        readonly bind: (site: CallSite) => AggregateMethods<P, R, N, S>;
        /** Whether what `bind` gives has `undo`. */
        readonly undo?: boolean;
      }
  );

/** A variant whose types have been checked where it was written. */
export interface UntypedVariant {
  readonly description?: string;
  readonly parameters: Parameters;
  readonly returns: ReturnDeclaration;
  readonly nulls?: NullHandling;
  readonly state?: TypeDeclaration;
  readonly [method: string]: unknown;
}

export type FunctionKind = "scalar" | "aggregate" | "table";

export interface VariantDeclaration<K extends FunctionKind> {
  readonly [DECLARATION]: "overload";
  readonly kind: K;
  readonly variant: UntypedVariant;
}

export interface FunctionDeclaration<K extends FunctionKind = FunctionKind> {
  readonly [DECLARATION]: "function";
  readonly kind: K;
  readonly facts: FunctionFacts;
  readonly variants: readonly UntypedVariant[];
}

export function isFunctionDeclaration(value: unknown): value is FunctionDeclaration {
  return (
    typeof value === "object" && value !== null && (value as FunctionDeclaration)[DECLARATION] === "function"
  );
}
