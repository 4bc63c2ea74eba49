/**
 * The TypeScript types of values by the words of their SQL type, so that the compiler and the editor know what a
 * function gets and may return: `ValueOf<"ARRAY<BIGINT>">` is `readonly (bigint | null)[]`. The table of values is in
 * docs/user-functions.md; value-bridge.ts does at run time what is said here. A type that the words don't tell (a
 * type variable, ANY, a type given as data) is {@link UserValue}.
 */
import type { Decimal } from "../../data/decimal.ts";

/** Any value as a function gets it, lambdas apart. */
export type UserValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | Buffer
  | readonly UserValue[]
  | ReadonlyMap<UserValue, UserValue>
  | StructValue;

export interface StructValue {
  readonly [field: string]: UserValue;
}

export type LambdaFunction = (...args: UserResult[]) => UserValue;

/** Any value as a function may return it. */
export type UserResult =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | Uint8Array
  | Date
  | readonly UserResult[]
  | ReadonlyMap<UserResult, UserResult>
  | StructResult;

export interface StructResult {
  readonly [field: string]: UserResult;
}

/** `in`: an argument; `state`: a copy that may be changed; `out`: what may be returned. */
type Direction = "in" | "state" | "out";

/** What a function gets for an argument of this type (NULL apart). */
export type ValueOf<T> = Converted<T, "in">;
/** What an aggregate gets for its state. */
export type StateOf<T> = Converted<T, "state">;
/** What a function may return for this type (NULL apart). */
export type ResultOf<T> = Converted<T, "out">;

type Converted<T, D extends Direction> = string extends T
  ? Unknown<D>
  : T extends string
    ? OfWords<Trim<Uppercase<T>>, D>
    : Unknown<D>;

type Unknown<D extends Direction> = D extends "out" ? UserResult : UserValue;

type OfWords<T extends string, D extends Direction> = T extends "BOOLEAN"
  ? boolean
  : T extends "INT" | "INTEGER" | "DOUBLE" | "DATE" | "TIME"
    ? number
    : T extends "TIMESTAMP"
      ? D extends "out"
        ? number | Date
        : number
      : T extends "BIGINT"
        ? D extends "out"
          ? bigint | number
          : bigint
        : T extends "STRING" | "VARCHAR" | "INTERVAL_UNIT"
          ? string
          : T extends "BYTES"
            ? D extends "out"
              ? Uint8Array
              : Buffer
            : T extends "DECIMAL" | `DECIMAL(${string}`
              ? Decimal
              : OfContainer<T, D>;

type OfContainer<T extends string, D extends Direction> = T extends `${string}=>${string}`
  ? LambdaFunction
  : T extends `ARRAY<${infer E}>`
    ? List<Converted<E, D>, D>
    : T extends `MAP<${infer KV}>`
      ? Entries<SplitTop<KV>, D>
      : T extends `STRUCT<${infer F}>`
        ? Struct<F, D>
        : T extends "STRUCT"
          ? D extends "out"
            ? StructResult
            : StructValue
          : Unknown<D>;

type List<E, D extends Direction> = D extends "in"
  ? readonly (E | null)[]
  : D extends "state"
    ? (E | null)[]
    : readonly (E | null | undefined)[];

type Entries<KV, D extends Direction> = KV extends readonly [infer K, infer V]
  ? D extends "in"
    ? ReadonlyMap<Converted<K, D>, Converted<V, D> | null>
    : D extends "state"
      ? Map<Converted<K, D>, Converted<V, D> | null>
      :
          | ReadonlyMap<Converted<K, D>, Converted<V, D> | null | undefined>
          | Readonly<Record<string, Converted<V, D> | null | undefined>>
  : Unknown<D>;

/** Names in back-ticks keep their case, which `Uppercase` has taken: such structs are known by their values only. */
type Struct<F extends string, D extends Direction> = F extends `${string}\`${string}`
  ? Unknown<D>
  : D extends "in"
    ? { readonly [N in SplitTop<F>[number] as FieldName<N>]: Converted<FieldType<N>, D> | null }
    : D extends "state"
      ? { [N in SplitTop<F>[number] as FieldName<N>]: Converted<FieldType<N>, D> | null }
      : {
          readonly [N in SplitTop<F>[number] as FieldName<N>]?: Converted<FieldType<N>, D> | null | undefined;
        };

type FieldName<F extends string> = Trim<F> extends `${infer N} ${string}` ? N : never;
type FieldType<F extends string> = Trim<F> extends `${string} ${infer T}` ? T : never;

type Trim<T extends string> = T extends ` ${infer R}` | `${infer R} ` | `\n${infer R}` | `${infer R}\n`
  ? Trim<R>
  : T;

/** Parts between the commas that stand in no brackets. */
type SplitTop<S extends string, Before extends string = ""> = S extends `${infer Head},${infer Rest}`
  ? Balanced<`${Before}${Head}`> extends true
    ? [`${Before}${Head}`, ...SplitTop<Rest>]
    : SplitTop<Rest, `${Before}${Head},`>
  : [`${Before}${S}`];

type Balanced<S extends string> =
  Count<S, "<"> extends Count<S, ">"> ? (Count<S, "("> extends Count<S, ")"> ? true : false) : false;

type Count<
  S extends string,
  C extends string,
  N extends unknown[] = [],
> = S extends `${string}${C}${infer Rest}` ? Count<Rest, C, [...N, 0]> : N["length"];
