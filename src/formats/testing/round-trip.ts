/** For tests of formats: random columns with values, and records written and read back. */
import * as fc from "fast-check";
import { Decimal } from "../../data/decimal.ts";
import * as types from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { ByteWriter } from "../byte-writer.ts";
import type { DecodeTarget, FormatColumn } from "../format.ts";
import { decoder, encoder, formatOptions } from "../formats.ts";
import type { SchemaRegistry } from "../registry/schema-registry.ts";

export interface TypedValue {
  readonly type: SqlType;
  readonly value: Value;
}

const SCALARS: readonly fc.Arbitrary<TypedValue>[] = [
  fc.boolean().map((value) => ({ type: types.BOOLEAN, value })),
  fc.integer().map((value) => ({ type: types.INTEGER, value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ type: types.BIGINT, value })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ type: types.DOUBLE, value })),
  fc.string({ unit: "grapheme" }).map((value) => ({ type: types.STRING, value })),
  fc.uint8Array().map((bytes) => ({ type: types.BYTES, value: Buffer.from(bytes) })),
  fc.integer({ min: -700_000, max: 2_900_000 }).map((value) => ({ type: types.DATE, value })),
  fc.integer({ min: 0, max: 86_399_999 }).map((value) => ({ type: types.TIME, value })),
  fc.integer({ min: -6e13, max: 2e14 }).map((value) => ({ type: types.TIMESTAMP, value })),
  fc.tuple(fc.integer({ min: 1, max: 38 }), fc.nat(), fc.bigInt()).map(([precision, scale, digits]) => {
    const type = types.decimalType(precision, scale % (precision + 1));
    return { type, value: new Decimal(digits % 10n ** BigInt(precision), type.scale) };
  }),
];

export interface ValueLimits {
  /** Whether a scalar, struct or item may be NULL and come back as it was. */
  readonly nulls: boolean;
  /** ARRAYs of ARRAYs and MAPs. */
  readonly nested: boolean;
}

/** A type with several values of it, which containers are made of. */
interface TypedValues {
  readonly type: SqlType;
  readonly values: readonly Value[];
}

export function typedValue(limits: ValueLimits, depth = 2): fc.Arbitrary<TypedValue> {
  return typedValues(limits, depth).map(({ type, values }) => ({ type, value: values[0]! }));
}

function typedValues(limits: ValueLimits, depth: number): fc.Arbitrary<TypedValues> {
  const scalar = fc.oneof(...SCALARS).chain(({ type, value }) => {
    const more = SCALARS[scalarIndex(type)]!;
    const others = fc
      .array(more, { maxLength: 3 })
      .map((list) => list.filter((one) => types.sameType(one.type, type)));
    return others.map((list) => ({ type, values: [value, ...list.map((one) => one.value)] }));
  });
  if (depth === 0) return scalar;
  const inner = typedValues(limits, depth - 1);
  const item = limits.nested
    ? inner
    : inner.filter(({ type }) => type.kind !== "ARRAY" && type.kind !== "MAP");
  const array = item.map(({ type, values }) => ({
    type: types.arrayType(type),
    values: [values, [], values],
  }));
  const map = inner.map(({ type, values }) => ({
    type: types.mapType(types.STRING, type),
    values: [new Map<Value, Value>(values.map((value, i) => [`k${i}`, value])), new Map<Value, Value>()],
  }));
  const struct = fc.array(inner, { minLength: 1, maxLength: 4 }).map((fields) => ({
    type: types.structType(fields.map(({ type }, i) => ({ name: `F${i}`, type }))),
    values: [fields.map(({ values }) => values[0]!), ...(limits.nulls ? [fields.map(() => null)] : [])],
  }));
  return fc.oneof(scalar, array, map, struct);
}

function scalarIndex(type: SqlType): number {
  const order = [
    "BOOLEAN",
    "INTEGER",
    "BIGINT",
    "DOUBLE",
    "STRING",
    "BYTES",
    "DATE",
    "TIME",
    "TIMESTAMP",
    "DECIMAL",
  ];
  return order.indexOf(type.kind);
}

export interface Row {
  readonly columns: readonly FormatColumn[];
  readonly values: readonly Value[];
}

export function rows(limits: ValueLimits): fc.Arbitrary<Row> {
  const cell = typedValue(limits).chain(({ type, value }) =>
    limits.nulls
      ? fc.option(fc.constant(value)).map((present): TypedValue => ({ type, value: present }))
      : fc.constant<TypedValue>({ type, value }),
  );
  return fc.array(cell, { minLength: 1, maxLength: 6 }).map((cells) => ({
    columns: cells.map(({ type }, i) => ({ name: `C${i}`, type })),
    values: cells.map(({ value }) => value),
  }));
}

export interface FormatUse {
  readonly format: string;
  readonly registry?: SchemaRegistry | undefined;
  readonly properties?: Readonly<Record<string, string>>;
  readonly wrapping?: "wrap" | "unwrap";
}

export function written(use: FormatUse, { columns, values }: Row): Buffer | undefined {
  const writer = new ByteWriter(16);
  const bytes = encoder(use.format, columns, optionsOf(use, columns)).encode(values, writer);
  return bytes ? Buffer.from(writer.view()) : undefined;
}

/** @param wanted indexes of the columns that are decoded; the others stay undefined in the answer */
export function read(
  use: FormatUse,
  columns: readonly FormatColumn[],
  bytes: Buffer,
  wanted: readonly number[] = [...columns.keys()],
): (Value | undefined)[] {
  const out: Value[] = [];
  const targets: DecodeTarget[] = wanted.map((column) => ({ column, target: column }));
  // A record stands among others.
  const among = Buffer.concat([Buffer.from("xx"), bytes, Buffer.from([1, 2, 3])]);
  decoder(use.format, columns, optionsOf(use, columns), targets).decode(among, 2, 2 + bytes.length, out);
  return columns.map((_, i) => out[i]);
}

function optionsOf({ format, properties, wrapping, registry }: FormatUse, columns: readonly FormatColumn[]) {
  const place = { registry, topic: "t" };
  return formatOptions(format, properties ?? {}, wrapping, columns.length, "value", place);
}
