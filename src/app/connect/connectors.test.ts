import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../base/clock.ts";
import type { TopicSink } from "../../connect/delta/topic-sink.ts";
import { DeltaTable } from "../../lake/delta/table.ts";
import { openLake } from "../../lake/lake.ts";
import { LocalStore } from "../../lake/store/local-store.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { replayCommands } from "../catalog-replay.ts";
import { Metrics } from "../metrics.ts";
import { appFixture, run } from "../testing/app-fixture.ts";
import type { AppFixture } from "../testing/app-fixture.ts";

let folder: string;
let app: AppFixture;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-connectors-"));
  app = appFixture();
});
afterEach(async () => {
  await app.context.connectors.close();
  rmSync(folder, { recursive: true });
});

const EVENT = JSON.stringify({
  "@timestamp": "2026-03-01T10:00:00Z",
  log_name: "Security",
  source_name: "Microsoft-Windows-Security-Auditing",
  event_id: 4688,
  computer_name: "dc1",
  event_data: { NewProcessName: "C:\\Windows\\x.exe", NewProcessId: "0x10" },
});

function append(fixture: AppFixture, topic: string, value: string): void {
  const builder = new RecordBatchBuilder(4096, 1);
  builder.appendRecord(Buffer.from("k"), Buffer.from(value), 1_600_000_000_000, 0);
  fixture.log.partition(topic, 0).appendBuilder(builder);
}

async function only(text: string): Promise<unknown> {
  const entities = await run(app, text);
  expect(entities).toHaveLength(1);
  return entities[0];
}

function sinksOf(fixture: AppFixture, name: string): readonly TopicSink[] {
  const runs = fixture.context.connectors.get(name)?.runs;
  return runs?.kind === "delta" ? runs.task.sinks : [];
}

/** Waits until the sink has nothing left to read, and stops it in order. */
async function settle(fixture: AppFixture, name: string, records: number): Promise<void> {
  await vi.waitFor(() => {
    const sinks = sinksOf(fixture, name);
    expect(sinks.map(({ figures }) => figures.recordsRead)).toEqual([records]);
  }, 5000);
  await fixture.context.connectors.close();
}

async function rows(place: string, columns: string): Promise<unknown[][]> {
  const lake = await openLake({ folders: [folder], scratchFolder: join(folder, "read"), clock: systemClock });
  const table = await DeltaTable.open(lake, new LocalStore(join(folder, place)));
  const found = await lake.database.rows(`SELECT ${columns} FROM (${await table.query()}) ORDER BY ALL`);
  await lake.database.close();
  return found.map((row) => Object.values(row));
}

function create(more = ""): string {
  return `CREATE SINK CONNECTOR lake_sink WITH ('connector.class'='delta', 'topics'='winlogbeat', 'lake'='${folder}'${more});`;
}

describe("connector statements", () => {
  test("create, show, describe, drop, in ksqlDB's words", async () => {
    expect(await only(create())).toMatchObject({
      "@type": "connector_info",
      info: { name: "LAKE_SINK", type: "sink", config: { topics: "winlogbeat", lake: folder } },
    });
    await expect(run(app, create())).rejects.toMatchObject({ error: { code: "APP_CONNECTOR_EXISTS" } });
    expect(await only("SHOW CONNECTORS;")).toMatchObject({
      connectors: [
        { name: "LAKE_SINK", type: "sink", className: "delta", state: "RUNNING (1/1 tasks RUNNING)" },
      ],
    });
    expect(await only("LIST SOURCE CONNECTORS;")).toMatchObject({ connectors: [] });
    expect(await only("SHOW CONNECTOR PLUGINS;")).toMatchObject({
      connectorsPlugins: expect.arrayContaining([
        { className: "delta", type: "sink", version: "0.1.0" },
      ]) as unknown,
    });
    expect(await only("DESCRIBE CONNECTOR lake_sink;")).toMatchObject({
      "@type": "connector_description",
      connectorClass: "delta",
      status: { name: "LAKE_SINK", tasks: [{ id: 0, state: "RUNNING", trace: "" }], type: "sink" },
      topics: ["winlogbeat"],
    });
    expect(await only("DROP CONNECTOR lake_sink;")).toMatchObject({
      "@type": "drop_connector",
      connectorName: "LAKE_SINK",
    });
    expect(await only("DROP CONNECTOR IF EXISTS lake_sink;")).toMatchObject({ "@type": "warning_entity" });
    await expect(run(app, "DESCRIBE CONNECTOR lake_sink;")).rejects.toMatchObject({
      error: { code: "APP_UNKNOWN_CONNECTOR" },
    });
    expect(app.context.connectors.all()).toEqual([]);
  });

  test.each([
    ["'connector.class'='io.JdbcSink'", "CONNECT_UNKNOWN_CLASS", "sinks: delta"],
    ["'connector.class'='delta', 'topics'='a'", "CONNECT_BAD_PROPERTY", "name the folder of the lake"],
    ["'connector.class'='delta', 'topcs'='a'", "CONNECT_BAD_PROPERTY", "did you mean 'topics'?"],
    [
      "'connector.class'='delta', 'topics'='a', 'lake'='x', 'layers'='silber'",
      "CONNECT_BAD_PROPERTY",
      "silver",
    ],
    [
      "'connector.class'='delta', 'topics'='a', 'lake'='x', 'batch.bytes'='1'",
      "CONNECT_BAD_PROPERTY",
      "a whole number from 1024",
    ],
  ])("refused, with the cure: %s", async (properties, code, hint) => {
    await expect(run(app, `CREATE SINK CONNECTOR c WITH (${properties});`)).rejects.toMatchObject({
      error: { code, hint: expect.stringContaining(hint) as unknown },
    });
  });

  test("events of a topic go into the lake; after a restart it goes on where it was, and metrics tell", async () => {
    app.log.createTopic("winlogbeat", { partitions: 1 });
    append(app, "winlogbeat", EVENT);
    await run(app, create(", 'commit.interval.ms'='0'"));
    await settle(app, "LAKE_SINK", 1);
    append(app, "winlogbeat", EVENT);
    app = appFixture({ log: app.log, state: app.state });
    expect(replayCommands(app.context).failures).toEqual([]);
    await vi.waitFor(async () => {
      const text = await new Metrics(app.context).text();
      expect(text).toContain(
        'spoor_connector_rows_written_total{connector="LAKE_SINK",topic="winlogbeat",table="silver/Process"} 1',
      );
      expect(text).toContain('spoor_connector_lag_records{connector="LAKE_SINK",topic="winlogbeat"} 0');
    }, 5000);
    await settle(app, "LAKE_SINK", 1);
    expect(await rows("bronze/winlogbeat", "_offset, event_id")).toEqual([
      ["0", 4688],
      ["1", 4688],
    ]);
    expect(await rows("silver/Process", "_offset, host_name")).toEqual([
      ["0", "dc1"],
      ["1", "dc1"],
    ]);
  });

  test("a lake that cannot be made fails the task, says why, and is tried again", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    app.log.createTopic("winlogbeat", { partitions: 1 });
    await run(app, create().replace(folder, join(file, "lake")));
    await vi.waitFor(async () => {
      expect(await only("SHOW CONNECTORS;")).toMatchObject({
        connectors: [{ state: "WARNING (0/1 tasks RUNNING)" }],
      });
    });
    expect(await only("DESCRIBE CONNECTOR lake_sink;")).toMatchObject({
      status: { tasks: [{ state: "FAILED", trace: expect.stringContaining("ENOTDIR") as unknown }] },
    });
  });
});

describe("gold", () => {
  test("a stream's records become rows with its columns and types; what cannot be decoded is counted", async () => {
    app.log.createTopic("findings", { partitions: 1 });
    await run(
      app,
      `CREATE STREAM findings (k STRING KEY, host STRING, n BIGINT, d DECIMAL(6,2), seen TIMESTAMP,
         tags ARRAY<STRING>, who STRUCT<sid STRING, ok BOOLEAN>)
         WITH (KAFKA_TOPIC='findings', VALUE_FORMAT='JSON');`,
    );
    append(
      app,
      "findings",
      '{"HOST":"dc1","N":9007199254740993,"D":12.5,"SEEN":1600000000123,"TAGS":["a","b"],"WHO":{"SID":"S-1","OK":true}}',
    );
    append(app, "findings", '{"HOST":"dc1","N":"many"}');
    await run(
      app,
      `CREATE SINK CONNECTOR gold WITH ('connector.class'='delta', 'topics'='findings', 'lake'='${folder}', 'layers'='gold');`,
    );
    await settle(app, "GOLD", 2);
    expect(await rows("gold/FINDINGS", "_offset, K, HOST, N, D, SEEN, TAGS, WHO, _deleted")).toEqual([
      [
        "0",
        "k",
        "dc1",
        "9007199254740993",
        "12.50",
        "2020-09-13 12:26:40.123+00",
        ["a", "b"],
        { SID: "S-1", OK: true },
        false,
      ],
      ["1", null, null, null, null, null, null, null, false],
    ]);
    const errors = await rows("gold/FINDINGS", "_decode_error IS NULL, _event_date");
    expect(errors).toEqual([
      [false, "2020-09-13"],
      [true, "2020-09-13"],
    ]);
  });
});
