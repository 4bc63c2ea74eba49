import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Endpoint } from "../../broker/connection-session.ts";
import { decodeAnswer, encodeRequest, only } from "../../broker/fake-client.ts";
import { RawClient, closeAll, metadata, produce, withSize } from "../../broker/listener/fake-wire-client.ts";
import { sampleCertificate, sampleKey } from "../../broker/listener/sample-certificate.ts";
import { metadataApi } from "../../broker/protocol/messages/metadata.ts";
import { findCoordinatorApi } from "../../broker/protocol/messages/find-coordinator.ts";
import { produceApi } from "../../broker/protocol/messages/produce.ts";
import { wireOf } from "../../log/log-fixtures.ts";
import { appFixture, run } from "../testing/app-fixture.ts";
import type { AppFixture } from "../testing/app-fixture.ts";
import { openKafkaAccess } from "./kafka-access.ts";
import { openKafkaListener } from "./kafka-listener.ts";
import type { KafkaListener, KafkaListenerOptions } from "./kafka-listener.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await closeAll();
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(
  { context }: AppFixture,
  options: Partial<KafkaListenerOptions> = {},
  properties: Readonly<Record<string, string>> = {},
): Promise<KafkaListener | undefined> {
  const listener = await openKafkaListener(context, {
    listen: { host: "127.0.0.1", port: 0 },
    access: openKafkaAccess({
      properties: new Map(Object.entries(properties)),
      dataDir: undefined,
      exposed: false,
      clock: context.clock,
    }),
    report: (_level, message) => expect.fail(message),
    ...options,
  });
  if (listener !== undefined) closing.push(() => listener.close());
  return listener;
}

async function taken(): Promise<Endpoint> {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  closing.push(() => holder.close());
  return { host: "127.0.0.1", port: (holder.address() as AddressInfo).port };
}

const kafkaCheck = ({ service }: AppFixture) => service.doctor().checks.find(({ name }) => name === "Kafka");

describe("an address that is taken", () => {
  test("that was asked for is an error", async () => {
    const app = appFixture();
    const refused = open(app, { listen: await taken() });
    await expect(refused).rejects.toMatchObject({ code: "BROKER_ADDRESS_IN_USE" });
  });

  test("that nobody asked for leaves the server without a listener, and the doctor says so", async () => {
    const app = appFixture();
    const listen = await taken();
    expect(kafkaCheck(app)).toMatchObject({ status: "ok", message: "no listener" });
    expect(await open(app, { listen, optional: true })).toBeUndefined();
    expect(kafkaCheck(app)).toMatchObject({
      status: "warning",
      message: `no listener: 127.0.0.1:${listen.port} was in use`,
    });
    expect(await app.service.metrics()).toContain("spoor_kafka_listening 0");
  });
});

describe("what clients send", () => {
  test("is in the topics that queries read, and in the figures", async () => {
    const app = appFixture();
    app.log.createTopic("t", { partitions: 1 });
    await run(app, "CREATE STREAM s (a VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');");
    await run(app, "CREATE STREAM copy AS SELECT a FROM s EMIT CHANGES;");
    const { broker, close } = (await open(app))!;
    const client = new RawClient(broker);
    client.send(produce('{"a":"x"}'), produce("y"));
    const answers = [await client.frame(), await client.frame()].map(
      (frame) =>
        only(only(decodeAnswer(produceApi, 9, frame).response.responses).partitionResponses).errorCode,
    );
    expect(answers).toEqual([0, 0]);
    await expect.poll(() => app.log.partition("COPY", 0).endOffset).toBe(1);
    client.socket.write(withSize(Buffer.from("00030001000000", "hex")));
    await client.closed;
    const figures = await app.service.metrics();
    for (const line of [
      "spoor_kafka_listening 1",
      "# TYPE spoor_kafka_requests_total counter",
      'spoor_kafka_requests_total{api="Produce"} 2',
      "spoor_kafka_accepted_connections_total 1",
      "spoor_kafka_appended_batches_total 2",
      'spoor_kafka_ended_connections_total{reason="malformed"} 1',
      "# TYPE spoor_kafka_group_members gauge",
      "spoor_kafka_group_members 0",
      "spoor_kafka_fetch_sessions 0",
    ]) {
      expect(figures).toContain(`${line}\n`);
    }
    expect(kafkaCheck(app)).toMatchObject({
      status: "ok",
      message: `listens on 127.0.0.1:${broker.address.port} (PLAINTEXT), 0 connections`,
    });
    await close();
    expect(await app.service.metrics()).toContain("spoor_kafka_listening 0");
  });

  test("refused batches are counted by the protocol's name of the error", async () => {
    const app = appFixture();
    const { broker } = (await open(app))!;
    const client = new RawClient(broker);
    app.log.createTopic("t", { partitions: 1 });
    const broken = wireOf([[null, "v"]]);
    broken[broken.length - 1]! ^= 1;
    const topicData = [{ name: "t", partitionData: [{ index: 0, records: broken }] }];
    client.send(encodeRequest(produceApi, 9, { acks: -1, timeoutMs: 0, topicData }));
    await client.frame();
    expect(await app.service.metrics()).toContain(
      'spoor_kafka_refused_batches_total{error="CORRUPT_MESSAGE"} 1',
    );
  });
});

test.each([
  ["hunt.example:19092", "hunt.example", 19_092],
  ["[2001:db8::7]:9093", "2001:db8::7", 9093],
])("clients are told to come to %s, by Metadata and FindCoordinator", async (text, host, port) => {
  const app = appFixture();
  const { broker } = (await open(app, {}, { "spoor.kafka.advertised.listeners": text }))!;
  const client = new RawClient(broker);
  client.send(metadata(1), encodeRequest(findCoordinatorApi, 4, { keyType: 0, coordinatorKeys: ["g"] }));
  const { brokers } = decodeAnswer(metadataApi, 1, await client.frame()).response;
  expect(only(brokers)).toMatchObject({ host, port });
  const { coordinators } = decodeAnswer(findCoordinatorApi, 4, await client.frame()).response;
  expect(only(coordinators)).toMatchObject({ host, port, errorCode: 0 });
});

test("TLS is said to the doctor, with the certificate's end in the figures", async () => {
  const app = appFixture();
  const folder = mkdtempSync(join(tmpdir(), "spoor-kafka-tls-"));
  closing.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "c.pem"), sampleCertificate);
  writeFileSync(join(folder, "k.pem"), sampleKey);
  const warnings: string[] = [];
  await open(
    app,
    { report: (_level, message) => warnings.push(message) },
    {
      "spoor.kafka.tls.certificate": join(folder, "c.pem"),
      "spoor.kafka.tls.key": join(folder, "k.pem"),
    },
  );
  expect(kafkaCheck(app)?.message).toContain(" (SSL), ");
  expect(await app.service.metrics()).toMatch(
    /spoor_kafka_certificate_expiry_timestamp_seconds\{protocol="SSL"\} 49\d{8}\n/,
  );
  // The fixture's clock stands before the certificate's first day.
  expect(warnings).toEqual([expect.stringContaining("clients will refuse it until then")]);
});
