/** The whole server over a real engine in memory, asked as ksqlDB's clients ask. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FastifyInstance } from "fastify";
import type { CurrentStatus } from "../api/entities.ts";
import type { StatementError } from "../api/error-entity.ts";
import type { StreamedRow } from "../api/query-rows.ts";
import { appFixture } from "../app/testing/app-fixture.ts";
import type { AppFixture } from "../app/testing/app-fixture.ts";
import { buildHttpServer } from "./http-server.ts";

let app: AppFixture;
let http: FastifyInstance;

beforeEach(() => {
  app = appFixture();
  http = buildHttpServer(app.service, { host: "127.0.0.1" });
});

afterEach(async () => {
  await http.close();
  expect(app.engineErrors).toEqual([]);
});

async function post<T>(url: string, body: object | string): Promise<{ status: number; body: T }> {
  const payload = typeof body === "string" ? body : JSON.stringify(body);
  const response = await http.inject({ method: "POST", url, payload });
  return { status: response.statusCode, body: response.json<T>() };
}

const PROCESSES = `CREATE STREAM PROCESSES (event STRUCT<guid STRING, image STRING, pid BIGINT>)
  WITH (KAFKA_TOPIC='sysmon', VALUE_FORMAT='JSON', PARTITIONS=1);`;
const BY_GUID = `CREATE STREAM BY_GUID WITH (PARTITIONS=1) AS
  SELECT event->guid AS guid, event->image AS image, event->pid AS pid FROM PROCESSES PARTITION BY guid;`;

describe("a session over HTTP", () => {
  test("statements, records in bulk, rows as they come", async () => {
    const made = await post<CurrentStatus[]>("/ksql", { ksql: `${PROCESSES}\n${BY_GUID}` });
    expect(made.status).toBe(200);
    expect(made.body.map((entity) => entity.commandStatus)).toEqual([
      { status: "SUCCESS", message: "Stream created", queryId: null },
      { status: "SUCCESS", message: "Created query with ID CSAS_BY_GUID_1", queryId: "CSAS_BY_GUID_1" },
    ]);
    const events = [1, 2, 3].map((n) =>
      JSON.stringify({ event: { guid: `g${n}`, image: "cmd.exe", pid: n } }),
    );
    const ingested = await post("/spoor/v1/topics/sysmon/records", `${events.join("\n")}\n`);
    expect(ingested.body).toMatchObject({ records: 3, rejected: 0 });
    const rows = await post<StreamedRow[]>("/query", {
      ksql: "SELECT guid, pid FROM BY_GUID WHERE pid > 1 EMIT CHANGES LIMIT 2;",
      streamsProperties: { "ksql.streams.auto.offset.reset": "earliest" },
    });
    expect(rows.body[0]?.header?.schema).toBe("`GUID` STRING, `PID` BIGINT");
    expect(rows.body.slice(1)).toEqual([
      { row: { columns: ["g2", 2] } },
      { row: { columns: ["g3", 3] } },
      { finalMessage: "Limit Reached" },
    ]);
    expect(app.context.openQueries.size).toBe(0);
    const status = await http.inject("/status/stream/BY_GUID/create");
    expect(status.json()).toMatchObject({ status: "SUCCESS", queryId: "CSAS_BY_GUID_1" });
  });

  test("a misspelt column is placed in the text and its cure told", async () => {
    await post("/ksql", { ksql: PROCESSES });
    const ksql = "CREATE STREAM X AS\nSELECT evnt->pid FROM PROCESSES EMIT CHANGES;";
    const { status, body } = await post<StatementError>("/ksql", { ksql });
    expect([status, body["@type"], body.error_code]).toEqual([400, "statement_error", 40001]);
    expect(body.place).toMatchObject({ line: 2, column: 8 });
    expect(body.hint).toContain("EVENT");
    expect(body.statementText).toBe(ksql);
  });

  test("rows stream in and out with HTTP only", async () => {
    await post("/ksql", {
      ksql: "CREATE STREAM S (K STRING KEY, V DOUBLE) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
    });
    const acks = await http.inject({
      method: "POST",
      url: "/inserts-stream",
      payload: '{"target":"s"}\n{"k":"a","v":1}\n{"k":"c","v":2.5}\n{"k":"b","v":"x"}\n{"k":"d","v":3}\n',
    });
    expect(
      acks.payload
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { status: string }).status),
    ).toEqual(["ok", "ok", "error"]);
    const rows = await http.inject({
      method: "POST",
      url: "/query-stream",
      payload: JSON.stringify({ sql: "SELECT * FROM S;", properties: { "ksql.dialect": "ksqldb" } }),
    });
    expect(rows.payload.trim().split("\n").slice(1)).toEqual(['["a",1.0]', '["c",2.5]']);
    const print = await http.inject({
      method: "POST",
      url: "/query",
      payload: JSON.stringify({ ksql: "PRINT s FROM BEGINNING LIMIT 1;" }),
    });
    expect(print.payload).toContain('key: a, value: {"V":1.0}, partition: 0');
  });

  test("health, metrics and the doctor are those of the running app", async () => {
    await post("/ksql", { ksql: `${PROCESSES} ${BY_GUID}` });
    expect((await http.inject("/healthcheck")).json()).toMatchObject({ isHealthy: true });
    expect((await http.inject("/metrics")).payload).toContain(
      'spoor_query_running{query="CSAS_BY_GUID_1"} 1',
    );
    expect((await http.inject("/spoor/v1/doctor")).json()).toMatchObject({ healthy: true });
    expect((await http.inject("/clusterStatus")).json()).toMatchObject({
      clusterStatus: {
        "localhost:8088": {
          hostAlive: true,
          activeStandbyPerQuery: {
            CSAS_BY_GUID_1: { activePartitions: [{ topic: "sysmon", partition: 0 }] },
          },
        },
      },
    });
    expect((await http.inject("/is_valid_property/ksql.service.id")).statusCode).toBe(400);
    expect((await http.inject("/is_valid_property/auto.offset.reset")).payload).toBe("true");
  });
});
