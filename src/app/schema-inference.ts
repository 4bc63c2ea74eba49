/** What planning asks of the schema registry: columns of registered schemas, and whether columns can be written with one. */
import { formatOptions, schemaFormat } from "../formats/formats.ts";
import { formatErrors } from "../formats/errors.ts";
import { schemaById } from "../formats/registered-schemas.ts";
import type { SchemaRegistry } from "../formats/registry/schema-registry.ts";
import type { WriterSchema } from "../formats/schema-format.ts";
import * as types from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import type { InferredColumn, SchemaCheck, SchemaInference } from "../plan/plan-context.ts";

/** Which schemas planning looked at without an id; replay must see the same. */
export interface SchemaVersions {
  /** The id of the subject's newest schema; undefined where it has none. */
  latestId(subject: string): number | undefined;
}

export function schemaInference(registry: SchemaRegistry, versions: SchemaVersions): SchemaInference {
  return (topic, side, format, schemaId, options = { bare: false }) => {
    const formatOf = schemaFormat(format);
    if (formatOf === undefined) return undefined;
    const id = schemaId ?? versions.latestId(`${topic}-${side}`);
    if (id === undefined) return undefined;
    const schema = schemaById(registry, formatOf, id);
    if (schema === undefined) {
      if (registry.byId(id) === undefined) return undefined;
      throw otherType(registry, side, format, id);
    }
    const { schema: place } = formatOptions(
      format,
      { fullSchemaName: options.fullName ?? "" },
      undefined,
      1,
      side,
    );
    checkDefinitions(schema, side, options.fullName);
    const bareName = side === "key" ? "ROWKEY" : "ROWVAL";
    const columns = schema.columns(options.bare ? bareName : undefined, place);
    if (side === "key" && columns.length > 1) {
      throw formatErrors.SCHEMA_MISFIT({
        message: `the key schema of topic '${topic}' has several columns`,
        detail: columns.map((column) => column.name).join(", "),
        hint: "list the key columns in the statement",
      });
    }
    return schemaId === undefined ? columns.map(upperCased) : columns;
  };
}

function otherType(registry: SchemaRegistry, side: string, format: string, id: number): Error {
  const type = registry.byId(id)?.type ?? "";
  const name = type === "JSON" ? "JSON_SR" : type;
  return formatErrors.SCHEMA_UNKNOWN({
    message: `the ${side} schema ${id} is of type ${type} and does not fit the format ${format}`,
    hint: `set ${side.toUpperCase()}_FORMAT to '${name}'`,
  });
}

function checkDefinitions(schema: WriterSchema, side: string, fullName: string | undefined): void {
  if (schema.names.length < 2 || fullName !== undefined) return;
  throw formatErrors.SCHEMA_MISFIT({
    message: `the ${side} schema has several definitions`,
    detail: schema.names.join(", "),
    hint: `name one of them with ${side.toUpperCase()}_SCHEMA_FULL_NAME in the WITH clause`,
  });
}

function upperCased({ name, type }: InferredColumn): InferredColumn {
  return { name: name.toUpperCase(), type: upperCasedType(type) };
}

function upperCasedType(type: SqlType): SqlType {
  switch (type.kind) {
    case "ARRAY":
      return types.arrayType(upperCasedType(type.element));
    case "MAP":
      return types.mapType(type.key, upperCasedType(type.value));
    case "STRUCT":
      return types.structType(type.fields.map(upperCased));
    default:
      return type;
  }
}

export function schemaCheck(registry: SchemaRegistry): SchemaCheck {
  return (side, { format, properties, wrapping }, columns) => {
    const formatOf = schemaFormat(format);
    const options = formatOptions(format, properties, wrapping, columns.length, side);
    const { schemaId } = options.schema;
    if (formatOf === undefined || schemaId === undefined) return;
    schemaById(registry, formatOf, schemaId)?.writer(columns, options);
  };
}

/** The registry as it is now. */
export function latestVersions(registry: SchemaRegistry): SchemaVersions {
  return { latestId: (subject) => registry.latest(subject)?.id };
}

/** Schemas as a planner saw them: notes each that was asked for. */
export class NotedSchemas implements SchemaVersions {
  readonly seen: Record<string, number> = {};
  readonly #versions: SchemaVersions;

  constructor(versions: SchemaVersions) {
    this.#versions = versions;
  }

  latestId(subject: string): number | undefined {
    const id = this.#versions.latestId(subject);
    if (id !== undefined) this.seen[subject] = id;
    return id;
  }
}
