/**
 * The schema registry: Confluent's rules for registering, looking up and deleting schemas. A change is checked against the
 * state, written to the journal, and only then applied, so what was refused or not written has not happened.
 *
 * One thread, one writer. Subjects come checked by {@link checkedSubject} inside.
 *
 * One file because registering, deleting, settings and modes read and change one state together.
 */
import { assert } from "../../base/assert.ts";
import { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { DEFAULT_LEVEL, levelViolations } from "./compatibility-level.ts";
import { schemaErrors } from "./errors.ts";
import { isJsonObject } from "./exact-json.ts";
import { resolveReferences } from "./reference-resolution.ts";
import type {
  RegistryChange,
  RegistryConfig,
  RegistryJournal,
  RegistryMode,
  SchemaExtras,
  StoredVersion,
} from "./registry-change.ts";
import { RegistryState } from "./registry-state.ts";
import type { VersionEntry } from "./registry-state.ts";
import type { ParsedSchema } from "./schema-language.ts";
import { schemaLanguage } from "./schema-languages.ts";
import { VERSIONS_MAX, checkSchemaSize, checkedSubject } from "./schema-limits.ts";
import type { RegisteredSchema, SchemaReference, SchemaRegistry, SchemaText } from "./schema-registry.ts";

export interface Registration extends SchemaText, SchemaExtras {
  /** Only in mode IMPORT. */
  readonly id?: number | undefined;
  /** The next one, or any in mode IMPORT. */
  readonly version?: number | undefined;
}

export interface RegisterOptions {
  /** Undefined: as the subject's settings say. */
  readonly normalize?: boolean | undefined;
}

export type VersionRef = number | "latest";

interface PreparedSchema {
  readonly parsed: ParsedSchema;
  /** As it will be stored. */
  readonly schema: SchemaText & SchemaExtras;
}

export class RegistryCore implements SchemaRegistry {
  readonly state: RegistryState;
  readonly #journal: RegistryJournal;

  /** @param state what the journal held so far */
  constructor(journal: RegistryJournal, state = new RegistryState()) {
    this.#journal = journal;
    this.state = state;
  }

  byId(id: number): RegisteredSchema | undefined {
    return this.state.schemaById(id);
  }

  latest(subject: string): VersionEntry | undefined {
    return this.liveVersions(subject).at(-1);
  }

  version(subject: string, version: number): VersionEntry | undefined {
    const entry = this.state.version(subject, version);
    return entry?.deleted === false ? entry : undefined;
  }

  retire(subject: string): void {
    if (this.liveVersions(subject).length === 0) return;
    try {
      this.deleteSubject(subject, false);
    } catch (error) {
      if (!(error instanceof SpoorError && error.code === "SCHEMA_REFERENCED")) throw error;
    }
  }

  /** Versions that are not deleted, in rising order. */
  liveVersions(subject: string): VersionEntry[] {
    return this.state.versions(subject).filter(({ deleted }) => !deleted);
  }

  register(subject: string, schema: SchemaText): number {
    return this.registerVersion(subject, schema).id;
  }

  /**
   * @throws SCHEMA_INVALID, SCHEMA_INCOMPATIBLE, SCHEMA_REFERENCE_UNKNOWN, SCHEMA_TOO_LARGE, SCHEMA_NOT_PERMITTED,
   * SCHEMA_INVALID_SUBJECT, SCHEMA_STORE_FAILED
   */
  registerVersion(name: string, request: Registration, options: RegisterOptions = {}): VersionEntry {
    const subject = checkedSubject(name);
    this.#checkMayRegister(subject, request);
    const importing = this.modeInScope(subject) === "IMPORT";
    const prepared = this.prepare(subject, request, options);
    const { schema } = prepared;
    const knownIds = this.state.idsOf(schema);
    const wantedIds = request.id === undefined ? knownIds : knownIds.filter((each) => each === request.id);
    if (request.version === undefined) {
      const existing = this.liveVersions(subject).findLast((entry) => wantedIds.includes(entry.id));
      if (existing !== undefined) return existing;
    }
    if (!importing) this.#checkCompatible(subject, prepared);
    const version = this.#newVersion(subject, request.version, importing);
    const id = request.id ?? knownIds[0] ?? this.state.highestId + 1;
    if (!knownIds.includes(id)) this.#checkIdFree(id);
    const replaced = this.state.version(subject, version);
    if (replaced !== undefined && replaced.id !== id) this.#checkUnreferenced(replaced, true, () => true);
    const value: StoredVersion = { ...schema, id, deleted: false };
    this.#commit([
      ...this.#tombstonesOfSameId(subject, id, version),
      { kind: "schema", subject, version, value },
    ]);
    return this.state.version(subject, version)!;
  }

  /** The version of the subject that has this schema. @throws as for registering, but for the mode and the level */
  lookup(
    name: string,
    schema: SchemaText & SchemaExtras,
    options: RegisterOptions & { readonly deleted: boolean },
  ): VersionEntry | undefined {
    const subject = checkedSubject(name);
    const ids = this.state.idsOf(this.prepare(subject, schema, options).schema);
    const entries = options.deleted ? this.state.versions(subject) : this.liveVersions(subject);
    return entries.findLast((entry) => ids.includes(entry.id));
  }

  /**
   * Soft: the version is hidden, its id still gives the schema. Permanent: it is gone, and its number with it.
   * @returns the number that 'latest' stood for
   * @throws SCHEMA_UNKNOWN_SUBJECT, SCHEMA_UNKNOWN_VERSION, SCHEMA_VERSION_DELETED, SCHEMA_VERSION_NOT_DELETED,
   * SCHEMA_REFERENCED, SCHEMA_NOT_PERMITTED
   */
  deleteVersion(name: string, wanted: VersionRef, permanent: boolean): number {
    const subject = checkedSubject(name);
    const entry = this.#entryToDelete(subject, wanted);
    const { version } = entry;
    if (entry.deleted && !permanent) {
      throw schemaErrors.VERSION_DELETED({
        message: `version ${version} of subject '${subject}' is deleted already`,
        hint: "set permanent=true to delete it for good",
      });
    }
    this.#checkWritable(subject);
    this.#checkUnreferenced(entry, permanent, () => true);
    if (!permanent) {
      const { id, type, schema, references, metadata, ruleSet } = entry;
      const value = { id, type, schema, references, metadata, ruleSet, deleted: true };
      this.#commit([{ kind: "schema", subject, version, value }]);
      return version;
    }
    if (!entry.deleted) {
      throw schemaErrors.VERSION_NOT_DELETED({
        message: `version ${version} of subject '${subject}' was not deleted before being deleted permanently`,
      });
    }
    const last = this.state.versions(subject).length === 1;
    this.#commit([...this.#removals([entry]), ...(last ? this.#settingsRemoved(subject) : [])]);
    return version;
  }

  /**
   * @returns the versions that were deleted
   * @throws SCHEMA_UNKNOWN_SUBJECT, SCHEMA_SUBJECT_DELETED, SCHEMA_SUBJECT_NOT_DELETED, SCHEMA_REFERENCED, SCHEMA_NOT_PERMITTED
   */
  deleteSubject(name: string, permanent: boolean): number[] {
    const subject = checkedSubject(name);
    const all = this.state.versions(subject);
    const entries = permanent ? all : all.filter(({ deleted }) => !deleted);
    if (all.length === 0) throw this.unknownSubject(subject);
    if (entries.length === 0) {
      throw schemaErrors.SUBJECT_DELETED({
        message: `subject '${subject}' is deleted already`,
        hint: "set permanent=true to delete it for good",
      });
    }
    this.#checkWritable(subject);
    // What refers to it from inside goes with it.
    for (const entry of entries)
      this.#checkUnreferenced(entry, permanent, (other) => other.subject !== subject);
    if (permanent && entries.some(({ deleted }) => !deleted)) {
      throw schemaErrors.SUBJECT_NOT_DELETED({
        message: `subject '${subject}' was not deleted before being deleted permanently`,
      });
    }
    this.#commit(
      permanent
        ? [...this.#removals(entries.toReversed()), ...this.#settingsRemoved(subject)]
        : [{ kind: "delete-subject", subject, version: entries.at(-1)!.version }],
    );
    return entries.map(({ version }) => version);
  }

  /**
   * Why the schema may not be registered: against the versions given, by the subject's level.
   * @returns lines, or none
   */
  violations(subject: string, prepared: PreparedSchema, against: readonly VersionEntry[]): string[] {
    const config = this.configInScope(subject);
    const level = config.compatibilityLevel ?? DEFAULT_LEVEL;
    const group = config.compatibilityGroup;
    const compared =
      group === undefined
        ? against
        : against.filter(
            (entry) => metadataProperty(entry, group) === metadataProperty(prepared.schema, group),
          );
    if (level === "NONE" || compared.length === 0) return [];
    const other = compared.find(({ type }) => type !== prepared.schema.type);
    const lines =
      other === undefined
        ? levelViolations(
            level,
            prepared.parsed,
            compared.map((entry) => ({
              version: entry.version,
              text: entry.schema,
              parsed: () => this.#parsedEntry(entry),
            })),
          )
        : [
            `{errorType:'TYPE_MISMATCH', description:'the new schema is ${prepared.schema.type}, version ${other.version} is ${other.type}'}`,
          ];
    return lines.length === 0 ? [] : [...lines, `{compatibility: '${level}'}`];
  }

  /** Parses a schema and brings it into the form in which it would be stored. @throws SCHEMA_INVALID and others */
  prepare(subject: string, request: SchemaText & SchemaExtras, options: RegisterOptions): PreparedSchema {
    const { type, schema, references, metadata, ruleSet } = request;
    checkSchemaSize(schema, references);
    const normalize = options.normalize === true || this.configInScope(subject).normalize === true;
    const parsed = this.#parsed(type, schema, references, normalize);
    return { parsed, schema: { type, schema: parsed.text, references, metadata, ruleSet } };
  }

  /** The schema in another form than the one it is kept in. @throws SCHEMA_INVALID where its type has no such form */
  formatted({ type, schema, references }: SchemaText, format: string): string {
    const text = this.#parsed(type, schema, references, false).formatted(format);
    if (text !== undefined) return text;
    throw schemaErrors.INVALID({ message: `format '${format}' is not known for schemas of type ${type}` });
  }

  /** The settings that hold for the subject: its own, and what it leaves open from the global ones. */
  configInScope(subject: string | null): RegistryConfig {
    const own = subject === null ? undefined : this.state.config(subject);
    return { compatibilityLevel: DEFAULT_LEVEL, ...this.state.config(null), ...own };
  }

  modeInScope(subject: string | null): RegistryMode {
    const global = this.state.mode(null) ?? "READWRITE";
    if (global === "READONLY_OVERRIDE" || subject === null) return global;
    return this.state.mode(subject) ?? global;
  }

  /** Changes the settings that are given; null stands for: not set any more. @throws SCHEMA_NOT_PERMITTED */
  setConfig(
    name: string | null,
    change: { readonly [K in keyof RegistryConfig]: RegistryConfig[K] | null },
  ): void {
    const subject = name === null ? null : checkedSubject(name);
    this.#checkWritable(subject);
    const merged = Object.entries({ ...this.state.config(subject), ...change });
    const value = Object.fromEntries(merged.filter(([, each]) => each !== null && each !== undefined));
    this.#commit([{ kind: "config", subject, value }]);
  }

  /** @returns the settings that were there; undefined where there were none */
  removeConfig(name: string | null): RegistryConfig | undefined {
    const subject = name === null ? null : checkedSubject(name);
    const before = this.state.config(subject);
    if (before === undefined) return undefined;
    this.#checkWritable(subject);
    this.#commit([{ kind: "config", subject, value: null }]);
    return before;
  }

  /**
   * IMPORT wants an empty registry or subject, whose deleted versions are then forgotten, unless it is forced.
   * @throws SCHEMA_NOT_PERMITTED, SCHEMA_REFERENCED
   */
  setMode(name: string | null, mode: RegistryMode, force: boolean): void {
    const subject = name === null ? null : checkedSubject(name);
    const changes: RegistryChange[] = [];
    if (mode === "IMPORT" && this.modeInScope(subject) !== "IMPORT" && !force) {
      const subjects = subject === null ? this.state.subjects() : [subject];
      const entries = subjects.flatMap((each) => this.state.versions(each));
      if (entries.some(({ deleted }) => !deleted)) {
        throw schemaErrors.NOT_PERMITTED({
          message: "cannot import since there are subjects already",
          hint: "delete them, or set force=true",
        });
      }
      const inside = new Set(subjects);
      for (const entry of entries)
        this.#checkUnreferenced(entry, true, (other) => !inside.has(other.subject));
      changes.push(...this.#removals(entries.toReversed()), { kind: "clear-subject", subject });
    }
    this.#commit([...changes, { kind: "mode", subject, value: mode }]);
  }

  /** @returns the mode that was set; undefined where there was none */
  removeMode(name: string | null): RegistryMode | undefined {
    const subject = name === null ? null : checkedSubject(name);
    const before = this.state.mode(subject);
    if (before !== undefined) this.#commit([{ kind: "mode", subject, value: null }]);
    return before;
  }

  unknownSubject(subject: string): SpoorError {
    return schemaErrors.UNKNOWN_SUBJECT({
      message: `subject '${subject}' not found`,
      hint: didYouMean(subject, this.state.subjects()),
    });
  }

  #checkMayRegister(subject: string, request: Registration): void {
    this.#checkWritable(subject);
    const mode = this.modeInScope(subject);
    if (request.id !== undefined && mode !== "IMPORT") {
      throw schemaErrors.NOT_PERMITTED({
        message: `subject '${subject}' is not in import mode`,
        hint: "leave the id out, or set mode IMPORT",
      });
    }
    if (request.id === undefined && mode !== "READWRITE") {
      throw schemaErrors.NOT_PERMITTED({
        message: `subject '${subject}' is not in read-write mode`,
        detail: `its mode is ${mode}`,
        hint: "give an id, or set mode READWRITE",
      });
    }
  }

  #checkWritable(subject: string | null): void {
    const mode = this.modeInScope(subject);
    if (mode !== "READONLY" && mode !== "READONLY_OVERRIDE") return;
    const what = subject === null ? "the registry" : `subject '${subject}'`;
    throw schemaErrors.NOT_PERMITTED({ message: `${what} is in read-only mode` });
  }

  #checkCompatible(subject: string, prepared: PreparedSchema): void {
    const lines = this.violations(subject, prepared, this.liveVersions(subject));
    if (lines.length === 0) return;
    throw schemaErrors.INCOMPATIBLE({
      message: `the schema is incompatible with an earlier schema for subject '${subject}'`,
      detail: `[${lines.join(", ")}]`,
    });
  }

  #newVersion(subject: string, wanted: number | undefined, importing: boolean): number {
    const entries = this.state.versions(subject);
    const next = (entries.at(-1)?.version ?? 0) + 1;
    if (entries.length >= VERSIONS_MAX) {
      throw schemaErrors.TOO_LARGE({
        message: `subject '${subject}' has ${VERSIONS_MAX} versions`,
        hint: "delete old ones permanently",
      });
    }
    if (wanted === undefined || wanted === next || importing) return wanted ?? next;
    throw schemaErrors.INVALID({
      message: `version ${wanted} is not one more than the previous version`,
      detail: `the next version of subject '${subject}' is ${next}`,
    });
  }

  #checkIdFree(id: number): void {
    if (this.state.schemaById(id) === undefined) return;
    throw schemaErrors.NOT_PERMITTED({ message: `id ${id} is another schema already` });
  }

  /** Deleted versions below that had the same id make way for the new one, unless something refers to them. */
  #tombstonesOfSameId(subject: string, id: number, version: number): RegistryChange[] {
    return this.state
      .versions(subject)
      .filter((entry) => entry.deleted && entry.id === id && entry.version < version)
      .filter((entry) => this.state.referrers(subject, entry.version).length === 0)
      .map((entry) => ({ kind: "schema", subject, version: entry.version, value: null }));
  }

  #entryToDelete(subject: string, wanted: VersionRef): VersionEntry {
    const entries = this.state.versions(subject);
    if (entries.length === 0) throw this.unknownSubject(subject);
    const entry =
      wanted === "latest"
        ? entries.findLast(({ deleted }) => !deleted)
        : entries.find(({ version }) => version === wanted);
    if (entry !== undefined) return entry;
    throw schemaErrors.UNKNOWN_VERSION({ message: `version ${wanted} not found` });
  }

  #checkUnreferenced(
    entry: VersionEntry,
    permanent: boolean,
    counts: (other: VersionEntry) => boolean,
  ): void {
    const referrers = this.state
      .referrers(entry.subject, entry.version)
      .filter((other) => (permanent || !other.deleted) && counts(other));
    if (referrers.length === 0) return;
    const shown = referrers.slice(0, 5).map(({ subject, version }) => `'${subject}' version ${version}`);
    throw schemaErrors.REFERENCED({
      message: `version ${entry.version} of subject '${entry.subject}' is referred to`,
      detail: `by ${shown.join(", ")}${referrers.length > 5 ? " and others" : ""}`,
    });
  }

  /** The highest id is written down first: after compaction nothing else would tell that it was given out. */
  #removals(entries: readonly VersionEntry[]): RegistryChange[] {
    if (entries.length === 0) return [];
    return [
      { kind: "highest-id", id: this.state.highestId },
      ...entries.map(({ subject, version }) => ({ kind: "schema" as const, subject, version, value: null })),
    ];
  }

  #settingsRemoved(subject: string): RegistryChange[] {
    const changes: RegistryChange[] = [];
    if (this.state.mode(subject) !== undefined) changes.push({ kind: "mode", subject, value: null });
    if (this.state.config(subject) !== undefined) changes.push({ kind: "config", subject, value: null });
    return changes;
  }

  #parsedEntry(entry: VersionEntry): ParsedSchema {
    return this.#parsed(entry.type, entry.schema, entry.references, false);
  }

  #parsed(
    type: SchemaText["type"],
    text: string,
    references: readonly SchemaReference[],
    normalize: boolean,
  ): ParsedSchema {
    const find = ({ subject, version }: SchemaReference) => this.state.version(subject, version);
    return schemaLanguage(type).parse(text, resolveReferences(references, find), { normalize });
  }

  #commit(changes: readonly RegistryChange[]): void {
    this.#journal.append(changes);
    for (const change of changes) {
      const problem = this.state.apply(change);
      assert(problem === undefined, `a change that was checked can be applied: ${problem}`);
    }
  }
}

function metadataProperty({ metadata }: SchemaExtras, name: string): string | undefined {
  const properties = metadata?.["properties"];
  const value = isJsonObject(properties) ? properties[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
