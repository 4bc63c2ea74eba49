import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { ExternalSchemaRegistry } from "./external-schema-registry.ts";
import type { RegistryHttp } from "./external-schema-registry.ts";
import { openSchemaRegistry } from "./open-schema-registry.ts";
import { registryClientSettings } from "./registry-client-settings.ts";
import { SynchronousHttp } from "./synchronous-http.ts";

const SETTINGS = { urls: ["http://registry"], authorizations: [undefined], timeoutMs: 1000 };

class FakeHttp implements RegistryHttp {
  readonly asked: string[] = [];
  readonly answers = new Map<string, readonly [status: number, body: unknown]>();
  closed = false;

  request(method: string, path: string, body?: string) {
    const request = `${method} ${path}${body === undefined ? "" : ` ${body}`}`;
    this.asked.push(request);
    const [status, answer] = this.answers.get(request) ?? [
      404,
      { error_code: 40403, message: "Schema not found" },
    ];
    return { status, body: typeof answer === "string" ? answer : JSON.stringify(answer) };
  }

  close(): void {
    this.closed = true;
  }
}

function external() {
  const http = new FakeHttp();
  const clock = new ManualClock();
  return { http, clock, registry: new ExternalSchemaRegistry(SETTINGS, clock, http) };
}

describe("an external registry", () => {
  test("is asked for an id once", () => {
    const { http, registry } = external();
    http.answers.set("GET /schemas/ids/7", [200, { schema: '"int"' }]);
    expect(registry.byId(7)).toEqual({ id: 7, type: "AVRO", schema: '"int"', references: [] });
    expect(registry.byId(7)?.schema).toBe('"int"');
    expect(http.asked).toEqual(["GET /schemas/ids/7"]);
  });

  test("is asked again for an id that it did not have, after a while", () => {
    const { http, clock, registry } = external();
    expect([registry.byId(8), registry.byId(8)]).toEqual([undefined, undefined]);
    expect(http.asked).toHaveLength(1);
    http.answers.set("GET /schemas/ids/8", [200, { schema: "x", schemaType: "JSON", references: null }]);
    clock.advance(5001);
    expect(registry.byId(8)?.type).toBe("JSON");
  });

  test("tells the latest version, which is remembered briefly", () => {
    const { http, clock, registry } = external();
    const version = { subject: "a/b", version: 2, id: 7, schema: "{}", schemaType: "JSON" };
    http.answers.set("GET /subjects/a%2Fb/versions/latest", [200, version]);
    expect(registry.latest("a/b")).toEqual({
      subject: "a/b",
      version: 2,
      id: 7,
      type: "JSON",
      schema: "{}",
      references: [],
    });
    expect(registry.latest("a/b")?.version).toBe(2);
    expect(http.asked).toHaveLength(1);
    clock.advance(1001);
    expect(registry.latest("a/b")?.version).toBe(2);
    expect(http.asked).toHaveLength(2);
    expect(registry.version("a/b", 1)).toBeUndefined();
  });

  test("registers, and says why it does not", () => {
    const { http, registry } = external();
    const schema = { type: "AVRO" as const, schema: '"int"', references: [] };
    const request = 'POST /subjects/s/versions {"schema":"\\"int\\""}';
    http.answers.set(request, [200, { id: 3 }]);
    expect([registry.register("s", schema), registry.register("s", schema)]).toEqual([3, 3]);
    expect(http.asked).toHaveLength(1);
    http.answers.set('POST /subjects/t/versions {"schema":"\\"int\\""}', [
      409,
      { error_code: 409, message: "no" },
    ]);
    expect(() => registry.register("t", schema)).toThrow(
      expect.objectContaining({ code: "SCHEMA_INCOMPATIBLE", detail: "no" }),
    );
  });

  test.each([
    [401, "Unauthorized", "SCHEMA_REGISTRY_REFUSED"],
    [404, "<html>nginx</html>", "SCHEMA_REGISTRY_REFUSED"],
    [500, { error_code: 50001, message: "store" }, "SCHEMA_REGISTRY_REFUSED"],
    [200, "no json", "SCHEMA_REGISTRY_REFUSED"],
  ])("an answer of %d %j is an error, not a missing schema", (status, body, code) => {
    const { http, registry } = external();
    http.answers.set("GET /schemas/ids/1", [status, body]);
    expect(() => registry.byId(1)).toThrow(expect.objectContaining({ code }));
  });
});

const settings = (entries: Record<string, string>) =>
  registryClientSettings(
    new Map(Object.entries(entries).map(([name, value]) => [`ksql.schema.registry.${name}`, value])),
  );

const opened = (url: string | undefined) =>
  openSchemaRegistry({
    log: openMemoryLog(),
    clock: new ManualClock(),
    properties: new Map(url === undefined ? [] : [["ksql.schema.registry.url", url]]),
    advertised: "127.0.0.1:8088",
    report: () => undefined,
  });

describe("which registry is used", () => {
  test.each([
    [undefined, true],
    ["http://localhost:8088", true],
    ["http://localhost:8081", false],
    ["http://registry:8088", false],
  ])("for address %s the own one: %s", (url, own) => {
    const registry = opened(url);
    expect(registry.embedded !== undefined).toBe(own);
    registry.close();
  });
});

describe("settings of the client", () => {
  test("take several addresses, user information and a time limit", () => {
    expect(settings({})).toBeUndefined();
    expect(settings({ url: "http://a:8081/, https://u:p%40@b/sr/", "http.read.timeout.ms": "500" })).toEqual({
      urls: ["http://a:8081", "https://b/sr"],
      authorizations: [undefined, `Basic ${Buffer.from("u:p@").toString("base64")}`],
      timeoutMs: 500,
    });
    expect(settings({ url: "http://a", "basic.auth.user.info": "u:p" })?.authorizations).toEqual([
      `Basic ${Buffer.from("u:p").toString("base64")}`,
    ]);
  });

  test("want addresses that are some", () => {
    expect(() => settings({ url: "localhost:8081" })).toThrow(
      "'localhost:8081' is no address of a schema registry",
    );
  });
});

/** A registry in a thread of its own, since this one sleeps while it asks. */
const SERVER = `
  const { createServer } = require("node:http");
  const { parentPort } = require("node:worker_threads");
  createServer((request, response) => {
    if (request.url === "/silent") return;
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      response.statusCode = request.url === "/broken" ? 500 : 200;
      response.end(JSON.stringify({ method: request.method, url: request.url, body, auth: request.headers.authorization ?? null }));
    });
  }).listen(0, "127.0.0.1", function () { parentPort.postMessage(this.address().port); });
`;

function client(urls: readonly string[], authorization?: string): SynchronousHttp {
  return new SynchronousHttp({ urls, authorizations: urls.map(() => authorization), timeoutMs: 300 });
}

describe("synchronous requests", () => {
  const server = new Worker(SERVER, { eval: true });
  const port = new Promise<number>((resolve) => {
    server.once("message", resolve);
  });
  afterAll(() => server.terminate());

  test("return with the answer", async () => {
    const http = client([`http://127.0.0.1:${await port}`], "Basic x");
    for (const method of ["GET", "POST"] as const) {
      const { status, body } = http.request(method, "/a%2Fb?c=d", method === "POST" ? "{}" : undefined);
      expect([status, JSON.parse(body)]).toEqual([
        200,
        { method, url: "/a%2Fb?c=d", body: method === "POST" ? "{}" : "", auth: "Basic x" },
      ]);
    }
    http.close();
  });

  test("go to the next address where one fails", async () => {
    const http = client(["http://127.0.0.1:1", `http://127.0.0.1:${await port}`]);
    expect(http.request("GET", "/x").status).toBe(200);
    expect(http.request("GET", "/broken").status).toBe(500);
    http.close();
  });

  test("end in time where nothing answers", async () => {
    const http = client([`http://127.0.0.1:${await port}`, "http://127.0.0.1:1"]);
    expect(() => http.request("GET", "/silent")).toThrow(
      expect.objectContaining({
        code: "SCHEMA_REGISTRY_UNREACHABLE",
        detail: expect.stringContaining("timeout") as string,
      }),
    );
    expect(http.request("GET", "/x").status).toBe(200);
    http.close();
  });
});
