import { describe, expect, test } from "vitest";
import { isAuthorized } from "./access-guard.ts";
import type { Caller } from "./access-guard.ts";
import { FakeService } from "./fake-service.ts";
import { buildHttpServer } from "./http-server.ts";
import { accessSettings } from "./server-settings.ts";
import { basicCredential, parseUsers } from "./users.ts";

function asked(path: string): Caller {
  return { host: "::1", origin: undefined, authorization: undefined, path };
}

function server(properties: Record<string, string>) {
  return buildHttpServer(new FakeService(), { host: "127.0.0.1", access: accessSettings(properties) });
}

describe("users", () => {
  const FILE =
    "# who may call\nann: secret, admin, reader\nbob:MD5:5f4dcc3b5aa765d61d8327deb882cf99\n\nbad line\n";

  test("are read as ksqlDB's login module reads them", () => {
    const anyone = parseUsers(FILE, ["*"]);
    expect(anyone.allows("ann", "secret")).toBe(true);
    expect(anyone.allows("ann", "Secret")).toBe(false);
    expect(anyone.allows("bob", "password")).toBe(true);
    expect(anyone.allows("bob", "MD5:5f4dcc3b5aa765d61d8327deb882cf99")).toBe(false);
    expect(anyone.allows("eve", "")).toBe(false);
    expect(anyone.allows("bad line", "")).toBe(false);
  });

  test("need one of the roles", () => {
    const readers = parseUsers(FILE, ["reader", "writer"]);
    expect(readers.allows("ann", "secret")).toBe(true);
    expect(readers.allows("bob", "password")).toBe(false);
  });

  test.each([
    [undefined, undefined],
    ["Bearer x", undefined],
    ["Basic YTpiOmM=", { name: "a", password: "b:c" }],
    ["basic YWI=", undefined],
  ])("the header %s gives %j", (header, credential) => {
    expect(basicCredential(header)).toEqual(credential);
  });
});

describe("settings", () => {
  test("paths may need no log-in", () => {
    const { openPaths } = accessSettings({ "authentication.skip.paths": "/healthcheck,/chc/*" });
    const rules = { host: "::1", users: parseUsers("", ["*"]), realm: "r", openPaths, cors: undefined };
    expect(
      ["/healthcheck", "/chc/live", "/info", "/x/chc/live"].map((path) => isAuthorized(asked(path), rules)),
    ).toEqual([true, true, false, false]);
  });

  test.each([
    [{ "authentication.method": "BASIC" }, "authentication.method is BASIC, and nobody may log in"],
    [{ "authentication.method": "DIGEST" }, "authentication.method can't be 'DIGEST'"],
    [
      { "authentication.method": "basic", "spoor.authentication.users": "/no/such/file" },
      "the file of users '/no/such/file' can't be read",
    ],
  ])("%j is refused", (properties, message) => {
    expect(() => accessSettings(properties)).toThrow(message);
  });
});

describe("pages of other origins", () => {
  const request = { url: "/info", headers: { origin: "https://lab.example", host: "127.0.0.1:8088" } };

  test("are refused unless a setting names them", async () => {
    expect((await server({}).inject(request)).statusCode).toBe(403);
    const other = server({ "access.control.allow.origin": "https://other.example" });
    expect((await other.inject(request)).statusCode).toBe(403);
    const named = server({ "access.control.allow.origin": "https://a.example, https://*.example" });
    const response = await named.inject(request);
    expect([response.statusCode, response.headers["access-control-allow-origin"]]).toEqual([
      200,
      "https://lab.example",
    ]);
    const likely = { ...request, headers: { ...request.headers, origin: "https://lab-example" } };
    expect((await named.inject(likely)).statusCode).toBe(403);
  });

  test("are told in a preflight what they may do", async () => {
    const app = server({
      "access.control.allow.origin": "*",
      "access.control.allow.methods": "post",
      "access.control.allow.headers": "X-A,X-B",
    });
    const preflight = await app.inject({
      ...request,
      method: "OPTIONS",
      headers: { ...request.headers, "access-control-request-method": "POST" },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers).toMatchObject({
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "X-A,X-B",
      "access-control-allow-credentials": "true",
    });
  });
});

describe("content types", () => {
  const app = buildHttpServer(new FakeService(), { host: "127.0.0.1" });
  const ask = async (url: string, accept: string) => {
    const payload = JSON.stringify({ ksql: "SELECT 1;", sql: "SELECT 1;" });
    const response = await app.inject({ method: "POST", url, payload, headers: { accept } });
    return [response.statusCode, response.headers["content-type"]?.split(";")[0]];
  };
  const KSQL = "application/vnd.ksql.v1+json";
  const DELIMITED = "application/vnd.ksqlapi.delimited.v1";

  test.each([
    ["/query", "application/json", 200, KSQL],
    ["/query", "*/*", 200, KSQL],
    ["/query", DELIMITED, 200, DELIMITED],
    ["/query-stream", "*/*", 200, DELIMITED],
    ["/query-stream", "application/json", 200, "application/json"],
    ["/query-stream", `application/json;q=0.5, ${KSQL}`, 200, KSQL],
    ["/query-stream", `${KSQL};q=0, application/*`, 200, DELIMITED],
    ["/query-stream", "text/html", 406, KSQL],
    ["/ksql", "application/json", 200, KSQL],
    ["/ksql", "text/csv", 406, KSQL],
  ])("%s asked for %s answers %i %s", async (url, accept, status, contentType) => {
    expect(await ask(url, accept)).toEqual([status, contentType]);
  });
});

describe("messages of other servers", () => {
  const app = buildHttpServer(new FakeService(), { host: "127.0.0.1" });
  const post = async (url: string, body: unknown) => {
    const response = await app.inject({ method: "POST", url, payload: JSON.stringify(body) });
    return [response.statusCode, response.json<{ ok?: boolean; error_code?: number }>()] as const;
  };

  test("are acknowledged where they are well formed", async () => {
    const host = { host: "other", port: 8088 };
    expect(await post("/heartbeat", { hostInfo: host, timestamp: 1 })).toEqual([200, { ok: true }]);
    expect((await post("/heartbeat", { hostInfo: host }))[0]).toBe(400);
    const lag = { ksqlHost: host, hostStoreLags: { stateStoreLags: {}, updateTimeMs: 1 } };
    expect(await post("/lag", lag)).toEqual([200, { ok: true }]);
    expect((await post("/lag", {}))[0]).toBe(400);
  });
});
