import { defineErrors } from "../base/errors.ts";
import type { SpoorError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";

export const FORMAT_NAMES = [
  "JSON",
  "JSON_SR",
  "AVRO",
  "PROTOBUF",
  "PROTOBUF_NOSR",
  "DELIMITED",
  "KAFKA",
  "NONE",
] as const;

export const formatErrors = defineErrors("FORMAT", {
  UNSUPPORTED: {
    kind: "statement",
    summary: "A KEY_FORMAT, VALUE_FORMAT or FORMAT that this server can't read or write.",
    cure: "Use one of the formats that the message lists.",
  },
  NO_REGISTRY: {
    kind: "statement",
    summary: "AVRO, PROTOBUF or JSON_SR is used where no schema registry is configured.",
    cure: "Use a format without schemas, such as JSON or PROTOBUF_NOSR.",
  },
  SCHEMA_UNKNOWN: {
    kind: "state",
    summary: "A KEY_SCHEMA_ID or VALUE_SCHEMA_ID is not in the schema registry, or of another format.",
    cure: "Register the schema, or correct the id or the format.",
  },
  SCHEMA_MISFIT: {
    kind: "statement",
    summary: "A registered schema can't hold the columns, or has none that SQL can hold.",
    cure: "Change the columns, the schema or its id as the detail says.",
  },
});

export function unsupportedFormat(format: string): SpoorError {
  return formatErrors.UNSUPPORTED({
    message: `format '${format}' is not supported`,
    detail: `formats are ${FORMAT_NAMES.join(", ")}`,
    hint: didYouMean(format, FORMAT_NAMES),
  });
}
