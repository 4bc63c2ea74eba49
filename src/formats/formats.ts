/** The formats by name. */
import { avroFormat } from "./avro/avro-format.ts";
import type { Decoder, DecodeTarget, Encoder, FormatColumn, FormatOptions, ProtobufNulls } from "./format.ts";
import { delimitedDecoder, delimitedEncoder } from "./delimited-format.ts";
import { unsupportedFormat } from "./errors.ts";
import { jsonDecoder, jsonEncoder } from "./json/json-format.ts";
import { jsonSchemaFormat } from "./json-schema/json-schema-format.ts";
import { kafkaDecoder, kafkaEncoder } from "./kafka-format.ts";
import { bareProtobufDecoder, bareProtobufEncoder, protobufFormat } from "./protobuf/protobuf-format.ts";
import type { SchemaRegistry } from "./registry/schema-registry.ts";
import { SchemaDecoder } from "./schema-decoder.ts";
import { requiredRegistry, schemaEncoder } from "./schema-encoder.ts";
import type { SchemaFormat } from "./schema-format.ts";

const DELIMITERS: Readonly<Record<string, string>> = { SPACE: " ", TAB: "\t" };
const SCHEMA_FORMATS: Readonly<Record<string, SchemaFormat>> = {
  AVRO: avroFormat,
  JSON_SR: jsonSchemaFormat,
  PROTOBUF: protobufFormat,
};

/** Where a format with schemas finds them. */
export interface SchemaPlace {
  readonly registry: SchemaRegistry | undefined;
  readonly topic: string;
}

/** Format properties as a WITH clause gives them, for a list of `columnCount` columns. */
export function formatOptions(
  format: string,
  properties: Readonly<Record<string, string>>,
  wrapping: "wrap" | "unwrap" | undefined,
  columnCount: number,
  side: "key" | "value",
  place?: SchemaPlace,
): FormatOptions {
  const delimiter = properties["delimiter"] ?? ",";
  const bareByDefault = format === "KAFKA" || (side === "key" && !format.startsWith("PROTOBUF"));
  const unwrapped = columnCount === 1 && (wrapping === undefined ? bareByDefault : wrapping === "unwrap");
  const id = properties["schemaId"];
  return {
    unwrapped,
    delimiter: DELIMITERS[delimiter] ?? delimiter,
    schema: {
      registry: place?.registry,
      subject: `${place?.topic ?? ""}-${side}`,
      schemaId: id === undefined ? undefined : Number(id),
      fullName: properties["fullSchemaName"],
      protobufNulls: (properties["nullableRepresentation"]?.toLowerCase() ?? "none") as ProtobufNulls,
    },
  };
}

/** The format with schemas of that name; undefined for formats without. */
export function schemaFormat(name: string): SchemaFormat | undefined {
  return SCHEMA_FORMATS[name];
}

/** Whether the format's records have a schema, in a registry or derived. */
export function hasSchemas(name: string): boolean {
  return schemaFormat(name) !== undefined || name === "PROTOBUF_NOSR";
}

/** @throws FORMAT_UNSUPPORTED, FORMAT_NO_REGISTRY */
export function decoder(
  format: string,
  columns: readonly FormatColumn[],
  options: FormatOptions,
  targets: readonly DecodeTarget[],
): Decoder {
  if (targets.length === 0 && format !== "JSON") return { decode: () => undefined };
  switch (format) {
    case "JSON":
      return jsonDecoder(columns, options, targets);
    case "DELIMITED":
      return delimitedDecoder(columns, options, targets);
    case "KAFKA":
      return kafkaDecoder(columns, targets);
    case "PROTOBUF_NOSR":
      return bareProtobufDecoder(columns, options, targets);
    case "NONE":
      return { decode: () => undefined };
    default: {
      const schemas = schemaFormat(format);
      if (schemas === undefined) throw unsupportedFormat(format);
      const registry = requiredRegistry(format, options.schema.registry);
      return new SchemaDecoder(schemas, registry, columns, options, targets);
    }
  }
}

/** @throws FORMAT_UNSUPPORTED, FORMAT_NO_REGISTRY, FORMAT_SCHEMA_UNKNOWN, FORMAT_SCHEMA_MISFIT */
export function encoder(format: string, columns: readonly FormatColumn[], options: FormatOptions): Encoder {
  switch (format) {
    case "JSON":
      return jsonEncoder(columns, options);
    case "DELIMITED":
      return delimitedEncoder(columns, options);
    case "KAFKA":
      return kafkaEncoder(columns);
    case "PROTOBUF_NOSR":
      return bareProtobufEncoder(columns, options);
    case "NONE":
      return { encode: () => false };
    default: {
      const schemas = schemaFormat(format);
      if (schemas === undefined) throw unsupportedFormat(format);
      if (columns.length === 0) return { encode: () => false };
      const registry = requiredRegistry(format, options.schema.registry);
      return schemaEncoder(schemas, registry, columns, options);
    }
  }
}
