/** What stands in the tables of a lake. */
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { tableHistory } from "../../../src/lake/delta/history.ts";
import { DeltaTable } from "../../../src/lake/delta/table.ts";
import { openLake } from "../../../src/lake/lake.ts";
import { tablePlaces } from "../../../src/lake/medallion/lake-folder.ts";
import { LocalStore } from "../../../src/lake/store/local-store.ts";

export interface TableContents {
  /** Of the rows, in their order. */
  readonly offsets: readonly number[];
  /** Rows as JSON without the time at which they were taken in, by offset. */
  readonly rows: readonly string[];
  /** What its commits did. */
  readonly operations: readonly string[];
}

/** By the tables' places. */
export async function lakeTables(folder: string): Promise<ReadonlyMap<string, TableContents>> {
  const lake = await openLake({
    folders: [folder],
    scratchFolder: join(folder, "_scratch"),
    memoryBytes: 512 * 1024 * 1024,
    clock: systemClock,
  });
  try {
    const tables = new Map<string, TableContents>();
    for (const place of await tablePlaces(new LocalStore(folder))) {
      const store = new LocalStore(join(folder, place));
      const table = await DeltaTable.open(lake, store);
      const query = `SELECT * EXCLUDE (_ingest_time) FROM (${await table.query()}) ORDER BY _offset`;
      const rows = await lake.database.rows(query);
      tables.set(place, {
        offsets: rows.map((row) => Number(row["_offset"])),
        rows: rows.map((row) => JSON.stringify(row)),
        operations: (await tableHistory(store, 10_000)).map(({ operation }) => operation ?? ""),
      });
    }
    return tables;
  } finally {
    await lake.database.close();
  }
}
