/** Finds what a schema refers to, and what that refers to: dependencies first, each once. */
import { schemaErrors } from "./errors.ts";
import type { ResolvedReference } from "./schema-language.ts";
import type { SchemaReference, SchemaText } from "./schema-registry.ts";

export const REFERENCES_MAX = 200;
export const REFERENCE_DEPTH_MAX = 50;

/**
 * @param find the schema that a reference means, deleted ones too
 * @throws SCHEMA_REFERENCE_UNKNOWN, SCHEMA_TOO_LARGE
 */
export function resolveReferences(
  references: readonly SchemaReference[],
  find: (reference: SchemaReference) => SchemaText | undefined,
): ResolvedReference[] {
  const resolved = new Map<string, ResolvedReference>();
  const visit = (reference: SchemaReference, trail: readonly string[]): void => {
    const key = `${reference.name}\n${reference.subject}\n${reference.version}`;
    if (resolved.has(key)) return;
    const shown = `'${reference.name}' (subject '${reference.subject}', version ${reference.version})`;
    if (trail.includes(key)) {
      throw schemaErrors.REFERENCE_UNKNOWN({ message: `reference ${shown} leads back to itself` });
    }
    if (trail.length >= REFERENCE_DEPTH_MAX || resolved.size >= REFERENCES_MAX) {
      throw schemaErrors.TOO_LARGE({
        message: "the schema has too many references",
        detail: `at most ${REFERENCES_MAX}, and ${REFERENCE_DEPTH_MAX} deep, are followed`,
      });
    }
    const schema = find(reference);
    if (schema === undefined) {
      throw schemaErrors.REFERENCE_UNKNOWN({
        message: `reference ${shown} is not registered`,
        hint: "register the schema that is referred to first",
      });
    }
    for (const inner of schema.references) visit(inner, [...trail, key]);
    resolved.set(key, { reference, schema });
  };
  for (const reference of references) visit(reference, []);
  return [...resolved.values()];
}
