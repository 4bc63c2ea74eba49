import { createHmac, timingSafeEqual } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sinkRecord } from "../delivery/fake-delivery.ts";
import { FakeHttpServer, openSink, planSink } from "../fake-receivers.ts";
import type { FakeRequest } from "../fake-receivers.ts";
import { ALERT } from "../message/sample-alerts.ts";

let server: FakeHttpServer;
beforeEach(async () => {
  server = await FakeHttpServer.open();
});
afterEach(async () => {
  await server.close();
});

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** As https://www.standardwebhooks.com tells a stranger to do it. */
function isSigned({ headers, body }: FakeRequest, secret: string): boolean {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
  const expected = Buffer.from(createHmac("sha256", key).update(signed).digest("base64"));
  return String(headers["webhook-signature"])
    .split(" ")
    .map((part) => part.split(","))
    .some(([version, digest = ""]) => version === "v1" && timingSafeEqual(Buffer.from(digest), expected));
}

async function post(properties: Record<string, string>, value: unknown = ALERT) {
  const { receiver } = await openSink("webhook", { url: `${server.url}/hook/s3cret`, ...properties });
  const [outcome] = await receiver.deliver([sinkRecord(value)], undefined);
  await receiver.close();
  return outcome;
}

describe("a post", () => {
  test("has the record digit for digit in an envelope, an id that stays, and a signature that a stranger can check", async () => {
    const value = '{"TITLE":"x", "BIG":12345678901234567890.10}';
    expect(await post({ "signing.secret": SECRET }, value)).toEqual({ kind: "delivered" });
    const [request] = server.requests;
    expect(request!.path).toBe("/hook/s3cret");
    expect(request!.body).toContain(`"data":${value}}`);
    expect(JSON.parse(request!.body)).toMatchObject({
      type: "alert",
      timestamp: "2020-09-13T12:26:40.123Z",
      id: "alerts-0-7",
      connector: "HOOK",
      topic: "alerts",
      partition: 0,
      offset: 7,
      key: "key",
    });
    expect(request!.headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": "alerts-0-7",
      "idempotency-key": "alerts-0-7",
      "webhook-timestamp": "1700000000",
      "user-agent": "spoor/9.9",
    });
    expect(isSigned(request!, SECRET)).toBe(true);
    expect(isSigned({ ...request!, body: `${request!.body} ` }, SECRET)).toBe(false);
  });

  test("has headers that were given, and in the raw format the record alone", async () => {
    await post(
      {
        format: "raw",
        authorization: "Bearer abc",
        "header.X-Team": "soc",
        "header.Content-Type": "text/plain",
      },
      "not json",
    );
    expect(server.requests[0]).toMatchObject({
      body: "not json",
      headers: { authorization: "Bearer abc", "x-team": "soc", "content-type": "text/plain" },
    });
  });

  test.each(["slack", "teams", "discord"])("in the format of %s is JSON", async (format) => {
    expect(await post({ format })).toEqual({ kind: "delivered" });
    expect(server.requests[0]!.body).toContain("WMI made a process");
    expect(() => JSON.parse(server.requests[0]!.body) as unknown).not.toThrow();
  });
});

test.each([
  ["json", 32],
  ["raw", 32],
  ["slack", 1],
])("in the format %s there are %i posts at a time", (format, inFlight) => {
  expect(planSink("webhook", { url: server.url, format }).sink.inFlight).toBe(inFlight);
});

describe("what an answer means", () => {
  test.each([
    [500, "retry"],
    [503, "retry"],
    [408, "retry"],
    [429, "retry"],
    [400, "refused"],
    [404, "refused"],
    [410, "refused"],
  ])("%i: %s, and the address's path is in no message", async (status, kind) => {
    server.answer = () => ({ status, body: "why\n\u001B[31mnot" });
    const outcome = await post({});
    expect(outcome).toMatchObject({ kind, reason: `${server.url} answered ${status}: why [31mnot` });
  });

  test("Retry-After in seconds and as a date", async () => {
    server.answer = () => ({ status: 429, headers: { "retry-after": "7" } });
    expect(await post({})).toMatchObject({ afterMs: 7000 });
    server.answer = () => ({ status: 503, headers: { "retry-after": "Tue, 14 Nov 2023 22:13:30 GMT" } });
    expect(await post({})).toMatchObject({ afterMs: 10_000 });
  });

  test("a redirect is not followed, whoever it points to", async () => {
    server.answer = () => ({ status: 307, headers: { location: `${server.url}/other` } });
    expect(await post({})).toMatchObject({ kind: "refused" });
    expect(server.requests).toHaveLength(1);
  });

  test("nobody there, and nobody who answers: tried again, without the path in the reason", async () => {
    const { receiver } = await openSink("webhook", { url: "http://127.0.0.1:1/s3cret" });
    const failed = await receiver
      .deliver([sinkRecord(ALERT)], undefined)
      .catch((error: unknown) => String(error));
    expect(failed).toContain("http://127.0.0.1:1 cannot be reached");
    expect(failed).not.toContain("s3cret");
    server.answer = () => undefined;
    await expect(post({ "request.timeout.ms": "50" })).rejects.toThrow("no answer within 50 ms");
  });

  test("a kept connection that the server has closed is not held against the record", async () => {
    const { receiver } = await openSink("webhook", { url: server.url });
    await receiver.deliver([sinkRecord(ALERT)], undefined);
    server.answer = () => {
      server.answer = () => ({ status: 200 });
      return { status: 0 };
    };
    expect(await receiver.deliver([sinkRecord(ALERT)], undefined)).toEqual([{ kind: "delivered" }]);
    expect(server.requests).toHaveLength(3);
    await receiver.close();
  });

  test("an answer without end is not kept", async () => {
    server.answer = () => ({ status: 400, body: "x".repeat(10_000_000) });
    const outcome = await post({}).catch((error: unknown) => ({ reason: String(error) }));
    expect((outcome as { reason: string }).reason.length).toBeLessThan(400);
  });

  test("a record that cannot be formatted is refused before it is sent", async () => {
    expect(await post({}, "[1,2]")).toMatchObject({
      kind: "refused",
      reason: "the record's value is no JSON object",
    });
    expect(server.requests).toEqual([]);
  });
});

test.each([
  [{}, "'url'='https://host/path'"],
  [{ url: "ftp://x" }, "https://host/path"],
  [{ url: "https://u:p@x/" }, "properties of their own"],
  [{ url: "https://x/", format: "slak" }, "did you mean 'slack'?"],
  [{ url: "https://x/", "signing.secret": "short" }, "at least 24 bytes"],
  [{ url: "https://x/", "header.webhook-id": "1" }, "header.Name"],
  [{ url: "https://x/", "header.a": "1\r\nb: 2" }, "header.Name"],
  [{ url: "https://x/", "rate.limit.minute": "1" }, "did you mean 'rate.limit.per.minute'?"],
  [{ ulr: "https://x/" }, "'ulr' is written for it"],
  [{ url: "https://x/", "filter.level.min": "hi" }, "informational, low, medium, high"],
  [{ url: "https://x/", "filter.columns": "HOST" }, "COLUMN=value"],
  [{ url: "${vault:x}" }, "${env:NAME}"],
  [{ url: "${file:relative:key}" }, "an absolute path"],
] as const)("properties that cannot be: %j", (properties, hint) => {
  expect(() => planSink("webhook", properties)).toThrow(
    expect.objectContaining({ code: "CONNECT_BAD_PROPERTY", hint: expect.stringContaining(hint) as unknown }),
  );
});
