import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { SinkRecord } from "../delivery/sink-record.ts";
import { openSink, planSink } from "../fake-receivers.ts";
import { FakeSearchServer } from "./fake-search-server.ts";

let server: FakeSearchServer;
beforeEach(async () => {
  server = await FakeSearchServer.open();
});
afterEach(async () => {
  await server.close();
});

function records(...values: string[]): SinkRecord[] {
  const builder = new RecordBatchBuilder(4096, values.length);
  for (const value of values) builder.appendRecord(null, Buffer.from(value), 1_600_000_000_123, 0);
  const { block } = builder.finish(0);
  return values.map((_, i) => new SinkRecord("Alerts", 0, block, i));
}

async function send(properties: Record<string, string>, ...values: string[]) {
  const { receiver } = await openSink("elasticsearch", { "connection.url": server.url, ...properties });
  const outcomes = await receiver.deliver(records(...values), undefined);
  await receiver.close();
  return outcomes;
}

const kinds = (outcomes: readonly { readonly kind: string }[]): string[] => outcomes.map(({ kind }) => kind);

describe("documents", () => {
  test("have the record's place as their id: twice sent is once there", async () => {
    expect(kinds(await send({}, '{"A":1}', '{"A":\n2}'))).toEqual(["delivered", "delivered"]);
    await send({}, '{"A":1}', '{"A":\n2}');
    expect([...server.documents]).toEqual([
      ["alerts/Alerts+0+0", { A: 1 }],
      ["alerts/Alerts+0+1", { A: 2 }],
    ]);
  });

  test("of a data stream have a time and are created; one that is there is delivered", async () => {
    const properties = { "data.stream": "true", index: "logs-spoor-default" };
    const values = ['{"EVENT_TIME":1767600000000}', '{"@timestamp":"2020-01-01"}', "{}"];
    await send(properties, ...values);
    expect(kinds(await send(properties, ...values))).toEqual(["delivered", "delivered", "delivered"]);
    expect([...server.documents.values()]).toEqual([
      { "@timestamp": "2026-01-05T08:00:00.000Z", EVENT_TIME: 1_767_600_000_000 },
      { "@timestamp": "2020-01-01" },
      { "@timestamp": "2020-09-13T12:26:40.123Z" },
    ]);
  });

  test("go with a key, or a user and password, below a path", async () => {
    await send({ "api.key": "abc", "connection.url": `${server.url}/es/` }, "{}");
    await send({ "connection.username": "u", "connection.password": "p" }, "{}");
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["ApiKey abc", "Basic dTpw"]);
    expect(server.requests[0]!.path).toMatch(/^\/es\/_bulk/);
  });
});

describe("what is refused", () => {
  test("is refused alone, what is too much now is sent again", async () => {
    const outcomes = await send(
      {},
      "{}",
      '{"reject":400,"times":9}',
      '{"reject":429,"times":9}',
      '{"reject":503,"times":9}',
      "no",
    );
    expect(kinds(outcomes)).toEqual(["delivered", "refused", "retry", "retry", "refused"]);
    expect(outcomes[1]).toMatchObject({
      reason: "the index answered 400: es_rejected_execution_exception: full",
    });
  });

  test("a body that is too large is halved, one document that is too large is refused", async () => {
    server.bytesMax = 150;
    const outcomes = await send({}, "{}", "{}", "{}", `{"A":"${"x".repeat(200)}"}`, "{}");
    expect(kinds(outcomes)).toEqual(["delivered", "delivered", "delivered", "refused", "delivered"]);
    expect(server.documents.size).toBe(4);
  });

  test.each([
    [
      { status: 429, headers: { "retry-after": "3" } },
      { kind: "retry", afterMs: 3000 },
    ],
    [{ status: 503 }, { kind: "retry" }],
    [{ status: 401 }, { kind: "retry" }],
    [{ status: 403 }, { kind: "retry" }],
    [{ status: 400 }, { kind: "refused" }],
    [{ status: 200, body: "<html>" }, { kind: "retry" }],
    [{ status: 200, body: '{"items":[]}' }, { kind: "retry" }],
  ])("as a whole: %j", async (refusal, expected) => {
    server.refusals.push(refusal);
    expect(await send({}, "{}", "{}")).toMatchObject([expected, expected]);
  });

  test("of several addresses the next one is asked", async () => {
    const { receiver } = await openSink("elasticsearch", {
      "connection.url": `http://127.0.0.1:1,${server.url}`,
    });
    expect(kinds(await receiver.deliver(records("{}"), undefined))).toEqual(["retry"]);
    expect(kinds(await receiver.deliver(records("{}"), undefined))).toEqual(["delivered"]);
    await receiver.close();
  });
});

test.each([
  [{}, "'connection.url'="],
  [{ "connection.url": "search:9200" }, "https://host/path"],
  [{ "connection.url": "http://a", index: "Alerts" }, "lower case"],
  [{ "connection.url": "http://a", "data.stream": "true" }, "logs-spoor-default"],
  [
    { "connection.url": "http://a", "data.stream": "true", index: "a", "write.method": "index" },
    "write.method",
  ],
  [
    { "connection.url": "http://a", "api.key": "k", "connection.username": "u", "connection.password": "p" },
    "one of them",
  ],
])("properties that cannot be: %j", (properties, hint) => {
  expect(() => planSink("elasticsearch", properties)).toThrow(
    expect.objectContaining({ code: "CONNECT_BAD_PROPERTY", hint: expect.stringContaining(hint) as unknown }),
  );
});
