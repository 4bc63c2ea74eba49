/**
 * What the REST routes of the registry answer, in Confluent's JSON bodies (Schema Registry API reference). AVRO and empty lists
 * go without saying in them, as with Confluent's.
 */
import { SpoorError } from "../../base/errors.ts";
import { compatibilityLevel } from "../../formats/registry/compatibility-level.ts";
import { schemaErrors } from "../../formats/registry/errors.ts";
import type { RegistryConfig, RegistryMode, SchemaExtras } from "../../formats/registry/registry-change.ts";
import { REGISTRY_MODES } from "../../formats/registry/registry-change.ts";
import type {
  RegisterOptions,
  Registration,
  RegistryCore,
  VersionRef,
} from "../../formats/registry/registry-core.ts";
import type { VersionEntry } from "../../formats/registry/registry-state.ts";
import { SCHEMA_TYPES } from "../../formats/registry/schema-languages.ts";
import { checkedSubject } from "../../formats/registry/schema-limits.ts";
import type { SchemaText, SchemaType } from "../../formats/registry/schema-registry.ts";
import { didYouMean } from "../../base/nearest.ts";

export interface SchemaBody extends SchemaExtras {
  readonly schemaType?: SchemaType;
  readonly schema: string;
  readonly references?: SchemaText["references"];
}

export interface SchemaByIdBody extends SchemaBody {
  readonly maxId?: number;
}

export interface VersionBody extends SchemaBody {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly deleted?: true;
}

export interface ConfigBody {
  readonly compatibilityLevel?: string;
  readonly normalize?: boolean;
  readonly compatibilityGroup?: string;
}

/** Null takes a setting away. */
export interface ConfigChange {
  readonly compatibility?: string | null | undefined;
  readonly normalize?: boolean | null | undefined;
  readonly compatibilityGroup?: string | null | undefined;
}

export interface Page {
  readonly offset: number;
  /** −1: no limit. */
  readonly limit: number;
}

export interface Visibility {
  readonly deleted: boolean;
  readonly deletedOnly?: boolean;
}

export interface CompatibilityBody {
  readonly is_compatible: boolean;
  readonly messages?: readonly string[];
}

export class RegistryApi {
  readonly #core: RegistryCore;

  constructor(core: RegistryCore) {
    this.#core = core;
  }

  types(): readonly string[] {
    return SCHEMA_TYPES;
  }

  /** @throws SCHEMA_UNKNOWN */
  schemaById(
    id: number,
    options: { format: string; subject: string | undefined; maxId: boolean },
  ): SchemaByIdBody {
    const schema = this.#core.state.schemaById(id);
    const wanted = options.subject === undefined ? undefined : checkedSubject(options.subject);
    const inSubject =
      wanted === undefined || this.#core.state.versionsById(id).some(({ subject }) => subject === wanted);
    if (schema === undefined || !inSubject) throw unknownId(id);
    const body = schemaBody(this.#formatted(schema, options.format));
    return options.maxId ? { ...body, maxId: this.#core.state.highestId } : body;
  }

  /** @throws SCHEMA_UNKNOWN */
  versionsById(
    id: number,
    { deleted }: Visibility,
    subject?: string,
  ): { subject: string; version: number }[] {
    if (this.#core.state.schemaById(id) === undefined) throw unknownId(id);
    return this.#core.state
      .versionsById(id)
      .filter((entry) => (deleted || !entry.deleted) && (subject === undefined || entry.subject === subject))
      .map(({ subject: name, version }) => ({ subject: name, version }));
  }

  subjectsById(id: number, visibility: Visibility, subject?: string): string[] {
    return [...new Set(this.versionsById(id, visibility, subject).map((entry) => entry.subject))];
  }

  schemas(prefix: string, { deleted }: Visibility, latestOnly: boolean, page: Page): VersionBody[] {
    const entries = this.#subjectsWith(prefix).flatMap((subject) => {
      const versions = this.#core.state.versions(subject).filter((entry) => deleted || !entry.deleted);
      return latestOnly ? versions.slice(-1) : versions;
    });
    return paged(entries, page).map(versionBody);
  }

  subjects(prefix: string, visibility: Visibility, page: Page): string[] {
    const subjects = this.#subjectsWith(prefix).filter((subject) => {
      const versions = this.#core.state.versions(subject);
      const live = versions.some((entry) => !entry.deleted);
      return visibility.deletedOnly === true ? !live : live || visibility.deleted;
    });
    return paged(subjects, page);
  }

  /** @throws SCHEMA_UNKNOWN_SUBJECT */
  versions(name: string, { deleted, deletedOnly = false }: Visibility, page: Page): number[] {
    const subject = checkedSubject(name);
    const all = this.#core.state.versions(subject);
    const visible = all.filter((entry) => (deletedOnly ? entry.deleted : deleted || !entry.deleted));
    if (visible.length === 0) throw this.#core.unknownSubject(subject);
    return paged(visible, page).map(({ version }) => version);
  }

  /** @throws SCHEMA_UNKNOWN_SUBJECT, SCHEMA_UNKNOWN_VERSION */
  version(name: string, wanted: VersionRef, deleted: boolean, format: string): VersionBody {
    return versionBody(this.#formatted(this.#entry(name, wanted, deleted), format));
  }

  referencedBy(name: string, wanted: VersionRef, deleted: boolean, page: Page): number[] {
    const { subject, version } = this.#entry(name, wanted, true);
    const referrers = this.#core.state
      .referrers(subject, version)
      .filter((entry) => deleted || !entry.deleted);
    return paged(
      [...new Set(referrers.map(({ id }) => id))].toSorted((a, b) => a - b),
      page,
    );
  }

  /** @throws SCHEMA_UNKNOWN_SUBJECT, SCHEMA_UNKNOWN */
  lookup(name: string, request: Registration, deleted: boolean, options: RegisterOptions): VersionBody {
    const subject = checkedSubject(name);
    const versions = this.#core.state.versions(subject).filter((entry) => deleted || !entry.deleted);
    if (versions.length === 0) throw this.#core.unknownSubject(subject);
    const found = this.#core.lookup(subject, this.#withVersions(request), { ...options, deleted });
    if (found !== undefined) return versionBody(found);
    throw schemaErrors.UNKNOWN({
      message: "schema not found",
      detail: `subject '${subject}' has no such schema`,
    });
  }

  register(name: string, request: Registration, options: RegisterOptions): VersionBody {
    return versionBody(this.#core.registerVersion(name, this.#withVersions(request), options));
  }

  deleteVersion(name: string, wanted: VersionRef, permanent: boolean): number {
    return this.#core.deleteVersion(name, wanted, permanent);
  }

  deleteSubject(name: string, permanent: boolean): number[] {
    return this.#core.deleteSubject(name, permanent);
  }

  /** @param wanted one version, or undefined for those that registering would look at */
  compatibility(
    name: string,
    wanted: VersionRef | undefined,
    request: Registration,
    options: RegisterOptions & { readonly verbose: boolean },
  ): CompatibilityBody {
    const subject = checkedSubject(name);
    const versions = this.#core.liveVersions(subject);
    const against = wanted === undefined ? versions : versions.filter(({ version }) => version === wanted);
    if (typeof wanted === "number" && against.length === 0) throw unknownVersion(wanted);
    try {
      const prepared = this.#core.prepare(subject, this.#withVersions(request), options);
      const lines = this.#core.violations(
        subject,
        prepared,
        wanted === "latest" ? versions.slice(-1) : against,
      );
      return compatibilityBody(lines, options.verbose);
    } catch (error) {
      if (!options.verbose || !(error instanceof SpoorError) || error.code !== "SCHEMA_INVALID") throw error;
      return compatibilityBody(
        [`${error.message}${error.detail === undefined ? "" : `: ${error.detail}`}`],
        true,
      );
    }
  }

  /** @throws SCHEMA_LEVEL_NOT_SET */
  config(name: string | null, defaultToGlobal: boolean): ConfigBody {
    const subject = name === null ? null : checkedSubject(name);
    const own = subject === null || defaultToGlobal ? undefined : this.#core.state.config(subject);
    if (subject === null || defaultToGlobal) return configBody(this.#core.configInScope(subject));
    if (own !== undefined) return configBody(own);
    throw schemaErrors.LEVEL_NOT_SET({
      message: `subject '${subject}' does not have subject-level compatibility configured`,
    });
  }

  /** @throws SCHEMA_INVALID_LEVEL, SCHEMA_NOT_PERMITTED */
  setConfig(name: string | null, change: ConfigChange): ConfigChange {
    const { compatibility, normalize, compatibilityGroup } = change;
    const level = typeof compatibility === "string" ? compatibilityLevel(compatibility) : compatibility;
    this.#core.setConfig(name, {
      ...(level === undefined ? {} : { compatibilityLevel: level }),
      ...(normalize === undefined ? {} : { normalize }),
      ...(compatibilityGroup === undefined ? {} : { compatibilityGroup }),
    });
    return change;
  }

  /** @throws SCHEMA_UNKNOWN_SUBJECT */
  deleteConfig(name: string | null): ConfigBody {
    const before = this.#core.removeConfig(name);
    if (before === undefined && name !== null) throw this.#core.unknownSubject(checkedSubject(name));
    return configBody(before ?? this.#core.configInScope(null));
  }

  /** @throws SCHEMA_MODE_NOT_SET */
  mode(name: string | null, defaultToGlobal: boolean): { readonly mode: RegistryMode } {
    const subject = name === null ? null : checkedSubject(name);
    if (subject === null || defaultToGlobal) return { mode: this.#core.modeInScope(subject) };
    const mode = this.#core.state.mode(subject);
    if (mode !== undefined) return { mode };
    throw schemaErrors.MODE_NOT_SET({
      message: `subject '${subject}' does not have subject-level mode configured`,
    });
  }

  /** @throws SCHEMA_INVALID_MODE, SCHEMA_NOT_PERMITTED, SCHEMA_REFERENCED */
  setMode(name: string | null, text: string, force: boolean): { readonly mode: RegistryMode } {
    const mode = REGISTRY_MODES.find((each) => each === text.toUpperCase());
    if (mode === undefined) {
      throw schemaErrors.INVALID_MODE({
        message: `'${text}' is no mode`,
        detail: `modes are ${REGISTRY_MODES.join(", ")}`,
        hint: didYouMean(text, REGISTRY_MODES),
      });
    }
    this.#core.setMode(name, mode, force);
    return { mode };
  }

  /** @throws SCHEMA_UNKNOWN_SUBJECT */
  deleteMode(name: string | null): { readonly mode: RegistryMode } {
    const before = this.#core.removeMode(name);
    if (before === undefined && name !== null) throw this.#core.unknownSubject(checkedSubject(name));
    return { mode: before ?? this.#core.modeInScope(null) };
  }

  #entry(name: string, wanted: VersionRef, deleted: boolean): VersionEntry {
    const subject = checkedSubject(name);
    const versions = this.#core.state.versions(subject).filter((entry) => deleted || !entry.deleted);
    if (versions.length === 0) throw this.#core.unknownSubject(subject);
    const entry = wanted === "latest" ? versions.at(-1) : versions.find(({ version }) => version === wanted);
    if (entry === undefined) throw unknownVersion(wanted);
    return entry;
  }

  #formatted<S extends SchemaText>(schema: S, format: string): S {
    return format === "" ? schema : { ...schema, schema: this.#core.formatted(schema, format) };
  }

  /** A reference to version −1 means the latest, which is what is kept. */
  #withVersions(request: Registration): Registration {
    const references = request.references.map((reference) => {
      if (reference.version !== -1) return reference;
      return { ...reference, version: this.#core.latest(reference.subject)?.version ?? -1 };
    });
    return { ...request, references };
  }

  #subjectsWith(prefix: string): string[] {
    const wanted = prefix === ":*:" || prefix === ":.:" ? "" : prefix;
    return this.#core.state.subjects().filter((subject) => subject.startsWith(wanted));
  }
}

function paged<T>(items: readonly T[], { offset, limit }: Page): T[] {
  return items.slice(offset, limit < 0 ? undefined : offset + limit);
}

function schemaBody({ type, schema, references, metadata, ruleSet }: SchemaText & SchemaExtras): SchemaBody {
  return {
    ...(type === "AVRO" ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(ruleSet === undefined ? {} : { ruleSet }),
    schema,
  };
}

function versionBody(entry: VersionEntry): VersionBody {
  const { subject, version, id } = entry;
  return { subject, version, id, ...schemaBody(entry), ...(entry.deleted ? { deleted: true } : {}) };
}

function configBody({
  compatibilityLevel: level,
  normalize,
  compatibilityGroup,
}: RegistryConfig): ConfigBody {
  return {
    ...(level === undefined ? {} : { compatibilityLevel: level }),
    ...(normalize === undefined ? {} : { normalize }),
    ...(compatibilityGroup === undefined ? {} : { compatibilityGroup }),
  };
}

function compatibilityBody(lines: readonly string[], verbose: boolean): CompatibilityBody {
  return { is_compatible: lines.length === 0, ...(verbose ? { messages: lines } : {}) };
}

function unknownId(id: number): Error {
  return schemaErrors.UNKNOWN({ message: `schema ${id} not found` });
}

function unknownVersion(version: VersionRef): Error {
  return schemaErrors.UNKNOWN_VERSION({ message: `version ${version} not found` });
}
