/**
 * CAST: which types can be converted and how. `castValue` is called once a call site and gives the converter;
 * a text that doesn't read as the wanted type, or a number that doesn't fit a DECIMAL, is a
 * {@link ValueError}. Casts between integers wrap and a DOUBLE becomes the nearest integer, as in Java.
 */
import { assert } from "../base/assert.ts";
import { MS_PER_DAY, floorMod, parseDateText, parseTimestampText, parseTimeText } from "./civil-time.ts";
import { Decimal, fitDecimal } from "./decimal.ts";
import { parseDouble, trimControls } from "./java-double.ts";
import { sameType, typeText, type DecimalType, type SqlType, type StructType } from "./types.ts";
import { ValueError } from "./value-error.ts";
import { valueText } from "./value-text.ts";
import type { Value } from "./values.ts";

export type Converter = (value: Value) => Value;

const CASTS: Record<SqlType["kind"], readonly SqlType["kind"][]> = {
  BOOLEAN: ["STRING"],
  INTEGER: ["BIGINT", "DECIMAL", "DOUBLE", "STRING"],
  BIGINT: ["INTEGER", "DECIMAL", "DOUBLE", "STRING"],
  DECIMAL: ["INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "STRING"],
  DOUBLE: ["INTEGER", "BIGINT", "DECIMAL", "STRING"],
  STRING: ["BOOLEAN", "INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "TIMESTAMP", "TIME", "DATE", "BYTES"],
  BYTES: [],
  DATE: ["TIMESTAMP", "STRING"],
  TIME: ["STRING"],
  TIMESTAMP: ["TIME", "DATE", "STRING"],
  ARRAY: ["ARRAY", "STRING"],
  MAP: ["MAP", "STRING"],
  STRUCT: ["STRUCT", "STRING"],
};

/** Whether CAST(x AS to) exists for an x of type `from` (null: the NULL literal). */
export function castable(from: SqlType | null, to: SqlType): boolean {
  if (from === null || sameType(from, to)) return true;
  if (!CASTS[from.kind].includes(to.kind)) return false;
  if (from.kind === "ARRAY" && to.kind === "ARRAY") return castable(from.element, to.element);
  if (from.kind === "MAP" && to.kind === "MAP") {
    return castable(from.key, to.key) && castable(from.value, to.value);
  }
  if (from.kind === "STRUCT" && to.kind === "STRUCT") {
    return from.fields.every((field) => {
      const target = to.fields.find((other) => other.name === field.name);
      return target === undefined || castable(field.type, target.type);
    });
  }
  return true;
}

/** The converter from one type to another; the pair must be {@link castable}. NULL stays NULL. */
export function castValue(from: SqlType, to: SqlType): Converter {
  assert(castable(from, to), `cast of ${typeText(from)} to ${typeText(to)} is not supported`);
  if (sameType(from, to)) return (value) => value;
  const convert = converter(from, to);
  return (value) => (value === null ? null : convert(value));
}

function converter(from: SqlType, to: SqlType): Converter {
  switch (to.kind) {
    case "STRING":
      return (value) => valueText(from, value);
    case "INTEGER":
      return toInteger(from);
    case "BIGINT":
      return toBigint(from);
    case "DOUBLE":
      return from.kind === "DECIMAL"
        ? (value) => (value as Decimal).toNumber()
        : from.kind === "STRING"
          ? (value) => parseFiniteDouble(value as string)
          : Number;
    case "DECIMAL":
      return toDecimal(from, to);
    case "BOOLEAN":
      return (value) => parseBoolean(trimControls(value as string)) ?? false;
    case "BYTES":
      return (value) => parseBase64(trimControls(value as string));
    case "DATE":
      return from.kind === "STRING"
        ? (value) => parseDateText(trimControls(value as string))
        : (value) => Math.floor((value as number) / MS_PER_DAY);
    case "TIME":
      return from.kind === "STRING"
        ? (value) => parseTimeText(trimControls(value as string))
        : (value) => floorMod(value as number, MS_PER_DAY);
    case "TIMESTAMP":
      return from.kind === "STRING"
        ? (value) => parseTimestampText(trimControls(value as string))
        : (value) => (value as number) * MS_PER_DAY;
    default:
      return toContainer(from, to);
  }
}

function toInteger(from: SqlType): Converter {
  switch (from.kind) {
    case "BIGINT":
      return (value) => Number(BigInt.asIntN(32, value as bigint));
    case "DECIMAL":
      return (value) => Number(BigInt.asIntN(32, (value as Decimal).toBigInt()));
    case "DOUBLE":
      return (value) => doubleToInteger(value as number);
    default:
      return (value) => parseInteger(trimControls(value as string));
  }
}

function toBigint(from: SqlType): Converter {
  switch (from.kind) {
    case "INTEGER":
      return (value) => BigInt(value as number);
    case "DECIMAL":
      return (value) => BigInt.asIntN(64, (value as Decimal).toBigInt());
    case "DOUBLE":
      return (value) => doubleToBigint(value as number);
    default:
      return (value) => parseBigint(trimControls(value as string));
  }
}

function toDecimal(from: SqlType, to: DecimalType): Converter {
  const { precision, scale } = to;
  switch (from.kind) {
    case "DECIMAL":
      return (value) => fitDecimal(value as Decimal, precision, scale);
    case "DOUBLE":
      return (value) => doubleToDecimal(value as number, precision, scale);
    case "STRING":
      return (value) => fitDecimal(Decimal.parse(trimControls(value as string)), precision, scale);
    default:
      return (value) => fitDecimal(Decimal.fromInteger(value as number | bigint), precision, scale);
  }
}

function toContainer(from: SqlType, to: SqlType): Converter {
  if (from.kind === "ARRAY" && to.kind === "ARRAY") {
    const element = castValue(from.element, to.element);
    return (value) => (value as readonly Value[]).map(element);
  }
  if (from.kind === "MAP" && to.kind === "MAP") {
    const key = castValue(from.key, to.key);
    const item = castValue(from.value, to.value);
    return (value) => {
      const result = new Map<Value, Value>();
      for (const [k, v] of value as ReadonlyMap<Value, Value>) result.set(key(k), item(v));
      return result;
    };
  }
  return toStruct(from as StructType, to as StructType);
}

/** By field name; what the source doesn't have is NULL. */
function toStruct(from: StructType, to: StructType): Converter {
  const fields = to.fields.map((target) => {
    const index = from.fields.findIndex((field) => field.name === target.name);
    const convert = index < 0 ? (): Value => null : castValue(from.fields[index]!.type, target.type);
    return { index, convert };
  });
  return (value) => fields.map(({ index, convert }) => convert((value as readonly Value[])[index] ?? null));
}

/** Rounds towards zero; what is out of range becomes the nearest, NaN 0. */
export function doubleToInteger(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.trunc(Math.max(-2_147_483_648, Math.min(2_147_483_647, value))) + 0;
}

const MAX_BIGINT = 2n ** 63n - 1n;
const MIN_BIGINT = -(2n ** 63n);

/** Rounds towards zero; what is out of range becomes the nearest, NaN 0. */
export function doubleToBigint(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return MAX_BIGINT;
  if (value <= -(2 ** 63)) return MIN_BIGINT;
  return BigInt(Math.trunc(value));
}

/** The exact binary value, rounded half up first to `precision` digits and then to the scale. */
export function doubleToDecimal(value: number, precision: number, scale: number): Decimal {
  return fitDecimal(Decimal.fromDouble(value).roundToPrecision(precision, "HALF_UP"), precision, scale);
}

/** @throws ValueError unless `text` is an integer of 32 bits. */
export function parseInteger(text: string): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= -2_147_483_648 && value <= 2_147_483_647)) throw new ValueError(`'${text}' is no INTEGER`);
  return value + 0;
}

/** @throws ValueError unless `text` is an integer of 64 bits. */
export function parseBigint(text: string): bigint {
  if (/^[+-]?\d{1,40}$/.test(text)) {
    const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
    if (value >= MIN_BIGINT && value <= MAX_BIGINT) return value;
  }
  throw new ValueError(`'${text}' is no BIGINT`);
}

/** @throws ValueError unless `text` is a finite number. */
export function parseFiniteDouble(text: string): number {
  const value = parseDouble(text);
  if (value === undefined || !Number.isFinite(value)) throw new ValueError(`'${text}' is no DOUBLE`);
  return value;
}

/** `true`, `yes`, `false`, `no` and their beginnings, in any case; undefined for another text. */
export function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (lower === "") return undefined;
  if ("true".startsWith(lower) || "yes".startsWith(lower)) return true;
  if ("false".startsWith(lower) || "no".startsWith(lower)) return false;
  return undefined;
}

/** @throws ValueError unless `text` is Base64 (padding may be missing). */
export function parseBase64(text: string): Uint8Array {
  const digits = text.replace(/={1,2}$/, "");
  const padded = text.length !== digits.length;
  const valid =
    /^[A-Za-z0-9+/]*$/.test(digits) && digits.length % 4 !== 1 && (!padded || text.length % 4 === 0);
  if (!valid) throw new ValueError(`'${text}' is no Base64`);
  return new Uint8Array(Buffer.from(digits, "base64"));
}
