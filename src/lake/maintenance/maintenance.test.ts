import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../../base/clock.ts";
import { ManualClock } from "../../base/clock.ts";
import { NUMBERS, fakeLake, numbers, rowLines } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import type { Predicate } from "../delta/predicate.ts";
import type { DeltaTable } from "../delta/table.ts";
import { bytesOf } from "../delta/snapshot.ts";
import { deleteRows } from "./delete-rows.ts";
import { optimizeTable } from "./optimize.ts";
import { restoreTable } from "./restore.ts";
import { vacuumTable } from "./vacuum.ts";

const DAY_MS = 86_400_000;
let fake: FakeLake;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 5, 1));
  fake = await fakeLake(clock satisfies Clock);
});

afterEach(() => fake.close());

const numberOf = (op: "=" | "<", value: number): Predicate => ({ kind: "compare", column: "n", op, value });
const IS_B: Predicate = { kind: "compare", column: "p", op: "=", value: "b" };

async function prepared(): Promise<DeltaTable> {
  const table = await fake.create(NUMBERS);
  for (let i = 0; i < 6; i++) await table.append(numbers(10 * i, 10 * i + 9, i % 2 === 0 ? "a" : "b"));
  return table;
}

/** Puts every file's time at the clock's, as if it had been written by it. */
async function dateFiles(table: DeltaTable): Promise<void> {
  const at = new Date(clock.nowMs());
  for (const { path } of await table.store.list("", { recursive: true }))
    utimesSync(join(table.store.location, path), at, at);
}

describe("OPTIMIZE", () => {
  test("makes one file of each partition's small ones and changes no row", async () => {
    const table = await prepared();
    const before = await fake.rows(table);
    const result = await optimizeTable(table);
    expect(result).toMatchObject({ version: 7, filesRemoved: 6, filesAdded: 2, partitions: 2 });
    expect(await fake.rows(await fake.open())).toEqual(before);
    expect(await optimizeTable(table)).toMatchObject({ version: undefined, filesRemoved: 0 });
    expect([...table.snapshot.files.values()].every((file) => !file.dataChange)).toBe(true);
  });

  test("works on the partitions that are named, by partition columns alone", async () => {
    const table = await prepared();
    expect(await optimizeTable(table, { where: IS_B })).toMatchObject({ filesRemoved: 3, filesAdded: 1 });
    await expect(optimizeTable(table, { where: numberOf("=", 1) })).rejects.toMatchObject({
      code: "LAKE_PREDICATE_INVALID",
    });
  });

  test("leaves full files and fills bins up to the target", async () => {
    const table = await prepared();
    const sizes = [...table.snapshot.files.values()].map(({ size }) => size);
    const targetBytes = Math.max(...sizes) * 2;
    expect(await optimizeTable(table, { targetBytes })).toMatchObject({ filesRemoved: 4, filesAdded: 2 });
    expect(await optimizeTable(table, { targetBytes: 1 })).toMatchObject({ filesRemoved: 0 });
  });
});

/** Rows of a kilobyte, from forty hosts in turn. */
function wide(from: number, to: number): string {
  return `SELECT 'host' || (hash(i) % 40)::VARCHAR AS host, i AS n, repeat(md5(i::VARCHAR), 30) AS raw FROM range(${from}, ${to}) t(i)`;
}

describe("OPTIMIZE ZORDER BY", () => {
  test("lays rows so that each of several columns finds few row groups", async () => {
    const table = await fake.create({ columns: ["a", "b", "c"].map((name) => ({ name, type: "long" })) });
    const query = "SELECT hash(i) % 1000 AS a, hash(i + 1000000) % 1000 AS b, i AS c FROM range(200000) t(i)";
    const cast = `SELECT a::BIGINT AS a, b::BIGINT AS b, c FROM (${query})`;
    await table.append({ kind: "sql", query: cast });
    const sum = async (): Promise<unknown> =>
      fake.lake.database.rows(
        `SELECT sum(a * 7 + b * 11 + c) AS s, count(*) AS n FROM (${await table.query()})`,
      );
    const before = await sum();
    const groupsWith = async (column: string): Promise<number> => {
      const [file] = table.snapshot.files.values();
      const path = await table.store.localFile(file!.path);
      const [row] = await fake.lake.database.rows(
        `SELECT count(*) AS n FROM parquet_metadata('${path}') WHERE path_in_schema = '${column}' AND stats_min_value::BIGINT <= 500 AND stats_max_value::BIGINT >= 500`,
      );
      return Number(row?.["n"]);
    };
    expect(await groupsWith("a")).toBe(20);
    await optimizeTable(table, { zOrderBy: ["a", "b"] });
    expect(await sum()).toEqual(before);
    expect(await groupsWith("a")).toBeLessThanOrEqual(10);
    expect(await groupsWith("b")).toBeLessThanOrEqual(10);
  });

  test("sorts what exceeds the memory in runs, from many files and from large ones", async () => {
    const table = await fake.create({
      columns: [
        { name: "host", type: "string" },
        { name: "n", type: "long" },
        { name: "raw", type: "string" },
      ],
    });
    for (let i = 0; i < 4; i++) await table.append({ kind: "sql", query: wide(i * 5000, i * 5000 + 5000) });
    await table.append({ kind: "sql", query: wide(20_000, 100_000) });
    const sum = async (): Promise<unknown> =>
      fake.lake.database.rows(
        `SELECT count(*) AS n, bit_xor(hash(host, n, raw)) AS h, count(DISTINCT n) AS d FROM (${await table.query()})`,
      );
    const before = await sum();
    await optimizeTable(table, { zOrderBy: ["host", "n"] });
    expect(await sum()).toEqual(before);
    expect(table.snapshot.files.size).toBe(1);
    const [file] = table.snapshot.files.values();
    const path = await table.store.localFile(file!.path);
    const spans = await fake.lake.database.rows(
      `SELECT (stats_max_value::BIGINT - stats_min_value::BIGINT) AS span FROM parquet_metadata('${path}') WHERE path_in_schema = 'n'`,
    );
    // Row groups along the curve: some span a part of the numbers, where arrival order would do no better for hosts.
    expect(spans.length).toBeGreaterThanOrEqual(10);
    expect(Math.min(...spans.map((row) => Number(row["span"])))).toBeLessThan(60_000);
    expect(readdirSync(join(fake.folder, "scratch")).filter((name) => name !== "spill")).toEqual([]);
  });

  test("orders texts, times, nulls and columns of one value", async () => {
    const table = await fake.create({
      columns: [
        { name: "t", type: "string" },
        { name: "at", type: "timestamp" },
        { name: "one", type: "boolean" },
        { name: "none", type: "double" },
      ],
    });
    const rows = Array.from({ length: 300 }, (_, i) => ({
      t: i % 3 === 0 ? null : `it's ${i}`,
      at: `2026-01-01T00:${String(i % 60).padStart(2, "0")}:00Z`,
      one: true,
    }));
    await table.append(rowLines(...rows));
    const before = await fake.rows(table);
    await optimizeTable(table, { zOrderBy: ["t", "at", "one", "none"] });
    expect(await fake.rows(await fake.open())).toEqual(before);
  });

  test("refuses partition columns, unknown ones, and too many", async () => {
    const table = await prepared();
    await expect(optimizeTable(table, { zOrderBy: ["p"] })).rejects.toMatchObject({
      code: "LAKE_OPTION_INVALID",
    });
    await expect(optimizeTable(table, { zOrderBy: ["m"] })).rejects.toMatchObject({
      code: "LAKE_COLUMN_UNKNOWN",
    });
    await expect(optimizeTable(table, { zOrderBy: ["n", "N"] })).rejects.toMatchObject({
      code: "LAKE_OPTION_INVALID",
    });
  });
});

describe("VACUUM", () => {
  const SHORT = { retentionMs: 0, allowShortRetention: true } as const;

  test("deletes what no version within the retention names, and says so before", async () => {
    const table = await prepared();
    await optimizeTable(table);
    await dateFiles(table);
    clock.advance(DAY_MS);
    expect((await vacuumTable(table)).files).toEqual([]);
    clock.advance(7 * DAY_MS);
    const rows = await fake.rows(table);
    const planned = await vacuumTable(table, { dryRun: true });
    expect(planned.files).toHaveLength(6);
    expect(await fake.rows(table, { snapshot: await table.at({ version: 6 }) })).toHaveLength(60);
    const done = await vacuumTable(table);
    expect(done).toEqual({ ...planned, dryRun: false });
    expect(await fake.rows(await fake.open())).toEqual(rows);
    expect(done.bytes).toBe(bytesOf((await table.at({ version: 6 })).files.values()));
  });

  test("refuses a retention shorter than the table's, unless told", async () => {
    const table = await prepared();
    await expect(vacuumTable(table, { retentionMs: DAY_MS })).rejects.toMatchObject({
      code: "LAKE_RETENTION_TOO_SHORT",
    });
    await expect(vacuumTable(table, { retentionMs: -1 })).rejects.toMatchObject({
      code: "LAKE_OPTION_INVALID",
    });
    await table.setProperties({ "delta.deletedFileRetentionDuration": "interval 12 hours" });
    expect((await vacuumTable(table, { retentionMs: DAY_MS })).files).toEqual([]);
    await table.setProperties({ "delta.deletedFileRetentionDuration": "soon" });
    await expect(vacuumTable(table)).rejects.toMatchObject({ code: "LAKE_OPTION_INVALID" });
  });

  test("takes what a crash left, and neither the log nor hidden folders", async () => {
    const table = await fake.create({
      columns: [
        { name: "_day", type: "date" },
        { name: "n", type: "long" },
      ],
      partitionColumns: ["_day"],
    });
    await table.append(rowLines({ _day: "2026-01-01", n: 1 }));
    const left = ["_staging/x/files/data_0.parquet", "_day=2026-01-02/part-orphan.parquet", "stray.parquet"];
    for (const path of [...left, "_other/kept", ".hidden/kept"])
      await table.store.put(path, Buffer.from("x"));
    await dateFiles(table);
    clock.advance(1);
    expect((await vacuumTable(table, SHORT)).files.toSorted()).toEqual(left.toSorted());
    expect(await fake.rows(await fake.open())).toHaveLength(1);
  });
});

describe("RESTORE", () => {
  test("brings an older version back as a new one, its schema too", async () => {
    const table = await prepared();
    const then = await fake.rows(table, { snapshot: await table.at({ version: 3 }) });
    await deleteRows(table, numberOf("<", 25));
    await table.append(rowLines({ p: "a", n: 1, more: true }), { growSchema: true });
    expect(await restoreTable(table, { version: 3 })).toMatchObject({ version: 9 });
    const again = await fake.open();
    expect(await fake.rows(again)).toEqual(then);
    expect(again.snapshot.schema.fields.map(({ name }) => name)).toEqual(["p", "n", "text"]);
    await restoreTable(table, { version: 8 });
    expect(await fake.rows(table, { where: { kind: "isNotNull", column: "more" } })).toHaveLength(1);
  });

  test("tells files that VACUUM has deleted", async () => {
    const table = await prepared();
    await optimizeTable(table);
    await dateFiles(table);
    clock.advance(1);
    await vacuumTable(table, { retentionMs: 0, allowShortRetention: true });
    await expect(restoreTable(table, { version: 6 })).rejects.toMatchObject({ code: "LAKE_FILE_MISSING" });
  });
});

describe("DELETE", () => {
  test("of partitions reads no file", async () => {
    const table = await prepared();
    expect(await deleteRows(table, IS_B)).toMatchObject({ rowsDeleted: 30, filesRemoved: 3, filesAdded: 0 });
    expect(await fake.rows(await fake.open())).toHaveLength(30);
  });

  test("of rows writes what is left anew, and nothing where none matches", async () => {
    const table = await prepared();
    expect(await deleteRows(table, numberOf("<", 15))).toMatchObject({
      rowsDeleted: 15,
      filesRemoved: 2,
      filesAdded: 1,
    });
    expect(
      (await fake.rows(await fake.open())).map((row) => Number(row["n"])).toSorted((a, b) => a - b)[0],
    ).toBe(15);
    expect(await deleteRows(table, numberOf("=", 999))).toMatchObject({ version: undefined, rowsDeleted: 0 });
    expect(await deleteRows(table, { kind: "compare", column: "text", op: "=", value: "t33" })).toMatchObject(
      { rowsDeleted: 1 },
    );
  });

  test("keeps rows for which the condition is neither true nor false", async () => {
    const table = await fake.create(NUMBERS);
    await table.append(rowLines({ p: "a", n: 1 }, { p: "a", n: null }, { p: "a", n: 2 }));
    await deleteRows(table, numberOf("<", 2));
    expect((await fake.rows(table)).map((row) => row["n"])).toEqual(["2", null]);
  });

  test("is refused where the table only takes new rows", async () => {
    const table = await fake.create({ ...NUMBERS, properties: { "delta.appendOnly": "true" } });
    await table.append(numbers(1, 3));
    await expect(deleteRows(table, numberOf("<", 2))).rejects.toMatchObject({ code: "LAKE_APPEND_ONLY" });
    await table.append(numbers(4, 4));
    expect((await optimizeTable(table)).filesRemoved).toBe(2);
  });
});

async function logFiles(table: DeltaTable): Promise<string[]> {
  return (await table.store.list("_delta_log")).map(({ path }) => path.slice("_delta_log/".length));
}

/** Twenty versions, the first ten of them made forty days before the others. */
async function oldTable(properties: Readonly<Record<string, string>>): Promise<DeltaTable> {
  const table = await fake.create({ ...NUMBERS, properties });
  for (let i = 1; i <= 11; i++) await table.append(numbers(i, i));
  await table.store.put("_delta_log/.0b1c7a52-6f10-4c11-9a53-6c1d0ad4f3a1.tmp", Buffer.from("left"));
  await dateFiles(table);
  clock.advance(40 * DAY_MS);
  for (let i = 12; i <= 20; i++) await table.append(numbers(i, i));
  return table;
}

describe("the log", () => {
  test("loses versions beyond its retention once a checkpoint stands for them", async () => {
    const table = await oldTable({});
    const files = await logFiles(table);
    expect(files.some((name) => name.endsWith(".tmp"))).toBe(false);
    expect(files.find((name) => /^\d{20}\.json$/.test(name))).toBe("00000000000000000010.json");
    expect(files.filter((name) => name.includes("checkpoint.parquet"))).toHaveLength(2);
    const again = await fake.open();
    expect(await fake.rows(again)).toHaveLength(20);
    expect(await fake.rows(again, { snapshot: await again.at({ version: 10 }) })).toHaveLength(10);
    await expect(again.at({ version: 9 })).rejects.toMatchObject({ code: "LAKE_VERSION_MISSING" });
    expect((await again.history()).map(({ version }) => version)).toContain(10);
  });

  test("keeps everything where the table says so", async () => {
    const table = await oldTable({ "delta.enableExpiredLogCleanup": "false" });
    expect((await logFiles(table)).filter((name) => /^\d{20}\.json$/.test(name))).toHaveLength(21);
  });
});
