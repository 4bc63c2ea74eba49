/** Shows bytes that begin with the id of a registered schema as JSON. */
import { structType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import { SpoorError } from "../base/errors.ts";
import { ByteWriter } from "./byte-writer.ts";
import { DeserializationError } from "./deserialization-error.ts";
import { formatOptions, schemaFormat } from "./formats.ts";
import { jsonWriter } from "./json/json-writer.ts";
import { schemaById } from "./registered-schemas.ts";
import type { SchemaRegistry, SchemaType } from "./registry/schema-registry.ts";
import { HEADER_BYTES, schemaIdOf } from "./schema-decoder.ts";

const FORMATS: Readonly<Record<SchemaType, string>> = { AVRO: "AVRO", PROTOBUF: "PROTOBUF", JSON: "JSON_SR" };

export interface RegisteredText {
  readonly format: string;
  readonly text: string;
}

/** Undefined where the bytes are none of a registered schema's. */
export function registeredText(
  bytes: Buffer,
  start: number,
  end: number,
  registry: SchemaRegistry,
): RegisteredText | undefined {
  if (end - start < HEADER_BYTES || bytes[start] !== 0) return undefined;
  try {
    const id = schemaIdOf(bytes, start, end);
    const type = registry.byId(id)?.type;
    const name = type === undefined ? "" : FORMATS[type];
    const format = schemaFormat(name);
    const schema = format === undefined ? undefined : schemaById(registry, format, id);
    if (schema === undefined) return undefined;
    const { columns, unwrapped } = schema.recordForm(bytes, start + HEADER_BYTES, end);
    const options = formatOptions(name, {}, unwrapped ? "unwrap" : "wrap", columns.length, "value");
    const values: Value[] = columns.map(() => null);
    const targets = columns.map((_, i) => ({ column: i, target: i }));
    schema.reader(columns, options, targets)(bytes, start + HEADER_BYTES, end, values);
    const writer = new ByteWriter();
    if (unwrapped) jsonWriter(columns[0]!.type)(values[0]!, writer);
    else jsonWriter(structType(columns))(values, writer);
    return { format: name, text: writer.view().toString("utf8") };
  } catch (error) {
    if (error instanceof DeserializationError || error instanceof SpoorError) return undefined;
    throw error;
  }
}
