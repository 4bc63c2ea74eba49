import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { FastifyInstance } from "fastify";
import { FakeQuery, FakeService, rowOf } from "./fake-service.ts";
import { buildHttpServer } from "./http-server.ts";
import { serverErrors } from "./errors.ts";

const open: FastifyInstance[] = [];

function server() {
  const service = new FakeService();
  const app = buildHttpServer(service, { host: "127.0.0.1", bodyLimit: 1000 });
  open.push(app);
  return { service, app };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** Sends a request over a socket and resolves with the response once its head is there. */
function send(port: number, path: string, body: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = httpRequest({ host: "127.0.0.1", port, path, method: "POST" }, resolve);
  request.once("error", reject);
  request.end(body);
  return promise;
}

const query = { method: "POST", url: "/query", payload: '{"ksql":"SELECT * FROM S EMIT CHANGES;"}' } as const;
const queryStream = { method: "POST", url: "/query-stream", payload: '{"sql":"SELECT * FROM S;"}' } as const;

describe("/query", () => {
  test("streams header, rows, tombstones and the final message as one JSON array", async () => {
    const { service, app } = server();
    service.query = () => new FakeQuery([[rowOf('["a",1]'), rowOf('["b",null]', true)], [rowOf('["c",3]')]]);
    const response = await app.inject(query);
    expect(response.json()).toEqual([
      { header: { queryId: "transient_S_1", schema: "`K` STRING KEY, `V` INTEGER" } },
      { row: { columns: ["a", 1] } },
      { row: { columns: ["b", null], tombstone: true } },
      { row: { columns: ["c", 3] } },
      { finalMessage: "Limit Reached" },
    ]);
    expect(response.payload.split("\n")).toHaveLength(6);
  });

  test.each([
    ["pull", "stream", "completed", "Query Completed"],
    ["pull", "stream", "limit", "Limit Reached"],
    ["pull", "table", "completed", undefined],
    ["pull", "table", "limit", undefined],
    ["push", "table", "limit", "Limit Reached"],
    ["push", "stream", "terminated", "Query terminated"],
  ] as const)("a %s query of a %s that ends %s says %s", async (kind, source, end, message) => {
    const { service, app } = server();
    service.query = () => Object.assign(new FakeQuery([], end), { kind, source });
    const rows = (await app.inject(query)).json<{ finalMessage?: string }[]>();
    expect(rows.slice(1)).toEqual(message === undefined ? [] : [{ finalMessage: message }]);
  });

  test("a failure while rows flow becomes the last row", async () => {
    const { service, app } = server();
    const failure = serverErrors.UNAVAILABLE({ message: "the engine stopped" });
    service.query = () => new FakeQuery([[rowOf('["a",1]')]], failure);
    const rows = (await app.inject(query)).json<{ errorMessage?: { message: string } }[]>();
    expect(rows).toHaveLength(3);
    expect(rows[2]?.errorMessage?.message).toBe("the engine stopped");
  });

  test("a failure before the first row is an ordinary error", async () => {
    const { service, app } = server();
    service.query = () => {
      throw serverErrors.BAD_REQUEST({ message: "no such thing" });
    };
    const response = await app.inject(query);
    expect([response.statusCode, response.json<{ message: string }>().message]).toEqual([
      400,
      "no such thing",
    ]);
  });

  test("PRINT answers lines of text", async () => {
    const { service, app } = server();
    service.query = () =>
      Object.assign(new FakeQuery([[rowOf("Key format: NONE"), rowOf("rowtime: 1")]]), { kind: "print" });
    const response = await app.inject(query);
    expect(response.headers["content-type"]).toContain("text/plain");
    expect(response.payload).toBe("Key format: NONE\nrowtime: 1\n");
  });
});

describe("/query-stream", () => {
  const head = '{"queryId":"transient_S_1","columnNames":["K","V"],"columnTypes":["STRING","INTEGER"]}';

  test("answers delimited rows unless asked otherwise", async () => {
    const { service, app } = server();
    service.query = () => new FakeQuery([[rowOf('["a",1]')]]);
    const delimited = await app.inject(queryStream);
    expect(delimited.headers["content-type"]).toContain("application/vnd.ksqlapi.delimited.v1");
    expect(delimited.payload).toBe(`${head}\n["a",1]\n`);
    const json = await app.inject({ ...queryStream, headers: { accept: "application/json" } });
    expect(json.json()).toEqual([JSON.parse(head), ["a", 1]]);
    const rows = await app.inject({ ...queryStream, headers: { accept: "application/vnd.ksql.v1+json" } });
    expect(rows.json<unknown[]>()[1]).toEqual({ row: { columns: ["a", 1] } });
    const protobuf = await app.inject({
      ...queryStream,
      headers: { accept: "application/vnd.ksql.v1+protobuf" },
    });
    expect(protobuf.headers["content-type"]).toContain("application/vnd.ksql.v1+protobuf");
    expect(service.asked.at(-1)).toMatchObject({ rows: "protobuf" });
  });

  test("/close-query closes what is open", async () => {
    const { service, app } = server();
    service.openIds.add("q1");
    const close = (queryId: string) =>
      app.inject({ method: "POST", url: "/close-query", payload: JSON.stringify({ queryId }) });
    expect((await close("q1")).statusCode).toBe(200);
    const again = await close("q1");
    expect([again.statusCode, again.json<{ error_code: number }>().error_code]).toEqual([400, 40000]);
  });
});

describe("readers over a socket", () => {
  test("a reader that leaves ends its query", async () => {
    const { service, app } = server();
    const waiting = new FakeQuery([[rowOf('["a",1]')]], "wait");
    service.query = () => waiting;
    const response = await send(await listen(app), "/query", query.payload);
    const chunk = await response[Symbol.asyncIterator]().next();
    expect(String(chunk.value)).toContain('"header"');
    response.destroy();
    await expect.poll(() => waiting.closed).toBe(true);
    await expect.poll(() => waiting.end).toBe("terminated");
  });

  test("a reader that does not read holds the query back", async () => {
    const { service, app } = server();
    const wide = rowOf(`["${"x".repeat(100_000)}",1]`);
    const batches = Array.from({ length: 2000 }, () => [wide]);
    const wideQuery = new FakeQuery(batches);
    service.query = () => wideQuery;
    const response = await send(await listen(app), "/query-stream", queryStream.payload);
    let before = -1;
    // The sockets' buffers fill up, then nothing more is taken.
    await expect
      .poll(
        () => {
          const still = wideQuery.taken === before && before > 0;
          before = wideQuery.taken;
          return still;
        },
        { interval: 200 },
      )
      .toBe(true);
    expect(wideQuery.taken).toBeLessThan(500);
    let bytes = 0;
    for await (const chunk of response) bytes += (chunk as Buffer).length;
    expect(wideQuery.taken).toBe(2000);
    expect(bytes).toBeGreaterThan(2000 * 100_000);
  });

  test("closing the server ends open queries and completes their answers", async () => {
    const { service, app } = server();
    const waiting = new FakeQuery([], "wait");
    service.query = () => waiting;
    const response = await send(await listen(app), "/query", query.payload);
    const closing = app.close();
    let text = "";
    for await (const chunk of response) text += String(chunk);
    expect(text).toContain("Query terminated");
    await closing;
  });
});

describe("/inserts-stream", () => {
  test("acknowledges each row in order, up to the first that cannot be written", async () => {
    const { service, app } = server();
    const rows: unknown[] = [];
    service.insertion = (row) => {
      if ("BAD" in row) throw serverErrors.BAD_REQUEST({ message: "no column 'BAD'", hint: "use 'A'" });
      rows.push(row);
    };
    const payload = '{"target":"S"}\n{"A":1}\n\n{"BAD":1}\n{"A":2}\n';
    const response = await app.inject({ method: "POST", url: "/inserts-stream", payload });
    const lines = response.payload
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(service.asked).toEqual(["S"]);
    expect(rows).toEqual([{ A: 1 }]);
    expect(service.flushes).toBe(1);
    expect(lines).toMatchObject([
      { status: "ok", seq: 0 },
      { status: "error", seq: 1, error_code: 40000, message: "no column 'BAD'", hint: "use 'A'" },
    ]);
  });

  test("answers one JSON array where that is asked for", async () => {
    const { app } = server();
    const insert = (payload: string) =>
      app.inject({
        method: "POST",
        url: "/inserts-stream",
        payload,
        headers: { accept: "application/json" },
      });
    expect((await insert('{"target":"S"}\n{"A":1}\n{"A":2}\n')).payload).toBe(
      '[{"status":"ok","seq":0},{"status":"ok","seq":1}]',
    );
    expect((await insert('{"target":"S"}\n')).payload).toBe("[]");
  });

  test("needs a first line that names the stream", async () => {
    const { app } = server();
    for (const payload of ["", '{"A":1}\n']) {
      const response = await app.inject({ method: "POST", url: "/inserts-stream", payload });
      expect(response.statusCode).toBe(400);
    }
  });
});

describe("topics", () => {
  test("records stream in past the body limit", async () => {
    const { service, app } = server();
    const payload = '{"a":1}\n'.repeat(5000);
    const response = await app.inject({
      method: "POST",
      url: "/spoor/v1/topics/winlogbeat/records?format=key:value&separator=%7C&partition=2",
      headers: { "content-type": "application/x-ndjson" },
      payload,
    });
    expect(response.json()).toEqual({ records: 1, bytes: payload.length, rejected: 0, firstErrors: [] });
    expect(service.ingested).toBe(payload);
    expect(service.asked).toEqual([
      { topic: "winlogbeat", format: "key:value", separator: "|", partition: 2 },
    ]);
  });

  test("an unknown format is refused", async () => {
    const { app } = server();
    const response = await app.inject({
      method: "POST",
      url: "/spoor/v1/topics/t/records?format=csv",
      payload: "x",
    });
    expect(response.statusCode).toBe(400);
    expect(response.json<{ detail: string }>().detail).toContain("format");
  });

  test("are made, listed and deleted", async () => {
    const { service, app } = server();
    const made = await app.inject({
      method: "POST",
      url: "/spoor/v1/topics",
      payload: '{"name":"t","partitions":3}',
    });
    expect(made.statusCode).toBe(201);
    expect(service.asked).toEqual([
      { name: "t", partitions: 3, replicas: 1, config: {}, ifNotExists: false },
    ]);
    const list = (await app.inject("/spoor/v1/topics")).json<{ topics: { name: string }[] }>();
    expect(list.topics.map((topic) => topic.name)).toEqual(["t"]);
    const deleted = await app.inject({ method: "DELETE", url: "/spoor/v1/topics/t" });
    expect(deleted.json()).toEqual({ deleted: "t" });
    expect(service.topicList).toEqual([]);
  });
});
