import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HuntDatabase } from "./hunt-database.ts";
import { SEGMENT_BYTES, SegmentTable } from "./segment-table.ts";

let folder: string;
let database: HuntDatabase;
let table: SegmentTable;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "spoor-segments-"));
  database = await HuntDatabase.open({
    folders: [folder],
    memoryBytes: 256e6,
    threads: 1,
    sparkNulls: false,
  });
  table = new SegmentTable(folder, "t");
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const select = (path: string): string => `SELECT n FROM read_json('${path}', columns = {n: 'BIGINT'})`;

async function add(n: number, bytes: number): Promise<void> {
  const staged = await table.stage([n], async (lines) => {
    await lines.add(`{"n":${n}}`);
    return bytes;
  });
  await table.store(database, [staged], select, () => undefined);
}

async function numbers(query: string): Promise<number[]> {
  const rows = await database.rows(`SELECT n FROM (${query}) ORDER BY n`);
  return rows.map((row) => Number(row["n"]));
}

test("many small files become one, and one that is read stays until it is let go", async () => {
  for (let n = 0; n < 9; n++) await add(n, 100);
  const reading = table.lease();
  await table.merge(database);
  expect(readdirSync(folder)).toHaveLength(10);
  expect(await numbers(reading.query)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  await reading.release();
  expect(readdirSync(folder)).toHaveLength(1);
  const later = table.lease();
  expect(await numbers(later.query)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(table.from).toEqual([0]);
  await later.release();
});

test("large files are left as they are, and the oldest go where there are too many bytes", async () => {
  for (let n = 0; n < 12; n++) await add(n, SEGMENT_BYTES);
  await table.merge(database);
  expect(readdirSync(folder)).toHaveLength(12);
  await table.trim(3 * SEGMENT_BYTES);
  expect(table.from).toEqual([9]);
  expect(await numbers(table.lease().query)).toEqual([9, 10, 11]);
});

test("what fails is not added, and leaves no file behind", async () => {
  await add(1, 1);
  const staged = await table.stage([2], async (lines) => {
    await lines.add('{"n":"no number"}');
    return 1;
  });
  const stored = table.store(database, [staged], select, () => undefined);
  await expect(stored).rejects.toMatchObject({ code: "HUNT_CONVERSION" });
  await table.discard(staged);
  const failing = table.stage([3], () => Promise.reject(new Error("the log is gone")));
  await expect(failing).rejects.toThrow("the log is gone");
  expect(readdirSync(folder)).toHaveLength(1);
  expect(await numbers(table.lease().query)).toEqual([1]);
  await table.drop();
  expect(table.isEmpty).toBe(true);
});
