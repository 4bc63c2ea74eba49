/** SASL, TLS and ACLs as librdkafka (confluent-kafka) meets them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sampleCertificate, sampleKey } from "../../../src/broker/listener/sample-certificate.ts";
import { openAuthorizer } from "../../../src/broker/security/acl-authorizer.ts";
import { memorySecurityStore } from "../../../src/broker/security/security-store.ts";
import { openAuthenticator } from "../../../src/broker/security/user-authenticator.ts";
import { runCommand } from "../client-process.ts";
import { clientFile, interopBroker, report } from "./kafka-broker.ts";
import type { InteropBroker } from "./kafka-broker.ts";

let broker: InteropBroker;

beforeEach(async () => {
  const store = memorySecurityStore();
  const users = [
    { name: "ann", password: "ann's secret" },
    { name: "bob", password: "bob's secret" },
  ];
  broker = await interopBroker({
    authenticator: openAuthenticator({ store, users }),
    authorizer: openAuthorizer({ store, superusers: ["User:ann"] }),
    tls: { cert: sampleCertificate, key: sampleKey },
  });
  const { folder } = broker;
  const args = ["-m", "pip", "install", "--quiet", "--target", folder, "confluent-kafka==2.16.1"];
  await runCommand({ program: "python3", args, folder, timeoutMs: 180_000 });
}, 200_000);

afterEach(() => broker.close());

/** What became of a record that a user sent to topic `t`. */
function send(user: string, password: string, mechanism: string): Promise<unknown> {
  const { folder, bootstrap } = broker;
  const authority = join(folder, "ca.pem");
  writeFileSync(authority, sampleCertificate);
  const environment = { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" };
  const args = [clientFile("secured.py"), bootstrap, authority, mechanism, user, password];
  return report("python3", args, folder, environment);
}

test("a user proves who it is by PLAIN and SCRAM over TLS", async () => {
  for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]) {
    expect(await send("ann", "ann's secret", mechanism)).toEqual(["delivered"]);
  }
  expect(broker.log.partition("t", 0).endOffset).toBe(3);
});

test("with a wrong password, or without rights, nothing gets done", async () => {
  expect(await send("ann", "bob's secret", "SCRAM-SHA-512")).toEqual(["_AUTHENTICATION", "_MSG_TIMED_OUT"]);
  expect(broker.metrics.authenticationFailures).toBeGreaterThan(0);
  expect(broker.log.topic("t")).toBeUndefined();
  expect(await send("ann", "ann's secret", "PLAIN")).toEqual(["delivered"]);
  expect(await send("bob", "bob's secret", "PLAIN")).toEqual(["TOPIC_AUTHORIZATION_FAILED"]);
  expect(broker.log.partition("t", 0).endOffset).toBe(1);
});
