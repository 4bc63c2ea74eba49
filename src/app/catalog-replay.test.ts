import { describe, expect, test } from "vitest";
import { replayCommands } from "./catalog-replay.ts";
import { runQueriesFile } from "./queries-file.ts";
import { appFixture, query, run } from "./testing/app-fixture.ts";
import type { AppFixture } from "./testing/app-fixture.ts";
import { writtenRecords } from "./testing/topic-reading.ts";

const EVENTS =
  "CREATE STREAM EVENTS (ID STRING KEY, PID INT) WITH (KAFKA_TOPIC='events', PARTITIONS=2, VALUE_FORMAT='JSON');";

/** Stops the engine and starts a second app over the same log and state. */
async function restarted(app: AppFixture, settings = {}): Promise<AppFixture> {
  await app.engine.drain();
  await app.engine.close();
  const next = appFixture({ log: app.log, state: app.state, settings });
  replayCommands(next.context);
  return next;
}

function catalogOf(app: AppFixture) {
  const { catalog } = app.context;
  return {
    sources: catalog.metastore.sources(),
    types: catalog.metastore.types(),
    queries: catalog.queries().map(({ id, paused, statementText }) => ({ id, paused, statementText })),
  };
}

describe("replay of the command log", () => {
  test("gives sources, types and queries back with their ids, and rows are not written twice", async () => {
    const app = appFixture();
    await run(
      app,
      `CREATE TYPE T AS STRUCT<A INT>; ${EVENTS} CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES;`,
    );
    await run(app, "INSERT INTO EVENTS VALUES ('a', 1); INSERT INTO EVENTS VALUES ('b', 2);");
    const before = catalogOf(app);
    const second = await restarted(app);
    expect(catalogOf(second)).toEqual(before);
    expect(second.context.statuses.failures).toEqual([]);
    expect(second.engine.query("CSAS_COPY_2")?.state).toBe("RUNNING");
    await run(second, "INSERT INTO EVENTS VALUES ('c', 3);");
    await second.engine.drain();
    const keys = writtenRecords(second.log, "COPY").map((record) => record.key);
    expect(keys.toSorted()).toEqual(["a", "b", "c"]);
    await run(second, "CREATE STREAM COPY2 AS SELECT * FROM EVENTS EMIT CHANGES;");
    expect(second.engine.query("CSAS_COPY2_3")).toBeDefined();
  });

  test("what was terminated or dropped stays so, and its topics are left alone", async () => {
    const app = appFixture();
    await run(app, `${EVENTS} CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES;`);
    await run(app, "INSERT INTO EVENTS VALUES ('a', 1);");
    await app.engine.drain();
    await run(app, "TERMINATE CSAS_COPY_1; DROP STREAM COPY DELETE TOPIC; DROP STREAM EVENTS DELETE TOPIC;");
    await run(app, `${EVENTS} INSERT INTO EVENTS VALUES ('new', 9);`);
    const second = await restarted(app);
    expect(second.context.statuses.failures).toEqual([]);
    expect(second.engine.queries()).toEqual([]);
    expect(second.log.topic("COPY")).toBeUndefined();
    expect(writtenRecords(second.log, "events").map((record) => record.key)).toEqual(["new"]);
    expect(catalogOf(second).sources.map(({ name }) => name)).toEqual(["EVENTS"]);
  });

  test("a paused query stays paused", async () => {
    const app = appFixture();
    await run(app, `${EVENTS} CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES; PAUSE CSAS_COPY_1;`);
    const second = await restarted(app);
    expect(second.engine.query("CSAS_COPY_1")?.state).toBe("PAUSED");
  });

  test("statements mean what they meant: session, variables, server settings of that time", async () => {
    const app = appFixture();
    await run(
      app,
      `DEFINE n='COPY'; SET 'auto.offset.reset'='latest'; ${EVENTS}
      CREATE STREAM \${n} AS SELECT * FROM EVENTS EMIT CHANGES;`,
    );
    const second = await restarted(app, { properties: new Map([["ksql.dialect", "ksql5"]]) });
    expect(second.context.statuses.failures).toEqual([]);
    const properties = second.context.catalog.query("CSAS_COPY_1")?.properties;
    expect(properties?.get("ksql.streams.auto.offset.reset")).toBe("latest");
    expect(properties?.get("ksql.dialect")).toBeUndefined();
  });

  test("a command that can't be carried out again is told and the rest goes on", async () => {
    const app = appFixture();
    app.context.commands.append({
      version: 1,
      commandId: "stream/`X`/create",
      statement: "CREATE STREAM X AS SELECT * FROM NOBODY EMIT CHANGES;",
      properties: {},
      variables: {},
      queryId: "CSAS_X_0",
      topics: {},
    });
    await run(app, EVENTS);
    const second = await restarted(app);
    expect(second.context.statuses.failures).toEqual([
      expect.stringContaining("command 0 (stream/`X`/create)"),
    ]);
    expect(second.context.catalog.metastore.source("EVENTS")).toBeDefined();
    expect(second.service.health()).toMatchObject({
      isHealthy: false,
      details: { commandRunner: { isHealthy: false } },
    });
    expect(second.service.doctor().healthy).toBe(false);
  });

  test("a command that did not take effect is cancelled", async () => {
    const app = appFixture();
    await run(app, EVENTS);
    const start = app.engine.startQuery.bind(app.engine);
    app.engine.startQuery = () => {
      throw new Error("no memory");
    };
    await expect(run(app, "CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES;")).rejects.toThrow(
      "no memory",
    );
    app.engine.startQuery = start;
    expect(app.context.catalog.metastore.source("COPY")).toBeUndefined();
    expect(app.service.commandStatus("stream/COPY/create")?.status).toBe("ERROR");
    const second = await restarted(app);
    expect(catalogOf(second).queries).toEqual([]);
  });

  test("terminating the cluster leaves nothing to replay", async () => {
    const app = appFixture();
    await run(app, `${EVENTS} CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES;`);
    const [entity] = await app.service.terminateCluster(["CO.*", "events"]);
    expect(entity).toMatchObject({ "@type": "currentStatus", commandStatus: { status: "SUCCESS" } });
    expect(app.log.topic("COPY")).toBeUndefined();
    expect(app.log.topic("events")).toBeDefined();
    expect(catalogOf(await restarted(app))).toEqual({ sources: [], types: [], queries: [] });
  });
});

async function started(file: string, before?: AppFixture): Promise<{ app: AppFixture; report: object }> {
  if (before !== undefined) {
    await before.engine.drain();
    await before.engine.close();
  }
  const kept = before === undefined ? {} : { log: before.log, state: before.state };
  const app = appFixture({ ...kept, settings: { headless: true }, bootstrapping: true });
  app.files.set("queries.sql", file);
  replayCommands(app.context);
  return { app, report: await runQueriesFile(app.context, "queries.sql") };
}

describe("queries file", () => {
  const FILE = `SET 'auto.offset.reset'='earliest'; ${EVENTS}
    CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES;`;

  test("is in force once, however often it is run", async () => {
    const first = await started(FILE);
    expect(first.report).toEqual({ executed: 3, alreadyInForce: 0 });
    const again = await started(FILE.replaceAll("  ", " "), first.app);
    expect(again.report).toEqual({ executed: 1, alreadyInForce: 2 });
    expect(again.app.engine.queries().map(({ id }) => id)).toEqual(["CSAS_COPY_1"]);
  });

  test("a new statement is added, a changed one stops the start", async () => {
    const first = await started(FILE);
    const grown = await started(`${FILE} INSERT INTO COPY SELECT * FROM EVENTS EMIT CHANGES;`, first.app);
    expect(grown.app.engine.queries()).toHaveLength(2);
    await expect(started(FILE.replace("SELECT *", "SELECT ID"), grown.app)).rejects.toThrow("COPY");
  });

  test("while it rules, requests may look but not change", async () => {
    const app = appFixture({ settings: { headless: true } });
    await expect(run(app, EVENTS)).rejects.toMatchObject({ error: { code: "APP_HEADLESS" } });
    expect(await run(app, "SHOW STREAMS;")).toHaveLength(1);
    const { rows } = await query(
      app,
      "PRINT `_confluent-ksql-default__command_topic` FROM BEGINNING LIMIT 0;",
    );
    expect(rows).toEqual([]);
  });
});
