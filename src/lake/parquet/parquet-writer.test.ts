import { afterEach, beforeEach, expect, test } from "vitest";
import { fakeLake } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import type { DeltaTable } from "../delta/table.ts";
import { BLOOM_PROPERTY, ROW_GROUP_ROWS } from "./parquet-writer.ts";

let fake: FakeLake;

beforeEach(async () => {
  fake = await fakeLake();
});

afterEach(() => fake.close());

const COLUMNS = ["guid", "hash", "address", "raw"].map((name) => ({ name, type: "string" }));
const ROWS = 3 * ROW_GROUP_ROWS;
const EVENTS = `SELECT '{' || md5('g' || i) || '}' AS guid, sha256('h' || i) AS hash,
  concat_ws('.', 10, i % 250, (i // 250) % 250, i % 7) AS address, repeat(md5('r' || i), 30) AS raw FROM range(${ROWS}) t(i)`;

async function file(table: DeltaTable): Promise<string> {
  const [add] = table.snapshot.files.values();
  return table.store.localFile(add!.path);
}

async function groupsWithFilter(path: string, column: string): Promise<number> {
  const rows = await fake.lake.database.rows(
    `SELECT count(bloom_filter_offset) AS n FROM parquet_metadata('${path}') WHERE path_in_schema = '${column}'`,
  );
  return Number(rows[0]?.["n"]);
}

async function groupsExcluded(path: string, column: string, value: string): Promise<number> {
  const rows = await fake.lake.database.rows(
    `SELECT count(*) FILTER (bloom_filter_excludes) AS n FROM parquet_bloom_probe('${path}', '${column}', '${value}')`,
  );
  return Number(rows[0]?.["n"]);
}

test("columns that the table names have bloom filters in every row group, and they rule out what is not there", async () => {
  const table = await fake.create({
    columns: COLUMNS,
    properties: { [BLOOM_PROPERTY]: "guid,hash,address" },
  });
  await table.append({ kind: "sql", query: EVENTS });
  const path = await file(table);
  for (const column of ["guid", "hash", "address"]) expect(await groupsWithFilter(path, column)).toBe(3);
  // The event's text is too large for a dictionary, and stays plain.
  expect(await groupsWithFilter(path, "raw")).toBe(0);
  expect(await groupsExcluded(path, "guid", "{no-such-process}")).toBe(3);
  const [present] = await fake.lake.database.rows(`SELECT guid FROM (${await table.query()}) LIMIT 1`);
  expect(await groupsExcluded(path, "guid", String(present?.["guid"]))).toBe(2);
});

test("without the property such columns have none", async () => {
  const table = await fake.create({ columns: COLUMNS });
  await table.append({ kind: "sql", query: EVENTS });
  expect(await groupsWithFilter(await file(table), "guid")).toBe(0);
});

test("all types of a table come back as they went in", async () => {
  const types = [
    "string",
    "long",
    "integer",
    "short",
    "byte",
    "float",
    "double",
    "boolean",
    "date",
    "timestamp",
    "timestamp_ntz",
    "binary",
    "decimal(20,4)",
  ];
  const nested = {
    type: "struct",
    fields: [{ name: "in side", type: "long", nullable: true, metadata: {} }],
  } as const;
  const table = await fake.create({
    columns: [
      ...types.map((type, i) => ({ name: `c${i}`, type })),
      { name: "s", type: nested },
      { name: "l", type: { type: "array", elementType: nested, containsNull: true } },
      { name: "m", type: { type: "map", keyType: "string", valueType: "integer", valueContainsNull: true } },
    ],
  });
  const query = `SELECT 'é' AS c0, -9223372036854775807 AS c1, 2147483647 AS c2, (-32768)::SMALLINT AS c3, 127::TINYINT AS c4, 1.5::FLOAT AS c5,
    'nan'::DOUBLE AS c6, false AS c7, DATE '0001-01-01' AS c8, TIMESTAMPTZ '1900-01-01 00:00:00.000001+00' AS c9,
    TIMESTAMP '2026-01-01 01:02:03.000004' AS c10, '\\x00\\xFF'::BLOB AS c11, 1234567890123456.7891::DECIMAL(20,4) AS c12,
    {'in side': 5::BIGINT} AS s, [{'in side': 6::BIGINT}, NULL] AS l, MAP {'k': 1, 'n': NULL} AS m`;
  const expected = await fake.lake.database.rows(query);
  await table.append({ kind: "sql", query });
  expect(await fake.rows(await fake.open())).toEqual(expected);
});
