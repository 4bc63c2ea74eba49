/**
 * Message schemas as data. A message is a shape: its fields in wire order, each with its type and the versions in which
 * it is there. From one shape come the TypeScript types of what is decoded and encoded, and the codecs of every version
 * (`message-reader.ts`, `message-writer.ts`).
 *
 * Facts are those of the Kafka protocol guide: flexible versions write lengths as unsigned varints plus one and end each
 * structure with tagged fields. `since` and `until` are inclusive.
 */
export type PrimitiveKind =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "producerId"
  | "float64"
  | "uuid"
  | "string"
  | "bytes";

export type FieldType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: "array"; readonly element: FieldType }
  | { readonly kind: "struct"; readonly shape: Shape };

/** Phantom types: `R` what decoding gives, `W` what encoding takes, `O` whether encoding may do without a value. */
export interface Field<R = unknown, W = unknown, O extends boolean = boolean> {
  readonly type: FieldType;
  /** The first and the last version that has the field. */
  readonly since: number;
  readonly until: number;
  /** The first version in which it may be null; Infinity: never. */
  readonly nullableSince: number;
  /** Set for a tagged field, which is left off the wire where it has its default. */
  readonly tag: number | undefined;
  /** What it is in a version that does not have it, and what is written where the value is undefined. */
  readonly absent: unknown;
  readonly optional: O;
  readonly phantom?: { readonly decoded: R; readonly encodable: W };
}

/** Field names to fields, in wire order. */
export type Shape = Readonly<Record<string, Field>>;

type Read<F> = F extends Field<infer R, unknown> ? R : never;
type Written<F> = F extends Field<unknown, infer W> ? W : never;
type Simplified<T> = { readonly [N in keyof T]: T[N] };

/** A decoded message: every field is there, in every version. */
export type Decoded<S extends Shape> = { readonly [N in keyof S]: Read<S[N]> };

/** What the encoder takes: fields with a default may be left out; fields that the version lacks are passed over. */
export type Encodable<S extends Shape> = Simplified<
  {
    readonly [N in keyof S as S[N] extends Field<unknown, unknown, true> ? never : N]: Written<S[N]>;
  } & {
    readonly [N in keyof S as S[N] extends Field<unknown, unknown, true> ? N : never]?:
      | Written<S[N]>
      | undefined;
  }
>;

/** Options of a field; with a `default` the encoder does without a value. */
interface Options<T> {
  readonly since?: number;
  readonly until?: number;
  /** The first version in which null may stand. */
  readonly nullable?: number;
  readonly tag?: number;
  readonly default?: T | null;
}

type Maybe<T, O> = O extends { readonly nullable: number } ? T | null : T;
type HasDefault<O> = O extends { readonly default: unknown } ? true : false;
type Made<R, W, O> = Field<Maybe<R, O>, Maybe<W, O>, HasDefault<O>>;

function make<R, W, O extends Options<R>>(type: FieldType, zero: unknown, options: O): Made<R, W, O> {
  const nullableSince = options.nullable ?? Infinity;
  const absent = options.default === undefined ? (nullableSince < Infinity ? null : zero) : options.default;
  return {
    type,
    since: options.since ?? 0,
    until: options.until ?? Infinity,
    nullableSince,
    tag: options.tag,
    absent,
    optional: (options.default !== undefined) as HasDefault<O>,
  };
}

function primitive<T>(kind: PrimitiveKind, zero: T) {
  return <const O extends Options<T> = Record<never, never>>(options?: O): Made<T, T, O> =>
    make<T, T, O>({ kind }, zero, options ?? ({} as O));
}

export const bool = primitive<boolean>("bool", false);
export const int8 = primitive<number>("int8", 0);
export const int16 = primitive<number>("int16", 0);
export const int32 = primitive<number>("int32", 0);
/** Exact within ±2^53, which offsets, timestamps and durations keep to. */
export const int64 = primitive<number>("int64", 0);
/** An int64 in full. */
export const producerId = primitive<bigint>("producerId", -1n);
export const float64 = primitive<number>("float64", 0);
/** As text: `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`. */
export const uuid = primitive<string>("uuid", "00000000-0000-0000-0000-000000000000");
export const string = primitive<string>("string", "");
/** A view of the frame; records are bytes, too. */
export const bytes = primitive<Buffer>("bytes", Buffer.alloc(0));

/** What stands for "authorized operations" where nobody asked for them. */
export const UNASKED_OPERATIONS = -2_147_483_648;

export const ZERO_UUID = "00000000-0000-0000-0000-000000000000";

/** An array of structures. */
export function array<S extends Shape, const O extends Options<never[]> = Record<never, never>>(
  shape: S,
  options?: O,
): Made<readonly Decoded<S>[], readonly Encodable<S>[], O> {
  return make<readonly Decoded<S>[], readonly Encodable<S>[], O>(
    { kind: "array", element: { kind: "struct", shape } },
    [],
    options ?? ({} as O),
  );
}

/** An array of values: `arrayOf(int32())`. */
export function arrayOf<T, const O extends Options<never[]> = Record<never, never>>(
  element: Field<T, T>,
  options?: O,
): Made<readonly T[], readonly T[], O> {
  return make<readonly T[], readonly T[], O>(
    { kind: "array", element: element.type },
    [],
    options ?? ({} as O),
  );
}

/** One structure in place; where it may be null, a byte before it says so. */
export function struct<S extends Shape, const O extends Options<never> = Record<never, never>>(
  shape: S,
  options?: O,
): Made<Decoded<S>, Encodable<S>, O> {
  return make<Decoded<S>, Encodable<S>, O & Options<Decoded<S>>>(
    { kind: "struct", shape },
    absentStruct(shape),
    (options ?? {}) as O & Options<Decoded<S>>,
  ) as Made<Decoded<S>, Encodable<S>, O>;
}

function absentStruct(shape: Shape): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, field.absent]));
}

/** The field that begins (or nearly begins) most answers. */
export const throttleTimeMs = (since: number): Field<number, number, true> => int32({ since, default: 0 });

export interface ApiDefinition<Q extends Shape = Shape, S extends Shape = Shape> {
  readonly key: number;
  /** As in Kafka's protocol guide, e.g. `Produce`. */
  readonly name: string;
  /** Least and greatest version spoken here. */
  readonly versions: readonly [least: number, greatest: number];
  /** The first flexible version; Infinity: none. */
  readonly flexibleSince: number;
  readonly request: Q;
  readonly response: S;
}

export type RequestOf<A extends ApiDefinition> = Decoded<A["request"]>;
export type ResponseOf<A extends ApiDefinition> = Encodable<A["response"]>;
/** A response as a client (a test) decodes it. */
export type DecodedResponseOf<A extends ApiDefinition> = Decoded<A["response"]>;

/** Declares an API; its key, versions and shapes are all the broker knows of it. */
export function defineApi<Q extends Shape, S extends Shape>(api: ApiDefinition<Q, S>): ApiDefinition<Q, S> {
  return api;
}
