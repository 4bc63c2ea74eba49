/** Messages that stand for one value: decimals, dates, times of the day, moments. */
import { civilFromDays, daysFromCivil } from "../../data/civil-time.ts";
import { Decimal } from "../../data/decimal.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import {
  bytesOfDecimal,
  decimalOfBytes,
  fromDecimal,
  fromInt32,
  fromInt64,
} from "../connect/value-conversion.ts";
import { DeserializationError } from "../deserialization-error.ts";
import { SIZED, VARINT } from "./proto-cursor.ts";
import type { ProtoCursor } from "./proto-cursor.ts";
import type { LogicalMessage } from "./proto-message.ts";

type Logical = Exclude<LogicalMessage, "wrapper">;

const MS_PER_SECOND = 1000;
const NANOS_PER_MS = 1_000_000;
const SCALE_MAX = 1000;

/** Reads a message that begins with its length. @throws DeserializationError where the column has another type */
export function logicalRead(kind: Logical, sql: SqlType, path: string): (cursor: ProtoCursor) => Value {
  switch (kind) {
    case "decimal": {
      const convert = fromDecimal(sql, path);
      return (cursor) => convert(readDecimal(cursor));
    }
    case "date": {
      const convert = fromInt32(sql, path);
      return (cursor) => {
        const [year = 0, month = 0, day = 0] = numbers(cursor, 3);
        if (month < 1 || month > 12 || day < 1 || day > 31) {
          throw new DeserializationError(`${year}-${month}-${day} at ${path} is no date`);
        }
        return convert(daysFromCivil(year, month, day));
      };
    }
    case "time": {
      const convert = fromInt32(sql, path);
      return (cursor) => {
        const [hours = 0, minutes = 0, seconds = 0, nanos = 0] = numbers(cursor, 4);
        const ms = ((hours * 60 + minutes) * 60 + seconds) * MS_PER_SECOND + Math.trunc(nanos / NANOS_PER_MS);
        return convert(ms);
      };
    }
    case "timestamp": {
      const convert = fromInt64(sql, path);
      return (cursor) => {
        const [seconds = 0, nanos = 0] = numbers(cursor, 2);
        return convert(BigInt(seconds) * 1000n + BigInt(Math.trunc(nanos / NANOS_PER_MS)));
      };
    }
  }
}

/** The fields 1 to `count` of a message of whole numbers; absent ones are 0. */
function numbers(cursor: ProtoCursor, count: number): number[] {
  const found: number[] = Array.from({ length: count }, () => 0);
  eachField(cursor, (number, wireType) => {
    if (number > count || wireType !== VARINT) return false;
    const value = Number(cursor.int64());
    if (!Number.isSafeInteger(value)) throw new DeserializationError(`${value} is out of range`);
    found[number - 1] = value;
    return true;
  });
  return found;
}

function readDecimal(cursor: ProtoCursor): Decimal {
  let start = 0;
  let end = 0;
  let scale = 0;
  eachField(cursor, (number, wireType) => {
    if (number === 1 && wireType === SIZED) {
      start = cursor.sized();
      end = cursor.position;
      return true;
    }
    if (number !== 3 || wireType !== VARINT) return false;
    scale = cursor.int32();
    return true;
  });
  if (Math.abs(scale) > SCALE_MAX) throw new DeserializationError(`a decimal of scale ${scale}`);
  return decimalOfBytes(cursor.bytes, start, end, scale);
}

function eachField(cursor: ProtoCursor, take: (number: number, wireType: number) => boolean): void {
  const start = cursor.sized();
  const { position: end, end: outer } = cursor;
  cursor.position = start;
  cursor.end = end;
  while (cursor.position < end) {
    const tag = cursor.tag();
    if (!take(tag >>> 3, tag & 7)) cursor.skip(tag & 7);
  }
  cursor.end = outer;
}

/** The fields of the message for a value, by number. */
export function logicalFields(kind: Logical, type: SqlType, value: Value): readonly (bigint | Buffer)[] {
  switch (kind) {
    case "decimal": {
      const { unscaled, scale } = value as Decimal;
      const precision = type.kind === "DECIMAL" ? type.precision : 0;
      return [bytesOfDecimal(unscaled), BigInt(precision), BigInt(scale)];
    }
    case "date": {
      const { year, month, day } = civilFromDays(value as number);
      return [BigInt(year), BigInt(month), BigInt(day)];
    }
    case "time": {
      const ms = value as number;
      const seconds = Math.floor(ms / MS_PER_SECOND);
      const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
      return [...parts, (ms % MS_PER_SECOND) * NANOS_PER_MS].map(BigInt);
    }
    case "timestamp": {
      const seconds = Math.floor((value as number) / MS_PER_SECOND);
      return [BigInt(seconds), BigInt(((value as number) - seconds * MS_PER_SECOND) * NANOS_PER_MS)];
    }
  }
}

/** The type that the message holds. */
export const LOGICAL_SQL: Readonly<Record<Logical, SqlType["kind"]>> = {
  decimal: "DECIMAL",
  date: "DATE",
  time: "TIME",
  timestamp: "TIMESTAMP",
};
