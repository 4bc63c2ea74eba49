import type { FieldInfo, SchemaInfo } from "../../api/schema-entities.ts";
import { plainTableLines } from "./plain-table.ts";

/** A type as ksqlDB's CLI writes it: texts are `VARCHAR(STRING)`. */
export function schemaText(schema: SchemaInfo): string {
  switch (schema.type) {
    case "STRING":
      return "VARCHAR(STRING)";
    case "DECIMAL":
      return `DECIMAL(${schema.parameters?.["precision"] ?? 0}, ${schema.parameters?.["scale"] ?? 0})`;
    case "ARRAY":
      return `ARRAY<${memberText(schema)}>`;
    case "MAP":
      return `MAP<STRING, ${memberText(schema)}>`;
    case "STRUCT":
      return `STRUCT<${(schema.fields ?? []).map((field) => `${field.name} ${schemaText(field.schema)}`).join(", ")}>`;
    default:
      return schema.type;
  }
}

function memberText(schema: SchemaInfo): string {
  return schema.memberSchema === null ? "" : schemaText(schema.memberSchema);
}

/** The table of a source's or a query's columns. */
export function fieldTableLines(
  fields: readonly FieldInfo[],
  windowType: string | null,
  isTable: boolean,
  columns: number,
): string[] {
  if (fields.length === 0) return [];
  const rows = fields.map((field) => [field.name, fieldText(field, windowType, isTable)]);
  return plainTableLines({ headings: ["Field", "Type"], rows }, columns);
}

function fieldText(field: FieldInfo, windowType: string | null, isTable: boolean): string {
  const type = schemaText(field.schema);
  if (field.type === "HEADER") {
    const header = field.headerKey === undefined ? "(headers)" : `(header('${field.headerKey}'))`;
    return `${type.padEnd(16)} ${header}`;
  }
  if (field.type !== "KEY") return type;
  const window = windowType === null ? "" : ` (Window type: ${windowType})`;
  return `${type.padEnd(16)} ${isTable ? "(primary key)" : "(key)"}${window}`;
}
