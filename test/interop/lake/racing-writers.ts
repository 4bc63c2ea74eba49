/** What a table must bear in any store: writers that race for versions, then upkeep, then a reader that has seen nothing of it. */
import { expect } from "vitest";
import { DeltaTable } from "../../../src/lake/delta/table.ts";
import { optimizeTable } from "../../../src/lake/maintenance/optimize.ts";
import { vacuumTable } from "../../../src/lake/maintenance/vacuum.ts";
import type { TableStore } from "../../../src/lake/store/table-store.ts";
import { SPEC, rowLines, someRows } from "./lake-fixture.ts";
import type { LakeFixture } from "./lake-fixture.ts";

/** @param store the table's, of a process with a cache of this name */
export async function raceWriters(fixture: LakeFixture, store: (cache: string) => TableStore): Promise<void> {
  const table = await DeltaTable.create(fixture.lake, store("a"), SPEC);
  const writers = ["b", "c", "d"].map(async (name, writer) => {
    const own = await DeltaTable.open(fixture.lake, store(name));
    for (let i = 0; i < 4; i++) {
      const from = writer * 400 + i * 100;
      await own.append(rowLines(someRows(from, from + 99)));
    }
  });
  await Promise.all(writers);
  await table.refresh();
  expect(table.snapshot.version).toBe(12);
  const rows = await fixture.rows(table);
  expect(new Set(rows).size).toBe(1200);
  await optimizeTable(table);
  const { files } = await vacuumTable(table, { retentionMs: 0, allowShortRetention: true });
  expect(files.length).toBeGreaterThan(0);
  const again = await DeltaTable.open(fixture.lake, store("e"));
  expect(await fixture.rows(again)).toEqual(rows);
}
