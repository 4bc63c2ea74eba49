/** delta-rs 1.6.6 and Spoor on the same tables: rows, time travel, OPTIMIZE and VACUUM, both ways. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteRows } from "../../../src/lake/maintenance/delete-rows.ts";
import { optimizeTable } from "../../../src/lake/maintenance/optimize.ts";
import { restoreTable } from "../../../src/lake/maintenance/restore.ts";
import { vacuumTable } from "../../../src/lake/maintenance/vacuum.ts";
import { runCommand } from "../client-process.ts";
import { lakeFixture, rowLines, someRows } from "./lake-fixture.ts";
import type { LakeFixture } from "./lake-fixture.ts";
import { startPeer } from "./lake-peer.ts";
import type { LakePeer } from "./lake-peer.ts";

describe("delta-rs 1.6.6", () => {
  let fixture: LakeFixture;
  let peer: LakePeer;
  beforeAll(async () => {
    fixture = await lakeFixture();
    const { folder } = fixture;
    const packages = fixture.path("packages");
    const args = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--target",
      packages,
      "deltalake==1.6.6",
      "pyarrow==26.0.1",
    ];
    await runCommand({ program: "python3", args, folder, timeoutMs: 400_000 });
    peer = await startPeer({ script: "delta_rs.py", packages, folder });
  }, 440_000);
  afterAll(async () => {
    await peer.close();
    await fixture.close();
  });
  const ask = (op: string, name: string, more: object = {}): Promise<readonly unknown[]> =>
    peer.ask({ op, path: fixture.path(name), ...more });

  test("reads what Spoor wrote, at every version, with a checkpoint and after every operation", async () => {
    const table = await fixture.create("ours");
    for (let i = 0; i < 12; i++) await table.append(rowLines(someRows(i * 50, i * 50 + 49)));
    await optimizeTable(table);
    await deleteRows(table, { kind: "compare", column: "small", op: "<", value: 7 });
    await optimizeTable(table, { zOrderBy: ["n", "text"] });
    await restoreTable(table, { version: 5 });
    for (let version = 1; version <= table.snapshot.version; version++)
      expect(await ask("lines", "ours", { version })).toEqual(
        await fixture.rows(table, await table.at({ version })),
      );
    const history = await table.history();
    expect(await ask("history", "ours")).toEqual(history.map((entry) => [entry.version, entry.operation]));
  });

  test("writes and maintains a table of Spoor's, and Spoor one of its own", async () => {
    const table = await fixture.create("shared");
    await table.append(rowLines(someRows(1, 40)));
    await ask("write", "shared", { rows: someRows(41, 80) });
    await table.append(rowLines(someRows(81, 120)));
    expect(await ask("lines", "shared")).toEqual(await fixture.rows(table));
    const before = await fixture.rows(table);
    expect(Number((await ask("compact", "shared"))[0])).toBeGreaterThan(0);
    await table.refresh();
    expect(await fixture.rows(table)).toEqual(before);
    await ask("z_order", "shared", { columns: ["n"] });
    await ask("vacuum", "shared");
    await table.refresh();
    expect(await fixture.rows(table)).toEqual(before);
    await ask("delete", "shared", { predicate: "small < 10" });
    await ask("checkpoint", "shared");
    const again = await fixture.open("shared");
    expect(await ask("lines", "shared")).toEqual(await fixture.rows(again));
    expect((await fixture.rows(again)).length).toBeLessThan(before.length);
  });

  test("has its own table read, grown, optimized and vacuumed by Spoor", async () => {
    await ask("write", "theirs", { rows: someRows(1, 60), partition: ["day", "source"] });
    await ask("write", "theirs", { rows: someRows(61, 90) });
    const table = await fixture.open("theirs");
    expect(await fixture.rows(table)).toEqual(await ask("lines", "theirs"));
    await table.append(rowLines(someRows(91, 130)));
    const before = await fixture.rows(table);
    expect(before).toHaveLength(130);
    expect((await optimizeTable(table)).filesRemoved).toBeGreaterThan(0);
    const vacuumed = await vacuumTable(table, { retentionMs: 0, allowShortRetention: true });
    expect(vacuumed.files.length).toBeGreaterThan(0);
    expect(await ask("lines", "theirs")).toEqual(before);
    expect(await fixture.rows(table)).toEqual(before);
  });
});
