import { formatOptions } from "../formats/formats.ts";
import type { FormatInfo } from "../plan/metastore.ts";
import type { Schema } from "../plan/schema.ts";

/** Whether a record's value is a JSON object with a field for each value column. */
export function isJsonObject({ format, properties, wrapping }: FormatInfo, schema: Schema): boolean {
  const { length } = schema.columns.filter((column) => column.role === "value");
  return format === "JSON" && !formatOptions(format, properties, wrapping, length, "value").unwrapped;
}
