/** Answers of /hunt. */
import type { ErrorEntity } from "./error-entity.ts";

/** The id of a hunt, in the head of its answer. */
export const HUNT_ID_HEADER = "x-spoor-hunt-id";
export const CSV_TYPE = "text/csv; charset=utf-8";
export const PARQUET_TYPE = "application/vnd.apache.parquet";

export interface HuntColumnEntity {
  readonly name: string;
  /** In DuckDB's words. */
  readonly type: string;
}

/** Of a lake's table, how many files of its newest version were read. */
export interface HuntFilesEntity {
  readonly table: string;
  readonly files: number;
  readonly of: number;
}

/** Where a hunt stands: GET /hunt/:id, GET /hunt, and the lines of progress. */
export interface HuntStatus {
  readonly id: string;
  readonly sql: string;
  /** `preparing`: its tables are made; `reading`: records of a topic are read for it; `running`: the database works. */
  readonly state: "preparing" | "reading" | "running" | "ending";
  /** The topic that is read. */
  readonly topic?: string;
  /** Of the reading, or of the running; absent where it cannot be told. */
  readonly percent?: number;
  /** Given out so far. */
  readonly rows: number;
  readonly elapsedMs: number;
  readonly files: readonly HuntFilesEntity[];
}

/** GET /hunt. */
export interface HuntsResponse {
  readonly hunts: readonly HuntStatus[];
}

/** DELETE /hunt/:id. */
export interface HuntEndedResponse {
  readonly ended: string;
}

export interface HuntTableEntity {
  /** As a question names it. */
  readonly name: string;
  readonly about: string;
  /** Of the tables of lakes, and of streams and tables; DESCRIBE tells those of a topic, which must be read for it. */
  readonly columns?: readonly HuntColumnEntity[];
}

/** GET /hunt/tables. */
export interface HuntTablesResponse {
  readonly tables: readonly HuntTableEntity[];
}

/** What stands at the end of an answer that came to its end. */
export interface HuntStatistics {
  readonly rows: number;
  readonly elapsedMs: number;
  /** The limit cut the answer off. */
  readonly limited: boolean;
  readonly files: readonly HuntFilesEntity[];
  /** What was left out, and what else did not stop the hunt. */
  readonly notes: readonly string[];
}

/** A line of an `ndjson` answer that is no row; a row is an array of values in the columns' order. */
export type HuntLine =
  | { readonly id: string; readonly columns: readonly HuntColumnEntity[] }
  | { readonly progress: HuntStatus }
  | { readonly statistics: HuntStatistics }
  | { readonly error: ErrorEntity };
