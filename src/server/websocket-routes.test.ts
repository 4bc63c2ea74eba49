import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { FastifyInstance } from "fastify";
import { FakeQuery, FakeService, rowOf } from "./fake-service.ts";
import { buildHttpServer } from "./http-server.ts";
import { serverErrors } from "./errors.ts";
import { accessSettings } from "./server-settings.ts";
import { singleUser } from "./users.ts";

const open: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function listening(service: FakeService, users?: ReturnType<typeof singleUser>): Promise<number> {
  const access = { ...accessSettings({}), users };
  const app = buildHttpServer(service, { host: "127.0.0.1", access });
  open.push(app);
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
}

interface Session {
  readonly messages: unknown[];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly socket: WebSocket;
}

function session(port: number, parameters: Record<string, string>): Session {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/query?${new URLSearchParams(parameters)}`);
  const messages: unknown[] = [];
  socket.addEventListener("message", (event) => messages.push(JSON.parse(String(event.data))));
  const { promise, resolve } = Promise.withResolvers<{ code: number; reason: string }>();
  socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
  return { messages, closed: promise, socket };
}

const SELECT = {
  request: JSON.stringify({ ksql: "SELECT * FROM S EMIT CHANGES;", streamsProperties: { a: 1 } }),
};

describe("/ws/query", () => {
  test("sends the schema, the rows, and why it ends", async () => {
    const service = new FakeService();
    const long = "x".repeat(70_000);
    service.query = () =>
      new FakeQuery([[rowOf('["a",1]'), rowOf('["b",null]', true)], [rowOf(JSON.stringify([long, 2]))]]);
    const { messages, closed } = session(await listening(service), SELECT);
    expect(await closed).toEqual({ code: 1000, reason: "done" });
    expect(service.asked).toEqual([
      { text: "SELECT * FROM S EMIT CHANGES;", properties: { a: "1" }, variables: {} },
    ]);
    expect(messages).toEqual([
      [
        { name: "K", schema: { type: "STRING", fields: null, memberSchema: null }, type: "KEY" },
        { name: "V", schema: { type: "INTEGER", fields: null, memberSchema: null } },
      ],
      { row: { columns: ["a", 1] } },
      { row: { columns: ["b", null], tombstone: true } },
      { row: { columns: [long, 2] } },
      { error: "done" },
    ]);
  });

  test("sends the lines of a PRINT as texts", async () => {
    const service = new FakeService();
    service.query = () => Object.assign(new FakeQuery([[rowOf("Key format: NONE")]]), { kind: "print" });
    const { messages, closed } = session(await listening(service), { request: '{"ksql":"PRINT t;"}' });
    await closed;
    expect(messages).toEqual(["Key format: NONE", { error: "done" }]);
  });

  test.each([
    [{}, "missing request parameter"],
    [{ request: "{" }, "the body is not valid JSON"],
    [{ request: '{"ksql":1}' }, "the request parameter does not fit the route"],
    [{ ...SELECT, version: "7" }, "received invalid api version: 7"],
  ])("refuses %j", async (parameters: Record<string, string>, message) => {
    const { messages, closed } = session(await listening(new FakeService()), parameters);
    expect(await closed).toEqual({ code: 1003, reason: message });
    expect(messages).toEqual([{ error: message }]);
  });

  test("says why a query failed, in a reason of at most 123 bytes", async () => {
    const service = new FakeService();
    const message = `the query failed: ${"ä".repeat(200)}`;
    service.query = () => new FakeQuery([[rowOf('["a",1]')]], serverErrors.UNAVAILABLE({ message }));
    const { messages, closed } = session(await listening(service), SELECT);
    const { code, reason } = await closed;
    expect(code).toBe(1011);
    expect(reason).toMatch(/^the query failed: ä+\.\.\.$/);
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
    expect(messages.at(-1)).toEqual({ error: message });
  });

  test("a client that leaves ends its query", async () => {
    const service = new FakeService();
    const waiting = new FakeQuery([[rowOf('["a",1]')]], "wait");
    service.query = () => waiting;
    const { messages, socket, closed } = session(await listening(service), SELECT);
    await expect.poll(() => messages.length).toBe(2);
    socket.close();
    await closed;
    await expect.poll(() => waiting.closed).toBe(true);
  });

  test("a client that does not read holds its query back", async () => {
    const service = new FakeService();
    const wide = rowOf(`["${"x".repeat(100_000)}",1]`);
    const query = new FakeQuery(Array.from({ length: 2000 }, () => [wide]));
    service.query = () => query;
    const port = await listening(service);
    const socket = connect(port, "127.0.0.1");
    socket.write(upgrade(`/ws/query?${new URLSearchParams(SELECT)}`));
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    let before = -1;
    await expect
      .poll(() => {
        const still = query.taken === before;
        before = query.taken;
        return still && before > 0;
      })
      .toBe(true);
    expect(query.taken).toBeLessThan(1000);
    socket.destroy();
    await expect.poll(() => query.closed).toBe(true);
  });

  test("asks for the user and refuses other paths and other sites' pages", async () => {
    const port = await listening(new FakeService(), singleUser("u", "p"));
    const status = async (path: string, ...headers: string[]) => {
      const socket = connect(port, "127.0.0.1");
      socket.write(upgrade(path, ...headers));
      const answer = await new Promise<string>((resolve) =>
        socket.once("data", (bytes) => resolve(String(bytes))),
      );
      socket.destroy();
      return Number(answer.split(" ")[1]);
    };
    const user = `Authorization: Basic ${Buffer.from("u:p").toString("base64")}`;
    expect(await status("/ws/query")).toBe(401);
    expect(await status("/ws/query", user)).toBe(101);
    expect(await status("/ws/other", user)).toBe(404);
    expect(await status("/ws/query", user, "Origin: https://evil.example")).toBe(403);
  });
});

function upgrade(path: string, ...headers: string[]): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
