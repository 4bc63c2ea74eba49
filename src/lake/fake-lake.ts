/** A lake in a temporary folder, for tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import type { Snapshot } from "./delta/snapshot.ts";
import { DeltaTable } from "./delta/table.ts";
import type { TableSpec } from "./delta/new-table.ts";
import type { Predicate } from "./delta/predicate.ts";
import { openLake } from "./lake.ts";
import type { Lake } from "./lake.ts";
import type { JsonRow } from "./duckdb/lake-database.ts";
import type { RowSource } from "./parquet/row-source.ts";
import { LocalStore } from "./store/local-store.ts";

export interface FakeLake {
  readonly folder: string;
  readonly lake: Lake;
  readonly warnings: string[];
  store(name: string): LocalStore;
  create(spec: TableSpec, name?: string): Promise<DeltaTable>;
  open(name?: string): Promise<DeltaTable>;
  rows(
    table: DeltaTable,
    options?: { readonly where?: Predicate; readonly snapshot?: Snapshot },
  ): Promise<JsonRow[]>;
  close(): Promise<void>;
}

export async function fakeLake(clock: Clock = systemClock): Promise<FakeLake> {
  const folder = mkdtempSync(join(tmpdir(), "spoor-lake-"));
  const warnings: string[] = [];
  const lake = await openLake({
    folders: [folder],
    scratchFolder: join(folder, "scratch"),
    memoryBytes: 256 * 1024 * 1024,
    clock,
    warn: (message, error) => warnings.push(`${message}: ${String(error)}`),
  });
  const store = (name: string): LocalStore => new LocalStore(join(folder, name));
  return {
    folder,
    lake,
    warnings,
    store,
    create: (spec, name = "table") => DeltaTable.create(lake, store(name), spec),
    open: (name = "table") => DeltaTable.open(lake, store(name)),
    rows: async (table, { where, snapshot } = {}) =>
      lake.database.rows(`SELECT * FROM (${await table.query(where, snapshot)}) ORDER BY ALL`),
    close: async () => {
      await lake.database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Rows as JSON lines with the table's columns. */
export function rowLines(...rows: readonly object[]): RowSource {
  return { kind: "rows", chunks: [Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""))] };
}

/** A table of whole numbers, `n`, in partitions `p`. */
export const NUMBERS: TableSpec = {
  columns: [
    { name: "p", type: "string" },
    { name: "n", type: "long" },
    { name: "text", type: "string" },
  ],
  partitionColumns: ["p"],
};

export function numbers(from: number, to: number, p = "a"): RowSource {
  const rows = Array.from({ length: to - from + 1 }, (_, i) => ({ p, n: from + i, text: `t${from + i}` }));
  return rowLines(...rows);
}
