import { describe, expect, test } from "vitest";
import { ManualClock, systemClock } from "../base/clock.ts";
import { SeededRandom } from "../base/random.ts";
import { openMemoryLog } from "../log/memory-log.ts";
import { openApplication } from "./application.ts";
import type { Application } from "./application.ts";
import { ProcessingLog } from "./processing-log.ts";

async function withApplication(
  properties: Record<string, string>,
  use: (app: Application) => Promise<void>,
): Promise<void> {
  const app = await openApplication({
    dataDir: undefined,
    version: "1",
    advertised: "localhost:8088",
    properties: new Map(Object.entries({ "ksql.streams.auto.offset.reset": "earliest", ...properties })),
    queriesFile: undefined,
    clock: systemClock,
    random: new SeededRandom(1),
    processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
    report: () => undefined,
  });
  try {
    await use(app);
  } finally {
    await app.close();
  }
}

async function rowsOf(app: Application, text: string): Promise<unknown[][]> {
  const properties = { "ksql.dialect": "ksqldb" };
  const stream = await app.service.openQuery({ text, properties, variables: {} });
  const rows: unknown[][] = [];
  for await (const batch of stream.rows) rows.push(...batch.map((row) => JSON.parse(row.text) as unknown[]));
  return rows;
}

const STATEMENTS = `
  CREATE STREAM S (K STRING KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM OUT AS SELECT K, 100 / V AS Q FROM S;`;

async function feed(app: Application, lines: readonly string[]): Promise<void> {
  const ingest = app.service.openIngest("s", { format: "value", separator: ":", partition: undefined });
  await ingest.write(Buffer.from(`${lines.join("\n")}\n`));
  await ingest.finish();
  await app.engine.drain();
  app.context.processingLog?.flush();
  await app.engine.drain();
}

test.each(["true", "false"])(
  "a failing expression is told in the statement's words, byte pipelines %s",
  async (pipelines) => {
    await withApplication({ "spoor.byte.pipelines": pipelines }, async (app) => {
      await app.service.execute({
        text: `CREATE STREAM S (V INT, E STRUCT<N INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
          CREATE STREAM OUT AS SELECT 100 / V AS Q, 100 / E->N AS R FROM S;`,
        properties: {},
        variables: {},
      });
      await feed(app, ['{"V":0,"E":{"N":0}}']);
      const samples = app.engine.statistics("CSAS_OUT_1")!.samples.map(({ detail }) => detail);
      expect(samples.map((detail) => detail.replaceAll("`", ""))).toEqual([
        "(100 / V): division by zero",
        "(100 / E->N): division by zero",
      ]);
    });
  },
);

describe("the processing log", () => {
  test("is a stream that tells of each record that could not be used", async () => {
    await withApplication({ "ksql.logging.processing.rows.include": "true" }, async (app) => {
      await app.service.execute({ text: STATEMENTS, properties: {}, variables: {} });
      await feed(app, ['{"V":5}', '{"V":"x"}', '{"V":0}']);
      const rows = await rowsOf(
        app,
        `SELECT LEVEL, LOGGER, MESSAGE->TYPE, MESSAGE->DESERIALIZATIONERROR->\`topic\`,
           FROM_BYTES(TO_BYTES(MESSAGE->DESERIALIZATIONERROR->RECORDB64, 'base64'), 'utf8') AS BYTES,
           MESSAGE->RECORDPROCESSINGERROR->RECORD AS RECORD, MESSAGE->RECORDPROCESSINGERROR->CAUSE
         FROM KSQL_PROCESSING_LOG;`,
      );
      expect(rows).toEqual([
        ["ERROR", expect.stringMatching(/^processing\.CSAS_OUT_1\b/), 0, "s", '{"V":"x"}', null, null],
        [
          "ERROR",
          expect.stringMatching(/^processing\.CSAS_OUT_1\b/),
          1,
          null,
          null,
          '{"V":0}',
          ["expression-failed: s-0@2"],
        ],
      ]);
      expect(await app.service.metrics()).toContain(
        'spoor_processing_log_messages_total{outcome="written"} 2',
      );
    });
  });

  test("holds no rows and is not made where the settings say so", async () => {
    await withApplication({}, async (app) => {
      await app.service.execute({ text: STATEMENTS, properties: {}, variables: {} });
      await feed(app, ['{"V":0}']);
      const rows = await rowsOf(
        app,
        "SELECT MESSAGE->RECORDPROCESSINGERROR->RECORD FROM KSQL_PROCESSING_LOG;",
      );
      expect(rows).toEqual([[null]]);
    });
    await withApplication({ "ksql.logging.processing.topic.auto.create": "false" }, async (app) => {
      expect(app.service.topics().map(({ name }) => name)).not.toContain("default_ksql_processing_log");
      expect(app.context.catalog.metastore.sources()).toEqual([]);
    });
  });

  test("leaves messages out when there are too many, and says how many", () => {
    const clock = new ManualClock(1_600_000_000_000);
    const log = openMemoryLog({ clock });
    log.createTopic("p", { partitions: 1 });
    const processing = new ProcessingLog(log, clock, "p", false);
    const sample = { reason: "undecodable", topic: "s", partition: 0, offset: 1, detail: "no JSON" } as const;
    for (let i = 0; i < 1500; i++) processing.dropped("Q", sample);
    processing.flush();
    expect(processing.counts()).toEqual({ written: 1000, suppressed: 500 });
    clock.advance(1000);
    processing.dropped("Q", sample);
    processing.dropped("Q", { ...sample, topic: "p" });
    processing.flush();
    expect(processing.counts()).toEqual({ written: 1002, suppressed: 501 });
    const blocks = log.partition("p", 0).read(1000, { maxBytes: 10_000 });
    expect(blocks[0]!.bytes.toString("latin1")).toContain("500 messages were left out");
  });
});
