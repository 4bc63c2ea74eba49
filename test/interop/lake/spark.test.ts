/**
 * Spark 4.0.1 with Delta 4.0.0 and Spoor on the same tables: rows, time travel, OPTIMIZE, VACUUM, deletion vectors and
 * checkpoints, both ways. One Spark session serves all tests, since it takes half a minute to start.
 */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteRows } from "../../../src/lake/maintenance/delete-rows.ts";
import { optimizeTable } from "../../../src/lake/maintenance/optimize.ts";
import { restoreTable } from "../../../src/lake/maintenance/restore.ts";
import { vacuumTable } from "../../../src/lake/maintenance/vacuum.ts";
import { runCommand } from "../client-process.ts";
import { SPARK_COMPARED, lakeFixture, rowLines, someRows } from "./lake-fixture.ts";
import type { LakeFixture } from "./lake-fixture.ts";
import { startPeer } from "./lake-peer.ts";
import type { LakePeer } from "./lake-peer.ts";

const hasJava = ((): boolean => {
  try {
    execFileSync("java", ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const THEIR_COLUMNS =
  "day DATE, source STRING, at TIMESTAMP, n BIGINT, small INT, share DOUBLE, ok BOOLEAN, text STRING";

describe.skipIf(!hasJava && process.env["CI"] !== "true")("Spark 4.0.1 with Delta 4.0.0 (needs Java)", () => {
  let fixture: LakeFixture;
  let peer: LakePeer;
  beforeAll(async () => {
    fixture = await lakeFixture();
    const { folder } = fixture;
    const packages = fixture.path("packages");
    const wanted = ["pyspark==4.0.1", "delta-spark==4.0.0"];
    const args = ["-m", "pip", "install", "--quiet", "--target", packages, ...wanted];
    await runCommand({ program: "python3", args, folder, timeoutMs: 400_000 });
    peer = await startPeer({ script: "spark.py", args: [fixture.path("warehouse")], packages, folder });
  }, 600_000);
  afterAll(async () => {
    await peer.close();
    await fixture.close();
  });
  const at = (name: string): string => `delta.\`${fixture.path(name)}\``;
  const sql = (text: string): Promise<readonly (readonly unknown[])[]> =>
    peer.ask({ sql: text }) as Promise<readonly (readonly unknown[])[]>;
  const lines = async (name: string, version?: number): Promise<string[]> => {
    const when = version === undefined ? "" : ` VERSION AS OF ${version}`;
    const rows = await sql(`SELECT ${SPARK_COMPARED} FROM ${at(name)}${when}`);
    return rows.map((row) => String(row[0])).toSorted();
  };
  /** Spark copies rows out of a table of Spoor's, so that both write the same. */
  const insert = (into: string, from: number, to: number): Promise<unknown> =>
    sql(`INSERT INTO ${at(into)} SELECT * FROM ${at("rows")} WHERE n BETWEEN ${from} AND ${to}`);

  test("reads what Spoor wrote, at every version, and its history", async () => {
    const rows = await fixture.create("rows");
    await rows.append(rowLines(someRows(1, 300)));
    const table = await fixture.create("ours");
    for (let i = 0; i < 11; i++) await table.append(rowLines(someRows(i * 30, i * 30 + 29)));
    await optimizeTable(table);
    await deleteRows(table, { kind: "compare", column: "small", op: "<", value: 7 });
    await optimizeTable(table, { zOrderBy: ["n", "text"] });
    await restoreTable(table, { version: 5 });
    for (const version of [1, 10, 11, 12, 13, 14, 15])
      expect(await lines("ours", version)).toEqual(await fixture.rows(table, await table.at({ version })));
    // Columns of DESCRIBE HISTORY: version, timestamp, userId, userName, operation, …
    const history = await sql(`DESCRIBE HISTORY ${at("ours")}`);
    const entries = await table.history();
    expect(history.map((row) => [row[0], row[4]])).toEqual(
      entries.map((entry) => [entry.version, entry.operation]),
    );
    for (const row of history) {
      const timestampMs = Date.parse(`${String(row[1]).replace(" ", "T").slice(0, 23)}Z`);
      expect((await table.at({ timestampMs })).version).toBe(row[0]);
    }
  });

  test("finds rows by file skipping over Spoor's statistics", async () => {
    const table = await fixture.open("ours");
    const [[text] = []] = await sql(`SELECT text FROM ${at("ours")} WHERE length(text) > 40 LIMIT 1`);
    const quoted = String(text).replaceAll("\\", "\\\\").replaceAll("'", "\\'");
    const hits = await sql(
      `SELECT count(*) FROM ${at("ours")} WHERE text = '${quoted}' AND at >= '2026-01-01 00:00:00'`,
    );
    const predicate = { kind: "compare", column: "text", op: "=", value: String(text) } as const;
    const ours = await fixture.lake.database.rows(`${await table.query(predicate)}`);
    expect(ours.length).toBeGreaterThan(0);
    expect(hits).toEqual([[ours.filter((row) => row["at"] !== null).length]]);
  });

  test("writes, optimizes and vacuums a table of Spoor's", async () => {
    const table = await fixture.create("shared");
    await table.append(rowLines(someRows(1, 40)));
    await insert("shared", 41, 80);
    await table.append(rowLines(someRows(81, 120)));
    expect(await lines("shared")).toEqual(await fixture.rows(table));
    const before = await fixture.rows(table);
    await sql(`OPTIMIZE ${at("shared")} ZORDER BY (n, text)`);
    await sql(`VACUUM ${at("shared")} RETAIN 0 HOURS`);
    await table.refresh();
    expect(await fixture.rows(table)).toEqual(before);
    await sql(`UPDATE ${at("shared")} SET small = small + 1000 WHERE n % 2 = 0`);
    await table.refresh();
    expect(await lines("shared")).toEqual(await fixture.rows(table));
  });

  test("has its own table read, written, optimized and vacuumed by Spoor, checkpoints and grown schema included", async () => {
    await sql(
      `CREATE TABLE ${at("theirs")} (${THEIR_COLUMNS}) USING delta PARTITIONED BY (day, source) TBLPROPERTIES ('delta.checkpointInterval' = '3')`,
    );
    for (let i = 0; i < 4; i++) await insert("theirs", 1 + i * 20, 20 + i * 20);
    const table = await fixture.open("theirs");
    expect(await fixture.rows(table)).toEqual(await lines("theirs"));
    await table.append(rowLines([{ ...someRows(81, 81)[0], extra: 1 }]), { growSchema: true });
    expect(await sql(`SELECT count(extra), count(*) FROM ${at("theirs")}`)).toEqual([[1, 81]]);
    const before = await fixture.rows(table);
    expect((await optimizeTable(table)).filesRemoved).toBeGreaterThan(0);
    await vacuumTable(table, { retentionMs: 0, allowShortRetention: true });
    expect(await lines("theirs")).toEqual(before);
    expect(await fixture.rows(await fixture.open("theirs"))).toEqual(before);
  });

  test("deletes with deletion vectors, and Spoor sees what is left and takes it over", async () => {
    await sql(
      `CREATE TABLE ${at("vectors")} (${THEIR_COLUMNS}) USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '2')`,
    );
    await insert("vectors", 1, 300);
    await sql(`DELETE FROM ${at("vectors")} WHERE n % 3 = 0`);
    const table = await fixture.open("vectors");
    expect([...table.snapshot.files.values()].some((file) => file.deletionVector !== undefined)).toBe(true);
    const left = await lines("vectors");
    expect(left).toHaveLength(200);
    expect(await fixture.rows(table)).toEqual(left);
    await sql(`DELETE FROM ${at("vectors")} WHERE n < 30`);
    await table.refresh();
    expect(await fixture.rows(table)).toEqual(await lines("vectors"));
    await deleteRows(table, { kind: "compare", column: "n", op: "=", value: 31 });
    await optimizeTable(table);
    expect([...table.snapshot.files.values()].some((file) => file.deletionVector !== undefined)).toBe(false);
    expect(await fixture.rows(table)).toEqual(await lines("vectors"));
    expect(await fixture.rows(await fixture.open("vectors"))).toEqual(await lines("vectors"));
  });

  test("has tables with features that Spoor lacks refused", async () => {
    await sql(
      `CREATE TABLE ${at("mapped")} (a INT) USING delta TBLPROPERTIES ('delta.columnMapping.mode' = 'name')`,
    );
    await expect(fixture.open("mapped")).rejects.toThrow("cannot read the table");
    await sql(`CREATE TABLE ${at("checked")} (a INT) USING delta`);
    await sql(`ALTER TABLE ${at("checked")} ADD CONSTRAINT positive CHECK (a > 0)`);
    const table = await fixture.open("checked");
    await expect(table.append(rowLines([{ a: 1 }]))).rejects.toThrow("cannot write the table");
  });
});
