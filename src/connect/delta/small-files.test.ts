import { afterEach, beforeEach, expect, test } from "vitest";
import { NUMBERS, fakeLake, numbers } from "../../lake/fake-lake.ts";
import type { FakeLake } from "../../lake/fake-lake.ts";
import { optimizeTable } from "../../lake/maintenance/optimize.ts";
import { nextCompaction } from "./small-files.ts";

let lake: FakeLake;
beforeEach(async () => {
  lake = await fakeLake();
});
afterEach(() => lake.close());

test("the partition with the most small files is next, once it has enough of them", async () => {
  const table = await lake.create(NUMBERS);
  const file = { path: "x", size: 1000, modificationTime: 0, dataChange: true };
  const add = async (p: string, count: number, size: number): Promise<void> => {
    const { files } = await table.write(numbers(1, 1, p));
    const actions = Array.from({ length: count }, (_, i) => ({
      add: { ...file, ...files[0]!, path: `${p}-${size}-${i}`, size },
    }));
    await table.commitChange({
      snapshot: table.snapshot,
      actions,
      read: { rows: "none", files: new Set() },
      operation: "WRITE",
      parameters: {},
      metrics: {},
      kind: { addsRows: true, removesRows: false },
      isBlindAppend: true,
    });
  };
  await add("a", 23, 1000);
  expect(nextCompaction(table.snapshot)).toBeUndefined();
  await add("b", 24, 1000);
  const where = { kind: "and", terms: [{ kind: "compare", column: "p", op: "=", value: "b" }] };
  expect(nextCompaction(table.snapshot)).toEqual({ where, targetBytes: 16 << 20, files: 24 });
  await add("c", 30, 14 << 20);
  expect(nextCompaction(table.snapshot)).toMatchObject({ targetBytes: 128 << 20, files: 30 });
});

test("what it names is what OPTIMIZE takes", async () => {
  const table = await lake.create(NUMBERS);
  for (let n = 1; n <= 24; n++) await table.append(numbers(n, n));
  await table.append(numbers(1, 1, "b"));
  const { where, targetBytes } = nextCompaction(table.snapshot)!;
  const result = await optimizeTable(table, { where, targetBytes });
  expect(result).toMatchObject({ filesRemoved: 24, filesAdded: 1, partitions: 1 });
  expect(nextCompaction(table.snapshot)).toBeUndefined();
  expect(await lake.rows(table)).toHaveLength(25);
});
