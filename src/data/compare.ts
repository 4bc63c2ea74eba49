/**
 * Equality, order and hash keys of values by their type, as ksqlDB's Java objects have them: a NaN equals
 * itself and is greater than every number, −0.0 is another value than 0.0 and less, texts go by UTF-16 code
 * unit, BYTES by signed byte (java.nio.ByteBuffer), NULL is less than everything and equals NULL.
 *
 * This is what grouping, DISTINCT, sorting and the array and map functions use. The SQL operators `=` and `<`
 * on numbers are another thing (there NULL is not equal, and −0.0 = 0.0).
 */
import { unreachable } from "../base/assert.ts";
import type { Decimal } from "./decimal.ts";
import type { SqlType, StructType } from "./types.ts";
import type { Value } from "./values.ts";

export function valuesEqual(type: SqlType, a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  switch (type.kind) {
    case "BOOLEAN":
    case "INTEGER":
    case "BIGINT":
    case "STRING":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return a === b;
    case "DOUBLE":
      return Object.is(a, b);
    case "DECIMAL":
      return (a as Decimal).equals(b as Decimal);
    case "BYTES":
      return compareBytes(a as Uint8Array, b as Uint8Array) === 0;
    case "ARRAY":
      return elementsEqual(() => type.element, a as readonly Value[], b as readonly Value[]);
    case "STRUCT":
      return elementsEqual((i) => type.fields[i]!.type, a as readonly Value[], b as readonly Value[]);
    case "MAP":
      return (a as ReadonlyMap<Value, Value>).size === (b as ReadonlyMap<Value, Value>).size
        ? valueKey(type, a) === valueKey(type, b)
        : false;
    default:
      return unreachable(type, "type");
  }
}

function elementsEqual(typeAt: (i: number) => SqlType, a: readonly Value[], b: readonly Value[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!valuesEqual(typeAt(i), a[i]!, b[i]!)) return false;
  return true;
}

/** Negative, zero or positive; zero exactly when {@link valuesEqual}. */
export function compareValues(type: SqlType, a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  switch (type.kind) {
    case "BOOLEAN":
    case "INTEGER":
    case "BIGINT":
    case "STRING":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return a < b ? -1 : a > b ? 1 : 0;
    case "DOUBLE":
      return compareDoubles(a as number, b as number);
    case "DECIMAL":
      return compareDecimals(a as Decimal, b as Decimal);
    case "BYTES":
      return compareBytes(a as Uint8Array, b as Uint8Array);
    case "ARRAY":
      return compareElements(() => type.element, a as readonly Value[], b as readonly Value[]);
    case "STRUCT":
      return compareElements((i) => type.fields[i]!.type, a as readonly Value[], b as readonly Value[]);
    case "MAP": {
      const [left, right] = [valueKey(type, a), valueKey(type, b)];
      return left < right ? -1 : left > right ? 1 : 0;
    }
    default:
      return unreachable(type, "type");
  }
}

/** Java's Double.compare. */
export function compareDoubles(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (Object.is(a, b)) return 0;
  if (a === b) return Object.is(a, -0) ? -1 : 1;
  return Number.isNaN(a) ? 1 : -1;
}

function compareDecimals(a: Decimal, b: Decimal): number {
  return a.compare(b) || a.scale - b.scale;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = ((a[i]! << 24) >> 24) - ((b[i]! << 24) >> 24);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareElements(typeAt: (i: number) => SqlType, a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(typeAt(i), a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const NULL_KEY = "\u0000";

/**
 * A text that is equal for two values of `type` exactly when {@link valuesEqual}: the key to hold a value
 * under in a Map or Set. An ordinary STRING is its own key.
 */
export function valueKey(type: SqlType, value: Value): string {
  if (value === null) return NULL_KEY;
  switch (type.kind) {
    case "STRING": {
      const text = value as string;
      return text.charCodeAt(0) === 0 ? NULL_KEY + text : text;
    }
    case "DOUBLE":
      return Object.is(value, -0) ? "-0" : String(value);
    case "BOOLEAN":
    case "INTEGER":
    case "BIGINT":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return String(value);
    case "DECIMAL":
      return `${(value as Decimal).unscaled}/${(value as Decimal).scale}`;
    case "BYTES":
      return Buffer.from(value as Uint8Array).toString("latin1") + "\u0001";
    case "ARRAY":
      return listKey(value as readonly Value[], () => type.element);
    case "STRUCT":
      return structKey(type, value as readonly Value[]);
    case "MAP": {
      const entries: string[] = [];
      for (const [key, item] of value as ReadonlyMap<Value, Value>) {
        entries.push(framed(valueKey(type.key, key)) + framed(valueKey(type.value, item)));
      }
      return `{${entries.toSorted().join("")}`;
    }
    default:
      return unreachable(type, "type");
  }
}

function structKey(type: StructType, fields: readonly Value[]): string {
  return listKey(fields, (i) => type.fields[i]!.type);
}

function listKey(values: readonly Value[], typeAt: (i: number) => SqlType): string {
  let key = "[";
  for (let i = 0; i < values.length; i++) key += framed(valueKey(typeAt(i), values[i]!));
  return key;
}

/** Framed by length, so that neighbours can't run into each other. */
function framed(key: string): string {
  return `${key.length}:${key}`;
}
