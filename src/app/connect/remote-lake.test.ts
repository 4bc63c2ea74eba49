/** A sink into an object store: the pool's lake, its task and the table that it leaves. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { FakeS3Server } from "../../lake/store/fake-s3-server.ts";
import { BRONZE_TABLE } from "../../lake/medallion/bronze-table.ts";
import { DeltaTable } from "../../lake/delta/table.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { readDeltaSinkSettings } from "../../connect/delta/delta-sink-settings.ts";
import type { DeltaConnectorParts } from "./delta-connector.ts";
import { deltaConnector } from "./delta-connector.ts";
import { LakePool } from "./lake-pool.ts";

test("events of a topic come to rest in a bucket, once each, also when the store was away", async () => {
  const server = new FakeS3Server(50);
  const environment = {
    AWS_ENDPOINT_URL: await server.start(),
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "eu-test",
  };
  const warnings: string[] = [];
  const lakes = new LakePool({
    clock: systemClock,
    owner: "one",
    environment,
    warn: (text) => warnings.push(text),
  });
  const log = openMemoryLog({ clock: systemClock });
  log.createTopic("winlogbeat", { partitions: 1 });
  const properties = {
    "connector.class": "delta",
    topics: "winlogbeat",
    lake: "s3://lake/cases",
    layers: "bronze",
    "commit.interval.ms": "0",
  };
  const settings = readDeltaSinkSettings(new Map(Object.entries(properties)));
  const parts = { log, clock: systemClock, lakes } as unknown as DeltaConnectorParts;
  const run = async (events: number): Promise<void> => {
    for (let n = 0; n < events; n++) {
      const builder = new RecordBatchBuilder(4096, 1);
      builder.appendRecord(null, Buffer.from(`{"n":${n}}`), 1_700_000_000_000, 0);
      log.partition("winlogbeat", 0).appendBuilder(builder);
    }
    const connector = deltaConnector(parts, {
      name: "S",
      settings,
      before: undefined,
      report: () => undefined,
    });
    connector.task.start();
    await expect.poll(() => connector.task.sinks[0]?.figures.recordsRead, { timeout: 15_000 }).toBe(events);
    await connector.stop();
  };
  try {
    await run(3);
    server.faults.push("busy", "lose answer", "busy");
    await run(2);
    const { lake, location, release } = await lakes.acquire("s3://lake/cases");
    const folder = location.localFolder;
    const table = await DeltaTable.openOrCreate(lake, location.store("bronze/winlogbeat"), BRONZE_TABLE);
    const rows = await lake.database.rows(`SELECT raw FROM (${await table.query()}) ORDER BY _offset`);
    expect(rows.map(({ raw }) => raw)).toEqual([0, 1, 2, 0, 1].map((n) => `{"n":${n}}`));
    await release();
    expect(() => rmSync(folder)).toThrow("ENOENT");
    expect(warnings).toEqual([]);
  } finally {
    await server.close();
  }
});

test("credentials that are missing are the connector's trouble, and it goes on trying", async () => {
  const lakes = new LakePool({
    clock: systemClock,
    owner: "one",
    environment: {},
    warn: () => undefined,
  });
  await expect(lakes.acquire("s3://lake/cases")).rejects.toMatchObject({ code: "LAKE_LOCATION_INVALID" });
  const folder = mkdtempSync(join(tmpdir(), "spoor-pool-"));
  const { location, release } = await lakes.acquire(folder);
  expect(location.isRemote).toBe(false);
  await release();
  rmSync(folder, { recursive: true });
});
