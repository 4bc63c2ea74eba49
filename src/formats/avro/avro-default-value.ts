/** A field's default: the schema has it as JSON, a record in Avro's binary encoding. */
import type { ByteWriter } from "../byte-writer.ts";
import { isJsonObject, numberOf, ExactNumber } from "../registry/exact-json.ts";
import type { JsonValue } from "../registry/exact-json.ts";
import type { AvroType } from "../registry/avro/avro-schema.ts";
import { isNull } from "./avro-connect.ts";
import { writeLong } from "./avro-varint.ts";

/** The schema's parser took the default, so it is a value of the type. */
export function writeDefault(type: AvroType, json: JsonValue, writer: ByteWriter): void {
  switch (type.kind) {
    case "primitive":
      writePrimitive(type.name, json, writer);
      return;
    case "enum":
      writeLong(writer, BigInt(Math.max(0, type.symbols.indexOf(String(json)))));
      return;
    case "fixed":
      writeBytes(Buffer.from(String(json), "latin1"), writer);
      return;
    case "array":
    case "map": {
      const entries = Array.isArray(json) ? json.entries() : Object.entries(isJsonObject(json) ? json : {});
      for (const [name, item] of entries) {
        writeLong(writer, 1n);
        if (type.kind === "map") writePrimitive("string", String(name), writer);
        writeDefault(type.kind === "map" ? type.values : type.items, item as JsonValue, writer);
      }
      writeLong(writer, 0n);
      return;
    }
    case "union": {
      const at =
        json === null ? type.branches.findIndex(isNull) : type.branches.findIndex((each) => !isNull(each));
      writeLong(writer, BigInt(at));
      writeDefault(type.branches[at]!, json, writer);
      return;
    }
    case "record":
      for (const field of type.fields) {
        const part = isJsonObject(json) ? json[field.name] : undefined;
        writeDefault(field.type, part ?? field.defaultValue ?? null, writer);
      }
  }
}

function writePrimitive(name: string, json: JsonValue, writer: ByteWriter): void {
  switch (name) {
    case "null":
      return;
    case "boolean":
      writer.byte(json === true ? 1 : 0);
      return;
    case "int":
    case "long":
      writeLong(writer, wholeNumber(json));
      return;
    case "float":
      writer.ensure(4);
      writer.position = writer.bytes.writeFloatLE(numberOf(json) ?? 0, writer.position);
      return;
    case "double":
      writer.ensure(8);
      writer.position = writer.bytes.writeDoubleLE(numberOf(json) ?? 0, writer.position);
      return;
    default: {
      const bytes = Buffer.from(String(json), name === "bytes" ? "latin1" : "utf8");
      writeLong(writer, BigInt(bytes.length));
      writeBytes(bytes, writer);
    }
  }
}

function writeBytes(bytes: Buffer, writer: ByteWriter): void {
  writer.copy(bytes, 0, bytes.length);
}

function wholeNumber(json: JsonValue): bigint {
  if (json instanceof ExactNumber && /^-?\d+$/.test(json.text)) return BigInt(json.text);
  return BigInt(Math.trunc(numberOf(json) ?? 0));
}
