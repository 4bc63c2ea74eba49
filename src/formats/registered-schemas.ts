/**
 * Schemas of a registry, parsed once: an id never changes its schema. At most {@link CACHED_MAX} are kept for each
 * registry, the oldest go first.
 */
import { formatErrors } from "./errors.ts";
import { resolveReferences } from "./registry/reference-resolution.ts";
import type { RegisteredSchema, SchemaRegistry, SchemaText } from "./registry/schema-registry.ts";
import type { SchemaFormat, WriterSchema } from "./schema-format.ts";

const CACHED_MAX = 500;

const caches = new WeakMap<SchemaRegistry, Map<string, WriterSchema>>();

/** Undefined where the registry has no such schema, or it is of another type. @throws SCHEMA_INVALID */
export function schemaById(
  registry: SchemaRegistry,
  format: SchemaFormat,
  id: number,
): WriterSchema | undefined {
  const cache = caches.get(registry) ?? new Map<string, WriterSchema>();
  caches.set(registry, cache);
  const key = `${format.type} ${id}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const registered = registry.byId(id);
  if (registered?.type !== format.type) return undefined;
  const parsed = parseSchema(registry, format, registered);
  putBounded(cache, key, parsed, CACHED_MAX);
  return parsed;
}

export function parseSchema(registry: SchemaRegistry, format: SchemaFormat, text: SchemaText): WriterSchema {
  const references = resolveReferences(text.references, ({ subject, version }) =>
    registry.version(subject, version),
  );
  return format.parse(text.schema, references);
}

/** @throws FORMAT_SCHEMA_UNKNOWN */
export function registeredSchema(
  registry: SchemaRegistry,
  format: SchemaFormat,
  id: number,
): RegisteredSchema {
  const registered = registry.byId(id);
  if (registered?.type === format.type) return registered;
  throw formatErrors.SCHEMA_UNKNOWN({
    message:
      registered === undefined
        ? `the schema registry has no schema ${id}`
        : `schema ${id} is a schema of type ${registered.type}, not ${format.type}`,
  });
}

/** Puts an entry, for which the oldest leave. */
export function putBounded<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
