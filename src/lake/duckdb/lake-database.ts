/**
 * The one DuckDB instance that reads and writes Parquet and answers SQL at rest. It is in memory only, has a memory limit
 * and spills to a scratch folder, and is locked before it runs the first statement: it touches no file outside the folders
 * it was opened with, loads no extension, and no statement can change that. So SQL that a hunter wrote may run in it.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DuckDBConnection, DuckDBInstance, DuckDBResult } from "@duckdb/node-api";
import { SpoorError } from "../../base/errors.ts";
import { lakeErrors } from "../errors.ts";
import { MemoryGate } from "./memory-gate.ts";
import { textList } from "./sql-text.ts";

export interface LakeDatabaseOptions {
  /** Folders whose tables and files may be read and written. */
  readonly folders: readonly string[];
  /** A folder for spilled data and staged input; made where it is missing. One database at a time uses it. */
  readonly scratchFolder: string;
  /** What DuckDB may hold in memory; default 512 MiB. Reading and writing Parquet takes some beyond it. */
  readonly memoryBytes?: number;
  /** Default 2. */
  readonly threads?: number;
  /** Statements that run at once; more wait. Default 4. */
  readonly connections?: number;
}

export const MEMORY_BYTES_DEFAULT = 512 * 1024 * 1024;
const CONNECTIONS_DEFAULT = 4;
/** What reading lines and writing Parquet take whatever the batch; beyond it rows take about four times their JSON's bytes. */
const WRITES_BASE_BYTES = 96 * 1024 * 1024;
const WRITES_SHARE = 1 / 4;
const WRITES_BYTES_MIN = 8 * 1024 * 1024;

/** A row by column name, in JSON's types: 64-bit integers, decimals, dates and timestamps are text. */
export type JsonRow = Readonly<Record<string, unknown>>;

export class LakeDatabase {
  /** Where staged input may be written for {@link run} to read. */
  readonly scratchFolder: string;
  /** What DuckDB may hold in memory. */
  readonly memoryBytes: number;
  /** For batches of new rows, by the bytes they come in. */
  readonly writes: MemoryGate;
  readonly #instance: DuckDBInstance;
  readonly #folders: readonly string[];
  readonly #idle: DuckDBConnection[] = [];
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = [];
  readonly #connectionsMax: number;
  #connections = 0;

  private constructor(instance: DuckDBInstance, options: LakeDatabaseOptions, folders: readonly string[]) {
    this.#instance = instance;
    this.#folders = folders;
    this.#connectionsMax = options.connections ?? CONNECTIONS_DEFAULT;
    this.scratchFolder = resolve(options.scratchFolder);
    this.memoryBytes = options.memoryBytes ?? MEMORY_BYTES_DEFAULT;
    this.writes = new MemoryGate(
      Math.max(WRITES_BYTES_MIN, (this.memoryBytes - WRITES_BASE_BYTES) * WRITES_SHARE),
    );
  }

  /** @throws SpoorError LAKE_QUERY_FAILED where DuckDB does not start */
  static async open(options: LakeDatabaseOptions): Promise<LakeDatabase> {
    const scratch = resolve(options.scratchFolder);
    await mkdir(scratch, { recursive: true });
    await clearScratch(scratch);
    const folders = [...options.folders.map((folder) => resolve(folder)), scratch];
    const memoryMb = Math.floor((options.memoryBytes ?? MEMORY_BYTES_DEFAULT) / 1_048_576);
    // 50 MB that only those pay for who have a lake.
    const duckdb = await import("@duckdb/node-api");
    const instance = await guarded(() =>
      duckdb.DuckDBInstance.create(":memory:", {
        threads: String(options.threads ?? 2),
        memory_limit: `${memoryMb}MiB`,
        temp_directory: join(scratch, "spill"),
        autoinstall_known_extensions: "false",
        autoload_known_extensions: "false",
        allow_community_extensions: "false",
        allow_persistent_secrets: "false",
      }),
    );
    const database = new LakeDatabase(instance, options, folders);
    await database.#lock();
    return database;
  }

  async #lock(): Promise<void> {
    for (const statement of [
      "SET GLOBAL TimeZone = 'UTC'",
      "SET GLOBAL parquet_metadata_cache = true",
      `SET GLOBAL allowed_directories = ${textList(this.#folders.map((folder) => `${folder}/`))}`,
      "SET GLOBAL enable_external_access = false",
      "SET GLOBAL lock_configuration = true",
    ]) {
      await this.run(statement);
    }
  }

  /** @throws SpoorError LAKE_PLACE_FORBIDDEN where the path is outside the database's folders */
  checkAllowed(path: string): void {
    const full = resolve(path);
    if (this.#folders.some((folder) => full === folder || full.startsWith(`${folder}/`))) return;
    throw lakeErrors.PLACE_FORBIDDEN({
      message: `'${full}' is outside the lake's folders`,
      detail: `they are ${this.#folders.map((folder) => `'${folder}'`).join(", ")}`,
    });
  }

  /** Runs a statement whose rows do not matter. */
  async run(sql: string): Promise<void> {
    await this.#using((connection) => connection.run(sql));
  }

  /**
   * All rows of a statement; for results that are known to be small.
   * @throws SpoorError LAKE_QUERY_FAILED, LAKE_MEMORY_EXCEEDED
   */
  async rows(sql: string): Promise<JsonRow[]> {
    return this.#using(async (connection) => (await connection.runAndReadAll(sql)).getRowObjectsJson());
  }

  /**
   * Rows in blocks as the database makes them; `use` may take its time, and answers false to stop. The driver ends a stream of rows
   * without a word where the statement fails in its midst; but its transaction is then no good any more, which is how that is known.
   */
  async eachBlock(
    sql: string,
    use: (rows: JsonRow[]) => Promise<boolean | void> | boolean | void,
  ): Promise<void> {
    await this.#using(async (connection) => {
      await connection.run("BEGIN TRANSACTION READ ONLY");
      try {
        const result = await connection.stream(sql);
        for await (const rows of blocksOf(result)) {
          if ((await use(rows)) === false) return;
        }
        await connection.run("SELECT 1").catch((error: unknown) => failure(connection, sql, error));
      } finally {
        await connection.run("ROLLBACK");
      }
    });
  }

  /** Names and types of a query's columns, in DuckDB's words. */
  async columnsOf(query: string): Promise<readonly { readonly name: string; readonly type: string }[]> {
    const rows = await this.rows(`DESCRIBE ${query}`);
    return rows.map((row) => ({ name: String(row["column_name"]), type: String(row["column_type"]) }));
  }

  /** Ends the database and deletes what it spilled. No statement may be running. */
  async close(): Promise<void> {
    for (const connection of this.#idle) connection.closeSync();
    this.#idle.length = 0;
    this.#instance.closeSync();
    await rm(join(this.scratchFolder, "spill"), { recursive: true, force: true });
  }

  async #using<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#take();
    try {
      return await guarded(() => work(connection));
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(connection);
      else next(connection);
    }
  }

  async #take(): Promise<DuckDBConnection> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#connections >= this.#connectionsMax)
      return new Promise((take) => {
        this.#waiting.push(take);
      });
    this.#connections += 1;
    return this.#instance.connect();
  }
}

/** What a process that was killed left; only names that are given here. */
async function clearScratch(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^(?:spill$|(?:rows|checkpoint)-.*\.(?:ndjson|csv)$|z-order-)/.test(name))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Runs a statement that failed while it was streamed once more, for its error. @throws that error, or the transaction's */
async function failure(connection: DuckDBConnection, sql: string, broken: unknown): Promise<never> {
  await connection.run("ROLLBACK");
  await connection.run("BEGIN TRANSACTION READ ONLY");
  await connection.run(sql);
  throw broken;
}

async function* blocksOf(result: DuckDBResult): AsyncGenerator<JsonRow[]> {
  for await (const rows of result.yieldRowObjectJson()) if (rows.length > 0) yield rows;
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof SpoorError) throw error;
    const { message } = error;
    if (message.startsWith("Out of Memory Error"))
      throw lakeErrors.MEMORY_EXCEEDED({
        message: "the lake's database ran out of its memory",
        detail: message.split("\n")[0],
        hint: "give the lake more memory, or work on less at once",
        cause: error,
      });
    throw lakeErrors.QUERY_FAILED({
      message: "the lake's database refused a statement",
      detail: message.slice(0, 2000),
      cause: error,
    });
  }
}
