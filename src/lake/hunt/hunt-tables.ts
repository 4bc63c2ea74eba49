/**
 * The tables that a session's questions may name, each made when a question first names it: views of event files (in the words
 * of the event model, by log and by kind; under the source's own names), files given in a call of events('…'), tables of a
 * lake, and results that the session named.
 */
import { didYouMean } from "../../base/nearest.ts";
import type { ErrorPlace } from "../../base/errors.ts";
import { sqlTypeName } from "../../events/model/columns/column-type.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import type { Predicate } from "../delta/predicate.ts";
import { quotedName, quotedText } from "../duckdb/sql-text.ts";
import { huntErrors } from "./errors.ts";
import { sqlType } from "../delta/schema.ts";
import type { LiveTable, LiveTables, TableColumn, TableUse } from "./live-tables.ts";
import { TABLE_COLUMN, modelTable, sourceTable } from "./event-tables.ts";
import type { ReadOptions, ReadReport } from "./event-staging.ts";
import { HELK_NAMES } from "./helk-names.ts";
import type { HuntDatabase } from "./hunt-database.ts";
import type { LakeTable } from "./lake-tables.ts";

/** A line of SHOW TABLES. */
export interface TableDescription {
  readonly name: string;
  readonly about: string;
  /** Where they are known without reading. */
  readonly columns?: readonly TableColumn[] | undefined;
}

/** Whose names a table's columns have. */
export type ColumnNames = "model" | "source";

interface HuntTable extends TableDescription {
  readonly schema: string;
  readonly kind: ColumnNames | "lake" | "result";
  /** A SELECT of its rows. */
  readonly query: (predicate: Predicate | undefined) => Promise<string>;
  readonly lake?: LakeTable;
}

/** What a table is once a question named it. */
interface MadeTable {
  readonly table: HuntTable;
  readonly query: string;
  /** Name and type, in order, without those that were added. */
  readonly columns: ReadonlyMap<string, string>;
  /** Columns that it does not have and a question asked for: name to expression. */
  readonly added: Map<string, string>;
}

export interface HuntTablesOptions {
  readonly database: HuntDatabase;
  readonly model: () => EventModel;
  readonly read: ReadOptions;
  /** Spark's questions may name columns that no event of a capture has. */
  readonly lenient: boolean;
  readonly onNote: (note: string) => void;
}

/** Views of the logs that HELK's questions name, by the names of their channels. */
const LOG_VIEWS: Readonly<Record<string, readonly string[]>> = {
  sysmon: ["Microsoft-Windows-Sysmon/Operational"],
  security: ["Security"],
  system: ["System"],
  application: ["Application"],
  powershell: [
    "Microsoft-Windows-PowerShell/Operational",
    "Windows PowerShell",
    "PowerShellCore/Operational",
  ],
  wmi: ["Microsoft-Windows-WMI-Activity/Operational"],
};

/** How many files of a lake's table a question reads. */
export interface FileUse {
  readonly table: string;
  readonly files: number;
  readonly of: number;
}

export class HuntTables {
  readonly #options: HuntTablesOptions;
  /** By lower-case name, those of a lake also with their schema before it. */
  readonly #tables = new Map<string, HuntTable>();
  readonly #made = new Map<string, MadeTable>();
  readonly #files = new Map<string, Promise<{ readonly query: string; readonly report: ReadReport }>>();
  readonly #calls = new Map<string, string>();
  readonly #fileUses = new Map<string, FileUse>();

  constructor(options: HuntTablesOptions) {
    this.#options = options;
  }

  /** @param sourceView the name of the view under the source's own names */
  addEvents(paths: readonly string[], sourceView: string): void {
    this.#addEventViews(
      () => this.#fileQuery("model", paths),
      () => this.#fileQuery("source", paths),
      sourceView,
    );
  }

  /** Tables of a running server: streams first, then the views over topics of events, then topics. */
  addLive(live: LiveTables, use: TableUse, sourceView: string): void {
    const add = (table: LiveTable): void => {
      const { schema, name, about, names: kind, columns } = table;
      const query = (): Promise<string> => table.query(use);
      for (const each of [schema, ""]) this.#add({ schema: each, name, about, kind, query, columns });
    };
    for (const table of live.tables) if (table.schema === "streams") add(table);
    const all = async (tables: readonly LiveTable[]): Promise<string> => {
      const queries: string[] = [];
      for (const table of tables) queries.push(await table.query(use));
      return queries.join(" UNION ALL BY NAME ");
    };
    if (live.events.length > 0)
      this.#addEventViews(
        () => all(live.events),
        () => all(live.sources),
        sourceView,
      );
    for (const table of live.tables) if (table.schema === "topics") add(table);
  }

  #addEventViews(events: () => Promise<string>, source: () => Promise<string>, sourceView: string): void {
    const schema = "";
    this.#add({
      schema,
      name: "events",
      about: "all events, in the words of the event model",
      kind: "model",
      query: events,
    });
    for (const [name, channels] of Object.entries(LOG_VIEWS)) {
      const list = channels.map((channel) => quotedText(channel.toLowerCase())).join(", ");
      const query = async (): Promise<string> =>
        `SELECT * FROM (${await events()}) WHERE lower(log_name) IN (${list})`;
      this.#add({ schema, name, about: `events of ${channels.join(", ")}`, kind: "model", query });
    }
    this.#add({
      schema,
      name: sourceView,
      about: "all events, under the source's own names",
      kind: "source",
      query: source,
    });
    for (const { name, about } of this.#options.model().tables()) {
      const query = async (): Promise<string> =>
        `SELECT * EXCLUDE (${TABLE_COLUMN}) FROM (${await events()}) WHERE ${TABLE_COLUMN} = ${quotedText(name)}`;
      this.#add({ schema, name, about, kind: "model", query });
    }
  }

  /** Tables whose folders have one name are told apart by the folders these are in: `silver_Process`. */
  addLake(tables: readonly LakeTable[]): void {
    const sharers = new Map<string, number>();
    for (const { name } of tables)
      sharers.set(name.toLowerCase(), (sharers.get(name.toLowerCase()) ?? 0) + 1);
    for (const lake of tables) {
      const parent = lake.location.split(/[\\/]/).at(-2) ?? "";
      const name = sharers.get(lake.name.toLowerCase()) === 1 ? lake.name : `${parent}_${lake.name}`;
      const about = `table of the lake, version ${lake.snapshot.version}, ${lake.snapshot.files.size} files`;
      const query = async (predicate: Predicate | undefined): Promise<string> => {
        const { sql, files } = await lake.query(predicate);
        this.#fileUses.set(name, { table: name, files, of: lake.snapshot.files.size });
        return sql;
      };
      const columns = lake.snapshot.schema.fields.map(({ name: column, type }) => ({
        name: column,
        type: sqlType(type),
      }));
      for (const schema of ["lake", ""])
        this.#add({ schema, name, about, kind: "lake", query, lake, columns });
    }
  }

  /** A question's answer as a table, for the questions after it; a table of that name is hidden by it. */
  async addResult(name: string, sql: string): Promise<void> {
    const table: HuntTable = {
      schema: "",
      name,
      about: "a result of this session",
      kind: "result",
      query: async () => sql,
    };
    this.#tables.set(keyOf("", name), table);
    await this.#make(table, undefined);
  }

  /** The name that a call of events('…') or source_events('…') has in the database. */
  async callName(names: ColumnNames, path: string, files: readonly string[]): Promise<string> {
    return this.#callTable(`${names}\n${path}`, names, path, () => this.#fileQuery(names, files));
  }

  /** The name that a call of topic('…') has in the database. */
  async topicCallName(topic: LiveTable, use: TableUse): Promise<string> {
    return this.#callTable(`topic\n${topic.name}`, "result", topic.about, () => topic.query(use));
  }

  async #callTable(
    key: string,
    kind: HuntTable["kind"],
    about: string,
    query: () => Promise<string>,
  ): Promise<string> {
    const known = this.#calls.get(key);
    if (known !== undefined) return known;
    const name = `rows of call ${this.#calls.size + 1}`;
    await this.#make({ schema: "", name, about, kind, query }, undefined);
    this.#calls.set(key, name);
    return name;
  }

  /** Of the lake's tables that were named. */
  fileUses(): readonly FileUse[] {
    return [...this.#fileUses.values()];
  }

  /** A table is listed with its schema only where its plain name is another table's. */
  descriptions(): TableDescription[] {
    const isHidden = ({ schema, name, query }: HuntTable): boolean =>
      schema !== "" && this.#tables.get(keyOf("", name))?.query === query;
    return [...this.#tables.values()]
      .filter((table) => !isHidden(table))
      .map(({ schema, name, about, columns }) => ({ name: fullName(schema, name), about, columns }));
  }

  /** The lake's table of this name, if it is one. */
  lakeTable(schema: string, name: string): LakeTable | undefined {
    return this.#tables.get(keyOf(schema, name))?.lake;
  }

  /**
   * Makes a named table ready.
   * @throws SpoorError HUNT_UNKNOWN_TABLE with the near name
   */
  async require(
    schema: string,
    name: string,
    predicate: Predicate | undefined,
    place: ErrorPlace | undefined,
  ): Promise<void> {
    const table = this.#tables.get(keyOf(schema, name));
    if (table === undefined) {
      const names = this.descriptions().map((each) => each.name);
      throw huntErrors.UNKNOWN_TABLE({
        message: `there is no table '${fullName(schema, name)}'`,
        hint: didYouMean(name, names) ?? tableHint(name, names),
        place,
      });
    }
    const made = this.#made.get(keyOf(table.schema, table.name));
    if (made === undefined || table.kind === "lake") await this.#make(table, predicate);
  }

  /** Types by lower-case column name, of the tables of these names. */
  columnTypes(names: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
    const types = new Map<string, Set<string>>();
    for (const name of names) {
      for (const [column, type] of this.#made.get(name.toLowerCase())?.columns ?? []) {
        const key = column.toLowerCase();
        const known = types.get(key);
        if (known === undefined) types.set(key, new Set([type]));
        else known.add(type);
      }
    }
    return types;
  }

  /** Columns of every table that was made. */
  knownColumns(): string[] {
    return [...new Set([...this.#made.values()].flatMap(({ columns }) => [...columns.keys()]))];
  }

  columnNames(names: readonly string[]): string[] {
    return names.flatMap((name) => [...(this.#made.get(name.toLowerCase())?.columns.keys() ?? [])]);
  }

  /**
   * Gives tables a column that they do not have, where it is known what it would be: a column of the model that no event of
   * the files fills, a HELK name, or, leniently, any name.
   * @returns false where no table could be helped
   */
  async addColumn(column: string, names: readonly string[]): Promise<boolean> {
    let helped = false;
    for (const name of names) {
      const made = this.#made.get(name.toLowerCase());
      if (made === undefined || hasColumn(made, column)) continue;
      const expression = this.#missing(made, column);
      if (expression === undefined) continue;
      made.added.set(column, expression);
      await this.#create(made);
      helped = true;
    }
    return helped;
  }

  #missing({ table, columns }: MadeTable, column: string): string | undefined {
    if (table.kind === "model" || table.kind === "lake") {
      const lower = column.toLowerCase();
      const name = HELK_NAMES[lower];
      if (name !== undefined && columns.has(name)) return quotedName(name);
      if (table.kind === "model") {
        const known = this.#options.model().column(name ?? lower);
        if (known !== undefined) return `CAST(NULL AS ${sqlTypeName(known.type)})`;
      }
    }
    if (table.kind === "source" && column.toLowerCase() === "log_name" && columns.has("channel"))
      return quotedName("channel");
    if (!this.#options.lenient || table.kind !== "source") return undefined;
    this.#options.onNote(`no event has '${column}': the column is NULL`);
    return "CAST(NULL AS VARCHAR)";
  }

  #add(table: HuntTable): void {
    const key = keyOf(table.schema, table.name);
    if (!this.#tables.has(key)) this.#tables.set(key, table);
  }

  async #make(table: HuntTable, predicate: Predicate | undefined): Promise<void> {
    const query = await table.query(predicate);
    const rows = await this.#options.database.rows(`DESCRIBE ${query}`);
    const columns = new Map(rows.map((row) => [String(row["column_name"]), String(row["column_type"])]));
    const key = keyOf(table.schema, table.name);
    const added = this.#made.get(key)?.added ?? new Map<string, string>();
    const made: MadeTable = { table, query, columns, added };
    this.#made.set(key, made);
    await this.#create(made);
  }

  async #create({ table, query, added }: MadeTable): Promise<void> {
    const columns = [...added].map(([name, expression]) => `, ${expression} AS ${quotedName(name)}`).join("");
    const name = `${table.schema === "" ? "main" : table.schema}.${quotedName(table.name)}`;
    await this.#options.database.run(
      `CREATE OR REPLACE VIEW ${name} AS SELECT *${columns} FROM (${query}\n)`,
    );
  }

  async #fileQuery(names: ColumnNames, paths: readonly string[]): Promise<string> {
    const { database, model, read, onNote } = this.#options;
    const key = `${names}\n${paths.join("\n")}`;
    let found = this.#files.get(key);
    if (found === undefined) {
      const file = `events-${this.#files.size + 1}`;
      found =
        names === "model"
          ? modelTable(database, file, paths, model(), read)
          : sourceTable(database, file, paths, read);
      this.#files.set(key, found);
      const { report } = await found.catch((error: unknown) => {
        this.#files.delete(key);
        throw error;
      });
      if (report.badLines > 0) onNote(`left out ${report.badLines} lines; the first: ${report.firstBad}`);
      if (report.events === 0) onNote(`no events in ${paths.join(", ")}`);
    }
    return (await found).query;
  }
}

function keyOf(schema: string, name: string): string {
  return (schema === "" || schema.toLowerCase() === "main" ? name : `${schema}.${name}`).toLowerCase();
}

function fullName(schema: string, name: string): string {
  return schema === "" ? name : `${schema}.${name}`;
}

function hasColumn({ columns, added }: MadeTable, column: string): boolean {
  const lower = column.toLowerCase();
  return [...columns.keys(), ...added.keys()].some((name) => name.toLowerCase() === lower);
}

const NAMES_SHOWN = 12;

function tableHint(name: string, names: readonly string[]): string {
  if (/[./\\]/.test(name)) return `FROM events('${name}') reads event files`;
  if (names.length === 0)
    return "give event files with --events or a lake with --lake, or write FROM events('file')";
  const more = names.length > NAMES_SHOWN ? ", …" : "";
  return `tables: ${names.slice(0, NAMES_SHOWN).join(", ")}${more}`;
}
