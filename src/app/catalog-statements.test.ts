import { beforeEach, describe, expect, test } from "vitest";
import type { KsqlEntity } from "../api/entities.ts";
import type { QueryDescription } from "../api/query-entities.ts";
import type { SourceDescription } from "../api/catalog-entities.ts";
import type { FunctionDefinition } from "../functions/definition.ts";
import { INTEGER } from "../data/types.ts";
import { appFixture, query, run } from "./testing/app-fixture.ts";
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
          state: "RUNNING:1",
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

  test("connectors are none, and cannot be made", async () => {
    expect(await only("SHOW CONNECTORS;")).toMatchObject({ connectors: [] });
    await expect(run(app, "CREATE SOURCE CONNECTOR C WITH ('a'='b');")).rejects.toMatchObject({
      error: { code: "APP_UNSUPPORTED" },
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

describe("queries to read", () => {
  test("a pull over a stream gives what there is", async () => {
    await run(app, "INSERT INTO EVENTS (ID, PID) VALUES ('a', 1);");
    const strict = { "ksql.dialect": "ksqldb" };
    const { stream, rows } = await query(app, "SELECT PID, ID FROM EVENTS;", strict);
    expect([stream.kind, stream.source, stream.end, rows]).toEqual([
      "pull",
      "stream",
      "completed",
      [[1, "a"]],
    ]);
  });

  test("errors of a pull come with the statement, those of a push without", async () => {
    const open = (text: string) =>
      app.service.openQuery({ text, properties: { "ksql.dialect": "ksqldb" }, variables: {} });
    await expect(open("SELECT NOBODY FROM EVENTS;")).rejects.toMatchObject({
      name: "StatementFailure",
      statementText: "SELECT NOBODY FROM EVENTS;",
    });
    await expect(open("SELECT NOBODY FROM EVENTS EMIT CHANGES;")).rejects.toMatchObject({
      name: "SpoorError",
    });
    await expect(open("SHOW STREAMS;")).rejects.toMatchObject({ error: { code: "APP_NOT_A_QUERY" } });
    await expect(open("PRINT nobody;")).rejects.toMatchObject({ error: { code: "APP_MISSING_TOPIC" } });
  });

  test("SET and DEFINE may stand before, and their number is limited", async () => {
    const text = "DEFINE c='ID'; SET 'auto.offset.reset'='latest'; SELECT ${c} FROM EVENTS EMIT CHANGES;";
    const open = () => app.service.openQuery({ text, properties: {}, variables: {} });
    const streams = [];
    for (let i = 0; i < 10; i++) streams.push(await open());
    await expect(open()).rejects.toMatchObject({ code: "APP_TOO_MANY_QUERIES" });
    expect(streams[0]?.columns).toEqual([{ name: "ID", type: "STRING" }]);
    expect(app.service.closeQuery(streams[0]!.queryId)).toBe(true);
    expect(app.service.closeQuery(streams[0]!.queryId)).toBe(false);
    (await open()).close();
    app.context.openQueries.closeAll();
    expect(app.context.openQueries.size).toBe(0);
  });

  test("rows streamed in are checked and written", async () => {
    const inserter = app.service.openInserter("events", {});
    inserter.insert({ id: "x", pid: 3, P: { name: "n", d: "1.5" } });
    inserter.insert({ "`ID`": "y", ROWTIME: 77 });
    expect(() => inserter.insert({ pidd: 3 })).toThrow("no column 'PIDD'");
    expect(() => inserter.insert({ pid: "x" })).toThrow('PID: "x" is no INTEGER');
    const { rows } = await query(app, "SELECT ROWTIME, ID, PID, P FROM EVENTS;", {
      "ksql.dialect": "ksqldb",
    });
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual([1_600_000_000_000, "x", 3, { NAME: "n", D: 1.5 }]);
    expect(rows).toContainEqual([77, "y", null, null]);
    expect(() => app.service.openInserter("evens", {})).toThrow("no stream is called 'EVENS'");
  });

  test("names for completion", () => {
    expect(app.service.completions()).toMatchObject({
      sources: [
        {
          name: "EVENTS",
          kind: "stream",
          columns: [{ name: "ID", type: "STRING" }, { name: "PID" }, { name: "P" }],
        },
        { name: "SMALL" },
      ],
      topics: ["SMALL", "events"],
      queries: ["CSAS_SMALL_1"],
    });
  });
});

describe("topics", () => {
  test("are made, listed and deleted; those in use or internal are not deleted", () => {
    const request = {
      name: "t",
      partitions: 3,
      replicas: 1,
      config: { "retention.ms": "-1" },
      ifNotExists: false,
    };
    expect(app.service.createTopic(request)).toMatchObject({ created: true, topic: { partitions: 3 } });
    expect(app.service.createTopic({ ...request, ifNotExists: true }).created).toBe(false);
    expect(() => app.service.createTopic(request)).toThrow();
    expect(app.service.topics().find(({ name }) => name === "events")).toMatchObject({ sources: ["EVENTS"] });
    app.service.deleteTopic("t");
    expect(() => app.service.deleteTopic("t")).toThrow("topic 't' does not exist");
    expect(() => app.service.deleteTopic("events")).toThrow("is used by 'EVENTS'");
    expect(() => app.service.deleteTopic("_confluent-ksql-default__command_topic")).toThrow(
      "one of Spoor's own",
    );
    expect(() =>
      app.service.openIngest("event", { format: "value", separator: ":", partition: undefined }),
    ).toThrow("topic 'event' does not exist");
  });
});
