/**
 * The DuckDB instance that a hunter's statements run in. It is apart from the one that writes tables, in memory, with a limit
 * and a private folder for what it spills, and it is locked before the first statement of a hunter: no file outside the folders
 * it was opened with, no extension, no setting. What a hunter may say at all is for `statement-guard.ts`; this is the wall
 * behind it.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { quotedText, textList } from "../duckdb/sql-text.ts";
import { databaseFault } from "./database-fault.ts";
import { TABLE_SCHEMAS } from "./table-schemas.ts";
import { sparkMacros } from "./spark-functions.ts";
import type { JsonRow } from "../duckdb/lake-database.ts";

export interface HuntDatabaseOptions {
  /** Folders whose files it reads: those of lakes, and of what a server has staged. */
  readonly folders: readonly string[];
  readonly memoryBytes: number;
  readonly threads: number;
  /** Where Spark's order of nulls is wanted: first when ascending, last when descending. */
  readonly sparkNulls: boolean;
  /** Where the private folder is made; the system's folder for temporary files by default. */
  readonly temporaryFolder?: string;
}

/** Room that a statement's reading of JSON and writing of Parquet need at the least. */
export const HUNT_MEMORY_LEAST = 256_000_000;

export class HuntDatabase {
  /** Private to this database, and gone when it is closed. */
  readonly folder: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #isClosed = false;
  #isReading = false;
  #isInterrupted = false;

  private constructor(folder: string, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.folder = folder;
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(options: HuntDatabaseOptions): Promise<HuntDatabase> {
    const folder = await mkdtemp(join(options.temporaryFolder ?? tmpdir(), "spoor-hunt-"));
    try {
      const spill = join(folder, "spill");
      await mkdir(spill, { mode: 0o700 });
      const memoryMiB = Math.floor(Math.max(options.memoryBytes, HUNT_MEMORY_LEAST) / 1_048_576);
      const instance = await DuckDBInstance.create(":memory:", {
        threads: String(options.threads),
        memory_limit: `${memoryMiB}MiB`,
        temp_directory: spill,
        errors_as_json: "true",
        autoinstall_known_extensions: "false",
        autoload_known_extensions: "false",
        allow_community_extensions: "false",
        allow_persistent_secrets: "false",
      });
      const connection = await instance.connect();
      const allowed = [folder, ...options.folders.map((each) => resolve(each))];
      for (const statement of [
        "SET GLOBAL TimeZone = 'UTC'",
        "SET enable_progress_bar = true",
        "SET enable_progress_bar_print = false",
        `SET GLOBAL default_null_order = ${options.sparkNulls ? "'nulls_first_on_asc_last_on_desc'" : "'nulls_last'"}`,
        ...TABLE_SCHEMAS.map((name) => `CREATE SCHEMA ${name}`),
        ...sparkMacros,
        `SET GLOBAL allowed_directories = ${textList(allowed.map((each) => `${each}/`))}`,
        "SET GLOBAL enable_external_access = false",
        "SET GLOBAL lock_configuration = true",
      ]) {
        await connection.run(statement);
      }
      return new HuntDatabase(folder, instance, connection);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw databaseFault(error);
    }
  }

  /** Runs a statement of ours. */
  async run(sql: string): Promise<void> {
    try {
      await this.#connection.run(sql);
    } catch (error) {
      throw databaseFault(error);
    }
  }

  /** Rows of a statement of ours. */
  async rows(sql: string): Promise<JsonRow[]> {
    try {
      return (await this.#connection.runAndReadAll(sql)).getRowObjectsJson();
    } catch (error) {
      throw databaseFault(error);
    }
  }

  /** The statements of a text as DuckDB's parser sees them, as JSON; nothing is run. */
  async parsed(sql: string): Promise<string> {
    const [row] = await this.rows(`SELECT json_serialize_sql(${quotedText(sql)}) AS tree`);
    return String(row?.["tree"]);
  }

  /** Binds a statement; errors are the database's own, for the caller who knows the text. */
  prepare(sql: string): Promise<DuckDBPreparedStatement> {
    return this.#connection.prepare(sql);
  }

  /** To be called before a statement's rows are streamed. */
  async beginReading(): Promise<void> {
    if (this.#isReading) await this.endReading();
    this.#isInterrupted = false;
    await this.run("BEGIN TRANSACTION READ ONLY");
    this.#isReading = true;
  }

  /**
   * To be called when a stream of rows has come to its end: the driver ends it also where the statement failed in its midst, and
   * only the transaction, which is then no good any more, tells.
   * @throws the database's own error, for which the statement is run again
   */
  async checkWhole(statement: DuckDBPreparedStatement): Promise<void> {
    const isGood = await this.#connection.run("SELECT 1").then(
      () => true,
      () => false,
    );
    await this.endReading();
    if (isGood) return;
    if (!this.#isInterrupted) await statement.run();
    throw new Error(JSON.stringify({ exception_type: "Interrupt", exception_message: "interrupted" }));
  }

  async endReading(): Promise<void> {
    if (!this.#isReading) return;
    this.#isReading = false;
    await this.run("ROLLBACK");
  }

  /** Percent of the running statement that is done, −1 where it cannot be told. */
  percentDone(): number {
    return this.#connection.progress.percentage;
  }

  /** Ends what is running; it fails as cancelled. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#connection.interrupt();
  }

  /** Ends the database and removes its folder; calling it again does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.closeSync();
    this.#instance.closeSync();
    await rm(this.folder, { recursive: true, force: true });
  }
}
