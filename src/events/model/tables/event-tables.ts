import { z } from "zod";
import { didYouMean } from "../../../base/nearest.ts";
import type { ColumnCatalogue, ModelColumn } from "../columns/column-catalogue.ts";
import type { ModelRow } from "../columns/column-type.ts";
import { modelErrors } from "../errors.ts";
import type { MappingSet } from "../mappings/mapping-set.ts";
import { keyed } from "../yaml/yaml-file.ts";
import type { YamlFile, YamlPath } from "../yaml/yaml-file.ts";

const columnOrPrefix = z
  .string()
  .regex(/^[a-z][a-z0-9_]*\*?$/, { error: "a column, or the beginning of columns and *" });

export const tablesSchema = keyed({
  common: z.array(columnOrPrefix),
  tables: z.record(
    z
      .string()
      .regex(/^[A-Z][A-Za-z]*$/, { error: "a table's name begins with a capital and has letters only" }),
    keyed({
      about: z.string(),
      events: z.record(z.string(), z.union([z.literal("all"), z.array(z.int())])),
      columns: z.array(columnOrPrefix),
      cluster: z.array(z.string()).optional(),
    }),
  ),
});

type TablesFile = z.infer<typeof tablesSchema>;

/** The column of every table that holds, as JSON, what a row has beyond the table's columns. */
export const OTHER_COLUMN = "event_other";

/** One silver table. */
export interface EventTable {
  readonly name: string;
  readonly about: string;
  /** In order; the last is {@link OTHER_COLUMN}. */
  readonly columns: readonly ModelColumn[];
  /** Columns that queries filter by most. */
  readonly cluster: readonly string[];
  /** Ids by provider; `all`: whatever the provider writes. */
  readonly events: Readonly<Record<string, "all" | readonly number[]>>;
}

/** Which table an event belongs to, and what each table's columns are. */
export class EventTables {
  readonly #tables = new Map<string, EventTable>();
  readonly #byProvider = new Map<string, { readonly ids: Map<number, string>; all: string | undefined }>();
  readonly #mappings: MappingSet;

  /**
   * @param codedColumns columns whose words stand in `<column>_text`
   * @throws SpoorError MODEL_UNKNOWN_COLUMN; MODEL_YAML_SHAPE where an event is in two tables
   */
  constructor(
    file: YamlFile<TablesFile>,
    columns: ColumnCatalogue,
    mappings: MappingSet,
    codedColumns: ReadonlySet<string>,
  ) {
    this.#mappings = mappings;
    const { common, tables } = file.value;
    for (const [name, { about, events, columns: own, cluster = [] }] of Object.entries(tables)) {
      const expand = new ColumnList(columns, codedColumns, file);
      expand.addAll(common, ["common"]);
      expand.addAll(own, ["tables", name, "columns"]);
      for (const [index, column] of cluster.entries()) {
        expand.mustHave(column, ["tables", name, "cluster", index]);
      }
      expand.columns.push({
        name: OTHER_COLUMN,
        type: "json",
        description: "what the event has beyond the table's columns",
        group: "event",
      });
      this.#tables.set(name, { name, about, columns: expand.columns, cluster, events });
      this.#addEvents(name, events, file);
    }
  }

  #addEvents(table: string, events: EventTable["events"], file: YamlFile<TablesFile>): void {
    for (const [provider, ids] of Object.entries(events)) {
      const key = provider.toLowerCase();
      const known = this.#byProvider.get(key) ?? { ids: new Map<number, string>(), all: undefined };
      this.#byProvider.set(key, known);
      const clash = ids === "all" ? known.all : ids.find((id) => known.ids.has(id));
      if (clash !== undefined) {
        const other = typeof clash === "number" ? known.ids.get(clash) : clash;
        throw modelErrors.YAML_SHAPE({
          message: `events of '${provider}' are in two tables, '${other}' and '${table}'`,
          detail: typeof clash === "number" ? `event ${clash}` : "all events",
          place: file.place(["tables", table, "events", provider]),
        });
      }
      if (ids === "all") known.all = table;
      else for (const id of ids) known.ids.set(id, table);
    }
  }

  all(): readonly EventTable[] {
    return [...this.#tables.values()];
  }

  get(name: string): EventTable | undefined {
    return this.#tables.get(name);
  }

  /** The table of a row, or undefined where its kind of event has none. */
  tableOf(row: ModelRow): string | undefined {
    const { source_name: source, event_id: id } = row;
    if (typeof id !== "number") return undefined;
    const known =
      (typeof source === "string" ? this.#byProvider.get(source.toLowerCase()) : undefined) ??
      this.#byProvider.get(this.providerOf(row).toLowerCase());
    return known?.ids.get(id) ?? known?.all;
  }

  /** The row's provider under the name the mappings have for it; empty where it is not known. */
  providerOf({ source_name: source, log_name: log }: ModelRow): string {
    const provider = this.#mappings.providerOf(
      typeof source === "string" ? source : undefined,
      typeof log === "string" ? log : undefined,
    );
    return this.#mappings.canonicalName(provider ?? "");
  }
}

/** A table's columns as they are gathered: each once, with the words of codes behind their codes. */
class ColumnList {
  readonly columns: ModelColumn[] = [];
  readonly #names = new Set<string>();
  readonly #catalogue: ColumnCatalogue;
  readonly #coded: ReadonlySet<string>;
  readonly #file: YamlFile<unknown>;

  constructor(catalogue: ColumnCatalogue, coded: ReadonlySet<string>, file: YamlFile<unknown>) {
    this.#catalogue = catalogue;
    this.#coded = coded;
    this.#file = file;
  }

  addAll(entries: readonly string[], path: YamlPath): void {
    for (const [index, entry] of entries.entries()) {
      if (!entry.endsWith("*")) {
        this.#add(this.#catalogue.require(entry, this.#file, [...path, index]));
        continue;
      }
      const prefix = entry.slice(0, -1);
      const found = this.#catalogue.all().filter(({ name }) => name.startsWith(prefix));
      if (found.length === 0) {
        const names = this.#catalogue.all().map(({ name }) => `${name.split("_")[0]}_*`);
        throw modelErrors.UNKNOWN_COLUMN({
          message: `no column begins with '${prefix}'`,
          hint: didYouMean(entry, names),
          place: this.#file.place([...path, index]),
        });
      }
      for (const column of found) this.#add(column);
    }
  }

  mustHave(name: string, path: YamlPath): void {
    if (this.#names.has(name)) return;
    throw modelErrors.UNKNOWN_COLUMN({
      message: `the table has no column '${name}'`,
      hint: didYouMean(name, this.#names),
      place: this.#file.place(path),
    });
  }

  #add(column: ModelColumn): void {
    if (this.#names.has(column.name)) return;
    this.#names.add(column.name);
    this.columns.push(column);
    if (!this.#coded.has(column.name)) return;
    const words = this.#catalogue.get(`${column.name}_text`);
    if (words !== undefined) this.#add(words);
  }
}
