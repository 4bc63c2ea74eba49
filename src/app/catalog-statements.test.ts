import { beforeEach, describe, expect, test } from "vitest";
import type { KsqlEntity } from "../api/entities.ts";
import type { QueryDescription } from "../api/query-entities.ts";
import type { SourceDescription } from "../api/catalog-entities.ts";
import type { FunctionDefinition } from "../functions/definition.ts";
import { INTEGER } from "../data/types.ts";
import { appFixture, run } from "./testing/app-fixture.ts";
import type { AppFixture } from "./testing/app-fixture.ts";

const TWICE: FunctionDefinition = {
  kind: "scalar",
  name: "TWICE",
  category: "TEST",
  description: "doubles a number",
  examples: [{ sql: "TWICE(2)", result: "4" }],
  overloads: [
    {
      parameters: [{ name: "n", type: INTEGER, description: "the number" }],
      returns: INTEGER,
      bind: () => (n) => Number(n) * 2,
    },
  ],
};

let app: AppFixture;

beforeEach(async () => {
  app = appFixture();
  await run(
    app,
    `CREATE STREAM EVENTS (ID STRING KEY, PID INT, P STRUCT<NAME STRING, D DECIMAL(4, 2)>)
       WITH (KAFKA_TOPIC='events', PARTITIONS=2, VALUE_FORMAT='JSON');
     CREATE STREAM SMALL AS SELECT ID, PID FROM EVENTS WHERE PID < 10 EMIT CHANGES;`,
  );
});

async function only(text: string): Promise<KsqlEntity> {
  const entities = await run(app, text);
  expect(entities).toHaveLength(1);
  return entities[0]!;
}

describe("SHOW", () => {
  test("streams, tables, topics", async () => {
    expect(await only("LIST STREAMS;")).toMatchObject({
      "@type": "streams",
      streams: [
        {
          type: "STREAM",
          name: "EVENTS",
          topic: "events",
          keyFormat: "KAFKA",
          valueFormat: "JSON",
          isWindowed: false,
        },
        { name: "SMALL", topic: "SMALL" },
      ],
    });
    expect(await only("SHOW TABLES;")).toMatchObject({ "@type": "tables", tables: [] });
    expect(await only("SHOW TOPICS;")).toMatchObject({
      topics: [
        { name: "SMALL", replicaInfo: [1, 1] },
        { name: "events", replicaInfo: [1, 1] },
      ],
    });
    const all = await only("SHOW ALL TOPICS EXTENDED;");
    expect(all).toMatchObject({ "@type": "kafka_topics_extended" });
    expect(JSON.stringify(all)).toContain("_command_topic");
    expect(all).toMatchObject({
      topics: expect.arrayContaining([
        expect.objectContaining({ name: "events", consumerGroupCount: 1 }),
      ]) as unknown,
    });
  });

  test("queries, also those being read", async () => {
    const stream = await app.service.openQuery({
      text: "SELECT * FROM EVENTS EMIT CHANGES;",
      properties: {},
      variables: {},
    });
    expect(await only("SHOW QUERIES;")).toMatchObject({
      queries: [
        {
          id: "CSAS_SMALL_1",
          queryType: "PERSISTENT",
          state: "RUNNING",
          statusCount: { RUNNING: 1 },
          sinks: ["SMALL"],
          sinkKafkaTopics: ["SMALL"],
        },
        { id: stream.queryId, queryType: "PUSH", sinks: [] },
      ],
    });
    stream.close();
    expect(await only("SHOW QUERIES EXTENDED;")).toMatchObject({
      "@type": "query_descriptions",
      queryDescriptions: [{ id: "CSAS_SMALL_1" }],
    });
  });

  test("properties tell what is set and what is default", async () => {
    const entities = await run(app, "SET 'ksql.suppress.enabled'='false'; SHOW PROPERTIES;");
    const entity = entities[0];
    expect(entity).toMatchObject({
      "@type": "properties",
      overwrittenProperties: ["ksql.streams.auto.offset.reset", "ksql.suppress.enabled"],
    });
    expect(entity).toMatchObject({
      properties: expect.arrayContaining([
        { name: "ksql.service.id", scope: "KSQL", value: "default_", editable: false, level: "SERVER" },
        {
          name: "ksql.streams.auto.offset.reset",
          scope: "KAFKA_STREAMS",
          value: "earliest",
          editable: true,
          level: "QUERY",
        },
      ]) as unknown,
    });
  });

  test("functions, and what one of them does", async () => {
    const functions = app.context.functions.extend();
    functions.add(TWICE);
    app = { ...app, service: Object.assign(app.service), context: app.context };
    Object.assign(app.context, { functions });
    expect(await only("SHOW FUNCTIONS;")).toMatchObject({
      functions: expect.arrayContaining([{ name: "TWICE", type: "SCALAR", category: "TEST" }]) as unknown,
    });
    expect(await only("DESCRIBE FUNCTION twice;")).toMatchObject({
      "@type": "describe_function",
      name: "TWICE",
      type: "SCALAR",
      functions: [
        {
          arguments: [{ name: "n", type: "INTEGER", description: "the number", isVariadic: false }],
          returnType: "INTEGER",
        },
      ],
      examples: [{ sql: "TWICE(2)", result: "4" }],
    });
    await expect(run(app, "DESCRIBE FUNCTION twise;")).rejects.toMatchObject({
      error: { hint: "did you mean 'TWICE'?" },
    });
  });

  test("connectors are none, and classes that are not there cannot be made", async () => {
    expect(await only("SHOW CONNECTORS;")).toMatchObject({ connectors: [] });
    await expect(run(app, "CREATE SOURCE CONNECTOR C WITH ('a'='b');")).rejects.toMatchObject({
      error: { code: "CONNECT_BAD_PROPERTY" },
    });
  });
});

describe("DESCRIBE", () => {
  test("columns, formats, and who reads and writes", async () => {
    const entity = (await only("DESCRIBE EVENTS;")) as { sourceDescription: SourceDescription };
    expect(entity).toMatchObject({ "@type": "sourceDescription" });
    expect(entity.sourceDescription).toMatchObject({
      name: "EVENTS",
      type: "STREAM",
      topic: "events",
      extended: false,
      statistics: "",
      partitions: 0,
      readQueries: [{ id: "CSAS_SMALL_1" }],
      writeQueries: [],
      sourceConstraints: ["SMALL"],
      fields: [
        { name: "ID", type: "KEY", schema: { type: "STRING", fields: null, memberSchema: null } },
        { name: "PID", schema: { type: "INTEGER" } },
        {
          name: "P",
          schema: {
            type: "STRUCT",
            fields: [
              { name: "NAME", schema: { type: "STRING" } },
              { name: "D", schema: { type: "DECIMAL", parameters: { precision: 4, scale: 2 } } },
            ],
          },
        },
      ],
    });
    expect(entity.sourceDescription.statement).toContain("CREATE STREAM EVENTS");
    await expect(run(app, "DESCRIBE EVENT;")).rejects.toMatchObject({
      error: { hint: "did you mean 'EVENTS'?" },
    });
  });

  test("EXTENDED: what its queries have done, in words and in figures", async () => {
    await run(
      app,
      "INSERT INTO EVENTS (ID, PID) VALUES ('a', 1); INSERT INTO EVENTS (ID, PID) VALUES ('b', 20);",
    );
    await app.engine.drain();
    const entity = (await only("DESCRIBE SMALL EXTENDED;")) as { sourceDescription: SourceDescription };
    const { runtime, statistics, partitions } = entity.sourceDescription;
    expect(partitions).toBe(2);
    expect(runtime?.topic).toMatchObject({ name: "SMALL", records: 1 });
    expect(runtime?.writtenBy).toMatchObject([
      {
        queryId: "CSAS_SMALL_1",
        state: "RUNNING",
        consumed: { messages: 2 },
        produced: { messages: 1 },
        dropped: [{ reason: "filtered", count: 1, unexpected: false }],
        lag: 0,
      },
    ]);
    expect(statistics).toContain("total-messages: 1");
    expect(statistics).toContain("CSAS_SMALL_1: written: 1");
    expect(app.service.queryStatistics("csas_small_1")?.consumed.messages).toBe(2);
    expect(await app.service.metrics()).toContain('spoor_query_records_read_total{query="CSAS_SMALL_1"} 2');
  });

  test("records that cannot be read are told by reason and sample", async () => {
    const ingest = app.service.openIngest("events", { format: "value", separator: ":", partition: 0 });
    await ingest.write(Buffer.from('{"PID":1}\nnot json\n'));
    await ingest.finish();
    await app.engine.drain();
    const entity = (await only("DESCRIBE SMALL EXTENDED;")) as { sourceDescription: SourceDescription };
    expect(entity.sourceDescription.errorStats).toContain("undecodable: 1");
    const explained = (await only("EXPLAIN CSAS_SMALL_1;")) as { queryDescription: QueryDescription };
    expect(explained.queryDescription.runtime?.samples).toMatchObject([
      { reason: "undecodable", topic: "events", partition: 0, offset: 1 },
    ]);
    expect(app.service.doctor().checks).toContainEqual(
      expect.objectContaining({ name: "query CSAS_SMALL_1", status: "warning" }),
    );
  });

  test("all streams at once, and KSQL 5's topics", async () => {
    const all = await only("DESCRIBE STREAMS;");
    expect(all).toMatchObject({ sourceDescriptions: [{ name: "EVENTS" }, { name: "SMALL" }] });
    expect(await only("DESCRIBE TOPIC events;")).toMatchObject({
      "@type": "topicDescription",
      name: "events",
      format: "JSON",
    });
  });
});

describe("EXPLAIN", () => {
  test("a running query: plan, topics, state", async () => {
    const entity = (await only("EXPLAIN csas_small_1;")) as { queryDescription: QueryDescription };
    expect(entity.queryDescription).toMatchObject({
      id: "CSAS_SMALL_1",
      queryType: "PERSISTENT",
      sources: ["EVENTS"],
      sinks: ["SMALL"],
      state: "RUNNING",
      consumerGroupId: "_confluent-ksql-default_query_CSAS_SMALL_1",
      topology: "source EVENTS (topic: events)\nsink SMALL (topic: SMALL)",
    });
    expect(entity.queryDescription.executionPlan).toContain("filter");
    await expect(run(app, "EXPLAIN CSAS_SMAL_1;")).rejects.toMatchObject({
      error: { hint: "did you mean 'CSAS_SMALL_1'?" },
    });
  });

  test("a statement, without running it", async () => {
    const push = (await only("EXPLAIN SELECT ID FROM EVENTS EMIT CHANGES;")) as {
      queryDescription: QueryDescription;
    };
    expect(push.queryDescription).toMatchObject({ id: "", queryType: "PUSH", fields: [{ name: "ID" }] });
    await run(app, "EXPLAIN CREATE STREAM X AS SELECT * FROM EVENTS EMIT CHANGES;");
    expect(app.context.catalog.metastore.source("X")).toBeUndefined();
    await expect(run(app, "EXPLAIN SHOW STREAMS;")).rejects.toThrow();
  });
});
