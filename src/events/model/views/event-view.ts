import type { ColumnCatalogue } from "../columns/column-catalogue.ts";
import type { ModelRow, ModelValue } from "../columns/column-type.ts";
import { modelErrors } from "../errors.ts";
import type { EventTables } from "../tables/event-tables.ts";
import { timeText } from "../transforms/time-text.ts";
import type { YamlFile, YamlPath } from "../yaml/yaml-file.ts";
import type { ValueForm, ViewConstant, ViewFile, ViewSource } from "./view-file.ts";

/** A value of a view: JSON, and bigints where a number has more than 53 bits. */
export type ViewValue = ModelValue | readonly ViewValue[] | ViewObject;

export interface ViewObject {
  [name: string]: ViewValue;
}

/** One name of a view for one kind of event: where its value stands and what it is made of. */
interface ViewStep {
  readonly path: readonly string[];
  readonly columns: readonly string[];
  readonly value: (row: ModelRow) => ViewValue;
}

/** What a view does with the events of one table, provider and id. */
interface ViewPlan {
  readonly constants: readonly { readonly path: readonly string[]; readonly value: ViewConstant }[];
  readonly steps: readonly ViewStep[];
  /** Columns the view has a name for. */
  readonly named: ReadonlySet<string>;
}

const PLANS_MAX = 8192;

/** Rows of the model under the names of another schema, as a view's file says. */
export class EventView {
  readonly name: string;
  readonly about: string;
  readonly #file: YamlFile<ViewFile>;
  readonly #columns: ColumnCatalogue;
  readonly #tables: EventTables;
  readonly #plans = new Map<string, ViewPlan>();

  /** @throws SpoorError MODEL_UNKNOWN_COLUMN; MODEL_YAML_SHAPE where one name would be both a value and an object */
  constructor(file: YamlFile<ViewFile>, columns: ColumnCatalogue, tables: EventTables) {
    this.name = file.value.view;
    this.about = file.value.about;
    this.#file = file;
    this.#columns = columns;
    this.#tables = tables;
    this.#check();
  }

  /** Nulls are left out. */
  readonly apply = (row: ModelRow): ViewObject => {
    const plan = this.#planFor(row);
    const out: ViewObject = {};
    for (const { path, value } of plan.constants) setAt(out, path, value);
    for (const { path, value } of plan.steps) {
      const made = value(row);
      if (made !== null) setAt(out, path, made);
    }
    for (const [name, { of, times, plus }] of Object.entries(this.#file.value.sums ?? {})) {
      const [left, right] = [getAt(out, this.#path(of)), getAt(out, this.#path(plus))];
      if (typeof left === "number" && typeof right === "number")
        setAt(out, this.#path(name), left * times + right);
    }
    this.#addRest(out, row, plan);
    return out;
  };

  /** The view's name for each column, of all events of a table, or of all events. */
  names(table?: string): ReadonlyMap<string, readonly string[]> {
    const names = new Map<string, string[]>();
    const { fields, tables = {} } = this.#file.value;
    const merged = { ...fields, ...(table === undefined ? {} : tables[table]?.fields) };
    for (const [name, source] of Object.entries(merged)) {
      for (const column of columnsOf(source)) names.set(column, [...(names.get(column) ?? []), name]);
    }
    return names;
  }

  #addRest(out: ViewObject, row: ModelRow, plan: ViewPlan): void {
    const { rest } = this.#file.value;
    const others: ViewObject = rest === "" ? out : {};
    let any = false;
    for (const name in row) {
      const value = row[name];
      if (value === null || value === undefined || plan.named.has(name)) continue;
      if (rest === "" && out[name] !== undefined) continue;
      others[name] = this.#columns.get(name)?.type === "time" ? this.#time(value) : value;
      any = true;
    }
    if (any && rest !== "") setAt(out, this.#path(rest), others);
  }

  #planFor(row: ModelRow): ViewPlan {
    const key = `${String(row["source_name"])}\n${String(row["event_id"])}\n${String(row["log_name"])}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    if (this.#plans.size >= PLANS_MAX) this.#plans.clear();
    const plan = this.#plan(this.#tables.tableOf(row), this.#tables.providerOf(row), row["event_id"]);
    this.#plans.set(key, plan);
    return plan;
  }

  #plan(table: string | undefined, provider: string, id: ModelValue | undefined): ViewPlan {
    const { set = {}, fields, tables = {}, events = {} } = this.#file.value;
    const ofTable = table === undefined ? undefined : tables[table];
    const ofEvent = events[provider]?.[String(id)];
    const sources = { ...fields, ...ofTable?.fields, ...ofEvent?.fields };
    const constants = { ...set, ...ofTable?.set, ...ofEvent?.set };
    const steps = Object.entries(sources).map(([name, source]) => this.#step(name, source));
    return {
      constants: Object.entries(constants).map(([name, value]) => ({ path: this.#path(name), value })),
      steps,
      named: new Set(steps.flatMap(({ columns }) => columns)),
    };
  }

  #step(name: string, source: ViewSource): ViewStep {
    const path = this.#path(name);
    const columns = columnsOf(source);
    if (typeof source !== "string" && "each" in source) {
      const items = source.each.map(({ from, as, set = {} }) => ({ from, path: this.#path(as), set }));
      return { path, columns, value: (row) => listOf(row, items) };
    }
    const from = columns[0]!;
    const form = typeof source === "string" ? undefined : source.as;
    const isTime = this.#columns.get(from)?.type === "time";
    if (form !== undefined) return { path, columns, value: (row) => inForm(row[from] ?? null, form) };
    if (isTime) return { path, columns, value: (row) => this.#time(row[from] ?? null) };
    return { path, columns, value: (row) => row[from] ?? null };
  }

  #time(value: ModelValue): ModelValue {
    const { time } = this.#file.value;
    if (time === "microseconds" || typeof value !== "number") return value;
    return time === "iso" ? timeText(value) : Math.floor(value / 1000);
  }

  #path(name: string): readonly string[] {
    return this.#file.value.nested ? name.split(".") : [name];
  }

  #check(): void {
    const { fields, tables = {}, events = {} } = this.#file.value;
    this.#checkFields(fields, ["fields"]);
    for (const [table, part] of Object.entries(tables)) {
      if (this.#tables.get(table) === undefined) {
        throw modelErrors.YAML_SHAPE({
          message: `there is no table '${table}'`,
          hint: `tables: ${this.#tables
            .all()
            .map(({ name }) => name)
            .join(", ")}`,
          place: this.#file.place(["tables", table], "key"),
        });
      }
      this.#checkFields(part.fields ?? {}, ["tables", table, "fields"]);
      this.#checkPaths({ ...fields, ...part.fields }, ["tables", table]);
    }
    for (const [provider, ids] of Object.entries(events)) {
      for (const [id, part] of Object.entries(ids)) {
        this.#checkFields(part.fields ?? {}, ["events", provider, id, "fields"]);
      }
    }
  }

  #checkFields(fields: Readonly<Record<string, ViewSource>>, path: YamlPath): void {
    for (const [name, source] of Object.entries(fields)) {
      for (const column of columnsOf(source)) this.#columns.require(column, this.#file, [...path, name]);
    }
  }

  /** A name that is an object for one column cannot be a value for another. */
  #checkPaths(fields: Readonly<Record<string, ViewSource>>, path: YamlPath): void {
    const names = Object.keys(fields);
    for (const name of names) {
      const inner = names.find((other) => other.startsWith(`${name}.`));
      if (!this.#file.value.nested || inner === undefined) continue;
      throw modelErrors.YAML_SHAPE({
        message: `'${name}' is a value, and '${inner}' makes it an object`,
        place: this.#file.place(path),
      });
    }
  }
}

function columnsOf(source: ViewSource): readonly string[] {
  if (typeof source === "string") return [source];
  return "each" in source ? source.each.map(({ from }) => from) : [source.from];
}

function listOf(
  row: ModelRow,
  items: readonly {
    readonly from: string;
    readonly path: readonly string[];
    readonly set: Readonly<Record<string, ViewConstant>>;
  }[],
): ViewValue {
  const list: ViewObject[] = [];
  for (const { from, path, set } of items) {
    const value = row[from];
    if (value === null || value === undefined) continue;
    const item: ViewObject = { ...set };
    setAt(item, path, value);
    list.push(item);
  }
  return list.length === 0 ? null : list;
}

function inForm(value: ModelValue, form: ValueForm): ModelValue | string[] {
  if (value === null) return null;
  switch (form) {
    case "text":
      return String(value);
    case "lower":
      return String(value).toLowerCase();
    case "list":
      return [String(value)];
    case "parts":
      return String(value).split(", ");
    case "iso":
      return typeof value === "number" ? timeText(value) : value;
    case "milliseconds":
      return typeof value === "number" ? Math.floor(value / 1000) : value;
    case "nanoseconds":
      return typeof value === "number" ? value * 1_000_000 : value;
  }
}

function setAt(out: ViewObject, path: readonly string[], value: ViewValue): void {
  let at = out;
  for (const name of path.slice(0, -1)) {
    let next = at[name];
    if (typeof next !== "object" || next === null || Array.isArray(next)) {
      next = {};
      at[name] = next;
    }
    at = next as ViewObject;
  }
  at[path.at(-1)!] = value;
}

function getAt(out: ViewObject, path: readonly string[]): ViewValue | undefined {
  let at: ViewValue | undefined = out;
  for (const name of path) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return undefined;
    at = (at as ViewObject)[name];
  }
  return at;
}
