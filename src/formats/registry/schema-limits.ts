/** What the registry takes at most, and which subject names it takes. */
import { schemaErrors } from "./errors.ts";
import type { SchemaReference } from "./schema-registry.ts";

export const SCHEMA_BYTES_MAX = 1_000_000;
export const DIRECT_REFERENCES_MAX = 100;
export const SUBJECT_LENGTH_MAX = 512;
export const VERSIONS_MAX = 10_000;

/** @throws SCHEMA_TOO_LARGE, SCHEMA_INVALID */
export function checkSchemaSize(text: string, references: readonly SchemaReference[]): void {
  if (text.trim() === "") throw schemaErrors.INVALID({ message: "the schema is empty" });
  const bytes = Buffer.byteLength(text);
  if (bytes > SCHEMA_BYTES_MAX) {
    throw schemaErrors.TOO_LARGE({
      message: "the schema is too large",
      detail: `it has ${bytes} bytes; at most ${SCHEMA_BYTES_MAX} are taken`,
    });
  }
  if (references.length > DIRECT_REFERENCES_MAX) {
    throw schemaErrors.TOO_LARGE({
      message: "the schema has too many references",
      detail: `it has ${references.length}; at most ${DIRECT_REFERENCES_MAX} are taken`,
    });
  }
}

/**
 * The subject without the default context's prefix `:.:`.
 * @throws SCHEMA_INVALID_SUBJECT
 */
export function checkedSubject(name: string): string {
  const subject = name.startsWith(":.:") ? name.slice(3) : name;
  let problem: string | undefined;
  if (subject === "") problem = "the name is empty";
  else if (subject.length > SUBJECT_LENGTH_MAX) problem = `the name has ${subject.length} characters`;
  else if (/\p{Cc}/u.test(subject)) problem = "the name has a control character";
  else if (subject === "__GLOBAL" || subject === "__EMPTY") problem = "the name is reserved";
  else if (subject.startsWith(":.") || subject.startsWith(":*:")) problem = "contexts are not kept";
  if (problem === undefined) return subject;
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  throw schemaErrors.INVALID_SUBJECT({ message: `'${shown}' is no valid subject`, detail: problem });
}
