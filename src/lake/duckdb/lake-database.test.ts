import { afterEach, beforeEach, expect, test } from "vitest";
import { fakeLake } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import { quotedName, quotedText } from "./sql-text.ts";

let fake: FakeLake;

beforeEach(async () => {
  fake = await fakeLake();
});

afterEach(() => fake.close());

test.each([
  "SELECT * FROM read_text('/etc/hostname')",
  "COPY (SELECT 1) TO '/var/tmp/out.csv'",
  "SET memory_limit = '8GB'",
  "SET enable_external_access = true",
  "SET allowed_directories = ['/']",
  "INSTALL httpfs",
  "LOAD httpfs",
  "ATTACH '/var/tmp/other.duckdb'",
  "SELECT getenv('HOME')",
  "CREATE PERSISTENT SECRET s (TYPE s3)",
])("a statement cannot reach out: %s", async (statement) => {
  await expect(fake.lake.database.rows(statement)).rejects.toMatchObject({ code: "LAKE_QUERY_FAILED" });
});

test("a path that climbs out of an allowed folder is refused", async () => {
  const { database } = fake.lake;
  await expect(
    database.rows(`SELECT * FROM read_text('${fake.folder}/../../etc/hostname')`),
  ).rejects.toMatchObject({
    code: "LAKE_QUERY_FAILED",
  });
  expect(() => database.checkAllowed(`${fake.folder}/../x`)).toThrow(
    expect.objectContaining({ code: "LAKE_PLACE_FORBIDDEN" }),
  );
});

test("what needs more than the memory is told, and the next statement has it again", async () => {
  const { database } = fake.lake;
  const large = "SELECT len(list(repeat(md5(i::VARCHAR), 30))) AS n FROM range(600000) r(i)";
  await expect(database.rows(large)).rejects.toMatchObject({ code: "LAKE_MEMORY_EXCEEDED" });
  const wide = "SELECT repeat(md5(i::VARCHAR), 10) AS t FROM range(400000) r(i)";
  const [row] = await database.rows(`SELECT count(DISTINCT t) AS n FROM (${wide})`);
  expect(row).toEqual({ n: "400000" });
});

test("more statements than connections wait their turn", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => fake.lake.database.rows(`SELECT ${i} AS i`)),
  );
  expect(answers.map(([row]) => row?.["i"])).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test("names and texts are quoted whatever they hold", async () => {
  const odd = `a"b'c\\d\0e`;
  const [row] = await fake.lake.database.rows(`SELECT ${quotedText(odd)} AS ${quotedName('x"y')}`);
  expect(row).toEqual({ 'x"y': odd });
});

test("a statement that fails while its rows are streamed fails, and the next one does not", async () => {
  const { database } = fake.lake;
  const query = "SELECT CASE WHEN range = 90000 THEN error('bad row') ELSE range END AS n FROM range(100000)";
  let rows = 0;
  await expect(
    database.eachBlock(query, (block) => {
      rows += block.length;
    }),
  ).rejects.toMatchObject({
    code: "LAKE_QUERY_FAILED",
    detail: expect.stringContaining("bad row") as string,
  });
  expect(rows).toBeLessThan(100_000);
  rows = 0;
  await database.eachBlock("SELECT range FROM range(100000)", (block) => {
    rows += block.length;
  });
  expect(rows).toBe(100_000);
  await database.eachBlock("SELECT range FROM range(100000)", () => false);
  expect(await database.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});
