import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeHunt, sysmonEvent } from "./fake-hunt.ts";
import type { FakeHunt } from "./fake-hunt.ts";
import { HuntDatabase } from "./hunt-database.ts";
import { isForbiddenFunction } from "./statement-guard.ts";

let hunt: FakeHunt;

beforeAll(async () => {
  hunt = await fakeHunt({ "a.json": [sysmonEvent(1, { Image: "C:\\x.exe" })] });
});

afterAll(() => hunt.close());

describe("a hunter's statement only asks", () => {
  test.each([
    "COPY (SELECT 1) TO 'out.csv'",
    "COPY events TO 'out.csv'",
    "ATTACH 'other.duckdb'",
    "ATTACH ':memory:' AS m",
    "DETACH memory",
    "USE lake",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET memory_limit = '8GB'",
    "SET enable_external_access = true",
    "RESET memory_limit",
    "PRAGMA database_list",
    "PRAGMA json_execute_serialized_sql('{}')",
    "CALL pragma_version()",
    "CREATE TABLE t AS SELECT 1",
    "CREATE VIEW v AS SELECT 1",
    "CREATE MACRO m() AS 1",
    "CREATE PERSISTENT SECRET s (TYPE s3)",
    "INSERT INTO events SELECT 1",
    "UPDATE events SET event_id = 1",
    "DELETE FROM events",
    "DROP VIEW events",
    "ALTER VIEW events RENAME TO e",
    "EXPORT DATABASE 'x'",
    "IMPORT DATABASE 'x'",
    "CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "EXPLAIN COPY (SELECT 1) TO 'out.csv'",
    "EXPLAIN ANALYZE DELETE FROM events",
    "SELECT 1; SELECT 2",
  ])("%s", async (statement) => {
    await expect(hunt.ask(statement)).rejects.toMatchObject({ code: "HUNT_NOT_A_QUESTION" });
    expect(existsSync(join(hunt.folder, "out.csv"))).toBe(false);
  });

  test.each([
    "SELECT * FROM read_csv('/etc/hostname')",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM read_blob('a.json')",
    "SELECT * FROM read_json_auto('a.json')",
    "SELECT * FROM read_parquet('x.parquet')",
    "SELECT * FROM parquet_metadata('x.parquet')",
    "SELECT * FROM sniff_csv('/etc/hostname')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('events')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM pragma_table_info('events')",
    "SELECT (SELECT count(*) FROM read_text('/etc/hostname'))",
    "WITH c AS (SELECT * FROM glob('/*')) SELECT * FROM c",
    "SELECT getenv('HOME')",
    "SELECT current_setting('memory_limit')",
    "SELECT getvariable('x')",
    "SELECT system.main.current_setting('memory_limit')",
    "SELECT write_log('x')",
    "SELECT sleep_ms(1)",
    "SELECT nextval('s')",
  ])("%s", async (statement) => {
    await expect(hunt.ask(statement)).rejects.toMatchObject({ code: "HUNT_FUNCTION_FORBIDDEN" });
  });

  test.each([
    "SELECT * FROM '/etc/hostname'",
    "SELECT * FROM 'a.json'",
    'SELECT * FROM "/etc/passwd.csv"',
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_tables",
    "SELECT * FROM duckdb_tables",
    'SELECT 1 FROM (WITH "a.csv" AS (SELECT 1) SELECT * FROM "a.csv") x, "a.csv"',
    "DESCRIBE 'a.json'",
    "SUMMARIZE 'a.json'",
  ])("%s", async (statement) => {
    await expect(hunt.ask(statement)).rejects.toMatchObject({ code: "HUNT_UNKNOWN_TABLE" });
  });
});

test("what only asks is answered", async () => {
  expect(await hunt.ask("SELECT count(*) FROM events")).toEqual([["1"]]);
  expect(
    await hunt.ask(
      "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT max(n) FROM r",
    ),
  ).toEqual([[3]]);
  expect(await hunt.ask("FROM (VALUES (1), (2)) t(n) SELECT sum(n)")).toEqual([["3"]]);
  expect(await hunt.ask("SELECT unnest(range(2)), * FROM generate_series(1, 1)")).toHaveLength(2);
  expect((await hunt.ask("DESCRIBE sysmon")).map(([name]) => name)).toContain("process_name");
  expect((await hunt.ask("SHOW TABLES")).map(([name]) => name)).toContain("sysmon");
  expect(await hunt.ask("EXPLAIN SELECT 1")).toHaveLength(1);
});

test("files are read below the allowed folders only, links resolved", async () => {
  const outside = await fakeHunt({ "secret.json": [sysmonEvent(1, {})] });
  symlinkSync(join(outside.folder, "secret.json"), join(hunt.folder, "link.json"));
  writeFileSync(join(hunt.folder, "b.json"), readFileSync(join(hunt.folder, "a.json")));
  expect(await hunt.ask("SELECT count(*) FROM events('b.json')")).toEqual([["1"]]);
  expect(
    await hunt.ask("SELECT count(*) FROM events('[ab].json') e JOIN source_events('a.json') s ON true"),
  ).toEqual([["2"]]);
  const escapes = [
    "link.json",
    join(outside.folder, "secret.json"),
    "../*/secret.json",
    "b.json/../link.json",
  ];
  for (const path of escapes.slice(0, 3))
    await expect(hunt.ask(`SELECT * FROM events('${path}')`)).rejects.toMatchObject({
      code: "HUNT_FILE_FORBIDDEN",
    });
  await expect(hunt.ask("SELECT * FROM events('none.json')")).rejects.toMatchObject({
    code: "HUNT_NO_FILES",
  });
  await expect(hunt.ask("SELECT * FROM events('a' || '.json')")).rejects.toMatchObject({
    code: "HUNT_EVENTS_CALL",
  });
  await outside.close();
});

test("the wall behind the guard: the database itself refuses", async () => {
  const database = await HuntDatabase.open({ folders: [], memoryBytes: 0, threads: 1, sparkNulls: false });
  for (const statement of [
    "SELECT * FROM read_text('/etc/hostname')",
    `SELECT * FROM read_text('${hunt.folder}/a.json')`,
    "COPY (SELECT 1) TO '/var/tmp/spoor-hunt-out.csv'",
    "ATTACH '/var/tmp/spoor-hunt.duckdb'",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET lock_configuration = false",
    "INSTALL httpfs",
    "LOAD httpfs",
  ]) {
    await expect(database.run(statement), statement).rejects.toThrow();
  }
  await database.close();
  expect(existsSync(database.folder)).toBe(false);
});

test("every function of the database that has effects is forbidden, or known to be harmless", async () => {
  const database = await HuntDatabase.open({ folders: [], memoryBytes: 0, threads: 1, sparkNulls: false });
  const rows = await database.rows(
    "SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE has_side_effects",
  );
  const allowed = rows.map((row) => String(row["name"])).filter((name) => !isForbiddenFunction(name, false));
  expect(allowed.toSorted()).toEqual(["error", "gen_random_uuid", "random", "uuid", "uuidv4", "uuidv7"]);
  await database.close();
});
