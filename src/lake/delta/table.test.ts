import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NUMBERS, fakeLake, numbers, rowLines } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import { overwriteRows } from "./overwrite.ts";
import { DeltaTable } from "./table.ts";
import type { TableSpec } from "./new-table.ts";

let fake: FakeLake;

beforeEach(async () => {
  fake = await fakeLake();
});

afterEach(() => fake.close());

const EVENTS: TableSpec = {
  columns: [
    { name: "day", type: "date" },
    { name: "source", type: "string" },
    { name: "at", type: "timestamp" },
    { name: "n", type: "long" },
    { name: "text", type: "string" },
  ],
  partitionColumns: ["day", "source"],
};

test("rows that were appended are read back with their partitions, to the last bit", async () => {
  const table = await fake.create(EVENTS);
  const at = "2026-01-05T08:00:00.000123Z";
  const rows = [
    { day: "2026-01-05", source: "Sysmon/Operational", at, n: "9007199254740993", text: "é'\"\\" },
    { day: "2026-01-06", source: "", at: null, n: -1, text: null },
  ];
  const result = await table.append(rowLines(...rows));
  expect(result).toMatchObject({ version: 1, rows: 2, files: 2, skipped: false, malformedLines: 0 });
  expect(await fake.rows(await fake.open())).toEqual([
    { ...rows[0], at: "2026-01-05 08:00:00.000123+00" },
    { day: "2026-01-06", source: null, at: null, n: "-1", text: null },
  ]);
});

test("every tenth version has a checkpoint, and the log is read from it", async () => {
  const table = await fake.create(NUMBERS);
  for (let i = 1; i <= 12; i++) await table.append(numbers(i, i), { txn: { appId: "x", version: i } });
  const { store } = table;
  expect(await store.read("_delta_log/00000000000000000010.checkpoint.parquet")).toBeDefined();
  await store.delete([3, 4, 5].map((n) => `_delta_log/0000000000000000000${n}.json`));
  const again = await fake.open();
  expect(again.snapshot.version).toBe(12);
  expect(await fake.rows(again)).toHaveLength(12);
  expect(again.snapshot.transactions.get("x")?.version).toBe(12);
  expect(again.snapshot.metadata).toEqual(table.snapshot.metadata);
  expect(await fake.rows(again, { snapshot: await again.at({ version: 11 }) })).toHaveLength(11);
  await expect(again.at({ version: 4 })).rejects.toMatchObject({ code: "LAKE_VERSION_MISSING" });
  await expect(again.at({ version: 13 })).rejects.toMatchObject({ code: "LAKE_VERSION_MISSING" });
  expect(fake.warnings).toEqual([]);
});

test("rows beyond what the memory takes at once go in batches, with one commit", async () => {
  const table = await fake.create(NUMBERS);
  const text = "x".repeat(1000);
  const chunks = Array.from({ length: 5 }, (_, chunk) => {
    const rows = Array.from({ length: 20_000 }, (_unused, i) => ({ p: "a", n: chunk * 20_000 + i, text }));
    return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  });
  expect(await table.append({ kind: "rows", chunks })).toMatchObject({ version: 1, rows: 100_000, files: 3 });
  const [row] = await fake.lake.database.rows(`SELECT sum(n) AS s FROM (${await table.query()})`);
  expect(row).toEqual({ s: "4999950000" });
});

test("a batch whose transaction the table has is not written again", async () => {
  const table = await fake.create(NUMBERS);
  await table.append(numbers(1, 3), { txn: { appId: "sink", version: 7 } });
  const again = await fake.open();
  expect(await again.append(numbers(1, 3), { txn: { appId: "sink", version: 7 } })).toMatchObject({
    skipped: true,
  });
  expect(await again.append(numbers(4, 4), { txn: { appId: "sink", version: 8 } })).toMatchObject({
    version: 2,
  });
  expect(await fake.rows(again)).toHaveLength(4);
});

test("files of several writes come in with one commit, also when another came between", async () => {
  const table = await fake.create(NUMBERS);
  const first = await table.write(numbers(1, 2, "a"));
  await table.append(numbers(10, 10), { txn: { appId: "sink", version: 1 } });
  const second = await table.write(numbers(3, 4, "b"));
  expect(await fake.rows(table)).toHaveLength(1);
  await table.commitAppend([first, second], { txn: { appId: "sink", version: 2 } });
  expect((await fake.rows(await fake.open())).map((row) => row["n"])).toEqual(["1", "2", "10", "3", "4"]);
  expect(table.snapshot.version).toBe(2);
});

describe("schemas", () => {
  test("an unknown field is refused, or becomes a column that older files have as null", async () => {
    const table = await fake.create(NUMBERS);
    await table.append(numbers(1, 1));
    const news = rowLines({ p: "a", n: 2, more: { deep: [1.5] }, flag: true });
    await expect(table.append(news)).rejects.toMatchObject({ code: "LAKE_SCHEMA_MISMATCH" });
    await table.append(news, { growSchema: true });
    await table.append(numbers(3, 3));
    const again = await fake.open();
    expect(again.snapshot.schema.fields.map(({ name }) => name)).toEqual(["p", "n", "text", "flag", "more"]);
    expect(await fake.rows(again)).toEqual([
      { p: "a", n: "1", text: "t1", more: null, flag: null },
      { p: "a", n: "2", text: null, more: { deep: [1.5] }, flag: true },
      { p: "a", n: "3", text: "t3", more: null, flag: null },
    ]);
  });

  test("a small integer widens, a text does not become a number", async () => {
    const table = await fake.create({ columns: [{ name: "n", type: "short" }] });
    await table.append(rowLines({ n: 300 }));
    await table.append({ kind: "sql", query: "SELECT 70000::INTEGER AS n" }, { growSchema: true });
    expect(await fake.rows(await fake.open())).toEqual([{ n: 300 }, { n: 70000 }]);
    const text = { kind: "sql", query: "SELECT 'x' AS n" } as const;
    await expect(table.append(text, { growSchema: true })).rejects.toMatchObject({
      code: "LAKE_SCHEMA_MISMATCH",
    });
  });

  test("a column that may not be null takes no null", async () => {
    const table = await fake.create({ columns: [{ name: "n", type: "long", nullable: false }] });
    await table.append(rowLines({ n: 1 }));
    await expect(table.append(rowLines({ n: null }))).rejects.toMatchObject({ code: "LAKE_SCHEMA_MISMATCH" });
    expect(await fake.rows(table)).toEqual([{ n: "1" }]);
  });

  test("bad schemas are told", async () => {
    const column = { name: "a", type: "long" };
    for (const [spec, code] of [
      [{ columns: [column, { name: "A", type: "long" }] }, "LAKE_SCHEMA_INVALID"],
      [{ columns: [{ name: "a b", type: "long" }] }, "LAKE_SCHEMA_INVALID"],
      [{ columns: [column], partitionColumns: ["a"] }, "LAKE_SCHEMA_INVALID"],
      [{ columns: [column], partitionColumns: ["b"] }, "LAKE_COLUMN_UNKNOWN"],
      [{ columns: [{ name: "a", type: "lnog" }] }, "LAKE_PROTOCOL_UNSUPPORTED"],
    ] as const)
      await expect(fake.create(spec)).rejects.toMatchObject({ code });
  });
});

describe("rows that cannot be read", () => {
  test("leave the table as it was", async () => {
    const table = await fake.create(NUMBERS);
    for (const text of ['{"p":"a","n":1}\n{"n":', "[1]\n", '{"p":"a","n":"many"}\n']) {
      const source = { kind: "rows", chunks: [Buffer.from(text)] } as const;
      await expect(table.append(source)).rejects.toMatchObject({ code: "LAKE_ROWS_INVALID" });
    }
    expect((await fake.open()).snapshot.version).toBe(0);
    expect(await table.store.list("_staging", { recursive: true })).toEqual([]);
  });

  test("are kept as raw lines where the table has a column for them", async () => {
    const table = await fake.create({
      columns: [
        { name: "id", type: "integer" },
        { name: "host", type: "string" },
        { name: "raw", type: "string" },
      ],
    });
    const lines = [
      '{"id":1,"host":"a"}',
      "no json",
      '{"id":"x","w":{"host":"b"}}',
      '{"id":null}',
      '{"cut":"\\ud800"}',
    ];
    const source = {
      kind: "lines",
      chunks: [Buffer.from(lines.slice(0, 2).join("\n")), Buffer.from(lines.slice(2).join("\n"))],
      columns: [
        { name: "id", from: "paths", paths: ["$.id"] },
        { name: "host", from: "paths", paths: ["$.host", "$.w.host"] },
        { name: "raw", from: "line" },
      ],
    } as const;
    const result = await table.append(source);
    expect(result.rows).toBe(5);
    expect(result.malformedLines).toBeGreaterThanOrEqual(1);
    const rows = await fake.rows(table);
    expect(rows.map((row) => row["raw"]).toSorted()).toEqual(lines.toSorted());
    expect(rows.find((row) => row["raw"] === lines[2])).toMatchObject({ id: null, host: "b" });
    expect(rows.find((row) => row["raw"] === lines[0])).toMatchObject({ id: 1, host: "a" });
  });
});

test("overwrite puts new rows in place of all, or of some partitions", async () => {
  const table = await fake.create(NUMBERS);
  await table.append(numbers(1, 2, "a"));
  await table.append(numbers(3, 4, "b"));
  const where = { kind: "compare", column: "p", op: "=", value: "b" } as const;
  await overwriteRows(table, numbers(9, 9, "b"), { where });
  expect((await fake.rows(table)).map((row) => row["n"])).toEqual(["1", "2", "9"]);
  await expect(overwriteRows(table, numbers(9, 9, "a"), { where })).rejects.toMatchObject({
    code: "LAKE_PREDICATE_INVALID",
  });
  const byRow = { kind: "compare", column: "n", op: "=", value: 1 } as const;
  await expect(overwriteRows(table, numbers(9, 9), { where: byRow })).rejects.toMatchObject({
    code: "LAKE_PREDICATE_INVALID",
  });
  await overwriteRows(table, numbers(5, 5));
  expect((await fake.rows(await fake.open())).map((row) => row["n"])).toEqual(["5"]);
  expect(await fake.rows(table, { snapshot: await table.at({ version: 2 }) })).toHaveLength(4);
});

test("a table is made once, opened by name, and told missing", async () => {
  await expect(fake.open()).rejects.toMatchObject({ code: "LAKE_TABLE_MISSING" });
  const store = fake.store("table");
  const both = await Promise.all([1, 2, 3].map(() => DeltaTable.openOrCreate(fake.lake, store, NUMBERS)));
  expect(new Set(both.map((table) => table.snapshot.metadata.id)).size).toBe(1);
  await expect(fake.create(NUMBERS)).rejects.toMatchObject({ code: "LAKE_TABLE_EXISTS" });
});

test("history and times lead to versions", async () => {
  const table = await fake.create(NUMBERS);
  await table.append(numbers(1, 1), { userMetadata: "first" });
  await table.append(numbers(2, 2));
  const history = await table.history();
  expect(history.map((entry) => [entry.version, entry.operation])).toEqual([
    [2, "WRITE"],
    [1, "WRITE"],
    [0, "CREATE TABLE"],
  ]);
  expect(history[1]).toMatchObject({
    userMetadata: "first",
    isBlindAppend: true,
    operationMetrics: { numOutputRows: "1" },
  });
  for (const { version, timestampMs } of history)
    expect((await table.at({ timestampMs })).version).toBe(version);
  const before = history.at(-1)!.timestampMs - 1;
  await expect(table.at({ timestampMs: before })).rejects.toMatchObject({ code: "LAKE_VERSION_MISSING" });
});

test("properties are set and taken away, but none that needs a newer protocol", async () => {
  const table = await fake.create(NUMBERS);
  await table.setProperties({ "delta.appendOnly": "true", mine: "1" });
  await table.setProperties({ mine: null });
  expect((await fake.open()).snapshot.metadata.configuration).toEqual({ "delta.appendOnly": "true" });
  await expect(overwriteRows(table, numbers(1, 1))).rejects.toMatchObject({ code: "LAKE_APPEND_ONLY" });
  await expect(table.setProperties({ "delta.columnMapping.mode": "name" })).rejects.toMatchObject({
    code: "LAKE_OPTION_INVALID",
  });
});

test("a table outside the lake's folders is refused before anything is written there", async () => {
  const { LocalStore } = await import("../store/local-store.ts");
  const store = new LocalStore(`${fake.folder}-elsewhere`);
  await expect(DeltaTable.create(fake.lake, store, NUMBERS)).rejects.toMatchObject({
    code: "LAKE_PLACE_FORBIDDEN",
  });
  expect(await store.list("", { recursive: true })).toEqual([]);
});
