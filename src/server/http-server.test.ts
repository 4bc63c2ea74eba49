import { describe, expect, test } from "vitest";
import type { ErrorEntity } from "../api/error-entity.ts";
import { StatementFailure } from "../app/statement-failure.ts";
import { FakeService } from "./fake-service.ts";
import { buildHttpServer } from "./http-server.ts";
import { serverErrors } from "./errors.ts";
import { accessSettings } from "./server-settings.ts";
import { singleUser } from "./users.ts";
import type { Users } from "./users.ts";

function server(options: { properties?: Record<string, string>; users?: Users; host?: string } = {}) {
  const service = new FakeService();
  const { host = "127.0.0.1", properties = {} } = options;
  const settings = accessSettings(properties);
  const access = { ...settings, users: options.users ?? settings.users };
  const app = buildHttpServer(service, { host, access, bodyLimit: 1000 });
  return { service, app };
}

function errorOf(payload: string): ErrorEntity {
  return JSON.parse(payload) as ErrorEntity;
}

describe("statements", () => {
  test("are handed on with properties and variables as text", async () => {
    const { service, app } = server();
    service.execution = () => [
      { "@type": "warning_entity", statementText: "X;", warnings: [], message: "nothing to do" },
    ];
    const response = await app.inject({
      method: "POST",
      url: "/ksql",
      headers: { "content-type": "application/vnd.ksql.v1+json" },
      payload: JSON.stringify({
        ksql: "X;",
        streamsProperties: { a: 1, b: true, c: null },
        sessionVariables: { v: "w" },
        commandSequenceNumber: 7,
      }),
    });
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toContain("application/vnd.ksql.v1+json");
    expect(response.json()).toEqual([
      { "@type": "warning_entity", statementText: "X;", warnings: [], message: "nothing to do" },
    ]);
    expect(service.asked).toEqual([
      { text: "X;", properties: { a: "1", b: "true" }, variables: { v: "w" }, afterCommand: 7 },
    ]);
  });

  test("come as JSON whatever the content type says, as curl sends them", async () => {
    const { service, app } = server();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const response = await app.inject({
      method: "POST",
      url: "/ksql",
      headers,
      payload: '{"ksql":"SHOW TOPICS;"}',
    });
    expect(response.statusCode).toBe(200);
    expect(service.asked).toHaveLength(1);
  });

  test("that fail are answered with ksqlDB's statement_error and Spoor's parts", async () => {
    const { service, app } = server();
    const span = { start: 7, end: 10, line: 1, column: 8 };
    const error = serverErrors.BAD_REQUEST({
      message: "column 'FOO' does not exist",
      detail: "the columns are A, B",
      hint: "did you mean 'FO'?",
      place: { text: "SELECT FOO", span },
    });
    service.execution = () => {
      throw new StatementFailure(error, "SELECT FOO;", []);
    };
    const response = await app.inject({ method: "POST", url: "/ksql", payload: '{"ksql":"SELECT FOO;"}' });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({
      "@type": "statement_error",
      error_code: 40001,
      message: "column 'FOO' does not exist",
      code: "SERVER_BAD_REQUEST",
      detail: "the columns are A, B",
      hint: "did you mean 'FO'?",
      place: { line: 1, column: 8, length: 3, start: 7 },
      statementText: "SELECT FOO;",
      entities: [],
    });
  });

  test("that meet a bug answer 500 with the message", async () => {
    const { service, app } = server();
    service.execution = () => {
      throw new TypeError("cannot read x");
    };
    const response = await app.inject({ method: "POST", url: "/ksql", payload: '{"ksql":"X;"}' });
    expect(response.statusCode).toBe(500);
    expect(errorOf(response.payload)).toMatchObject({
      error_code: 50000,
      message: "cannot read x",
      code: "INTERNAL",
    });
  });

  test("status of a command, known and not", async () => {
    const { app } = server();
    expect((await app.inject("/status")).json()).toEqual({
      commandStatuses: { "stream/S/create": "SUCCESS" },
    });
    expect((await app.inject("/status/stream/S/create")).json()).toMatchObject({ status: "SUCCESS" });
    const unknown = await app.inject("/status/stream/T/create");
    expect(unknown.statusCode).toBe(404);
    expect(errorOf(unknown.payload).error_code).toBe(40400);
  });

  test("terminate hands the list on", async () => {
    const { service, app } = server();
    await app.inject({ method: "POST", url: "/ksql/terminate", payload: '{"deleteTopicList":["A","b.*"]}' });
    await app.inject({ method: "POST", url: "/ksql/terminate", payload: "{}" });
    expect(service.asked).toEqual([["A", "b.*"], []]);
  });
});

describe("bad requests", () => {
  test.each([
    ["no JSON", '{"ksql":', "not valid JSON"],
    ["no text", '{"sql":"X;"}', "does not fit"],
    ["a text of the wrong type", '{"ksql":5}', "does not fit"],
    ["no object", "[]", "does not fit"],
  ])("%s answers 400 in ksqlDB's form", async (_name, payload, message) => {
    const { app } = server();
    const response = await app.inject({ method: "POST", url: "/ksql", payload });
    expect(response.statusCode).toBe(400);
    const entity = errorOf(response.payload);
    expect(entity).toMatchObject({ "@type": "generic_error", error_code: 40000 });
    expect(entity.message).toContain(message);
  });

  test("a body over the limit answers 413", async () => {
    const { app } = server();
    const payload = JSON.stringify({ ksql: "x".repeat(2000) });
    const response = await app.inject({ method: "POST", url: "/ksql", payload });
    expect(response.statusCode).toBe(413);
    expect(errorOf(response.payload)).toMatchObject({ error_code: 41300, code: "SERVER_BODY_TOO_LARGE" });
  });

  test("an unknown route answers 404 with the near path, a wrong method says so", async () => {
    const { app } = server();
    const near = await app.inject("/inof");
    expect(near.statusCode).toBe(404);
    expect(errorOf(near.payload).hint).toBe("did you mean '/info'?");
    const method = await app.inject("/ksql?x=1");
    expect(errorOf(method.payload).message).toBe("'/ksql' takes another method than GET");
  });
});

describe("information", () => {
  test("the root leads to /info", async () => {
    const { app } = server();
    const root = await app.inject("/");
    expect([root.statusCode, root.headers.location]).toEqual([307, "/info"]);
    expect((await app.inject("/info")).json()).toMatchObject({ KsqlServerInfo: { serverStatus: "RUNNING" } });
  });

  test("health has the status for it", async () => {
    const { service, app } = server();
    expect((await app.inject("/healthcheck")).statusCode).toBe(200);
    service.healthy = false;
    expect((await app.inject("/healthcheck")).statusCode).toBe(503);
  });

  test("the rest answers", async () => {
    const { app } = server();
    expect((await app.inject("/clusterStatus")).json()).toEqual({ clusterStatus: {} });
    expect((await app.inject("/v1/metadata/id")).json()).toHaveProperty("scope");
    expect((await app.inject("/is_valid_property/auto.offset.reset")).payload).toBe("true");
    const metrics = await app.inject("/metrics");
    expect(metrics.headers["content-type"]).toContain("version=0.0.4");
    expect(metrics.payload).toContain("spoor_up 1");
    expect((await app.inject("/spoor/v1/completions")).json()).toMatchObject({ functions: ["ABS"] });
    expect((await app.inject("/spoor/v1/doctor")).json()).toMatchObject({ healthy: true });
    expect((await app.inject("/spoor/v1/queries/CSAS_A_1")).json()).toMatchObject({ state: "RUNNING" });
    const unknown = await app.inject("/spoor/v1/queries/CSAS_B_1");
    expect(errorOf(unknown.payload).hint).toBe("did you mean 'CSAS_A_1'?");
  });
});

describe("access", () => {
  test("a page of another origin is refused, one of this server is not", async () => {
    const { app } = server();
    const foreign = await app.inject({ url: "/info", headers: { origin: "https://evil.example" } });
    expect(foreign.statusCode).toBe(403);
    const own = await app.inject({
      url: "/info",
      headers: { origin: "http://localhost:80", host: "localhost" },
    });
    expect(own.statusCode).toBe(200);
  });

  test("on loopback a foreign host name is refused", async () => {
    const { app } = server();
    const response = await app.inject({ url: "/info", headers: { host: "evil.example:8088" } });
    expect(response.statusCode).toBe(403);
    expect((await app.inject({ url: "/info", headers: { host: "[::1]:8088" } })).statusCode).toBe(200);
  });

  test("beyond loopback there must be a credential, and it is asked for", async () => {
    expect(() => server({ host: "0.0.0.0" })).toThrow("no credential protects '0.0.0.0'");
    const { app } = server({ host: "0.0.0.0", users: singleUser("u", "p:q") });
    const without = await app.inject("/info");
    expect([without.statusCode, without.headers["www-authenticate"]]).toEqual([401, 'Basic realm="spoor"']);
    const authorization = `Basic ${Buffer.from("u:p:q").toString("base64")}`;
    expect((await app.inject({ url: "/info", headers: { authorization } })).statusCode).toBe(200);
    const wrong = `Basic ${Buffer.from("u:p").toString("base64")}`;
    expect((await app.inject({ url: "/info", headers: { authorization: wrong } })).statusCode).toBe(401);
  });
});
