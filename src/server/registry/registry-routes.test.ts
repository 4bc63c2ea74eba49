/** The registry's REST API as clients meet it: paths, bodies, codes. */
import { describe, expect, test } from "vitest";
import { appFixture } from "../../app/testing/app-fixture.ts";
import { buildHttpServer } from "../http-server.ts";

const TYPE = "application/vnd.schemaregistry.v1+json";

type Method = "GET" | "PUT" | "POST" | "DELETE";

function server() {
  const fixture = appFixture();
  const app = buildHttpServer(fixture.service, { host: "127.0.0.1" });
  const call = async (method: Method, url: string, body?: unknown) => {
    const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
    const response = await app.inject({
      method,
      url,
      headers: { "content-type": TYPE, accept: TYPE },
      ...payload,
    });
    expect(response.headers["content-type"]).toBe(TYPE);
    return [response.statusCode, response.json() as unknown];
  };
  return { ...fixture, app, call };
}

const field = (name: string, type: unknown = "int") => ({ name, type });

function record(...fields: unknown[]) {
  return { schema: JSON.stringify({ type: "record", name: "R", fields }) };
}

const RECORD = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}';

function failure(code: number, message: unknown = expect.any(String)) {
  const status = code < 1000 ? code : Math.floor(code / 100);
  return [status, { error_code: code, message }];
}

describe("schemas and subjects", () => {
  test("are registered, found and listed", async () => {
    const { call } = server();
    expect(await call("GET", "/subjects")).toEqual([200, []]);
    expect(await call("GET", "/schemas/types")).toEqual([200, ["JSON", "PROTOBUF", "AVRO"]]);
    expect(await call("POST", "/subjects/s-value/versions", record(field("a")))).toEqual([
      200,
      { id: 1, version: 1, schema: RECORD },
    ]);
    const nullable = { ...field("b", ["null", "int"]), default: null };
    await call("POST", "/subjects/s-value/versions", record(field("a"), nullable));
    await call("POST", "/subjects/t-value/versions", record(field("a")));
    const version = { subject: "s-value", version: 1, id: 1, schema: RECORD };
    expect(await call("GET", "/subjects")).toEqual([200, ["s-value", "t-value"]]);
    expect(await call("GET", "/subjects?subjectPrefix=t")).toEqual([200, ["t-value"]]);
    expect(await call("GET", "/subjects?offset=1&limit=5")).toEqual([200, ["t-value"]]);
    expect(await call("GET", "/subjects/s-value/versions")).toEqual([200, [1, 2]]);
    expect(await call("GET", "/subjects/s-value/versions/1")).toEqual([200, version]);
    for (const latest of ["latest", "-1"]) {
      expect(await call("GET", `/subjects/s-value/versions/${latest}`)).toMatchObject([
        200,
        { version: 2, id: 2 },
      ]);
    }
    expect(await call("GET", "/schemas/ids/1")).toEqual([200, { schema: RECORD }]);
    expect(await call("GET", "/schemas/ids/1?fetchMaxId=true&subject=t-value")).toEqual([
      200,
      { schema: RECORD, maxId: 2 },
    ]);
    expect(await call("GET", "/schemas/ids/1/subjects")).toEqual([200, ["s-value", "t-value"]]);
    expect(await call("GET", "/schemas/ids/1/versions")).toEqual([
      200,
      [
        { subject: "s-value", version: 1 },
        { subject: "t-value", version: 1 },
      ],
    ]);
    expect(await call("POST", "/subjects/s-value", record(field("a")))).toEqual([200, version]);
    const [, all] = await call("GET", "/schemas?latestOnly=true&subjectPrefix=s");
    expect(all).toMatchObject([{ subject: "s-value", version: 2 }]);
    expect(await call("GET", "/contexts")).toEqual([200, ["."]]);
  });

  test("are given out as plain text", async () => {
    const { app, call } = server();
    await call("POST", "/subjects/s/versions", record(field("a")));
    for (const url of ["/schemas/ids/1/schema", "/subjects/s/versions/latest/schema"]) {
      const { statusCode, body, headers } = await app.inject({ url });
      expect([statusCode, body, headers["content-type"]]).toEqual([200, RECORD, "application/json"]);
    }
  });

  test("have other types, references and what was sent with them", async () => {
    const { call } = server();
    const point = { schemaType: "PROTOBUF", schema: 'syntax = "proto3"; message Point { int32 x = 1; }' };
    await call("POST", "/subjects/point/versions", point);
    const line = {
      schemaType: "PROTOBUF",
      schema: 'syntax = "proto3"; import "point.proto"; message Line { Point a = 1; }',
      references: [{ name: "point.proto", subject: "point", version: -1 }],
      metadata: { properties: { owner: "me" } },
    };
    const stored = { ...line, references: [{ name: "point.proto", subject: "point", version: 1 }] };
    expect(await call("POST", "/subjects/line/versions", line)).toEqual([
      200,
      { id: 2, version: 1, ...stored },
    ]);
    expect(await call("GET", "/schemas/ids/2")).toEqual([200, stored]);
    expect(await call("GET", "/subjects/point/versions/1/referencedby")).toEqual([200, [2]]);
    expect(await call("DELETE", "/subjects/point/versions/1")).toEqual(failure(42206));
    expect(await call("POST", "/subjects/line", { ...line, metadata: undefined })).toEqual(failure(40403));
  });

  test("have any name, encoded in the path", async () => {
    const { call } = server();
    for (const subject of ["a/b-value", "ä ?%", "x".repeat(500)]) {
      const path = `/subjects/${encodeURIComponent(subject)}`;
      expect((await call("POST", `${path}/versions`, record()))[0]).toBe(200);
      expect(await call("GET", `${path}/versions`)).toEqual([200, [1]]);
    }
    expect(await call("POST", `/subjects/${"x".repeat(513)}/versions`, record())).toEqual(failure(42208));
    expect(await call("POST", "/subjects/%3A.ctx%3As/versions", record())).toEqual(failure(42208));
  });

  test("are deleted softly, then for good", async () => {
    const { call } = server();
    await call("POST", "/subjects/s/versions", record(field("a")));
    expect(await call("DELETE", "/subjects/s/versions/1?permanent=true")).toEqual(failure(40407));
    expect(await call("DELETE", "/subjects/s/versions/latest")).toEqual([200, 1]);
    expect(await call("DELETE", "/subjects/s/versions/1")).toEqual(failure(40406));
    expect(await call("GET", "/subjects/s/versions/1")).toEqual(failure(40401));
    expect(await call("GET", "/subjects/s/versions/1?deleted=true")).toMatchObject([
      200,
      { id: 1, deleted: true },
    ]);
    expect(await call("GET", "/subjects?deletedOnly=true")).toEqual([200, ["s"]]);
    expect(await call("GET", "/schemas/ids/1/subjects")).toEqual([200, []]);
    expect(await call("GET", "/schemas/ids/1")).toMatchObject([200, {}]);
    expect(await call("DELETE", "/subjects/s")).toEqual(failure(40404));
    expect(await call("DELETE", "/subjects/s?permanent=true")).toEqual([200, [1]]);
    expect(await call("GET", "/schemas/ids/1")).toEqual(failure(40403));
    await call("POST", "/subjects/s/versions", record(field("a")));
    expect(await call("DELETE", "/subjects/s?permanent=true")).toEqual(failure(40405));
  });
});

describe("compatibility, settings and modes", () => {
  test("a schema that does not fit is refused with 409, and can be tried beforehand", async () => {
    const { call } = server();
    await call("POST", "/subjects/s/versions", record(field("a")));
    const other = record(field("a", "string"));
    const said = expect.stringContaining("TYPE_MISMATCH") as unknown;
    expect(await call("POST", "/subjects/s/versions", other)).toEqual(failure(409, said));
    for (const path of ["/compatibility/subjects/s/versions", "/compatibility/subjects/s/versions/latest"]) {
      expect(await call("POST", path, other)).toEqual([200, { is_compatible: false }]);
      expect(await call("POST", `${path}?verbose=true`, record(field("a", "long")))).toEqual([
        200,
        { is_compatible: true, messages: [] },
      ]);
    }
    const [, verbose] = await call("POST", "/compatibility/subjects/s/versions/1?verbose=true", other);
    expect(verbose).toMatchObject({
      is_compatible: false,
      messages: [said, "{oldSchemaVersion: 1}", expect.anything(), "{compatibility: 'BACKWARD'}"],
    });
    expect(await call("POST", "/compatibility/subjects/s/versions/9", other)).toEqual(failure(40402));
    expect(await call("POST", "/compatibility/subjects/new/versions/latest", other)).toEqual([
      200,
      { is_compatible: true },
    ]);
    expect(await call("POST", "/compatibility/subjects/s/versions", { schema: "{" })).toEqual(failure(42201));
    expect(
      await call("POST", "/compatibility/subjects/s/versions?verbose=true", { schema: "{" }),
    ).toMatchObject([200, { is_compatible: false }]);
  });

  test("levels are global or a subject's", async () => {
    const { call } = server();
    expect(await call("GET", "/config")).toEqual([200, { compatibilityLevel: "BACKWARD" }]);
    expect(await call("GET", "/config/s")).toEqual(failure(40408));
    expect(await call("GET", "/config/s?defaultToGlobal=true")).toEqual([
      200,
      { compatibilityLevel: "BACKWARD" },
    ]);
    expect(await call("PUT", "/config", { compatibility: "NONE" })).toEqual([200, { compatibility: "NONE" }]);
    expect(await call("PUT", "/config/s", { compatibility: "FULL_TRANSITIVE" })).toMatchObject([200, {}]);
    expect(await call("PUT", "/config/s", { normalize: true })).toEqual([200, { normalize: true }]);
    expect(await call("GET", "/config/s")).toEqual([
      200,
      { compatibilityLevel: "FULL_TRANSITIVE", normalize: true },
    ]);
    expect(await call("DELETE", "/config/s")).toEqual([
      200,
      { compatibilityLevel: "FULL_TRANSITIVE", normalize: true },
    ]);
    expect(await call("DELETE", "/config/s")).toEqual(failure(40401));
    expect(await call("DELETE", "/config")).toEqual([200, { compatibilityLevel: "NONE" }]);
    expect(await call("GET", "/config")).toEqual([200, { compatibilityLevel: "BACKWARD" }]);
    expect(await call("PUT", "/config", { compatibility: "FUL" })).toEqual(failure(42203));
    expect(await call("PUT", "/config", {})).toEqual(failure(42203));
    expect(await call("PUT", "/config", { defaultRuleSet: { domainRules: [] } })).toEqual(failure(422));
  });

  test("modes are global or a subject's, and IMPORT takes ids", async () => {
    const { call } = server();
    expect(await call("GET", "/mode")).toEqual([200, { mode: "READWRITE" }]);
    expect(await call("GET", "/mode/s")).toEqual(failure(40409));
    expect(await call("PUT", "/mode/s", { mode: "IMPORT" })).toEqual([200, { mode: "IMPORT" }]);
    const imported = { ...record(field("a")), id: 500, version: 4 };
    expect(await call("POST", "/subjects/s/versions", imported)).toMatchObject([
      200,
      { id: 500, version: 4 },
    ]);
    expect(await call("POST", "/subjects/t/versions", imported)).toEqual(failure(42205));
    expect(await call("PUT", "/mode", { mode: "IMPORT" })).toEqual(failure(42205));
    expect(await call("PUT", "/mode?force=true", { mode: "IMPORT" })).toEqual([200, { mode: "IMPORT" }]);
    expect(await call("PUT", "/mode", { mode: "readonly" })).toEqual([200, { mode: "READONLY" }]);
    expect(await call("POST", "/subjects/u/versions", record())).toEqual(failure(42205));
    expect(await call("PUT", "/mode", { mode: "WRITE" })).toEqual(failure(42204));
    expect(await call("DELETE", "/mode/s")).toEqual([200, { mode: "IMPORT" }]);
    expect(await call("GET", "/mode/s?defaultToGlobal=true")).toEqual([200, { mode: "READONLY" }]);
  });
});

describe("what is asked wrongly", () => {
  test.each([
    ["GET", "/schemas/ids/9", undefined, 40403],
    ["GET", "/schemas/ids/x", undefined, 40403],
    ["GET", "/subjects/none/versions", undefined, 40401],
    ["GET", "/subjects/none/versions/1", undefined, 40401],
    ["GET", "/subjects/none/versions/0", undefined, 42202],
    ["GET", "/subjects/none/versions/latestt", undefined, 42202],
    ["POST", "/subjects/none", { schema: '"int"' }, 40401],
    ["DELETE", "/subjects/none", undefined, 40401],
    ["DELETE", "/subjects/none/versions/1", undefined, 40401],
    ["POST", "/subjects/s/versions", { schema: '{"type":"nope"}' }, 42201],
    ["POST", "/subjects/s/versions", { schema: "" }, 42201],
    ["POST", "/subjects/s/versions", { schema: '"int"', schemaType: "XML" }, 42201],
    ["POST", "/subjects/s/versions", { schema: "x".repeat(1_000_001) }, 42209],
    [
      "POST",
      "/subjects/s/versions",
      { schema: '"int"', references: [{ name: "a", subject: "b", version: 1 }] },
      42201,
    ],
    ["POST", "/subjects/s/versions", { schema: 5 }, 422],
    ["POST", "/subjects/s/versions", { schema: '"int"', extra: 1 }, 422],
    ["POST", "/subjects/s/versions", { schema: '"int"', version: 3 }, 42201],
    ["POST", "/subjects/s/versions", undefined, 422],
  ] as const)("%s %s %j: %d", async (method, url, body, code) => {
    const { call } = server();
    expect(await call(method, url, body)).toEqual(failure(code));
  });

  test("a body that is no JSON, or too large", async () => {
    const { app } = server();
    const post = (payload: string) => app.inject({ method: "POST", url: "/subjects/s/versions", payload });
    expect((await post("{")).json()).toMatchObject({ error_code: 400 });
    expect((await post(`"${"x".repeat(4_200_000)}"`)).json()).toMatchObject({ error_code: 413 });
  });

  test("a log that takes no more is 50001", async () => {
    const { call, log } = server();
    log.partition("_schemas", 0).appendBuilder = () => {
      throw new Error("disk full");
    };
    expect(await call("POST", "/subjects/s/versions", record())).toEqual(
      failure(50001, "the change could not be written; details: disk full"),
    );
    expect(await call("GET", "/subjects")).toEqual([200, []]);
  });
});

describe("beside ksqlDB's API", () => {
  test("shared paths answer by the Accept header", async () => {
    const { app, call } = server();
    expect(await call("GET", "/")).toEqual([200, {}]);
    expect(await call("GET", "/v1/metadata/version")).toEqual([200, { version: "0.1.0", commitId: "" }]);
    expect(await call("GET", "/v1/metadata/id")).toMatchObject([
      200,
      { scope: { clusters: { "kafka-cluster": "cluster-1", "schema-registry-cluster": "schema-registry" } } },
    ]);
    expect((await app.inject({ url: "/" })).headers.location).toBe("/info");
    expect((await app.inject({ url: "/v1/metadata/id" })).json()).toMatchObject({
      scope: { clusters: { "ksql-cluster": "default_" } },
    });
  });

  test("the topic is internal, and figures are among the metrics", async () => {
    const { call, service } = server();
    await call("POST", "/subjects/s/versions", record());
    expect(service.topics().find(({ name }) => name === "_schemas")).toMatchObject({
      internal: true,
      records: 1,
    });
    await expect(service.deleteTopic("_schemas")).rejects.toThrow("topic '_schemas' is one of Spoor's own");
    expect(await service.metrics()).toContain("spoor_schemas 1");
  });
});
