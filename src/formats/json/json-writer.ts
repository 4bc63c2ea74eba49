/**
 * Writes SQL values as JSON bytes, as ksqlDB does: every column and field is written, also the NULL ones; DOUBLE
 * in Java's text form, DECIMAL plain with its scale, BYTES as base64, DATE in days, TIME and TIMESTAMP in
 * milliseconds, MAP keys as strings.
 */
import { valueText } from "../../data/value-text.ts";
import { doubleText } from "../../data/java-double.ts";
import type { SqlType, StructField } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { ByteWriter } from "../byte-writer.ts";

/** Appends the value's JSON text; NULL becomes `null`. */
export type JsonWriter = (value: Value, writer: ByteWriter) => void;

export function jsonWriter(type: SqlType): JsonWriter {
  const write = presentWriter(type);
  return (value, writer) => {
    if (value === null) writer.ascii("null");
    else write(value, writer);
  };
}

function presentWriter(type: SqlType): JsonWriter {
  switch (type.kind) {
    case "STRING":
      return (value, writer) => writeString(value as string, writer);
    case "BYTES":
      return (value, writer) => writer.ascii(`"${Buffer.from(value as Uint8Array).toString("base64")}"`);
    case "DOUBLE":
      return (value, writer) => writeDouble(value as number, writer);
    case "BOOLEAN":
    case "INTEGER":
    case "BIGINT":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
    case "DECIMAL":
      return (value, writer) => writer.ascii(String(value));
    case "ARRAY":
      return arrayWriter(jsonWriter(type.element));
    case "MAP":
      return mapWriter(type.key, jsonWriter(type.value));
    case "STRUCT":
      return structWriter(type.fields);
  }
}

/** NaN and the infinities have no JSON number; Java's writer puts them in quotes. */
function writeDouble(value: number, writer: ByteWriter): void {
  const text = doubleText(value);
  writer.ascii(Number.isFinite(value) ? text : `"${text}"`);
}

/** What JSON must escape, and surrogates, of which a lone one is no UTF-8. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const ESCAPED = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** Text without characters that JSON must escape is written straight into the buffer. */
export function writeString(text: string, writer: ByteWriter): void {
  if (ESCAPED.test(text)) {
    writer.utf8(JSON.stringify(text));
    return;
  }
  writer.ensure(text.length * 3 + 2);
  writer.bytes[writer.position++] = 0x22;
  writer.position += writer.bytes.utf8Write(text, writer.position);
  writer.bytes[writer.position++] = 0x22;
}

function arrayWriter(element: JsonWriter): JsonWriter {
  return (value, writer) => {
    writer.byte(0x5b);
    let first = true;
    for (const item of value as readonly Value[]) {
      if (!first) writer.byte(0x2c);
      first = false;
      element(item, writer);
    }
    writer.byte(0x5d);
  };
}

function mapWriter(keyType: SqlType, writeValue: JsonWriter): JsonWriter {
  return (value, writer) => {
    writer.byte(0x7b);
    let first = true;
    for (const [key, item] of value as ReadonlyMap<Value, Value>) {
      if (!first) writer.byte(0x2c);
      first = false;
      writeString(valueText(keyType, key) ?? "null", writer);
      writer.byte(0x3a);
      writeValue(item, writer);
    }
    writer.byte(0x7d);
  };
}

function structWriter(fields: readonly StructField[]): JsonWriter {
  const prefixes = fieldPrefixes(fields.map((field) => field.name));
  const writers = fields.map((field) => jsonWriter(field.type));
  return (value, writer) => {
    const items = value as readonly Value[];
    if (writers.length === 0) writer.byte(0x7b);
    for (let i = 0; i < writers.length; i++) {
      writer.copy(prefixes[i]!, 0, prefixes[i]!.length);
      writers[i]!(items[i]!, writer);
    }
    writer.byte(0x7d);
  };
}

/** What stands before each value of an object with these fields: `{"A":`, `,"B":`, … */
export function fieldPrefixes(names: readonly string[]): Buffer[] {
  return names.map((name, i) => Buffer.from(`${i === 0 ? "{" : ","}${JSON.stringify(name)}:`, "utf8"));
}
