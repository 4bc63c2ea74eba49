/** Test support: a fixed schema and random rows of it, with NULLs and the edges of the number types on purpose. */
import * as fc from "fast-check";
import { Decimal } from "../../data/decimal.ts";
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimalType,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
  type SqlType,
} from "../../data/types.ts";
import type { Value } from "../../data/values.ts";

export const PRICE = decimalType(6, 2);
export const RATE = decimalType(4, 3);
export const INTEGERS = arrayType(INTEGER);
export const COUNTS = mapType(STRING, BIGINT);
export const PERSON = structType([
  { name: "AGE", type: INTEGER },
  { name: "NAME", type: STRING },
]);

export const SCHEMA: readonly SqlType[] = [
  BOOLEAN,
  INTEGER,
  INTEGER,
  BIGINT,
  DOUBLE,
  PRICE,
  RATE,
  STRING,
  STRING,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
  INTEGERS,
  COUNTS,
  PERSON,
];

const integer = fc.oneof(
  fc.integer({ min: -3, max: 5 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1),
  fc.integer(),
);
const bigint = fc.oneof(
  fc.bigInt({ min: -3n, max: 5n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const double = fc.oneof(fc.constantFrom(0, -0, 1, 2.5, NaN, Infinity, -Infinity, 1e300), fc.double());
const text = fc.oneof(
  fc.constantFrom("", "a", "ab", "ABC", "a%b", "a_b", "1", " 42 ", "2024-01-02", "true", "😀x", "x\ny"),
  fc.string({ maxLength: 6 }),
);
const mapKey = fc.constantFrom("a", "b", "c");

export function valueOf(type: SqlType): fc.Arbitrary<Exclude<Value, null>> {
  switch (type.kind) {
    case "BOOLEAN":
      return fc.boolean();
    case "INTEGER":
      return integer;
    case "BIGINT":
      return bigint;
    case "DOUBLE":
      return double;
    case "DECIMAL": {
      const limit = 10n ** BigInt(type.precision) - 1n;
      const unscaled = fc.oneof(
        fc.constantFrom(0n, 1n, 10n ** BigInt(type.scale)),
        fc.bigInt({ min: -limit, max: limit }),
      );
      return unscaled.map((digits) => new Decimal(digits, type.scale));
    }
    case "STRING":
      return text;
    case "BYTES":
      return fc.uint8Array({ maxLength: 3 });
    case "DATE":
      return fc.integer({ min: -1000, max: 30_000 });
    case "TIME":
      return fc.integer({ min: 0, max: 86_399_999 });
    case "TIMESTAMP":
      return fc.integer({ min: -(10 ** 11), max: 2 * 10 ** 12 });
    case "ARRAY":
      return fc.array(nullable(valueOf(type.element)), { maxLength: 4 });
    case "MAP":
      return fc
        .array(fc.tuple(mapKey, nullable(valueOf(type.value))), { maxLength: 3 })
        .map((entries) => new Map(entries));
    case "STRUCT":
      return fc.tuple(...type.fields.map((member) => nullable(valueOf(member.type))));
  }
}

export function nullable(values: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: values });
}

export const rows: fc.Arbitrary<readonly Value[]> = fc.tuple(
  ...SCHEMA.map((type) => nullable(valueOf(type))),
);
