/**
 * Everything a registry knows, in memory: versions by subject, schemas by id, who refers to whom, settings and modes.
 * Changes come through {@link RegistryState.apply} only.
 *
 * Invariants: an id never changes its schema, and ids are never given twice, not even after a permanent deletion; version
 * numbers of a subject only rise (deleted ones count as long as they are kept).
 */
import { createHash } from "node:crypto";
import { sortedJson } from "./exact-json.ts";
import type {
  RegistryChange,
  RegistryConfig,
  RegistryMode,
  SchemaExtras,
  StoredVersion,
} from "./registry-change.ts";
import { schemaLanguage } from "./schema-languages.ts";
import type { SchemaReference, SchemaText } from "./schema-registry.ts";

export interface VersionEntry extends StoredVersion {
  readonly subject: string;
  readonly version: number;
}

interface IdEntry {
  readonly schema: StoredVersion;
  readonly identity: string;
  /** Subject → versions that have the id, deleted ones too. */
  readonly uses: Map<string, Set<number>>;
}

export class RegistryState {
  /** Versions of a subject in rising order. */
  readonly #subjects = new Map<string, Map<number, VersionEntry>>();
  readonly #ids = new Map<number, IdEntry>();
  /** Mostly one; two registries that became one may have several. */
  readonly #idsByIdentity = new Map<string, Set<number>>();
  /** `subject:version` → versions that refer to it. */
  readonly #referrers = new Map<string, Set<VersionEntry>>();
  readonly #configs = new Map<string | null, RegistryConfig>();
  readonly #modes = new Map<string | null, RegistryMode>();
  #highestId = 0;

  get idCount(): number {
    return this.#ids.size;
  }

  get highestId(): number {
    return this.#highestId;
  }

  /** All subjects that have a version, deleted or not, by name. */
  subjects(): string[] {
    return [...this.#subjects.keys()].toSorted();
  }

  /** In rising order, deleted ones too. */
  versions(subject: string): VersionEntry[] {
    return [...(this.#subjects.get(subject)?.values() ?? [])].toSorted((a, b) => a.version - b.version);
  }

  version(subject: string, version: number): VersionEntry | undefined {
    return this.#subjects.get(subject)?.get(version);
  }

  schemaById(id: number): StoredVersion | undefined {
    return this.#ids.get(id)?.schema;
  }

  /** Versions with this id, deleted ones too, by subject. */
  versionsById(id: number): VersionEntry[] {
    const uses = [...(this.#ids.get(id)?.uses ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return uses.flatMap(([subject, versions]) =>
      [...versions].toSorted((a, b) => a - b).map((version) => this.version(subject, version)!),
    );
  }

  /** The ids of equal schemas, in whatever subjects, rising: one at most, but for registries that were imported. */
  idsOf(schema: SchemaText & SchemaExtras): readonly number[] {
    return [...(this.#idsByIdentity.get(identityOf(schema)) ?? [])].toSorted((a, b) => a - b);
  }

  referrers(subject: string, version: number): VersionEntry[] {
    return [...(this.#referrers.get(referenceKey({ subject, version })) ?? [])];
  }

  config(subject: string | null): RegistryConfig | undefined {
    return this.#configs.get(subject);
  }

  mode(subject: string | null): RegistryMode | undefined {
    return this.#modes.get(subject);
  }

  /** @returns why the change cannot be, in which case nothing has changed */
  apply(change: RegistryChange): string | undefined {
    switch (change.kind) {
      case "schema":
        return this.#applySchema(change.subject, change.version, change.value);
      case "config":
        setOrDelete(this.#configs, change.subject, change.value);
        return undefined;
      case "mode":
        setOrDelete(this.#modes, change.subject, change.value);
        return undefined;
      case "delete-subject":
        for (const entry of this.versions(change.subject)) {
          if (entry.version <= change.version) this.#put({ ...entry, deleted: true });
        }
        return undefined;
      case "clear-subject":
        for (const subject of change.subject === null ? this.subjects() : [change.subject]) {
          for (const entry of this.versions(subject)) if (entry.deleted) this.#remove(entry);
        }
        return undefined;
      case "highest-id":
        this.#highestId = Math.max(this.#highestId, change.id);
        return undefined;
    }
  }

  #applySchema(subject: string, version: number, value: StoredVersion | null): string | undefined {
    const before = this.version(subject, version);
    if (value === null) {
      if (before !== undefined) this.#remove(before);
      return undefined;
    }
    const known = this.#ids.get(value.id);
    const onlyUse = before?.id === value.id && known?.uses.size === 1 && known.uses.get(subject)?.size === 1;
    if (known !== undefined && !onlyUse && known.identity !== identityOf(value)) {
      return `id ${value.id} is another schema already`;
    }
    this.#put({ ...value, subject, version });
    return undefined;
  }

  #put(entry: VersionEntry): void {
    const before = this.version(entry.subject, entry.version);
    if (before !== undefined) this.#remove(before);
    const versions = this.#subjects.get(entry.subject) ?? new Map<number, VersionEntry>();
    this.#subjects.set(entry.subject, versions.set(entry.version, entry));
    this.#highestId = Math.max(this.#highestId, entry.id);
    const id = this.#ids.get(entry.id) ?? this.#newId(entry);
    const used = id.uses.get(entry.subject) ?? new Set();
    id.uses.set(entry.subject, used.add(entry.version));
    for (const reference of entry.references) {
      const key = referenceKey(reference);
      this.#referrers.set(key, (this.#referrers.get(key) ?? new Set()).add(entry));
    }
  }

  #newId(entry: VersionEntry): IdEntry {
    const { id, type, schema, references, metadata, ruleSet } = entry;
    const identity = identityOf(entry);
    const made = {
      schema: { id, type, schema, references, metadata, ruleSet, deleted: false },
      identity,
      uses: new Map(),
    };
    this.#ids.set(id, made);
    this.#idsByIdentity.set(identity, (this.#idsByIdentity.get(identity) ?? new Set()).add(id));
    return made;
  }

  #remove(entry: VersionEntry): void {
    const versions = this.#subjects.get(entry.subject);
    versions?.delete(entry.version);
    if (versions?.size === 0) this.#subjects.delete(entry.subject);
    for (const reference of entry.references) {
      const key = referenceKey(reference);
      const referrers = this.#referrers.get(key);
      referrers?.delete(entry);
      if (referrers?.size === 0) this.#referrers.delete(key);
    }
    const id = this.#ids.get(entry.id);
    const used = id?.uses.get(entry.subject);
    used?.delete(entry.version);
    if (used?.size === 0) id?.uses.delete(entry.subject);
    if (id === undefined || id.uses.size > 0) return;
    this.#ids.delete(entry.id);
    const equal = this.#idsByIdentity.get(id.identity);
    equal?.delete(entry.id);
    if (equal?.size === 0) this.#idsByIdentity.delete(id.identity);
  }
}

/** Equal schemas, by their language's rule, with equal references and extras have equal identities. */
function identityOf({ type, schema, references, metadata, ruleSet }: SchemaText & SchemaExtras): string {
  const parts = [
    type,
    schemaLanguage(type).identity(schema),
    references.map(({ name, subject, version }) => [name, subject, version]),
    sortedJson(metadata),
    sortedJson(ruleSet),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64");
}

function referenceKey({ subject, version }: Pick<SchemaReference, "subject" | "version">): string {
  return `${version}:${subject}`;
}

function setOrDelete<K, V>(map: Map<K, V>, key: K, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}
