/**
 * Writes records in Confluent's form. Without a schema id, the schema is derived from the columns and registered when the
 * first record is written (registering twice finds the id), as Confluent's serializers do.
 */
import type { Value } from "../data/values.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { Encoder, FormatColumn, FormatOptions } from "./format.ts";
import { formatErrors } from "./errors.ts";
import { parseSchema, registeredSchema } from "./registered-schemas.ts";
import type { SchemaRegistry } from "./registry/schema-registry.ts";
import type { RecordWriter, SchemaFormat } from "./schema-format.ts";
import { HEADER_BYTES } from "./schema-decoder.ts";

/** @throws FORMAT_SCHEMA_UNKNOWN, FORMAT_SCHEMA_MISFIT where the schema of the id can't hold the columns */
export function schemaEncoder(
  format: SchemaFormat,
  registry: SchemaRegistry,
  columns: readonly FormatColumn[],
  options: FormatOptions,
): Encoder {
  const { schemaId, subject } = options.schema;
  const text =
    schemaId === undefined ? format.derive(columns, options) : registeredSchema(registry, format, schemaId);
  const write = parseSchema(registry, format, text).writer(columns, options);
  let id = schemaId;
  return framed(options, write, () => (id ??= registry.register(subject, text)));
}

function framed(options: FormatOptions, write: RecordWriter, idOf: () => number): Encoder {
  return {
    encode(values: readonly Value[], writer: ByteWriter): boolean {
      if (options.unwrapped && values[0] === null) return false;
      const id = idOf();
      writer.ensure(HEADER_BYTES);
      writer.bytes[writer.position] = 0;
      writer.position = writer.bytes.writeInt32BE(id, writer.position + 1);
      write(values, writer);
      return true;
    },
  };
}

export function requiredRegistry(format: string, registry: SchemaRegistry | undefined): SchemaRegistry {
  if (registry !== undefined) return registry;
  throw formatErrors.NO_REGISTRY({
    message: `format ${format} needs a schema registry, and there is none`,
    hint: "use JSON or PROTOBUF_NOSR, which need none",
  });
}
