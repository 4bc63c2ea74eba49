/** Messages that Connect reads as one value: wrappers, dates and times, decimals. */
import Long from "long";
import protobuf from "protobufjs";
import type { Json } from "../corpus/lossless-json.ts";
import {
  base64Bytes,
  bigIntegerBytes,
  bigIntegerOf,
  decimalText,
  numberText,
  textOf,
  unscaledDecimal,
  wholeNumber,
} from "./json-input.ts";
import { LogicalNumber } from "./logical-value.ts";
import type { LogicalValue } from "./logical-value.ts";

const DAY_MS = 86_400_000;
const WRAPPER = /^\.google\.protobuf\.(?:\w+)Value$/;
const NAMES: ReadonlySet<string> = new Set([
  ".google.protobuf.Timestamp",
  ".google.type.Date",
  ".google.type.TimeOfDay",
  ".confluent.type.Decimal",
]);

export function isWellKnown({ fullName }: protobuf.Type): boolean {
  return NAMES.has(fullName) || (WRAPPER.test(fullName) && !/\.(?:List)?Value$/.test(fullName));
}

export function encodeWellKnown(field: protobuf.Field, type: protobuf.Type, value: Json): protobuf.Message {
  switch (type.fullName) {
    case ".google.protobuf.Timestamp": {
      const ms = Number(wholeNumber(value));
      const seconds = Math.floor(ms / 1000);
      return type.create({ seconds: Long.fromNumber(seconds), nanos: (ms - seconds * 1000) * 1e6 });
    }
    case ".google.type.Date": {
      const date = new Date(Number(wholeNumber(value)) * DAY_MS);
      return type.create({
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
      });
    }
    case ".google.type.TimeOfDay": {
      const ms = Number(wholeNumber(value));
      return type.create({
        hours: Math.floor(ms / 3_600_000),
        minutes: Math.floor(ms / 60_000) % 60,
        seconds: Math.floor(ms / 1000) % 60,
        nanos: (ms % 1000) * 1e6,
      });
    }
    case ".confluent.type.Decimal": {
      const scale = scaleOf(field) ?? fractionDigits(numberText(value));
      return type.create({ value: bigIntegerBytes(unscaledDecimal(value, scale)), scale });
    }
    default:
      return type.create({ value: wrappedValue(type, value) });
  }
}

function wrappedValue(type: protobuf.Type, value: Json): unknown {
  switch (type.fields["value"]!.type) {
    case "bool":
      return value;
    case "string":
      return textOf(value);
    case "bytes":
      return base64Bytes(value);
    case "float":
    case "double":
      return Number(numberText(value));
    default:
      return Long.fromString(String(wholeNumber(value)));
  }
}

export function decodeWellKnown(field: protobuf.Field, type: protobuf.Type, message: object): LogicalValue {
  const get = (name: string): unknown => (message as Record<string, unknown>)[name];
  const number = (name: string): number => Number(String(get(name) ?? 0));
  switch (type.fullName) {
    case ".google.protobuf.Timestamp":
      return integer(number("seconds") * 1000 + Math.floor(number("nanos") / 1e6));
    case ".google.type.Date":
      return integer(Date.UTC(number("year"), number("month") - 1, number("day")) / DAY_MS);
    case ".google.type.TimeOfDay":
      return integer(
        number("hours") * 3_600_000 +
          number("minutes") * 60_000 +
          number("seconds") * 1000 +
          number("nanos") / 1e6,
      );
    case ".confluent.type.Decimal": {
      const scale = scaleOf(field) ?? number("scale");
      return new LogicalNumber("decimal", decimalText(bigIntegerOf(get("value") as Uint8Array), scale));
    }
    default:
      return unwrapped(type, get("value"));
  }
}

function unwrapped(type: protobuf.Type, value: unknown): LogicalValue {
  switch (type.fields["value"]!.type) {
    case "bool":
    case "string":
      return value as boolean | string;
    case "bytes":
      return Buffer.from(value as Uint8Array);
    case "double":
      return new LogicalNumber("double", String(value));
    case "float":
      return new LogicalNumber("float32", String(value));
    default:
      return new LogicalNumber("integer", String(value));
  }
}

function integer(value: number): LogicalNumber {
  return new LogicalNumber("integer", String(value));
}

/** Of a decimal's field: the scale among the parameters of its option `confluent.field_meta`. */
function scaleOf(field: protobuf.Field): number | undefined {
  const text = JSON.stringify(field.parsedOptions ?? field.options ?? {});
  const match = /"key":"scale","value":"(-?\d+)"/.exec(text) ?? /"value":"(-?\d+)","key":"scale"/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

function fractionDigits(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}
