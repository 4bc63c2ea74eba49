/** For property tests: types and values of them. */
import * as fc from "fast-check";
import { Decimal } from "../../data/decimal.ts";
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
  arrayType,
  decimalType,
  mapType,
  structType,
} from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";

const PRIMITIVES: readonly SqlType[] = [
  BOOLEAN,
  INTEGER,
  BIGINT,
  DOUBLE,
  STRING,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
];

export const types: fc.Arbitrary<SqlType> = fc.letrec<{ type: SqlType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(...PRIMITIVES),
    fc.integer({ min: 0, max: 12 }).map((scale) => decimalType(38, scale)),
    tie("type").map(arrayType),
    tie("type").map((value) => mapType(STRING, value)),
    fc
      .array(tie("type"), { minLength: 1, maxLength: 3 })
      .map((list) => structType(list.map((type, i) => ({ name: `F${i}`, type })))),
  ),
})).type;

/** Texts with every kind of UTF-16, NUL and lone surrogates too. */
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\0", "a", "\u00ff", "\ud800", "\udc00", "€") }),
  fc.string({ minLength: 60, maxLength: 200 }),
);

export function values(type: SqlType): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 6, arbitrary: present(type) });
}

function present(type: SqlType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case "BOOLEAN":
      return fc.boolean();
    case "INTEGER":
      return fc.integer();
    case "BIGINT":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "DOUBLE":
      return fc.double();
    case "STRING":
      return texts;
    case "BYTES":
      return fc.uint8Array();
    case "DATE":
    case "TIMESTAMP":
      return fc.maxSafeInteger();
    case "TIME":
      return fc.nat(86_399_999);
    case "DECIMAL":
      return fc
        .bigInt({ min: -(10n ** 38n), max: 10n ** 38n })
        .map((unscaled) => new Decimal(unscaled, type.scale));
    case "ARRAY":
      return fc.array(values(type.element), { maxLength: 4 });
    case "MAP":
      return fc
        .array(fc.tuple(texts, values(type.value)), { maxLength: 4 })
        .map((entries): ReadonlyMap<Value, Value> => new Map(entries));
    case "STRUCT":
      return fc.tuple(...type.fields.map((field) => values(field.type)));
  }
}
