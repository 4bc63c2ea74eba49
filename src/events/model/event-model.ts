import type { RawEvent } from "../shapes/raw-event.ts";
import { CodeTables } from "./codes/code-tables.ts";
import { ColumnCatalogue, columnGroupsSchema } from "./columns/column-catalogue.ts";
import type { ModelColumn } from "./columns/column-catalogue.ts";
import type { ModelRow } from "./columns/column-type.ts";
import { DerivationRules, derivationsSchema } from "./derivations/derivation-rules.ts";
import { describeColumns } from "./columns/column-description.ts";
import type { ColumnDescription } from "./columns/column-description.ts";
import { modelErrors } from "./errors.ts";
import { lintMapping } from "./mappings/mapping-lint.ts";
import type { LintFinding } from "./mappings/mapping-lint.ts";
import { MappingSet } from "./mappings/mapping-set.ts";
import type { MappingSummary, YamlText } from "./mappings/mapping-set.ts";
import { ownModelFiles, readText } from "./model-files.ts";
import type { ModelFiles } from "./model-files.ts";
import { DocumentColumns } from "./plan/document-columns.ts";
import { Normalizer } from "./plan/normalizer.ts";
import type { ColumnOrigin } from "./plan/normalizer.ts";
import type { PlanParts } from "./plan/event-plan.ts";
import { EventTables, tablesSchema } from "./tables/event-tables.ts";
import type { EventTable } from "./tables/event-tables.ts";
import { tableRow } from "./tables/table-row.ts";
import { EventView } from "./views/event-view.ts";
import type { ViewObject } from "./views/event-view.ts";
import { viewSchema } from "./views/view-file.ts";
import { didYouMean } from "../../base/nearest.ts";
import { readYaml } from "./yaml/yaml-file.ts";

export interface EventModelOptions {
  /** The users' mapping files: they add to ours and, rule by rule, go before them. */
  readonly mappings?: readonly YamlText[];
  /** The users' views; one with the name of ours replaces it. */
  readonly views?: readonly YamlText[];
  /** The users' code tables; their words go before ours. */
  readonly codes?: readonly YamlText[];
  /** All files in place of those that come with Spoor. */
  readonly files?: ModelFiles;
}

/**
 * Reads all files of the model and compiles them.
 * @throws SpoorError MODEL_… with the place in the file that is wrong
 */
export function loadEventModel(options: EventModelOptions = {}): EventModel {
  return new EventModel(options.files ?? ownModelFiles(), options);
}

/**
 * The event data model: every event as one row in OSSEM's words, whatever provider wrote it and whatever carried it; the
 * table its kind belongs to; and the same row in the words of other schemas. Holds no event; not reentrant.
 */
export class EventModel {
  /** A raw event as a row of the model. Never throws for what an event holds. */
  readonly normalize: (raw: RawEvent) => ModelRow;
  readonly #parts: PlanParts;
  readonly #normalizer: Normalizer;
  readonly #tables: EventTables;
  readonly #views = new Map<string, EventView>();

  constructor(files: ModelFiles, { mappings = [], views = [], codes = [] }: EventModelOptions) {
    const columns = new ColumnCatalogue();
    columns.declareAll(readYaml(files.columns.name, files.columns.text, columnGroupsSchema));
    const codeTables = new CodeTables(files.codes);
    for (const { name, text } of codes) codeTables.add(name, text);
    const mappingSet = new MappingSet([...files.mappings, ...mappings], columns);
    const derivations = new DerivationRules(
      readYaml(files.derivations.name, files.derivations.text, derivationsSchema),
      columns,
      codeTables,
    );
    this.#parts = { columns, codes: codeTables, derivations, mappings: mappingSet };
    this.#normalizer = new Normalizer(this.#parts);
    this.normalize = this.#normalizer.normalize;
    const coded = codedColumns(this.#parts);
    const tables = readYaml(files.tables.name, files.tables.text, tablesSchema);
    this.#tables = new EventTables(tables, columns, mappingSet, coded);
    for (const { name, text } of [...files.views, ...views]) {
      const view = new EventView(readYaml(name, text, viewSchema), columns, this.#tables);
      this.#views.set(view.name, view);
    }
  }

  /** A reader of a few columns that takes documents as they stand; each has memory of its own. */
  documentColumns(columns: readonly string[]): DocumentColumns {
    return new DocumentColumns(this.#normalizer, this.#parts, columns);
  }

  /** For each column of an event's row, where its value comes from. */
  explainEvent(raw: RawEvent): readonly ColumnOrigin[] {
    return this.#normalizer.explain(raw);
  }

  /** The mappings by provider. */
  listMappings(): readonly MappingSummary[] {
    return this.#parts.mappings.summaries();
  }

  /** What is wrong, or worth a look, in a mapping file; nothing is loaded. */
  lintMapping(file: YamlText): readonly LintFinding[] {
    return lintMapping(file, this.#parts);
  }

  /** @throws SpoorError MODEL_FOLDER_UNREADABLE */
  lintMappingFile(path: string): readonly LintFinding[] {
    return this.lintMapping(readText(path));
  }

  /** The silver table of a row, or undefined. */
  tableOf(row: ModelRow): string | undefined {
    return this.#tables.tableOf(row);
  }

  tables(): readonly EventTable[] {
    return this.#tables.all();
  }

  table(name: string): EventTable | undefined {
    return this.#tables.get(name);
  }

  /** The row as its table has it; undefined where it has none. */
  tableRow(row: ModelRow): { readonly table: EventTable; readonly row: ModelRow } | undefined {
    const name = this.tableOf(row);
    const table = name === undefined ? undefined : this.#tables.get(name);
    return table === undefined ? undefined : { table, row: tableRow(row, table) };
  }

  /** The row in the words of the Elastic Common Schema. */
  asEcs(row: ModelRow): ViewObject {
    return this.as("ecs", row);
  }

  /** The row in the words of the Open Cybersecurity Schema Framework. */
  asOcsf(row: ModelRow): ViewObject {
    return this.as("ocsf", row);
  }

  /** @throws SpoorError MODEL_UNKNOWN_VIEW */
  as(view: string, row: ModelRow): ViewObject {
    return this.view(view).apply(row);
  }

  /** @throws SpoorError MODEL_UNKNOWN_VIEW with the near name */
  view(name: string): EventView {
    const view = this.#views.get(name);
    if (view !== undefined) return view;
    throw modelErrors.UNKNOWN_VIEW({
      message: `there is no view '${name}'`,
      hint: didYouMean(name, this.#views.keys()) ?? `views: ${[...this.#views.keys()].join(", ")}`,
    });
  }

  views(): readonly EventView[] {
    return [...this.#views.values()];
  }

  column(name: string): ModelColumn | undefined {
    return this.#parts.columns.get(name);
  }

  /** Every column, its type, what it means, and who fills it. */
  columns(): readonly ColumnDescription[] {
    return describeColumns(this.#parts);
  }

  /** What the model is made of, for lint and documentation. */
  parts(): PlanParts {
    return this.#parts;
  }
}

const WORDED = new Set(["code", "access", "parameters"]);

/** Columns whose words stand in `<column>_text`: of coded fields, of the envelope, and those a derivation makes. */
function codedColumns({ mappings, derivations }: PlanParts): ReadonlySet<string> {
  const coded = new Set(["event_level", "event_task", "event_opcode", "event_keywords"]);
  for (const { column } of derivations.rules) {
    if (column.endsWith("_text")) coded.add(column.slice(0, -"_text".length));
  }
  for (const { rule } of mappings.allRules()) {
    if (rule.transform !== undefined && WORDED.has(rule.transform)) coded.add(rule.target);
  }
  return coded;
}
