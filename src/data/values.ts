import type { Decimal } from "./decimal.ts";

/**
 * Runtime values, by their static SQL type (the type is always known where a value is used, so a value
 * carries no tag):
 *
 * | SQL type  | value |
 * |---|---|
 * | BOOLEAN | boolean |
 * | INTEGER | number, −2^31…2^31−1 |
 * | BIGINT | bigint, −2^63…2^63−1 |
 * | DOUBLE | number (NaN and infinities allowed) |
 * | DECIMAL | {@link Decimal} with exactly the type's scale |
 * | STRING | string |
 * | BYTES | Uint8Array |
 * | DATE | number: days since 1970-01-01 |
 * | TIME | number: milliseconds of the day |
 * | TIMESTAMP | number: milliseconds since 1970-01-01T00:00Z |
 * | ARRAY | array of values |
 * | MAP | Map from key value to value, in insertion order |
 * | STRUCT | array of values, one for each field of the type, in its order |
 *
 * SQL NULL is `null` for every type.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | Uint8Array
  | readonly Value[]
  | ReadonlyMap<Value, Value>;
