import { connect } from "node:http2";
import { connect as connectTcp } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { FastifyInstance } from "fastify";
import { FakeQuery, FakeService, rowOf } from "./fake-service.ts";
import { buildHttpServer } from "./http-server.ts";

let app: FastifyInstance | undefined;

afterEach(async () => {
  await app?.close();
});

async function start(service: FakeService): Promise<number> {
  app = buildHttpServer(service, { host: "127.0.0.1", requestTimeoutMs: 300 });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** One POST over HTTP/2; answers status and body. */
async function post(port: number, path: string, body: string): Promise<{ status: unknown; text: string }> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({ ":method": "POST", ":path": path });
    stream.end(body);
    let status: unknown;
    stream.once("response", (headers) => {
      status = headers[":status"];
    });
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    return { status, text };
  } finally {
    session.close();
  }
}

describe("one port, two protocols", () => {
  test("HTTP/2 without TLS reads rows, HTTP/1.1 works beside it", async () => {
    const service = new FakeService();
    service.query = () => new FakeQuery([[rowOf('["a",1]')], [rowOf('["b",2]')]]);
    const port = await start(service);
    const { status, text } = await post(port, "/query-stream", '{"sql":"SELECT * FROM S EMIT CHANGES;"}');
    expect(status).toBe(200);
    expect(text.trim().split("\n").slice(1)).toEqual(['["a",1]', '["b",2]']);
    const info = await fetch(`http://127.0.0.1:${port}/info`);
    expect(await info.json()).toHaveProperty("KsqlServerInfo");
  });

  test("HTTP/2 readers of a push query get each row in a frame of its own", async () => {
    const service = new FakeService();
    const rows = Array.from({ length: 50 }, (_, i) => rowOf(`["k",${i}]`));
    service.query = () => new FakeQuery([rows]);
    const session = connect(`http://127.0.0.1:${await start(service)}`);
    const stream = session.request({ ":method": "POST", ":path": "/query-stream" });
    stream.end('{"sql":"SELECT * FROM S EMIT CHANGES;"}');
    const chunks: string[] = [];
    for await (const chunk of stream) chunks.push(String(chunk));
    session.close();
    expect(chunks.slice(1)).toEqual(rows.map(({ text }) => `${text}\n`));
  });

  test("an HTTP/2 reader that leaves ends its query", async () => {
    const service = new FakeService();
    const waiting = new FakeQuery([[rowOf('["a",1]')]], "wait");
    service.query = () => waiting;
    const session = connect(`http://127.0.0.1:${await start(service)}`);
    const stream = session.request({ ":method": "POST", ":path": "/query-stream" });
    stream.end('{"sql":"SELECT * FROM S EMIT CHANGES;"}');
    const { promise, resolve } = Promise.withResolvers<unknown>();
    stream.once("data", resolve);
    await promise;
    stream.close();
    await expect.poll(() => waiting.end).toBe("terminated");
    session.close();
  });

  test("rows of /inserts-stream are acknowledged while the request is open", async () => {
    const service = new FakeService();
    const session = connect(`http://127.0.0.1:${await start(service)}`);
    const stream = session.request({ ":method": "POST", ":path": "/inserts-stream" });
    stream.write('{"target":"S"}\n{"A":1}\n');
    const { promise, resolve } = Promise.withResolvers<unknown>();
    stream.once("data", resolve);
    expect(String(await promise)).toBe('{"status":"ok","seq":0}\n');
    stream.end();
    session.close();
  });

  test("a connection that says nothing is ended", async () => {
    const port = await start(new FakeService());
    const socket = connectTcp(port, "127.0.0.1");
    const { promise, resolve } = Promise.withResolvers<string>();
    socket.once("close", () => resolve("closed"));
    expect(await promise).toBe("closed");
  });

  test("a body that does not come in time is ended", async () => {
    const port = await start(new FakeService());
    const socket = connectTcp(port, "127.0.0.1");
    socket.write("POST /ksql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{");
    const { promise, resolve } = Promise.withResolvers<string>();
    socket.once("close", () => resolve("closed"));
    socket.resume();
    expect(await promise).toBe("closed");
  });
});
