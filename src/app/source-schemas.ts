/** Registers the schemas of the topic under a stream or table, as ksqlDB does when the source is made. */
import { formatOptions, schemaFormat } from "../formats/formats.ts";
import { registeredSchema } from "../formats/registered-schemas.ts";
import type { SchemaRegistry } from "../formats/registry/schema-registry.ts";
import type { DataSource, FormatInfo } from "../plan/metastore.ts";
import { keyColumns, valueColumns } from "../plan/schema.ts";
import type { Column } from "../plan/schema.ts";

/**
 * @param where "missing": only under subjects that have no schema; a schema named by its id is registered always
 * @throws SCHEMA_INCOMPATIBLE, FORMAT_SCHEMA_UNKNOWN
 */
export function registerSourceSchemas(
  registry: SchemaRegistry,
  source: DataSource,
  where: "missing" | "always",
): void {
  const { topic, schema, keyFormat, valueFormat } = source;
  const register = (info: FormatInfo, columns: readonly Column[], side: "key" | "value"): void => {
    const { format, properties, wrapping } = info;
    const formatOf = schemaFormat(format);
    if (formatOf === undefined || columns.length === 0) return;
    const options = formatOptions(format, properties, wrapping, columns.length, side, { registry, topic });
    const { schemaId, subject } = options.schema;
    if (schemaId !== undefined) {
      const { type, schema: text, references } = registeredSchema(registry, formatOf, schemaId);
      registry.register(subject, { type, schema: text, references });
    } else if (where === "always" || registry.latest(subject) === undefined) {
      registry.register(subject, formatOf.derive(columns, options));
    }
  };
  register(keyFormat, keyColumns(schema), "key");
  register(valueFormat, valueColumns(schema), "value");
}
