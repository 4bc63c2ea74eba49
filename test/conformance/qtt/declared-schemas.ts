/**
 * Puts the schemas of a case's topics into the registry before its statements run, under `<topic>-key` and
 * `<topic>-value`: first those that its CREATE statements derive from their columns, then those it declares. Ids count
 * from 1 in that order, and cases name them. As in ksqlDB's tests the registry does not compare versions.
 */
import { SpoorError } from "../../../src/base/errors.ts";
import type { AppContext } from "../../../src/app/app-context.ts";
import { planContext } from "../../../src/app/planning.ts";
import { requestSession } from "../../../src/app/statement-executor.ts";
import { registerSourceSchemas } from "../../../src/app/source-schemas.ts";
import { defined } from "../../../src/base/assert.ts";
import type { RegistryCore } from "../../../src/formats/registry/registry-core.ts";
import type {
  SchemaReference,
  SchemaText,
  SchemaType,
} from "../../../src/formats/registry/schema-registry.ts";
import { planCreateSource } from "../../../src/plan/create-source.ts";
import type { CaseTopic, CorpusCase, SchemaReferenceForm } from "../corpus/case-form.ts";
import type { Json, NumberText } from "../corpus/lossless-json.ts";
import { printJson } from "../corpus/lossless-json.ts";
import { parsedStatements } from "./declared-topics.ts";

/** Schemas that others refer to get ids that no case names. */
const REFERENCE_IDS = 100_000;

/** @throws SpoorError where the registry refuses a schema */
export function declareSchemas({ statements, topics }: CorpusCase, context: AppContext): void {
  const registry = defined(context.registry, "the server's own registry");
  registry.setConfig(null, { compatibilityLevel: "NONE" });
  const declared = new Set(topics.map(({ name }) => name));
  for (const statement of statements) deriveSchemas(statement, declared, context);
  const ids = new SchemaIds(registry);
  for (const topic of topics) declareTopicSchemas(topic, registry, ids);
}

/** What a CREATE makes of its columns, unless the case declares the topic. A statement that can't be planned yet waits. */
function deriveSchemas(text: string, declared: ReadonlySet<string>, context: AppContext): void {
  const session = requestSession(context, { properties: {}, variables: {} });
  const { catalog, effects } = context;
  for (const { statement, text: complete } of parsedStatements(text, "auto")) {
    if (statement.kind !== "create-source") continue;
    try {
      const plan = planContext({ context, catalog, topics: effects, session, text: complete });
      const source = planCreateSource(statement, plan);
      if (!declared.has(source.topic)) registerSourceSchemas(context.schemas, source, "missing");
    } catch (error) {
      if (!(error instanceof SpoorError)) throw error;
    }
  }
}

class SchemaIds {
  readonly #registry: RegistryCore;
  #references = REFERENCE_IDS;

  constructor(registry: RegistryCore) {
    this.#registry = registry;
  }

  /** Of the equal schema that is there, or the least that is free. */
  idFor({ type, schema }: SchemaText): number {
    for (let id = 1; ; id++) {
      const known = this.#registry.byId(id);
      if (known === undefined || (known.type === type && known.schema === schema)) return id;
    }
  }

  reference(): number {
    return this.#references++;
  }
}

function declareTopicSchemas(topic: CaseTopic, registry: RegistryCore, ids: SchemaIds): void {
  const { name, keySchema, valueSchema } = topic;
  if (keySchema !== undefined && keySchema !== null) {
    const { keyFormat, keySchemaId, keySchemaReferences } = topic;
    const form = { schema: keySchema, format: keyFormat, id: keySchemaId, references: keySchemaReferences };
    declareSchema(registry, `${name}-key`, form, ids);
  }
  if (valueSchema !== undefined && valueSchema !== null) {
    const { valueFormat, valueSchemaId, valueSchemaReferences } = topic;
    const form = {
      schema: valueSchema,
      format: valueFormat,
      id: valueSchemaId,
      references: valueSchemaReferences,
    };
    declareSchema(registry, `${name}-value`, form, ids);
  }
}

interface SchemaForm {
  readonly schema: Json;
  readonly format: string | undefined;
  readonly id: NumberText | null | undefined;
  readonly references: readonly SchemaReferenceForm[] | undefined;
}

function declareSchema(
  registry: RegistryCore,
  subject: string,
  { schema, format, id, references = [] }: SchemaForm,
  ids: SchemaIds,
): void {
  const text = {
    type: schemaType(format),
    schema: schemaText(schema),
    references: references.map((reference) => declareReference(registry, reference, format, ids)),
  };
  importSchema(registry, subject, { ...text, id: id == null ? ids.idFor(text) : Number(id.text) });
}

/** Only an import may choose the id. */
function importSchema(
  registry: RegistryCore,
  subject: string,
  schema: Parameters<RegistryCore["registerVersion"]>[1],
): void {
  registry.setMode(subject, "IMPORT", true);
  registry.registerVersion(subject, { ...schema, version: 1 });
  registry.removeMode(subject);
}

function declareReference(
  registry: RegistryCore,
  { name, format, schema }: SchemaReferenceForm,
  otherwise: string | undefined,
  ids: SchemaIds,
): SchemaReference {
  const reference = { name, subject: name, version: 1 };
  if (registry.version(name, 1) !== undefined) return reference;
  const text = { type: schemaType(format ?? otherwise), schema: schemaText(schema), references: [] };
  importSchema(registry, name, { ...text, id: ids.reference() });
  return reference;
}

/** A format with a schema that names none is AVRO. */
function schemaType(format: string | undefined): SchemaType {
  switch (format?.toUpperCase()) {
    case "PROTOBUF":
    case "PROTOBUF_NOSR":
      return "PROTOBUF";
    case "JSON":
    case "JSON_SR":
      return "JSON";
    default:
      return "AVRO";
  }
}

/** PROTOBUF's stand in the corpus as text, the others as JSON. */
function schemaText(schema: Json): string {
  return typeof schema === "string" && !/^[a-z]+$/.test(schema) ? schema : printJson(schema);
}
