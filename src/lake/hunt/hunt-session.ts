/**
 * Questions about event files and a lake, one after the other, without a server. A question is translated, checked, its tables
 * made, then bound and run; whatever is wrong is told at its place in the hunter's own text. Read-only by construction: see
 * `statement-guard.ts` and `hunt-database.ts`.
 */
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { ErrorPlace } from "../../base/errors.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import { didYouMean } from "../../base/nearest.ts";
import { quotedName, quotedText } from "../duckdb/sql-text.ts";
import { allowedPaths } from "./allowed-paths.ts";
import type { PathRules } from "./allowed-paths.ts";
import { callExtent } from "./call-extent.ts";
import { databaseWords, missingColumn, statementFault, tokenPlace } from "./database-fault.ts";
import { huntErrors } from "./errors.ts";
import { filePredicate } from "./file-predicate.ts";
import { HuntDatabase } from "./hunt-database.ts";
import { Hunt } from "./hunt.ts";
import { HuntTables } from "./hunt-tables.ts";
import type { FileUse, TableDescription } from "./hunt-tables.ts";
import type { LiveTables, TableUse } from "./live-tables.ts";
import { openLakeTables } from "./lake-tables.ts";
import { addLiftedNames } from "./lifted-names.ts";
import { translateSpark } from "./spark-translation.ts";
import { addTypeCasts, typeClass } from "./spark-types.ts";
import type { TypeClass } from "./spark-types.ts";
import { READING_FUNCTIONS, readQuestion } from "./statement-guard.ts";
import type { Locate, Question } from "./statement-guard.ts";
import type { LakeLocation } from "../store/lake-location.ts";
import { constantOf } from "./statement-tree.ts";
import type { NamedFunction } from "./statement-tree.ts";
import type { HuntDialect } from "./sql-tokens.ts";
import { EditedText, TextEdits, offsetOfByte, traced } from "./text-edits.ts";
import type { TracedText } from "./text-edits.ts";
import type { ReadOptions } from "./event-staging.ts";

export interface HuntOptions extends ReadOptions {
  /** Event files, folders and patterns that the views are made of. */
  readonly events?: readonly string[];
  /** Places with Delta tables. */
  readonly lakes?: readonly LakeLocation[];
  readonly dialect?: HuntDialect;
  /** The name of the view under the source's own names. */
  readonly sourceView?: string;
  /** Folders whose files a statement may read with events('…'), besides the events' own. */
  readonly folders?: readonly string[];
  /** Files are read of {@link folders} alone, not of the working directory; a lake that is not there yet is passed over. */
  readonly isServer?: boolean;
  /** Topics, streams and tables of a running server. */
  readonly live?: LiveTables;
  /** The folder that these are staged in. */
  readonly liveFolder?: string;
  readonly workingDirectory: string;
  readonly model: () => EventModel;
  readonly clock: Clock;
  readonly memoryBytes?: number;
  readonly threads?: number;
  readonly temporaryFolder?: string;
  /** Told of what did not stop a hunt: lines left out, columns that no event has. */
  readonly onNote?: (note: string) => void;
}

export const HUNT_MEMORY_DEFAULT = 1024 * 1024 * 1024;
export const SOURCE_VIEW_DEFAULT = "source_events";
const THREADS_DEFAULT = 2;
/** Columns that one question may have added to its tables. */
const ADDED_COLUMNS_MAX = 500;

export interface HuntText {
  readonly text: string;
  /** The file the text is from. */
  readonly file?: string | undefined;
}

export interface ReadingState {
  readonly table: string;
  /** Of what is new in it, from 0 to 1. */
  readonly fraction: number;
}

export class HuntSession {
  readonly dialect: HuntDialect;
  readonly #database: HuntDatabase;
  readonly #tables: HuntTables;
  readonly #rules: PathRules;
  readonly #live: LiveTables | undefined;
  readonly #use: TableUse;
  readonly #releases: (() => Promise<void>)[] = [];
  #reading: ReadingState | undefined;

  private constructor(database: HuntDatabase, tables: HuntTables, rules: PathRules, options: HuntOptions) {
    this.#database = database;
    this.#tables = tables;
    this.#rules = rules;
    this.#live = options.live;
    this.dialect = options.dialect ?? "duckdb";
    this.#use = {
      database,
      isStopped: options.isStopped ?? (() => false),
      onNote: options.onNote ?? (() => undefined),
      onRead: (table, fraction) => {
        this.#reading = fraction >= 1 ? undefined : { table, fraction };
      },
      onClose: (release) => void this.#releases.push(release),
    };
  }

  /** @throws SpoorError HUNT_NO_FILES, HUNT_NO_LAKE, LAKE_…; nothing of the event files is read yet */
  static async open(options: HuntOptions): Promise<HuntSession> {
    const {
      events = [],
      lakes = [],
      folders = [],
      workingDirectory,
      dialect = "duckdb",
      onNote = () => undefined,
    } = options;
    const lakeFolders = lakes.map(({ localFolder }) => localFolder);
    const database = await HuntDatabase.open({
      folders: options.liveFolder === undefined ? lakeFolders : [...lakeFolders, options.liveFolder],
      memoryBytes: options.memoryBytes ?? HUNT_MEMORY_DEFAULT,
      threads: options.threads ?? THREADS_DEFAULT,
      sparkNulls: dialect === "spark",
      ...(options.temporaryFolder === undefined ? {} : { temporaryFolder: options.temporaryFolder }),
    });
    try {
      const read: ReadOptions = {
        stdin: options.stdin,
        onProgress: options.onProgress,
        isStopped: options.isStopped,
      };
      const tables = new HuntTables({
        database,
        model: options.model,
        read,
        lenient: dialect === "spark",
        onNote,
      });
      const files: string[] = [];
      // What the command line names is the user's own word: no folder forbids it.
      const anywhere = { workingDirectory, allowed: undefined };
      for (const path of events) files.push(...(path === "-" ? ["-"] : await allowedPaths(path, anywhere)));
      if (files.length > 0) tables.addEvents(files, options.sourceView ?? SOURCE_VIEW_DEFAULT);
      for (const lake of lakes) {
        const scratch = join(database.folder, "lake");
        tables.addLake(await openLakeTables(lake, scratch, options.clock, options.isServer === true));
      }
      const own = files.filter((path) => path !== "-");
      const allowed = options.isServer === true ? folders : [workingDirectory, ...folders, ...own];
      const hint =
        options.isServer === true ? "the server's property spoor.hunt.folders allows others" : undefined;
      const session = new HuntSession(database, tables, { workingDirectory, allowed, hint }, options);
      if (options.live !== undefined)
        tables.addLive(options.live, session.#use, options.sourceView ?? SOURCE_VIEW_DEFAULT);
      return session;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** What SHOW TABLES lists. */
  tables(): readonly TableDescription[] {
    return this.#tables.descriptions();
  }

  /**
   * Checks and binds one statement, and makes its tables.
   * @throws SpoorError HUNT_… with the place in the text
   */
  async prepare({ text, file }: HuntText): Promise<Hunt> {
    const translated = this.dialect === "spark" ? translateSpark(text, file) : EditedText.of(text);
    const locate: Locate = (byte) =>
      byte === undefined
        ? undefined
        : tokenPlace(
            text,
            this.dialect,
            translated.originalOffset(offsetOfByte(translated.text, byte)),
            file,
          );
    const question = await readQuestion(this.#database, translated.text, locate);
    if (question.names.showsTables) return this.#bound(text, file, EditedText.of(this.#listing()), []);
    const used = await this.#requireTables(question, locate);
    const edits = new TextEdits(translated.text);
    for (const call of question.names.functions) {
      if (call.isTable && READING_FUNCTIONS.has(call.name))
        used.push(await this.#readCall(call, edits, locate));
    }
    if (this.dialect === "spark") {
      addLiftedNames(question.tree, translated.text, edits);
      addTypeCasts(question.tree, translated.text, this.#classes(used), edits);
    }
    return this.#bound(text, file, traced(translated, edits.apply()), used);
  }

  /**
   * Parses a statement in the database's dialect and looks at its functions, without asking for tables.
   * @throws SpoorError HUNT_SYNTAX, HUNT_NOT_A_QUESTION, HUNT_FUNCTION_FORBIDDEN
   */
  async check(sql: string): Promise<void> {
    await readQuestion(this.#database, sql, (byte) =>
      byte === undefined ? undefined : tokenPlace(sql, "duckdb", offsetOfByte(sql, byte), undefined),
    );
  }

  /** Gives an answer a name, as a notebook's temporary view; it is asked anew each time it is named. */
  async nameResult(name: string, hunt: Hunt): Promise<void> {
    await this.#tables.addResult(name, hunt.sql);
  }

  /** Names that a question may use: tables, and columns of those that a question has named. */
  names(): readonly string[] {
    return [...this.tables().map(({ name }) => name), ...this.#tables.knownColumns()];
  }

  /** Percent of the running question that is done, −1 where it cannot be told. */
  percentDone(): number {
    return this.#database.percentDone();
  }

  /** The table of a server that is being read, and how far. */
  reading(): ReadingState | undefined {
    return this.#reading;
  }

  /** How many files the questions so far read of the lake's tables, and how many these have. */
  fileUses(): readonly FileUse[] {
    return this.#tables.fileUses();
  }

  /** Ends the running question; it fails as HUNT_CANCELLED. */
  interrupt(): void {
    this.#database.interrupt();
  }

  /** Ends the session and removes its private folder. */
  async close(): Promise<void> {
    await this.#database.close();
    for (const release of this.#releases.splice(0)) await release();
  }

  #listing(): string {
    const rows = this.tables().map(({ name, about }) => `(${quotedText(name)}, ${quotedText(about)})`);
    return rows.length === 0
      ? "SELECT '' AS name, '' AS about WHERE FALSE"
      : `SELECT * FROM (VALUES ${rows.join(", ")}) AS t(name, about)`;
  }

  async #requireTables({ tree, names }: Question, locate: Locate): Promise<string[]> {
    const used: string[] = [];
    for (const { schema, name, alias, at } of names.tables) {
      const lake = this.#tables.lakeTable(schema, name);
      const uses = names.tables.filter((other) => other.name.toLowerCase() === name.toLowerCase());
      const predicate =
        lake === undefined || uses.length > 1
          ? undefined
          : filePredicate(tree, { name, alias }, lake.snapshot.schema);
      await this.#tables.require(schema, name, predicate, locate(at));
      used.push(schema === "" || schema.toLowerCase() === "main" ? name : `${schema}.${name}`);
    }
    return used;
  }

  /** Puts the table of a call's files in the call's place. */
  async #readCall(call: NamedFunction, edits: TextEdits, locate: Locate): Promise<string> {
    const place = locate(call.at);
    const given = constantOf(call.arguments[0])?.value;
    const extent =
      call.at === undefined ? undefined : callExtent(edits.original, offsetOfByte(edits.original, call.at));
    if (call.arguments.length !== 1 || typeof given !== "string" || extent === undefined)
      throw huntErrors.EVENTS_CALL({
        message: `'${call.name}' takes one ${call.name === "topic" ? "name" : "path"}, as a text`,
        hint:
          call.name === "topic"
            ? "topic('winlogbeat')"
            : `${call.name}('file'), ${call.name}('folder') or ${call.name}('folder/*.evtx')`,
        place,
      });
    const name =
      call.name === "topic"
        ? await this.#topicCall(given, place)
        : await this.#filesCall(call.name, given, place);
    edits.replace(
      extent.start,
      extent.end,
      `${quotedName(name)}${extent.hasAlias ? "" : ` AS ${quotedName(call.name)}`}`,
    );
    return name;
  }

  async #filesCall(call: string, path: string, place: ErrorPlace | undefined): Promise<string> {
    const files = await allowedPaths(path, this.#rules, place);
    return this.#tables.callName(call === "events" ? "model" : "source", path, files);
  }

  async #topicCall(name: string, place: ErrorPlace | undefined): Promise<string> {
    const topic = this.#live?.topic(name);
    if (topic !== undefined) return this.#tables.topicCallName(topic, this.#use);
    const names = this.#live?.topicNames;
    throw huntErrors.UNKNOWN_TABLE({
      message: names === undefined ? "topics are tables of a running server" : `there is no topic '${name}'`,
      hint:
        names === undefined
          ? "--server asks one: spoor hunt --server http://127.0.0.1:8088"
          : (didYouMean(name, names) ?? "SHOW TABLES lists those there are"),
      place,
    });
  }

  #classes(used: readonly string[]): ReadonlyMap<string, TypeClass | undefined> {
    const classes = new Map<string, TypeClass | undefined>();
    for (const [column, types] of this.#tables.columnTypes(used)) {
      const all = new Set([...types].map(typeClass));
      classes.set(column, all.size === 1 ? [...all][0] : undefined);
    }
    return classes;
  }

  /** Binds the statement, with columns added that it names and its tables could have. */
  async #bound(
    original: string,
    file: string | undefined,
    edited: TracedText,
    used: readonly string[],
  ): Promise<Hunt> {
    const fault = (error: unknown) =>
      statementFault(error, {
        edited,
        original,
        dialect: this.dialect,
        file,
        columns: this.#tables.columnNames(used),
      });
    for (let added = 0; ; added++) {
      try {
        const statement = await this.#database.prepare(edited.text);
        return new Hunt(edited.text, statement, this.#database, fault);
      } catch (error) {
        const missing = missingColumn(databaseWords(error));
        if (missing === undefined || added >= ADDED_COLUMNS_MAX) throw fault(error);
        if (!(await this.#tables.addColumn(missing.name, used))) throw fault(error);
      }
    }
  }
}
