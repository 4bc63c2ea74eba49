/** A question that is bound and may be run. */
import { join } from "node:path";
import type { DuckDBPreparedStatement } from "@duckdb/node-api";
import { quotedText } from "../duckdb/sql-text.ts";
import { databaseFault } from "./database-fault.ts";
import type { HuntDatabase } from "./hunt-database.ts";
import { columnsOf, rowBlocks } from "./hunt-result.ts";
import type { HuntColumn, HuntValue } from "./hunt-result.ts";

export class Hunt {
  /** In the database's dialect, over the session's views. */
  readonly sql: string;
  readonly #statement: DuckDBPreparedStatement;
  readonly #database: HuntDatabase;
  readonly #fault: (error: unknown) => Error;

  constructor(
    sql: string,
    statement: DuckDBPreparedStatement,
    database: HuntDatabase,
    fault: (error: unknown) => Error,
  ) {
    this.sql = sql;
    this.#statement = statement;
    this.#database = database;
    this.#fault = fault;
  }

  /**
   * Runs the question: first its columns, then rows in blocks as they are found. To stop early is allowed.
   * @throws SpoorError HUNT_CONVERSION, HUNT_MEMORY, HUNT_CANCELLED, HUNT_FAILED
   */
  async run(): Promise<{
    readonly columns: readonly HuntColumn[];
    readonly blocks: AsyncGenerator<HuntValue[][]>;
  }> {
    try {
      await this.#database.beginReading();
      const result = await this.#statement.stream();
      return { columns: columnsOf(result), blocks: this.#guarded(rowBlocks(result)) };
    } catch (error) {
      await this.#database.endReading();
      throw this.#fault(error);
    }
  }

  /** The answer as a Parquet file in the private folder; the caller moves it away. */
  async writeParquet(limit: number | undefined): Promise<string> {
    const path = join(this.#database.folder, "answer.parquet");
    const rows = limit === undefined ? "" : ` LIMIT ${limit}`;
    await this.#database
      .run(
        `COPY (SELECT * FROM (${this.sql}\n)${rows}) TO ${quotedText(path)} (FORMAT parquet, COMPRESSION zstd)`,
      )
      .catch((error: unknown) => {
        throw databaseFault(error);
      });
    return path;
  }

  async *#guarded(blocks: AsyncGenerator<HuntValue[][]>): AsyncGenerator<HuntValue[][]> {
    try {
      yield* blocks;
      await this.#database.checkWhole(this.#statement);
    } catch (error) {
      throw this.#fault(error);
    } finally {
      await this.#database.endReading();
    }
  }
}
