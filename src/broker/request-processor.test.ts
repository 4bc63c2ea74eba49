import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Authenticator, SaslStep } from "./access-control.ts";
import { FakeClient, decodeAnswer, encodeRequest } from "./fake-client.ts";
import { KafkaError } from "./protocol/kafka-error.ts";
import { allApis } from "./protocol/all-apis.ts";
import { apiVersionsApi } from "./protocol/messages/api-versions.ts";
import { metadataApi } from "./protocol/messages/metadata.ts";
import { saslAuthenticateApi } from "./protocol/messages/sasl-authenticate.ts";
import { saslHandshakeApi } from "./protocol/messages/sasl-handshake.ts";
import { messageOf } from "./protocol/sample-message.ts";

const step = (token: string, lifetimeMs: number): SaslStep => {
  if (token === "more") return { kind: "challenge", bytes: Buffer.from("go on") };
  if (!token.startsWith("I am ")) return { kind: "failure", message: "wrong" };
  return {
    kind: "success",
    bytes: Buffer.from("welcome"),
    principal: `User:${token.slice(5)}`,
    lifetimeMs,
  };
};

const metadata = (fake: FakeClient) => fake.process(encodeRequest(metadataApi, 9, { topics: [] }));

describe("a request", () => {
  test("of an unknown version of ApiVersions is answered in version 0", async () => {
    const fake = new FakeClient();
    const frame = Buffer.from("0012006300000005ffff", "hex");
    const outcome = await fake.process(frame);
    const { correlationId, response } = decodeAnswer(apiVersionsApi, 0, Buffer.concat(outcome.pieces));
    expect(correlationId).toBe(5);
    expect(response.errorCode).toBe(KafkaError.UNSUPPORTED_VERSION);
    expect(response.apiKeys).toContainEqual({ apiKey: 18, minVersion: 0, maxVersion: 4 });
  });

  test.each([
    ["of another API in an unknown version", "0003006300000005ffff", "unsupported-version"],
    ["of an unknown API", "03e7000000000005ffff", "unsupported-version"],
    ["cut short in its header", "00030001", "malformed"],
    ["cut short in its body", "0003000100000005ffff00", "malformed"],
    ["of nothing", "", "malformed"],
  ])("%s ends the connection", (_what, hex, reason) => {
    const fake = new FakeClient();
    expect(fake.process(Buffer.from(hex, "hex"))).toEqual({ kind: "end", reason, pieces: [] });
  });

  test("may have tagged fields in its header that nobody knows", async () => {
    const fake = new FakeClient();
    const body = encodeRequest(metadataApi, 9, { topics: [] });
    const tagged = Buffer.concat([body.subarray(0, 14), Buffer.from("0105026162", "hex"), body.subarray(15)]);
    expect((await fake.process(tagged)).kind).toBe("answer");
  });

  test("may have bytes behind it, as librdkafka 2.16 leaves them", async () => {
    const fake = new FakeClient();
    fake.log.createTopic("t", { partitions: 1 });
    const frame = Buffer.from("0003000d00000005000772646b61666b610000000000010000", "hex");
    const outcome = await fake.process(frame);
    const { response } = decodeAnswer(metadataApi, 13, Buffer.concat(outcome.pieces));
    expect(response.topics.map(({ name }) => name)).toEqual(["t"]);
  });

  test("that meets a bug ends its connection, and the bug is told", async () => {
    const fake = new FakeClient();
    fake.log.topics = () => {
      throw new Error("a bug");
    };
    const outcome = await fake.process(encodeRequest(metadataApi, 9, { topics: null }));
    expect(outcome).toEqual({ kind: "end", reason: "bug", pieces: [] });
    expect(fake.bugs).toHaveLength(1);
    expect(fake.services.metrics.api("Metadata")).toMatchObject({ requests: 1, failures: 1 });
  });

  test("is counted", async () => {
    const fake = new FakeClient();
    const frame = encodeRequest(metadataApi, 9, { topics: [] });
    const outcome = await fake.process(frame);
    const bytesOut = Buffer.concat(outcome.pieces).length;
    const expected = { requests: 1, failures: 0, throttled: 0, bytesIn: frame.length, bytesOut, totalMs: 0 };
    expect(fake.services.metrics.api("Metadata")).toEqual(expected);
  });
});

test("valid messages with any content, changed or cut, meet no bug", async () => {
  const offered = allApis.flatMap((api) =>
    Array.from({ length: api.versions[1] - api.versions[0] + 1 }, (_, i) => ({
      api,
      version: api.versions[0] + i,
    })),
  );
  const property = fc.asyncProperty(
    fc
      .constantFrom(...offered)
      .chain((each) =>
        fc.record({ each: fc.constant(each), message: messageOf(each.api.request, each.version) }),
      ),
    fc.nat(),
    fc.nat({ max: 255 }),
    async ({ each: { api, version }, message }, at, noise) => {
      const fake = new FakeClient();
      fake.log.createTopic("t", { partitions: 1 });
      const frame = encodeRequest(api, version, message);
      const changed = Buffer.from(frame);
      changed[8 + (at % (frame.length - 8))] = noise;
      for (const bytes of [frame, changed, frame.subarray(0, at % frame.length)]) {
        const outcome = fake.process(Buffer.from(bytes));
        await Promise.resolve();
        fake.timers.advance(300_000);
        expect(["answer", "end"]).toContain((await outcome).kind);
        fake.connect();
      }
      expect(fake.bugs).toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 300 });
}, 30_000);

const authenticator = (lifetimeMs = 0): Authenticator => ({
  mechanisms: ["PLAIN"],
  begin: (mechanism) =>
    mechanism === "PLAIN" ? { step: (token) => step(token.toString(), lifetimeMs) } : undefined,
  describeCredentials: () => ({ errorCode: 0, results: [] }),
  alterCredentials: () => ({ results: [] }),
});

describe("authentication", () => {
  test("comes before everything but ApiVersions", async () => {
    const fake = new FakeClient({ authenticator: authenticator() });
    expect(metadata(fake)).toMatchObject({ reason: "unauthenticated" });
    const nameless = { clientSoftwareName: "", clientSoftwareVersion: "" };
    expect((await fake.ask(apiVersionsApi, 0, nameless)).errorCode).toBe(0);
    const refused = await fake.ask(saslHandshakeApi, 1, { mechanism: "GSSAPI" });
    expect(refused).toEqual({ errorCode: KafkaError.UNSUPPORTED_SASL_MECHANISM, mechanisms: ["PLAIN"] });
    expect((await fake.ask(saslHandshakeApi, 1, { mechanism: "PLAIN" })).errorCode).toBe(0);
    const challenge = await fake.ask(saslAuthenticateApi, 2, { authBytes: Buffer.from("more") });
    expect(challenge.authBytes.toString()).toBe("go on");
    expect(metadata(fake)).toMatchObject({ reason: "unauthenticated" });
    const success = await fake.ask(saslAuthenticateApi, 2, { authBytes: Buffer.from("I am alice") });
    expect(success.authBytes.toString()).toBe("welcome");
    expect(fake.session.principal).toBe("User:alice");
    expect(metadata(fake)).toMatchObject({ kind: "answer" });
  });

  test("that fails is told, then the connection ends", async () => {
    const fake = new FakeClient({ authenticator: authenticator() });
    await fake.ask(saslHandshakeApi, 1, { mechanism: "PLAIN" });
    const frame = encodeRequest(saslAuthenticateApi, 2, { authBytes: Buffer.from("nobody") });
    const outcome = await fake.process(frame);
    expect(outcome).toMatchObject({ kind: "end", reason: "unauthenticated" });
    const { response } = decodeAnswer(saslAuthenticateApi, 2, Buffer.concat(outcome.pieces));
    expect(response).toMatchObject({
      errorCode: KafkaError.SASL_AUTHENTICATION_FAILED,
      errorMessage: "wrong",
    });
    expect(fake.services.metrics.authenticationFailures).toBe(1);
  });

  test("without a handshake is out of place", async () => {
    const fake = new FakeClient({ authenticator: authenticator() });
    const { errorCode } = await fake.ask(saslAuthenticateApi, 1, { authBytes: Buffer.from("I am alice") });
    expect(errorCode).toBe(KafkaError.ILLEGAL_SASL_STATE);
  });

  test("after a handshake of version 0 comes in bare tokens", async () => {
    const fake = new FakeClient({ authenticator: authenticator() });
    await fake.ask(saslHandshakeApi, 0, { mechanism: "PLAIN" });
    const outcome = await fake.process(Buffer.from("I am bob"));
    expect(Buffer.concat(outcome.pieces)).toEqual(Buffer.from("\0\0\0\x07welcome"));
    expect(fake.session.principal).toBe("User:bob");
    expect(metadata(fake)).toMatchObject({ kind: "answer" });
    fake.connect();
    await fake.ask(saslHandshakeApi, 0, { mechanism: "PLAIN" });
    expect(await fake.process(Buffer.from("nobody"))).toEqual({
      kind: "end",
      reason: "unauthenticated",
      pieces: [],
    });
  });

  test("runs out, and can be repeated by the same principal only", async () => {
    const fake = new FakeClient({ authenticator: authenticator(1000) });
    const authenticate = async (name: string) => {
      await fake.ask(saslHandshakeApi, 1, { mechanism: "PLAIN" });
      return fake.ask(saslAuthenticateApi, 2, { authBytes: Buffer.from(`I am ${name}`) });
    };
    expect((await authenticate("alice")).sessionLifetimeMs).toBe(1000);
    fake.timers.advance(999);
    expect((await authenticate("alice")).errorCode).toBe(0);
    fake.timers.advance(999);
    expect(metadata(fake)).toMatchObject({ kind: "answer" });
    fake.timers.advance(1);
    expect(metadata(fake)).toMatchObject({ reason: "unauthenticated" });
    expect((await authenticate("mallory")).errorCode).toBe(KafkaError.SASL_AUTHENTICATION_FAILED);
  });
});
