import type { ErrorPlace } from "../../../base/errors.ts";
import type { ColumnCatalogue } from "../columns/column-catalogue.ts";
import { readYaml } from "../yaml/yaml-file.ts";
import type { YamlFile, YamlPath } from "../yaml/yaml-file.ts";
import { mappingSchema, ruleParts } from "./mapping-file.ts";
import type { MappingFile, MappingRule, MessageRule, RuleParts } from "./mapping-file.ts";

/** A YAML file by the name that errors and explanations show. */
export interface YamlText {
  readonly name: string;
  readonly text: string;
}

/**
 * How special a rule is: the more special one wins; of equals the later file's. So a user's rule for one event goes before
 * our rule for it, and our rule for one event before a user's rule for the provider.
 */
export type RuleLevel = "any" | "provider" | "group" | "event";

/** One rule: where a field goes, and where that is written. */
export interface FieldRule extends RuleParts {
  readonly field: string;
  readonly level: RuleLevel;
  readonly file: YamlFile<MappingFile>;
  readonly path: YamlPath;
}

export function rulePlace(rule: FieldRule): ErrorPlace {
  return rule.file.place(rule.path);
}

/** How the rendered text is read where an event has no payload, and where that is written. */
export interface MessageRead {
  readonly rule: MessageRule;
  readonly file: YamlFile<MappingFile>;
  readonly path: YamlPath;
}

/** What the mappings say of one kind of event. */
export interface EventRules {
  readonly provider: string;
  readonly title: string | undefined;
  readonly name: string | undefined;
  readonly message: MessageRead | undefined;
  /** By the field's name as the provider spells it; null: it stays under its own name. */
  readonly fields: ReadonlyMap<string, FieldRule | null>;
}

/** The mapping that every provider's fields fall back to names itself so. */
const ANY_PROVIDER = "*";

interface ProviderLayers {
  readonly name: string;
  title: string | undefined;
  /** Rules for all of the provider's events, once asked for. */
  general: RuleTable | undefined;
  readonly files: YamlFile<MappingFile>[];
}

/** A rule and where it holds. */
export interface ProviderRule {
  readonly provider: string;
  readonly rule: FieldRule;
  readonly events: readonly number[];
}

/** What one provider's mapping covers. */
export interface MappingSummary {
  readonly provider: string;
  readonly title: string | undefined;
  readonly files: readonly string[];
  readonly events: readonly { readonly id: number; readonly name: string | undefined }[];
  readonly fields: number;
}

/** The mapping files of all providers, ours and then the users', merged when a kind of event is first met. */
export class MappingSet {
  readonly #providers = new Map<string, ProviderLayers>();
  readonly #byLog = new Map<string, string>();
  readonly #files: YamlFile<MappingFile>[] = [];
  #anyRules: RuleTable | undefined;

  /**
   * Columns that the files declare are added to `columns`.
   * @throws SpoorError MODEL_YAML_SYNTAX, MODEL_YAML_SHAPE, MODEL_COLUMN_TYPE
   */
  constructor(texts: readonly YamlText[], columns: ColumnCatalogue) {
    for (const { name, text } of texts) this.#add(readYaml(name, text, mappingSchema), columns);
  }

  #add(file: YamlFile<MappingFile>, columns: ColumnCatalogue): void {
    const { provider, also = [], title, logs = [], columns: declared = {} } = file.value;
    const key = provider.toLowerCase();
    const layers = this.#providers.get(key) ?? { name: provider, title, general: undefined, files: [] };
    for (const [name, declaration] of Object.entries(declared)) {
      columns.declare(layers.title ?? provider, name, declaration, () => file.place(["columns", name]));
    }
    layers.files.push(file);
    layers.title = title ?? layers.title;
    for (const name of [provider, ...also]) this.#providers.set(name.toLowerCase(), layers);
    for (const log of logs) this.#byLog.set(log.toLowerCase(), provider);
    this.#files.push(file);
  }

  files(): readonly YamlFile<MappingFile>[] {
    return this.#files;
  }

  /** The provider whose mapping an event takes: by its own name, else by its log. */
  providerOf(providerName: string | undefined, channel: string | undefined): string | undefined {
    if (providerName !== undefined && this.#providers.has(providerName.toLowerCase())) return providerName;
    return this.#byLog.get((channel ?? "").toLowerCase()) ?? providerName;
  }

  /** The name under which the mappings have a provider: its own where it goes by others too. */
  canonicalName(provider: string): string {
    return this.#providers.get(provider.toLowerCase())?.name ?? provider;
  }

  /** All rules for one kind of event; for providers without a mapping those for any provider. */
  rulesFor(provider: string | undefined, eventId: number | undefined): EventRules {
    const layers = provider === undefined ? undefined : this.#providers.get(provider.toLowerCase());
    const files = layers?.files ?? [];
    const fields = this.#generalRules(layers).copy();
    for (const level of ["group", "event"] as const) {
      for (const file of files) {
        for (const found of fileRules(file)) {
          const isOfEvent = found.level === level && eventId !== undefined && found.events.includes(eventId);
          if (isOfEvent) fields.set(found.field, found.rule);
        }
      }
    }
    const name = files.findLast(({ value }) => value.events?.[eventId ?? -1]?.name !== undefined)?.value
      .events?.[eventId ?? -1]?.name;
    return {
      provider: layers?.name ?? provider ?? "",
      title: layers?.title,
      name,
      message: messageRead(files, eventId),
      fields: fields.rules,
    };
  }

  /** Every rule of every file, and the events it is for (none: all that have the field). */
  *allRules(): Generator<ProviderRule> {
    for (const file of this.#files) {
      const provider = this.canonicalName(file.value.provider);
      for (const { rule, events } of fileRules(file)) if (rule !== null) yield { provider, rule, events };
    }
  }

  /** Every rule for rendered texts. */
  *allMessageRules(): Generator<MessageRead> {
    for (const file of this.#files) {
      const { message, events = {} } = file.value;
      if (message !== undefined) yield { rule: message, file, path: ["message"] };
      for (const [id, event] of Object.entries(events)) {
        if (event.message !== undefined) yield { rule: event.message, file, path: ["events", id, "message"] };
      }
    }
  }

  #generalRules(layers: ProviderLayers | undefined): RuleTable {
    const known = layers === undefined ? this.#anyRules : layers.general;
    if (known !== undefined) return known;
    const rules = new RuleTable();
    const any = this.#providers.get(ANY_PROVIDER);
    for (const file of [...(any?.files ?? []), ...(layers === any ? [] : (layers?.files ?? []))]) {
      for (const { field, rule, level } of fileRules(file)) {
        if (level === "any" || level === "provider") rules.set(field, rule);
      }
    }
    if (layers === undefined) this.#anyRules = rules;
    else layers.general = rules;
    return rules;
  }

  /** The ids that a provider's mapping names, ascending. */
  eventIds(provider: string): readonly number[] {
    const ids = new Set<number>();
    for (const { value } of this.#providers.get(provider.toLowerCase())?.files ?? []) {
      for (const id of Object.keys(value.events ?? {})) ids.add(Number(id));
      for (const group of value.groups ?? []) for (const id of group.events) ids.add(id);
    }
    return [...ids].toSorted((a, b) => a - b);
  }

  /** Providers by name. */
  providers(): readonly string[] {
    const names = new Set([...this.#providers.values()].map(({ name }) => name));
    return [...names].toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  }

  summaries(): readonly MappingSummary[] {
    return this.providers().map((provider) => {
      const { title, files } = this.#providers.get(provider.toLowerCase())!;
      const fields = new Set(
        files.flatMap((file) => fileRules(file).map(({ field }) => field.toLowerCase())),
      );
      return {
        provider,
        title,
        files: files.map(({ name }) => name),
        events: this.eventIds(provider).map((id) => ({
          id,
          name: files.findLast(({ value }) => value.events?.[id]?.name !== undefined)?.value.events?.[id]
            ?.name,
        })),
        fields: fields.size,
      };
    });
  }
}

/** The last file's rule for the event, else the last file's for the provider. */
function messageRead(
  files: readonly YamlFile<MappingFile>[],
  eventId: number | undefined,
): MessageRead | undefined {
  let ofProvider: MessageRead | undefined;
  let ofEvent: MessageRead | undefined;
  for (const file of files) {
    const { message, events } = file.value;
    if (message !== undefined) ofProvider = { rule: message, file, path: ["message"] };
    const rule = eventId === undefined ? undefined : events?.[eventId]?.message;
    if (rule !== undefined) ofEvent = { rule, file, path: ["events", eventId!, "message"] };
  }
  return ofEvent ?? ofProvider;
}

interface FileRule {
  readonly field: string;
  readonly rule: FieldRule | null;
  readonly level: RuleLevel;
  readonly events: readonly number[];
}

const rulesOfFiles = new WeakMap<YamlFile<MappingFile>, readonly FileRule[]>();

function fileRules(file: YamlFile<MappingFile>): readonly FileRule[] {
  let rules = rulesOfFiles.get(file);
  if (rules === undefined) {
    rules = [...readRules(file)];
    rulesOfFiles.set(file, rules);
  }
  return rules;
}

function* readRules(file: YamlFile<MappingFile>): Generator<FileRule> {
  const { provider, fields = {}, groups = [], events = {} } = file.value;
  const level = provider === ANY_PROVIDER ? "any" : "provider";
  yield* rulesIn(file, fields, { level, events: [], path: ["fields"] });
  for (const [index, group] of groups.entries()) {
    const path = ["groups", index, "fields"];
    yield* rulesIn(file, group.fields, { level: "group", events: group.events, path });
  }
  for (const [id, event] of Object.entries(events)) {
    const path = ["events", Number(id), "fields"];
    yield* rulesIn(file, event.fields ?? {}, { level: "event", events: [Number(id)], path });
  }
}

function* rulesIn(
  file: YamlFile<MappingFile>,
  rules: Readonly<Record<string, MappingRule>>,
  at: Pick<FileRule, "level" | "events"> & { readonly path: YamlPath },
): Generator<FileRule> {
  const { level, events } = at;
  for (const [field, rule] of Object.entries(rules)) {
    const path = [...at.path, field];
    yield {
      field,
      level,
      events,
      rule: rule === null ? null : { ...ruleParts(rule), field, level, file, path },
    };
  }
}

/** Rules by field; a field that a later rule spells in another case is the same field. */
class RuleTable {
  readonly rules: Map<string, FieldRule | null>;
  readonly #spelling: Map<string, string>;

  constructor(rules = new Map<string, FieldRule | null>(), spelling = new Map<string, string>()) {
    this.rules = rules;
    this.#spelling = spelling;
  }

  set(field: string, rule: FieldRule | null): void {
    const lower = field.toLowerCase();
    const before = this.#spelling.get(lower);
    if (before !== undefined && before !== field) this.rules.delete(before);
    this.#spelling.set(lower, field);
    this.rules.set(field, rule);
  }

  copy(): RuleTable {
    return new RuleTable(new Map(this.rules), new Map(this.#spelling));
  }
}
