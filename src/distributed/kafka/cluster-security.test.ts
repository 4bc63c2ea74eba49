/** TLS and SASL against Spoor's own broker, and how failures are told. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { plainBrokerLog } from "../../broker/broker-log.ts";
import { sampleCertificate, sampleKey } from "../../broker/listener/sample-certificate.ts";
import { openAuthorizer } from "../../broker/security/acl-authorizer.ts";
import { memorySecurityStore } from "../../broker/security/security-store.ts";
import { openAuthenticator } from "../../broker/security/user-authenticator.ts";
import { startBroker } from "../../broker/start-broker.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { clusterSettings } from "./cluster-settings.ts";
import { openClusterClient } from "./kafka-cluster-client.ts";
import { fetchToken } from "./oauth-token.ts";

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

const inline = sampleCertificate.replaceAll("\n", "\\n");
const trusting = `ssl.truststore.certificates=${inline}\n`;

async function secured() {
  const log = openMemoryLog();
  const store = memorySecurityStore();
  const users = [
    { name: "ann", password: "ann's secret" },
    { name: "bob", password: "bob's secret" },
  ];
  const broker = await startBroker({
    log: plainBrokerLog(log),
    listen: { host: "127.0.0.1", port: 0 },
    clusterId: "secured",
    settings: { graceMs: 10 },
    tls: { cert: sampleCertificate, key: sampleKey },
    authenticator: openAuthenticator({ store, users }),
    authorizer: openAuthorizer({ store, superusers: ["User:ann"] }),
    onBug: (error) => {
      throw error;
    },
  });
  open.push(log, broker);
  return async (properties: string) => {
    const text = `request.timeout.ms=500\nretry.backoff.ms=5\n${properties}`;
    const client = await openClusterClient({
      settings: clusterSettings(`localhost:${broker.address.port}`, text),
    });
    open.push(client);
    return client;
  };
}

function sasl(mechanism: string, user: string, password: string): string {
  return `security.protocol=SASL_SSL\nsasl.mechanism=${mechanism}\nsasl.jaas.config=a.Module required username="${user}" password="${password}";\n`;
}

test.each(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])(
  "%s over TLS lets in whom it should",
  async (mechanism) => {
    const client = await secured();
    const ann = await client(trusting + sasl(mechanism, "ann", "ann's secret"));
    await ann.createTopic({ name: "t", partitions: 1, replicas: 1, config: {} });
    await expect(client(trusting + sasl(mechanism, "ann", "wrong"))).rejects.toMatchObject({
      code: "CLUSTER_AUTHENTICATION_FAILED",
      message: expect.stringContaining(mechanism),
      hint: expect.stringContaining("sasl.jaas.config"),
    });
    const bob = await client(trusting + sasl(mechanism, "bob", "bob's secret"));
    await expect(
      bob.createTopic({ name: "b", partitions: 1, replicas: 1, config: {} }),
    ).rejects.toMatchObject({
      code: "CLUSTER_NOT_AUTHORIZED",
      message: "not authorized for topic 'b'",
    });
    await expect(bob.committedOffsets("g", [{ topic: "t", partition: 0 }])).rejects.toMatchObject({
      code: "CLUSTER_NOT_AUTHORIZED",
    });
    await expect(bob.openTransactions("tx")).rejects.toMatchObject({
      code: "CLUSTER_NOT_AUTHORIZED",
      message: "not authorized for transactional id 'tx'",
    });
  },
);

test("a certificate that nobody vouches for, and TLS on one side only, are told as such", async () => {
  const client = await secured();
  await expect(client(sasl("PLAIN", "ann", "ann's secret"))).rejects.toMatchObject({
    code: "CLUSTER_TLS_FAILED",
    hint: expect.stringContaining("ssl.truststore.location"),
  });
  await expect(client("")).rejects.toMatchObject({ hint: expect.stringContaining("security.protocol") });
});

test("tokens come from the authorization server by client credentials", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += String(chunk)));
    request.on("end", () => {
      asked.push(`${request.headers.authorization} ${body}`);
      response.statusCode = body.includes("scope=kafka") ? 200 : 401;
      response.end(JSON.stringify({ access_token: "abc", error: "no scope" }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push({ close: () => server.close() });
  const endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token`);
  const source = { endpoint, clientId: "me", clientSecret: "s:1", scope: "kafka" };
  expect(await fetchToken(source)).toBe("abc");
  const credentials = Buffer.from("me:s%3A1").toString("base64");
  expect(asked).toEqual([`Basic ${credentials} grant_type=client_credentials&scope=kafka`]);
  await expect(fetchToken({ ...source, scope: undefined })).rejects.toMatchObject({
    code: "CLUSTER_AUTHENTICATION_FAILED",
    detail: expect.stringContaining("401"),
  });
});
