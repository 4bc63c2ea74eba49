/** Changes of a registry, as its topic records them: the state is what they leave, applied in order. */
import type { CompatibilityLevel } from "./compatibility-level.ts";
import type { JsonObject } from "./exact-json.ts";
import type { SchemaText } from "./schema-registry.ts";

export const REGISTRY_MODES = ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT"] as const;
export type RegistryMode = (typeof REGISTRY_MODES)[number];

/** What else is registered with a schema and makes it another one; kept as it came, not looked into. */
export interface SchemaExtras {
  readonly metadata?: JsonObject | undefined;
  readonly ruleSet?: JsonObject | undefined;
}

export interface StoredVersion extends SchemaText, SchemaExtras {
  readonly id: number;
  readonly deleted: boolean;
}

/** Settings of a subject, or of all. What is not set is inherited. */
export interface RegistryConfig {
  readonly compatibilityLevel?: CompatibilityLevel | undefined;
  readonly normalize?: boolean | undefined;
  /** Only versions whose metadata has the same value under this name are compared. */
  readonly compatibilityGroup?: string | undefined;
}

/** `subject` null stands for all subjects; a value of null removes. */
export type RegistryChange =
  | {
      readonly kind: "schema";
      readonly subject: string;
      readonly version: number;
      readonly value: StoredVersion | null;
    }
  | { readonly kind: "config"; readonly subject: string | null; readonly value: RegistryConfig | null }
  | { readonly kind: "mode"; readonly subject: string | null; readonly value: RegistryMode | null }
  /** Deletes all versions up to this one, softly. */
  | { readonly kind: "delete-subject"; readonly subject: string; readonly version: number }
  /** Forgets deleted versions. */
  | { readonly kind: "clear-subject"; readonly subject: string | null }
  /** Ids up to this one were given out: they must not be given again even where nothing else tells of them. */
  | { readonly kind: "highest-id"; readonly id: number };

/** Where changes are kept. */
export interface RegistryJournal {
  /** Writes all of them, durably, or none. @throws SCHEMA_STORE_FAILED, SCHEMA_TOO_LARGE */
  append(changes: readonly RegistryChange[]): void;
}
