import { describe, expect, test, vi } from "vitest";
import { SpoorError } from "../base/errors.ts";
import { StatementFailure } from "./statement-failure.ts";
import { appFixture, query, run } from "./testing/app-fixture.ts";
import { writtenRecords } from "./testing/topic-reading.ts";

const EVENTS =
  "CREATE STREAM EVENTS (ID STRING KEY, PID INT, NAME STRING) WITH (KAFKA_TOPIC='events', PARTITIONS=1, VALUE_FORMAT='JSON');";

async function failureOf(action: Promise<unknown>): Promise<StatementFailure & { error: SpoorError }> {
  const error: unknown = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StatementFailure);
  expect((error as StatementFailure).error).toBeInstanceOf(SpoorError);
  return error as StatementFailure & { error: SpoorError };
}

describe("statements that change the catalog", () => {
  test("answer ksqlDB's status with the command's sequence number", async () => {
    const app = appFixture();
    const entities = await run(app, `${EVENTS} CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES;`);
    expect(entities).toEqual([
      {
        "@type": "currentStatus",
        statementText: EVENTS,
        warnings: [],
        commandId: "stream/`EVENTS`/create",
        commandStatus: { status: "SUCCESS", message: "Stream created", queryId: null },
        commandSequenceNumber: 0,
      },
      {
        "@type": "currentStatus",
        statementText: "CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES;",
        warnings: [],
        commandId: "stream/`COPY`/create",
        commandStatus: {
          status: "SUCCESS",
          message: "Created query with ID CSAS_COPY_1",
          queryId: "CSAS_COPY_1",
        },
        commandSequenceNumber: 1,
      },
    ]);
    expect(app.service.commandStatus("stream/COPY/create")?.status).toBe("SUCCESS");
    expect(app.log.topic("events")?.partitions).toBe(1);
    expect(app.engine.query("CSAS_COPY_1")?.state).toBe("RUNNING");
  });

  test("rows inserted run through the query and are read by push and pull", async () => {
    const app = appFixture();
    await run(app, `${EVENTS} CREATE STREAM COPY AS SELECT ID, NAME FROM EVENTS WHERE PID > 1 EMIT CHANGES;`);
    const inserts = [1, 2, 3].map((n) => `INSERT INTO EVENTS VALUES ('k${n}', ${n}, 'n${n}');`);
    expect(await run(app, inserts.join("\n"))).toEqual([]);
    await app.engine.drain();
    expect(writtenRecords(app.log, "COPY").map(({ key, value }) => [key, value])).toEqual([
      ["k2", '{"NAME":"n2"}'],
      ["k3", '{"NAME":"n3"}'],
    ]);
    const { stream, rows } = await query(app, "SELECT * FROM COPY EMIT CHANGES LIMIT 2;");
    expect(rows).toEqual([
      ["k2", "n2"],
      ["k3", "n3"],
    ]);
    expect([stream.kind, stream.end, stream.columns]).toEqual([
      "push",
      "limit",
      [
        { name: "ID", type: "STRING" },
        { name: "NAME", type: "STRING" },
      ],
    ]);
    expect(app.context.openQueries.size).toBe(0);
    expect(app.engineErrors).toEqual([]);
  });

  test("IF NOT EXISTS and IF EXISTS warn and write no command", async () => {
    const app = appFixture();
    await run(app, EVENTS);
    const next = app.context.commands.nextSequence;
    const texts = [
      EVENTS.replace("STREAM", "STREAM IF NOT EXISTS"),
      "DROP STREAM IF EXISTS NOBODY;",
      "DROP TYPE IF EXISTS NOBODY;",
    ];
    for (const text of texts) {
      expect((await run(app, text))[0]).toMatchObject({ "@type": "warning_entity" });
    }
    expect(app.context.commands.nextSequence).toBe(next);
  });

  test("DROP is refused while queries read the source, naming them, and ends the query that made it", async () => {
    const app = appFixture();
    await run(app, `${EVENTS} CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES;`);
    const failure = await failureOf(run(app, "DROP STREAM EVENTS;"));
    expect(`${failure.error.message} ${failure.error.hint}`).toContain("CSAS_COPY_1");
    expect(failure.statementText).toBe("DROP STREAM EVENTS;");
    await run(app, "DROP STREAM COPY DELETE TOPIC; DROP STREAM EVENTS;");
    expect(app.engine.queries()).toEqual([]);
    expect(app.log.topic("COPY")).toBeUndefined();
    expect(app.log.topic("events")).toBeDefined();
    expect(app.context.catalog.metastore.sources()).toEqual([]);
  });

  test("DELETE TOPIC spares a topic that another source stands on", async () => {
    const app = appFixture();
    await run(app, `${EVENTS} ${EVENTS.replace("STREAM EVENTS", "STREAM OTHER")}`);
    const failure = await failureOf(run(app, "DROP STREAM OTHER DELETE TOPIC;"));
    expect(failure.error.code).toBe("APP_TOPIC_IN_USE");
    expect(app.log.topic("events")).toBeDefined();
  });

  test("types are made, used, listed and dropped", async () => {
    const app = appFixture();
    await run(app, "CREATE TYPE PROCESS AS STRUCT<PID INT, NAME STRING>;");
    await run(app, "CREATE STREAM S (P PROCESS) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');");
    const [types] = await run(app, "SHOW TYPES;");
    expect(types).toMatchObject({ "@type": "type_list", types: { PROCESS: { type: "STRUCT" } } });
    expect((await failureOf(run(app, "CREATE TYPE PROCESS AS INT;"))).error.code).toBe("APP_TYPE_EXISTS");
    await run(app, "DROP TYPE PROCESS;");
    expect((await failureOf(run(app, "DROP TYPE PROCES;"))).error.code).toBe("APP_UNKNOWN_TYPE");
  });

  test("ALTER adds columns", async () => {
    const app = appFixture();
    await run(app, `${EVENTS} ALTER STREAM EVENTS ADD COLUMN USER_NAME STRING;`);
    const columns = app.context.catalog.metastore.source("EVENTS")?.schema.columns.map((c) => c.name);
    expect(columns).toContain("USER_NAME");
  });

  test("queries are paused, resumed and terminated, by id in any case or all", async () => {
    const app = appFixture();
    await run(app, `${EVENTS} CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES;`);
    expect((await run(app, "PAUSE csas_copy_1;"))[0]).toMatchObject({
      commandStatus: { message: "Query paused." },
    });
    expect(app.engine.query("CSAS_COPY_1")?.state).toBe("PAUSED");
    expect((await run(app, "SHOW QUERIES;"))[0]).toMatchObject({ queries: [{ state: "PAUSED" }] });
    await run(app, "RESUME ALL;");
    expect(app.engine.query("CSAS_COPY_1")?.state).toBe("RUNNING");
    await run(app, "TERMINATE CSAS_COPY_1;");
    expect(app.engine.queries()).toEqual([]);
    const failure = await failureOf(run(app, "TERMINATE CSAS_COPY_1;"));
    expect(failure.error.code).toBe("APP_UNKNOWN_QUERY");
    expect((await run(app, "TERMINATE ALL;"))[0]).toMatchObject({ "@type": "warning_entity" });
  });

  test("a query that is being read can be terminated by its id", async () => {
    const app = appFixture();
    await run(app, EVENTS);
    const stream = await app.service.openQuery({
      text: "SELECT * FROM EVENTS EMIT CHANGES;",
      properties: {},
      variables: {},
    });
    expect(await run(app, `TERMINATE ${stream.queryId};`)).toMatchObject([
      { "@type": "terminate_query", wasTerminated: true },
    ]);
    for await (const batch of stream.rows) expect(batch).toEqual([]);
    expect(stream.end).toBe("terminated");
  });

  test("INSERT INTO gets its own id, or the one asked for", async () => {
    const app = appFixture();
    await run(
      app,
      `${EVENTS} ${EVENTS.replace("STREAM EVENTS", "STREAM SINK").replace("'events'", "'sink'")}`,
    );
    await run(app, "INSERT INTO SINK SELECT * FROM EVENTS EMIT CHANGES;");
    await run(app, "INSERT INTO SINK WITH (QUERY_ID='mine') SELECT * FROM EVENTS EMIT CHANGES;");
    expect(app.engine.queries().map(({ id }) => id)).toEqual(["INSERTQUERY_2", "MINE"]);
    const again = run(app, "INSERT INTO SINK WITH (QUERY_ID='mine') SELECT * FROM EVENTS EMIT CHANGES;");
    expect((await failureOf(again)).error.code).toBe("APP_QUERY_EXISTS");
  });
});

test("INSERT VALUES is flushed before it is answered, also into a topic that no query writes", async () => {
  const app = appFixture();
  await run(app, EVENTS);
  const flush = vi.spyOn(app.log, "flush");
  await run(app, "INSERT INTO EVENTS (ID, PID, NAME) VALUES ('a', 1, 'n');");
  expect(flush).toHaveBeenCalled();
});

describe("CREATE OR REPLACE of a running query", () => {
  const COPY = "CREATE STREAM COPY AS SELECT ID, PID FROM EVENTS EMIT CHANGES;";
  const NEXT =
    "CREATE OR REPLACE STREAM COPY AS SELECT ID, PID, NAME FROM EVENTS WHERE PID > 1 EMIT CHANGES;";

  test("goes on with the new plan from where it was, under the old id", async () => {
    const app = appFixture();
    const insert = (id: string, pid: number) =>
      run(app, `INSERT INTO EVENTS (ID, PID, NAME) VALUES ('${id}', ${pid}, 'n');`);
    await run(app, `${EVENTS} ${COPY}`);
    await insert("a", 1);
    await app.engine.drain();
    expect((await run(app, NEXT))[0]).toMatchObject({ commandStatus: { queryId: "CSAS_COPY_1" } });
    await insert("b", 1);
    await insert("c", 2);
    await app.engine.drain();
    expect((await query(app, "SELECT * FROM COPY;", { "ksql.dialect": "ksqldb" })).rows).toEqual([
      ["a", 1, null],
      ["c", 2, "n"],
    ]);
    expect(app.context.catalog.metastore.source("COPY")).toMatchObject({
      createdBy: "CSAS_COPY_1",
      statementText: NEXT,
    });
    expect(app.engine.queries().map(({ id }) => id)).toEqual(["CSAS_COPY_1"]);
    expect(app.engineErrors).toEqual([]);
  });

  test("reads a column that ALTER has added", async () => {
    const app = appFixture();
    await run(app, `${EVENTS} ${COPY} ALTER STREAM EVENTS ADD COLUMN WEIGHT INT;`);
    await run(app, "CREATE OR REPLACE STREAM COPY AS SELECT ID, PID, WEIGHT FROM EVENTS EMIT CHANGES;");
    await run(app, "INSERT INTO EVENTS (ID, PID, NAME, WEIGHT) VALUES ('a', 1, 'n', 7);");
    await app.engine.drain();
    expect((await query(app, "SELECT * FROM COPY;", { "ksql.dialect": "ksqldb" })).rows).toEqual([
      ["a", 1, 7],
    ]);
  });

  test("is refused, and forgotten, where the plans differ too much", async () => {
    const app = appFixture();
    await run(app, `${EVENTS} ${COPY}`);
    const rekeyed = NEXT.replace("EMIT", "PARTITION BY NAME EMIT");
    expect((await failureOf(run(app, rekeyed))).error.code).toBe("PLAN_INVALID_REPLACEMENT");
    expect(app.context.commands.commands().map(({ sequence }) => sequence)).toEqual([0, 1]);
    expect(app.context.catalog.query("CSAS_COPY_1")?.statementText).toBe(COPY);
  });
});

describe("a request of several statements", () => {
  test("changes nothing where one cannot succeed", async () => {
    const app = appFixture();
    const failure = await failureOf(
      run(app, `${EVENTS} CREATE STREAM COPY AS SELECT NOBODY FROM EVENTS EMIT CHANGES;`),
    );
    expect(failure.statementText).toContain("NOBODY");
    expect(failure.error.place?.span.line).toBe(1);
    expect(app.context.catalog.metastore.sources()).toEqual([]);
    expect(app.log.topic("events")).toBeUndefined();
    expect(app.context.commands.nextSequence).toBe(0);
  });

  test("nothing runs where one does not parse, or is a SELECT", async () => {
    const app = appFixture();
    expect((await failureOf(run(app, `${EVENTS} CREATE STREEM X;`))).error.kind).toBe("parse");
    const select = await failureOf(run(app, `${EVENTS} SELECT * FROM EVENTS EMIT CHANGES;`));
    expect(select.errorCode).toBe(40002);
    expect(app.context.catalog.metastore.sources()).toEqual([]);
  });

  test("what fails only while it runs leaves the statements before it executed", async () => {
    const app = appFixture();
    const failure = await failureOf(run(app, `${EVENTS} ASSERT TOPIC nobody TIMEOUT 0 SECONDS;`));
    expect(failure.errorCode).toBe(41700);
    expect(failure.entities).toMatchObject([{ commandId: "stream/`EVENTS`/create" }]);
    expect(app.context.catalog.metastore.source("EVENTS")).toBeDefined();
  });

  test("SET and DEFINE last for its statements only", async () => {
    const app = appFixture();
    const text = `SET 'auto.offset.reset'='latest'; DEFINE topic='t1'; ${EVENTS.replace("'events'", "'${topic}'")}
      CREATE STREAM COPY AS SELECT * FROM EVENTS EMIT CHANGES; SHOW VARIABLES;`;
    const entities = await run(app, text);
    expect(entities.at(-1)).toMatchObject({ variables: [{ name: "topic", value: "t1" }] });
    expect(app.log.topic("t1")).toBeDefined();
    const reset = (id: string) =>
      app.context.catalog.query(id)?.properties.get("ksql.streams.auto.offset.reset");
    expect(reset("CSAS_COPY_1")).toBe("latest");
    await run(app, "CREATE STREAM COPY2 AS SELECT * FROM EVENTS EMIT CHANGES;");
    expect(reset("CSAS_COPY2_2")).toBe("earliest");
  });

  test("scripts run with their file's name in errors, and not for ever", async () => {
    const app = appFixture();
    app.files.set("recipe.sql", `${EVENTS}\nSHOW STREAMS;`);
    expect((await run(app, "RUN SCRIPT 'recipe.sql';")).map((entity) => entity["@type"])).toEqual([
      "currentStatus",
      "streams",
    ]);
    app.files.set("bad.sql", "\n\nSHOW STREEMS;");
    const failure = await failureOf(run(app, "RUN SCRIPT 'bad.sql';"));
    expect(failure.error.place).toMatchObject({ file: "bad.sql", span: { line: 3 } });
    app.files.set("loop.sql", "RUN SCRIPT 'loop.sql';");
    expect((await failureOf(run(app, "RUN SCRIPT 'loop.sql';"))).error.code).toBe("APP_SCRIPT_TOO_DEEP");
    expect((await failureOf(run(app, "RUN SCRIPT 'none.sql';"))).error.code).toBe("APP_SCRIPT_UNREADABLE");
  });

  test("a request may wait for a command only if it was issued", async () => {
    const app = appFixture();
    await run(app, EVENTS);
    const request = { text: "SHOW STREAMS;", properties: {}, variables: {} };
    expect(await app.service.execute({ ...request, afterCommand: 0 })).toHaveLength(1);
    await expect(app.service.execute({ ...request, afterCommand: 1 })).rejects.toThrow("command 1");
  });

  test("unknown properties are refused with the near name", async () => {
    const app = appFixture();
    await expect(run(app, "SHOW STREAMS;", { "auto.ofset.reset": "x" })).rejects.toMatchObject({
      hint: expect.stringContaining("auto.offset.reset") as string,
    });
  });
});
