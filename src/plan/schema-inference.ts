/** Columns that a statement leaves out and a schema registry knows: all of a side, or none. */
import { planError } from "./errors.ts";
import { formatRule, keyWrapping } from "./format-rules.ts";
import type { FormatInfo } from "./metastore.ts";
import type { PlanContext } from "./plan-context.ts";
import type { Column } from "./schema.ts";
import type { WithProperties } from "./with-properties.ts";

interface InferenceRequest {
  readonly context: PlanContext;
  readonly topic: string;
  readonly properties: WithProperties;
  readonly declared: readonly Column[];
  readonly keyFormat: FormatInfo;
  readonly valueFormat: FormatInfo;
}

/** @throws PLAN_INVALID_SCHEMA where the registry has none, PLAN_INVALID_PROPERTY for a misplaced schema id. */
export function inferColumns(request: InferenceRequest): readonly Column[] {
  const key = inferSide(request, "key", request.keyFormat);
  const value = inferSide(request, "value", request.valueFormat);
  return [...key, ...request.declared, ...value];
}

function inferSide(request: InferenceRequest, side: "key" | "value", info: FormatInfo): Column[] {
  const { context, topic, properties } = request;
  const property = side === "key" ? "KEY_SCHEMA_ID" : "VALUE_SCHEMA_ID";
  const schemaId = properties.whole(property);
  const declared = request.declared.some((column) => column.role === side);
  const { inference } = formatRule(info.format);
  if (schemaId !== undefined) {
    if (!inference) throw properties.refuse(property, `needs a format with schemas, not ${info.format}`);
    if (declared) throw properties.refuse(property, `can't stand beside declared ${side} columns`);
  }
  if (declared || !inference) return [];
  const bare =
    side === "key"
      ? keyWrapping(info.format, 1) === "unwrap"
      : properties.flag("WRAP_SINGLE_VALUE") === false;
  const fullName = info.properties["fullSchemaName"];
  const found = context.schemaInference?.(topic, side, info.format, schemaId, { bare, fullName });
  if (found !== undefined) return found.map(({ name, type }) => ({ name, type, role: side }));
  throw planError.INVALID_SCHEMA({
    message: `the schema registry has no schema for the ${side}s of topic '${topic}'`,
    detail: schemaId === undefined ? `the subject is ${topic}-${side}` : `the schema id is ${schemaId}`,
    hint: `list the ${side} columns in the statement, or register the schema`,
  });
}
