/** A lake in a temporary folder, and the rows that it and its peers write and compare. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { DeltaTable } from "../../../src/lake/delta/table.ts";
import type { TableSpec } from "../../../src/lake/delta/new-table.ts";
import type { Snapshot } from "../../../src/lake/delta/snapshot.ts";
import { openLake } from "../../../src/lake/lake.ts";
import type { Lake } from "../../../src/lake/lake.ts";
import type { RowSource } from "../../../src/lake/parquet/row-source.ts";
import { LocalStore } from "../../../src/lake/store/local-store.ts";

export const SPEC: TableSpec = {
  columns: [
    { name: "day", type: "date" },
    { name: "source", type: "string" },
    { name: "at", type: "timestamp" },
    { name: "n", type: "long" },
    { name: "small", type: "integer" },
    { name: "share", type: "double" },
    { name: "ok", type: "boolean" },
    { name: "text", type: "string" },
  ],
  partitionColumns: ["day", "source"],
  properties: { "spoor.bloomFilterColumns": "text" },
};

export interface LakeFixture {
  readonly folder: string;
  readonly lake: Lake;
  path(name: string): string;
  open(name: string): Promise<DeltaTable>;
  create(name: string, spec?: TableSpec): Promise<DeltaTable>;
  /** The table's rows in one text form that every peer gives too, sorted. */
  rows(table: DeltaTable, snapshot?: Snapshot): Promise<string[]>;
  close(): Promise<void>;
}

export async function lakeFixture(): Promise<LakeFixture> {
  const folder = mkdtempSync(join(tmpdir(), "spoor-interop-lake-"));
  const lake = await openLake({
    folders: [folder],
    scratchFolder: join(folder, "scratch"),
    clock: systemClock,
  });
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    lake,
    path,
    open: (name) => DeltaTable.open(lake, new LocalStore(path(name))),
    create: (name, spec = SPEC) => DeltaTable.create(lake, new LocalStore(path(name)), spec),
    rows: async (table, snapshot) => {
      const query = await table.query(undefined, snapshot);
      const rows = await lake.database.rows(`SELECT ${COMPARED} AS line FROM (${query}) ORDER BY line`);
      return rows.map((row) => String(row["line"])).toSorted();
    },
    close: async () => {
      await lake.database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A row as one text, to the microsecond; delta-rs's script and Spark's SQL make the same. */
export const COMPARED =
  "concat_ws('|', coalesce(CAST(day AS STRING), '-'), coalesce(source, '-'), coalesce(CAST(epoch_us(\"at\") AS STRING), '-'), coalesce(CAST(n AS STRING), '-'), coalesce(CAST(small AS STRING), '-'), coalesce(CAST(CAST(share * 1000 AS BIGINT) AS STRING), '-'), coalesce(CAST(ok AS STRING), '-'), coalesce(text, '-'))";

export const SPARK_COMPARED = COMPARED.replace('epoch_us("at")', "unix_micros(at)");

/** Rows `from` to `to`, both included, as JSON has them; some values null, names with all kinds of signs. */
export function someRows(from: number, to: number): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  for (let n = from; n <= to; n++) {
    const day = `2026-01-0${1 + (n % 3)}`;
    rows.push({
      day,
      source: n % 7 === 0 ? null : ["Security", "Microsoft-Windows-Sysmon/Operational", "a b=c%&é"][n % 3],
      at: n % 11 === 0 ? null : `${day}T08:00:00.${String(n % 1_000_000).padStart(6, "0")}Z`,
      n: n === 0 ? "9007199254740993" : n,
      small: n % 100,
      share: n / 8,
      ok: n % 2 === 0,
      text: n % 5 === 0 ? null : `${"é'\"\\ ".repeat(n % 12)}${n}`,
    });
  }
  return rows;
}

export function rowLines(rows: readonly object[]): RowSource {
  return { kind: "rows", chunks: [Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""))] };
}
