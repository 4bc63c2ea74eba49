/** Bodies, paths and query strings of the registry's routes, checked. */
import { z } from "zod";
import { schemaErrors } from "../../formats/registry/errors.ts";
import { isJsonObject } from "../../formats/registry/exact-json.ts";
import type { JsonObject, JsonValue } from "../../formats/registry/exact-json.ts";
import type { Registration, VersionRef } from "../../formats/registry/registry-core.ts";
import { schemaType } from "../../formats/registry/schema-languages.ts";
import type { ConfigChange, Page, Visibility } from "./registry-api.ts";

export type RegistryQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

const object = z
  .custom<JsonObject>((value) => isJsonObject(value as JsonValue))
  .nullish()
  .transform((value) => value ?? undefined);

/** What Confluent's clients may send and the registry does not carry out: empty only. */
const unused = z.union([z.null(), z.literal(false), z.array(z.never())]).optional();

const registrationSchema = z.strictObject({
  subject: z.string().nullish(),
  schema: z.string(),
  schemaType: z.string().nullish(),
  references: z
    .array(z.object({ name: z.string(), subject: z.string(), version: z.number().int() }))
    .nullish()
    .transform((value) => value ?? []),
  id: z.number().int().max(2_147_483_647).nullish(),
  version: z.number().int().max(2_147_483_647).nullish(),
  metadata: object,
  ruleSet: object,
  guid: z.string().nullish(),
  schemaTagsToAdd: unused,
  schemaTagsToRemove: unused,
  propagateSchemaTags: unused,
});

const configSchema = z.strictObject({
  compatibility: z.string().nullish(),
  compatibilityLevel: z.string().nullish(),
  normalize: z.boolean().nullish(),
  compatibilityGroup: z.string().nullish(),
  alias: unused,
  validateFields: unused,
  defaultMetadata: unused,
  overrideMetadata: unused,
  defaultRuleSet: unused,
  overrideRuleSet: unused,
});

const modeSchema = z.object({ mode: z.string() });

/** @throws SCHEMA_REQUEST_INVALID, SCHEMA_INVALID */
export function registration(body: unknown): Registration {
  const {
    schema,
    schemaType: type,
    references,
    id,
    version,
    metadata,
    ruleSet,
  } = checked(registrationSchema, body);
  return {
    type: schemaType(type ?? "AVRO"),
    schema,
    references,
    metadata,
    ruleSet,
    ...(typeof id === "number" && id >= 0 ? { id } : {}),
    ...(typeof version === "number" && version > 0 ? { version } : {}),
  };
}

/** @throws SCHEMA_REQUEST_INVALID, SCHEMA_INVALID_LEVEL */
export function configChange(body: unknown): ConfigChange {
  const { compatibility, compatibilityLevel, normalize, compatibilityGroup } = checked(configSchema, body);
  const change = { compatibility: compatibility ?? compatibilityLevel, normalize, compatibilityGroup };
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  if (given.length > 0) return Object.fromEntries(given);
  throw schemaErrors.INVALID_LEVEL({
    message: "the body sets nothing",
    hint: 'send an object such as {"compatibility": "BACKWARD"}',
  });
}

/** @throws SCHEMA_REQUEST_INVALID */
export function modeOf(body: unknown): string {
  return checked(modeSchema, body).mode;
}

/** @throws SCHEMA_INVALID_VERSION */
export function versionRef(text: string): VersionRef {
  if (text === "latest" || text === "-1") return "latest";
  const version = Number(text);
  if (/^\d{1,10}$/.test(text) && version >= 1 && version <= 2_147_483_647) return version;
  throw schemaErrors.INVALID_VERSION({
    message: `'${text}' is no version`,
    hint: "versions are whole numbers from 1 on, or 'latest'",
  });
}

/** @throws SCHEMA_UNKNOWN */
export function schemaId(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw schemaErrors.UNKNOWN({ message: `'${text}' is no schema id` });
}

/** `?deleted` and `?deleted=true` are both true. */
export function flag(query: RegistryQuery, name: string): boolean {
  const value = query[name];
  return value === "" || (typeof value === "string" && value.toLowerCase() === "true");
}

export function textParameter(query: RegistryQuery, name: string): string | undefined {
  const value = query[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function visibility(query: RegistryQuery): Visibility {
  return { deleted: flag(query, "deleted"), deletedOnly: flag(query, "deletedOnly") };
}

export function page(query: RegistryQuery): Page {
  const number = (name: string, otherwise: number): number => {
    const value = Number(textParameter(query, name) ?? otherwise);
    return Number.isInteger(value) ? value : otherwise;
  };
  return { offset: Math.max(0, number("offset", 0)), limit: number("limit", -1) };
}

function checked<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const { success, data, error } = schema.safeParse(body ?? {});
  if (success) return data;
  const detail = error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.length === 0 ? "the body" : issue.path.join(".")}: ${issue.message}`)
    .join("; ");
  throw schemaErrors.REQUEST_INVALID({ message: "the body does not fit the route", detail });
}
