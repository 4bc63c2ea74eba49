/** SQL types and columns as entities show them. */
import type { FieldInfo, ResultColumn, SchemaInfo } from "../api/schema-entities.ts";
import type { SqlType } from "../data/types.ts";
import type { Column, Schema } from "../plan/schema.ts";

export function schemaInfo(type: SqlType): SchemaInfo {
  switch (type.kind) {
    case "DECIMAL": {
      const parameters = { precision: type.precision, scale: type.scale };
      return { type: "DECIMAL", fields: null, memberSchema: null, parameters };
    }
    case "ARRAY":
      return { type: "ARRAY", fields: null, memberSchema: schemaInfo(type.element) };
    case "MAP":
      return { type: "MAP", fields: null, memberSchema: schemaInfo(type.value) };
    case "STRUCT": {
      const fields = type.fields.map((field) => ({ name: field.name, schema: schemaInfo(field.type) }));
      return { type: "STRUCT", fields, memberSchema: null };
    }
    default:
      return { type: type.kind, fields: null, memberSchema: null };
  }
}

/** The columns a user sees: without pseudo columns and KSQL 5's hidden key. */
export function fieldInfos(schema: Schema): FieldInfo[] {
  return schema.columns.filter((column) => column.role !== "pseudo" && column.hidden !== true).map(fieldInfo);
}

function fieldInfo(column: Column): FieldInfo {
  const base = { name: column.name, schema: schemaInfo(column.type) };
  if (column.role === "key") return { ...base, type: "KEY" };
  if (column.role === "headers") return { ...base, type: "HEADER" };
  if (column.role !== "header") return base;
  return {
    ...base,
    type: "HEADER",
    ...(column.headerKey === undefined ? {} : { headerKey: column.headerKey }),
  };
}

/** Columns of a result as fields. */
export function resultFields(
  columns: readonly { readonly name: string; readonly type: SqlType }[],
  keys: ReadonlySet<string> = new Set(),
): FieldInfo[] {
  return columns.map(({ name, type }) => ({
    name,
    schema: schemaInfo(type),
    ...(keys.has(name) ? { type: "KEY" as const } : {}),
  }));
}

export function resultColumn(
  column: { readonly name: string; readonly type: SqlType },
  key = false,
): ResultColumn {
  const base = { name: column.name, type: quotedTypeText(column.type) };
  return key ? { ...base, key } : base;
}

/** As `typeText`, but with every field of a STRUCT in quotes: what ksqlDB's result headers have. */
export function quotedTypeText(type: SqlType): string {
  switch (type.kind) {
    case "DECIMAL":
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case "ARRAY":
      return `ARRAY<${quotedTypeText(type.element)}>`;
    case "MAP":
      return `MAP<${quotedTypeText(type.key)}, ${quotedTypeText(type.value)}>`;
    case "STRUCT": {
      const fields = type.fields.map(
        (field) => `\`${field.name.replaceAll("`", "``")}\` ${quotedTypeText(field.type)}`,
      );
      return `STRUCT<${fields.join(", ")}>`;
    }
    default:
      return type.kind;
  }
}
