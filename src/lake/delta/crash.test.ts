/** A crash at every change of the store, before and after its effect: the table is always one of the versions around it. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deleteRows } from "../maintenance/delete-rows.ts";
import { optimizeTable } from "../maintenance/optimize.ts";
import { vacuumTable } from "../maintenance/vacuum.ts";
import { NUMBERS, fakeLake, numbers } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import { CrashError, FakeCrashingStore } from "../store/fake-store.ts";
import { overwriteRows } from "./overwrite.ts";
import { DeltaTable } from "./table.ts";

let fake: FakeLake;

beforeEach(async () => {
  fake = await fakeLake();
});

afterEach(() => fake.close());

/** Nine versions, so that the operation's commit is the tenth and writes a checkpoint and cleans the log. */
async function prepare(): Promise<void> {
  const properties = { "delta.logRetentionDuration": "interval 0 days" };
  const table = await fake.create({ ...NUMBERS, properties }, "prepared");
  for (let i = 0; i < 9; i++) await table.append(numbers(10 * i, 10 * i + 4, i % 2 === 0 ? "a" : "b"));
}

async function copiedTable(name: string): Promise<DeltaTable> {
  cpSync(join(fake.folder, "prepared"), join(fake.folder, name), { recursive: true });
  return fake.open(name);
}

const OPERATIONS: Readonly<Record<string, (table: DeltaTable) => Promise<unknown>>> = {
  append: (table) => table.append(numbers(500, 504), { txn: { appId: "sink", version: 1 } }),
  overwrite: (table) => overwriteRows(table, numbers(500, 504)),
  delete: (table) => deleteRows(table, { kind: "compare", column: "n", op: ">=", value: 62 }),
  optimize: (table) => optimizeTable(table),
};

describe.each(Object.entries(OPERATIONS))("%s", (_, operation) => {
  test.each([false, true])(
    "leaves the old or the new rows, whatever change fails (after its effect: %s)",
    async (after) => {
      await prepare();
      const whole = await copiedTable("whole");
      const before = await fake.rows(whole);
      await operation(whole);
      const done = await fake.rows(whole);
      let crashed = 0;
      for (let crashAt = 1; ; crashAt++) {
        const table = `t${crashAt}`;
        await copiedTable(table);
        const store = new FakeCrashingStore(fake.store(table), crashAt, after);
        let failure: unknown;
        try {
          await operation(await DeltaTable.open(fake.lake, store));
        } catch (error) {
          failure = error;
        }
        if (store.changes < crashAt) break;
        crashed += 1;
        if (failure !== undefined) expect(failure).toBeInstanceOf(CrashError);
        const again = await fake.open(table);
        const rows = await fake.rows(again);
        const isDone = again.snapshot.version === 10;
        // A crash of what tidies the log after a commit does not undo the commit, and is only warned of.
        if (failure === undefined) expect(isDone).toBe(true);
        expect(rows).toEqual(isDone ? done : before);
        // Run again it changes nothing more: a transaction that is there is skipped, the others find nothing to do.
        await operation(again);
        expect(await fake.rows(await fake.open(table))).toEqual(done);
      }
      expect(crashed).toBeGreaterThan(2);
    },
  );
});

test("a crash of VACUUM leaves a table that the next VACUUM finishes", async () => {
  await prepare();
  for (let crashAt = 1; crashAt <= 4; crashAt++) {
    const name = `v${crashAt}`;
    const table = await copiedTable(name);
    await optimizeTable(table);
    const rows = await fake.rows(table);
    const options = { retentionMs: 0, allowShortRetention: true };
    const dying = await DeltaTable.open(fake.lake, new FakeCrashingStore(fake.store(name), crashAt, true));
    await expect(vacuumTable(dying, options)).rejects.toBeInstanceOf(CrashError);
    const again = await fake.open(name);
    expect(await fake.rows(again)).toEqual(rows);
    expect((await vacuumTable(again, options)).files).toHaveLength(9 - crashAt);
    expect(await fake.rows(await fake.open(name))).toEqual(rows);
  }
});
