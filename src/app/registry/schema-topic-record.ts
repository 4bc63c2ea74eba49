/**
 * Records of the topic `_schemas` in the form of Confluent's registry, so that it can read ours and we its: the key is JSON
 * with a `keytype` and a `magic` (1 for schemas, else 0), members in one order since compaction compares bytes.
 *
 * The one addition is a value to the key NOOP, which Confluent's registry reads over: the highest id given out.
 */
import { z } from "zod";
import { COMPATIBILITY_LEVELS } from "../../formats/registry/compatibility-level.ts";
import { isJsonObject, parseExactJson } from "../../formats/registry/exact-json.ts";
import type { JsonObject } from "../../formats/registry/exact-json.ts";
import { REGISTRY_MODES } from "../../formats/registry/registry-change.ts";
import type { RegistryChange, StoredVersion } from "../../formats/registry/registry-change.ts";

export interface TopicRecord {
  readonly key: string;
  /** Null: a tombstone. */
  readonly value: string | null;
}

/** What a record says; nothing where it says nothing to us (and why, where that is worth a report). */
export type DecodedRecord =
  | { readonly change: RegistryChange }
  | { readonly change: undefined; readonly problem: string | undefined };

const jsonObject = z.custom<JsonObject>((value) => isJsonObject(value as JsonObject));
const optionalObject = jsonObject.nullish().transform((value) => value ?? undefined);

const keySchema = z.object({
  keytype: z.string(),
  subject: z.string().nullish(),
  version: z.number().int().positive().optional(),
});

const referenceSchema = z.object({ name: z.string(), subject: z.string(), version: z.number().int() });

const schemaValue = z.object({
  id: z.number().int().nonnegative(),
  schemaType: z.enum(["AVRO", "PROTOBUF", "JSON"]).nullish(),
  references: z.array(referenceSchema).nullish(),
  metadata: optionalObject,
  ruleSet: optionalObject,
  schema: z.string(),
  deleted: z.boolean().default(false),
});

const configValue = z.object({
  compatibilityLevel: z.enum(COMPATIBILITY_LEVELS).nullish(),
  normalize: z.boolean().nullish(),
  compatibilityGroup: z.string().nullish(),
});

const modeValue = z.object({ mode: z.enum(REGISTRY_MODES) });
const deleteSubjectValue = z.object({ subject: z.string(), version: z.number().int() });
const noopValue = z.object({ maxId: z.number().int().positive() });

export function encodeChange(change: RegistryChange): TopicRecord {
  switch (change.kind) {
    case "schema": {
      const { subject, version, value } = change;
      const key = JSON.stringify({ keytype: "SCHEMA", subject, version, magic: 1 });
      return { key, value: value === null ? null : schemaText(subject, version, value) };
    }
    case "config":
      return subjectRecord("CONFIG", change.subject, change.value);
    case "mode":
      return subjectRecord("MODE", change.subject, change.value === null ? null : { mode: change.value });
    case "delete-subject":
      return subjectRecord("DELETE_SUBJECT", change.subject, { version: change.version });
    case "clear-subject":
      return subjectRecord("CLEAR_SUBJECT", change.subject, {});
    case "highest-id": {
      const key = JSON.stringify({ keytype: "NOOP", magic: 0 });
      return { key, value: JSON.stringify({ maxId: change.id }) };
    }
  }
}

export function decodeRecord({ key, value }: TopicRecord): DecodedRecord {
  try {
    const { keytype, subject = null, version } = keySchema.parse(JSON.parse(key));
    // Contexts have their own ids; only the default one is kept.
    if (subject?.startsWith(":.") === true) return nothing(`subject '${subject}' is in a context`);
    return decodeValue(keytype, subject, version, value === null ? null : parseExactJson(value));
  } catch (error) {
    return nothing(
      error instanceof Error ? error.message.replaceAll(/\s+/g, " ").slice(0, 300) : String(error),
    );
  }
}

function decodeValue(
  keytype: string,
  subject: string | null,
  version: number | undefined,
  value: unknown,
): DecodedRecord {
  switch (keytype) {
    case "SCHEMA":
      if (subject === null || version === undefined) return nothing("the key has no subject and version");
      return {
        change: { kind: "schema", subject, version, value: value === null ? null : storedVersion(value) },
      };
    case "CONFIG": {
      if (value === null) return { change: { kind: "config", subject, value: null } };
      const set = Object.entries(configValue.parse(value)).filter(
        ([, each]) => each !== null && each !== undefined,
      );
      return { change: { kind: "config", subject, value: Object.fromEntries(set) } };
    }
    case "MODE":
      return {
        change: { kind: "mode", subject, value: value === null ? null : modeValue.parse(value).mode },
      };
    case "DELETE_SUBJECT":
      return value === null
        ? nothing(undefined)
        : { change: { kind: "delete-subject", ...deleteSubjectValue.parse(value) } };
    case "CLEAR_SUBJECT":
      return value === null ? nothing(undefined) : { change: { kind: "clear-subject", subject } };
    case "NOOP": {
      const { success, data } = noopValue.safeParse(value);
      return success ? { change: { kind: "highest-id", id: data.maxId } } : nothing(undefined);
    }
    default:
      return nothing(`keytype '${keytype}' is not kept`);
  }
}

function storedVersion(value: unknown): StoredVersion {
  const { id, schemaType, references, metadata, ruleSet, schema, deleted } = schemaValue.parse(value);
  return { id, type: schemaType ?? "AVRO", schema, references: references ?? [], metadata, ruleSet, deleted };
}

/** AVRO and empty references go without saying, as in topics of older registries. */
function schemaText(subject: string, version: number, value: StoredVersion): string {
  const { id, type, schema, references, metadata, ruleSet, deleted } = value;
  return JSON.stringify({
    subject,
    version,
    id,
    ...(type === "AVRO" ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
    metadata,
    ruleSet,
    schema,
    deleted,
  });
}

function subjectRecord(keytype: string, subject: string | null, value: object | null): TopicRecord {
  const named = subject === null ? {} : { subject };
  const key = JSON.stringify({ keytype, ...named, magic: 0 });
  return { key, value: value === null ? null : JSON.stringify({ ...named, ...value }) };
}

function nothing(problem: string | undefined): DecodedRecord {
  return { change: undefined, problem };
}
