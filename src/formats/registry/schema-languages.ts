import { didYouMean } from "../../base/nearest.ts";
import { avroLanguage } from "./avro/avro-language.ts";
import { schemaErrors } from "./errors.ts";
import { jsonSchemaLanguage } from "./json-schema/json-schema-language.ts";
import { protobufLanguage } from "./protobuf/protobuf-language.ts";
import type { SchemaLanguage } from "./schema-language.ts";
import type { SchemaType } from "./schema-registry.ts";

/** In the order in which Confluent's registry lists them. */
export const SCHEMA_TYPES: readonly SchemaType[] = ["JSON", "PROTOBUF", "AVRO"];

const LANGUAGES: Readonly<Record<SchemaType, SchemaLanguage>> = {
  AVRO: avroLanguage,
  PROTOBUF: protobufLanguage,
  JSON: jsonSchemaLanguage,
};

export function schemaLanguage(type: SchemaType): SchemaLanguage {
  return LANGUAGES[type];
}

/** @throws SCHEMA_INVALID */
export function schemaType(name: string): SchemaType {
  const type = SCHEMA_TYPES.find((each) => each === name);
  if (type !== undefined) return type;
  throw schemaErrors.INVALID({
    message: `'${name}' is no schema type`,
    detail: `types are ${SCHEMA_TYPES.join(", ")}`,
    hint: didYouMean(name, SCHEMA_TYPES),
  });
}
