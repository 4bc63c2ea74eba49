/** What every table of a lake works with. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { LakeDatabase } from "./duckdb/lake-database.ts";
import type { LakeDatabaseOptions } from "./duckdb/lake-database.ts";

export interface Lake {
  readonly database: LakeDatabase;
  readonly clock: Clock;
  /** A text that no one else ever makes, fit for a file's name. */
  readonly newId: () => string;
  /** Told of what went wrong without failing an operation: a checkpoint that was not written, a log not cleaned. */
  readonly warn: (message: string, error: unknown) => void;
}

export interface LakeOptions extends LakeDatabaseOptions {
  readonly clock: Clock;
  readonly newId?: () => string;
  readonly warn?: (message: string, error: unknown) => void;
}

/**
 * Opens the database of a lake.
 * @throws SpoorError LAKE_QUERY_FAILED where it does not start
 */
export async function openLake(options: LakeOptions): Promise<Lake> {
  return {
    database: await LakeDatabase.open(options),
    clock: options.clock,
    newId: options.newId ?? randomUUID,
    warn: options.warn ?? (() => undefined),
  };
}
