import { beforeEach, describe, expect, test } from "vitest";
import { appFixture, query, run } from "./testing/app-fixture.ts";
import type { AppFixture } from "./testing/app-fixture.ts";

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

function openStrict(text: string) {
  return app.service.openQuery({ text, properties: { "ksql.dialect": "ksqldb" }, variables: {} });
}

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
    await expect(openStrict("SELECT NOBODY FROM EVENTS;")).rejects.toMatchObject({
      name: "StatementFailure",
      statementText: "SELECT NOBODY FROM EVENTS;",
    });
    await expect(openStrict("SELECT NOBODY FROM EVENTS EMIT CHANGES;")).rejects.toMatchObject({
      name: "SpoorError",
    });
    await expect(openStrict("SHOW STREAMS;")).rejects.toMatchObject({ error: { code: "APP_NOT_A_QUERY" } });
    await expect(openStrict("PRINT nobody;")).rejects.toMatchObject({ error: { code: "APP_MISSING_TOPIC" } });
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
    expect(() => inserter.insert({ id: "z", pid: "x" })).toThrow('PID: "x" is no INTEGER');
    const { rows } = await query(app, "SELECT ROWTIME, ID, PID, P FROM EVENTS;", {
      "ksql.dialect": "ksqldb",
    });
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual([1_600_000_000_000, "x", 3, { NAME: "n", D: 1.5 }]);
    expect(rows).toContainEqual([77, "y", null, null]);
    expect(() => inserter.insert({ pid: 1 })).toThrow("key column 'ID' must have a value");
    expect(() => app.service.openInserter("evens", {})).toThrow("no stream or table is called 'EVENS'");
    const off = { "ksql.insert.into.values.enabled": "false" };
    expect(() => app.service.openInserter("events", off)).toThrow("inserting rows is switched off");
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
  test("are made, listed and deleted; those in use or internal are not deleted", async () => {
    const request = {
      name: "t",
      partitions: 3,
      replicas: 1,
      config: { "retention.ms": "-1" },
      ifNotExists: false,
    };
    expect(await app.service.createTopic(request)).toMatchObject({ created: true, topic: { partitions: 3 } });
    expect((await app.service.createTopic({ ...request, ifNotExists: true })).created).toBe(false);
    await expect(app.service.createTopic(request)).rejects.toThrow();
    expect(app.service.topics().find(({ name }) => name === "events")).toMatchObject({ sources: ["EVENTS"] });
    await app.service.deleteTopic("t");
    await expect(app.service.deleteTopic("t")).rejects.toThrow("topic 't' does not exist");
    await expect(app.service.deleteTopic("events")).rejects.toThrow("is used by 'EVENTS'");
    await expect(app.service.deleteTopic("_confluent-ksql-default__command_topic")).rejects.toThrow(
      "one of Spoor's own",
    );
    expect(() =>
      app.service.openIngest("event", { format: "value", separator: ":", partition: undefined }),
    ).toThrow("topic 'event' does not exist");
  });
});
