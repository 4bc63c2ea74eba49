/**
 * From the types that schemas have to the SQL types that columns were declared with, as ksqlDB converts them: integers
 * widen, scalars become STRING, dates and times are their numbers; nothing else. A conversion is chosen once.
 */
import { Decimal, fitDecimal } from "../../data/decimal.ts";
import { doubleText } from "../../data/java-double.ts";
import { typeText } from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { ValueError } from "../../data/value-error.ts";
import { DeserializationError } from "../deserialization-error.ts";

export type Conversion<T> = (value: T) => Value;

/** @param path where the value stands, for the message */
export function typeMismatch(written: string, type: SqlType, path: string): DeserializationError {
  return new DeserializationError(`cannot read ${written} as ${typeText(type)} at ${path}`);
}

export function fromBoolean(type: SqlType, path: string): Conversion<boolean> {
  if (type.kind === "BOOLEAN") return same;
  if (type.kind === "STRING") return String;
  throw typeMismatch("boolean", type, path);
}

/** 32 bits and fewer. */
export function fromInt32(type: SqlType, path: string): Conversion<number> {
  switch (type.kind) {
    case "INTEGER":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return same;
    case "BIGINT":
      return BigInt;
    case "STRING":
      return String;
    default:
      throw typeMismatch("int32", type, path);
  }
}

export function fromInt64(type: SqlType, path: string): Conversion<bigint> {
  switch (type.kind) {
    case "BIGINT":
      return same;
    case "TIMESTAMP":
      return Number;
    case "STRING":
      return String;
    default:
      throw typeMismatch("int64", type, path);
  }
}

export function fromDouble(type: SqlType, path: string): Conversion<number> {
  if (type.kind === "DOUBLE") return same;
  if (type.kind === "STRING") return doubleText;
  throw typeMismatch("double", type, path);
}

export function fromFloat(type: SqlType, path: string): Conversion<number> {
  if (type.kind === "DOUBLE") return same;
  if (type.kind === "STRING") return floatText;
  throw typeMismatch("float", type, path);
}

/** As Float.toString: the fewest digits that read back to the same 32-bit number. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return doubleText(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return doubleText(short);
  }
  return doubleText(Number(value.toPrecision(9)));
}

export function fromString(type: SqlType, path: string): Conversion<string> {
  if (type.kind === "STRING") return same;
  throw typeMismatch("string", type, path);
}

export function fromBytes(type: SqlType, path: string): Conversion<Uint8Array> {
  if (type.kind === "BYTES") return same;
  throw typeMismatch("bytes", type, path);
}

/** A decimal of the schema's scale, rounded to the column's. @throws DeserializationError where it has too many digits */
export function fromDecimal(type: SqlType, path: string): Conversion<Decimal> {
  if (type.kind !== "DECIMAL") throw typeMismatch("decimal", type, path);
  const { precision, scale } = type;
  return (value) => {
    try {
      return fitDecimal(value, precision, scale);
    } catch (error) {
      if (error instanceof ValueError) throw new DeserializationError(`${error.message} at ${path}`);
      throw error;
    }
  };
}

/** Two's complement, most significant byte first. Longer ones than a DECIMAL ever needs are refused. */
const DECIMAL_BYTES_MAX = 256;

export function decimalOfBytes(bytes: Buffer, start: number, end: number, scale: number): Decimal {
  const length = end - start;
  if (length === 0) return new Decimal(0n, scale);
  if (length > DECIMAL_BYTES_MAX) throw new DeserializationError(`a decimal of ${length} bytes`);
  const unsigned =
    length <= 6 ? BigInt(bytes.readUIntBE(start, length)) : BigInt(`0x${bytes.hexSlice(start, end)}`);
  return new Decimal(BigInt.asIntN(length * 8, unsigned), scale);
}

/** The fewest bytes of the two's complement. */
export function bytesOfDecimal(unscaled: bigint): Buffer {
  const magnitude = unscaled < 0n ? -unscaled - 1n : unscaled;
  const length = Math.floor(magnitude.toString(2).length / 8) + 1;
  const hex = BigInt.asUintN(length * 8, unscaled).toString(16);
  return Buffer.from(hex.padStart(length * 2, "0"), "hex");
}

function same<T extends Value>(value: T): Value {
  return value;
}
