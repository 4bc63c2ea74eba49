/**
 * A process that appends to a table until it is killed: `node fake-writer.ts FOLDER APP FIRST COUNT`. Batch `i` holds the rows
 * `i * 10 … i * 10 + 9` in the partition APP and is the transaction `i` of APP. Each batch that is committed is told by a line.
 */
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { isLakeError } from "../errors.ts";
import { numbers } from "../fake-lake.ts";
import { openLake } from "../lake.ts";
import { optimizeTable } from "../maintenance/optimize.ts";
import { LocalStore } from "../store/local-store.ts";
import { DeltaTable } from "./table.ts";

const [folder, app, first, count] = process.argv.slice(2) as [string, string, string, string];
const scratchFolder = join(folder, `scratch-${app}-${process.pid}`);
const lake = await openLake({
  folders: [folder],
  scratchFolder,
  memoryBytes: 128 * 1024 * 1024,
  clock: systemClock,
});
const table = await DeltaTable.open(lake, new LocalStore(join(folder, "table")));
for (let i = Number(first); i < Number(first) + Number(count); i++) {
  await table.append(numbers(i * 10, i * 10 + 9, app), { txn: { appId: app, version: i } });
  process.stdout.write(`${i}\n`);
  if (i % 7 !== 6) continue;
  try {
    await optimizeTable(table);
  } catch (error) {
    // Two OPTIMIZEs at once: one of them yields.
    if (!isLakeError(error, "CONFLICT")) throw error;
  }
}
await lake.database.close();
