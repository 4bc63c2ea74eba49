import { afterEach, describe, expect, test } from "vitest";
import { SeededRandom } from "../../base/random.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { wireOf } from "../../log/log-fixtures.ts";
import { plainBrokerLog } from "../broker-log.ts";
import { decodeAnswer, encodeRequest, only } from "../fake-client.ts";
import { apiVersionsApi } from "../protocol/messages/api-versions.ts";
import { fetchApi } from "../protocol/messages/fetch.ts";
import { metadataApi } from "../protocol/messages/metadata.ts";
import { produceApi } from "../protocol/messages/produce.ts";
import { startBroker } from "../start-broker.ts";
import {
  RawClient,
  closeAll,
  correlationOf,
  fetchAll,
  metadata,
  produce,
  startServer as start,
  until,
  withSize,
} from "./fake-wire-client.ts";

afterEach(closeAll);

describe("a connection", () => {
  test("gets its answers in the order of its requests, also behind a long poll", async () => {
    const { broker, log } = await start();
    const client = new RawClient(broker);
    client.send(metadata(1), fetchAll(2, 60_000), metadata(3), metadata(4));
    expect(correlationOf(await client.frame())).toBe(1);
    log.partition("t", 0).appendWire(wireOf([[null, "v"]]));
    expect(correlationOf(await client.frame())).toBe(2);
    expect(correlationOf(await client.frame())).toBe(3);
    expect(correlationOf(await client.frame())).toBe(4);
  });

  test("may send its bytes in any pieces", async () => {
    const { broker } = await start();
    const client = new RawClient(broker);
    client.socket.setNoDelay(true);
    const bytes = Buffer.concat([withSize(metadata(1)), withSize(metadata(2))]);
    for (const byte of bytes) {
      client.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([correlationOf(await client.frame()), correlationOf(await client.frame())]).toEqual([1, 2]);
  });

  test("carries large requests and answers", async () => {
    const { broker, log } = await start();
    log.alterConfig("t", { "max.message.bytes": "20000000" });
    const client = new RawClient(broker);
    const value = "0123456789".repeat(1_000_000);
    client.send(produce(value), fetchAll(2));
    const answer = decodeAnswer(produceApi, 9, await client.frame()).response;
    expect(only(only(answer.responses).partitionResponses).errorCode).toBe(0);
    const fetched = decodeAnswer(fetchApi, 11, await client.frame()).response;
    expect(only(only(fetched.responses).partitions).records!.includes(value)).toBe(true);
    expect(broker.metrics.bytesIn).toBeGreaterThan(10_000_000);
  });

  test("tells its own address to its client", async () => {
    const { broker } = await start();
    const client = new RawClient(broker);
    client.send(metadata(1));
    const { brokers } = decodeAnswer(metadataApi, 1, await client.frame()).response;
    expect(only(brokers)).toMatchObject(broker.address);
  });
});

describe("limits", () => {
  test.each([
    ["a frame that is too long", Buffer.from("7fffffff", "hex"), "oversized-frame"],
    ["a negative length", Buffer.from("ffffffff", "hex"), "oversized-frame"],
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n"), "oversized-frame"],
    ["TLS", Buffer.from("16030100c8010000c40303", "hex"), "oversized-frame"],
    ["garbage in a frame", withSize(Buffer.from("00030001000000", "hex")), "malformed"],
  ] as const)("%s ends one connection and no other", async (_what, bytes, reason) => {
    const { broker, bugs } = await start();
    const good = new RawClient(broker);
    const bad = new RawClient(broker);
    bad.socket.write(bytes);
    await bad.closed;
    expect(broker.metrics.ends.get(reason)).toBe(1);
    good.send(metadata(1));
    expect(correlationOf(await good.frame())).toBe(1);
    expect(bugs).toEqual([]);
  });

  test("whatever bytes come, others are served", async () => {
    const { broker, bugs } = await start({ unsentBytesMax: 1000 });
    const random = new SeededRandom(42);
    const valid = [withSize(metadata(1)), withSize(fetchAll(2)), withSize(produce("v"))];
    for (let run = 0; run < 150; run++) {
      const bytes = Buffer.from(random.pick(valid));
      for (let i = random.int(1, 6); i > 0; i--) bytes[random.int(0, bytes.length - 1)] = random.int(0, 255);
      const client = new RawClient(broker);
      client.socket.end(bytes.subarray(0, random.int(1, bytes.length)));
      await client.closed;
    }
    const good = new RawClient(broker);
    good.send(metadata(1));
    expect(correlationOf(await good.frame())).toBe(1);
    expect(bugs).toEqual([]);
    await until(() => broker.metrics.connections === 1);
  });

  test("connections above the limit are refused and counted", async () => {
    const { broker } = await start({ connectionsMax: 1 });
    const first = new RawClient(broker);
    first.send(metadata(1));
    await first.frame();
    await new RawClient(broker).closed;
    expect(broker.metrics.ends.get("too-many")).toBe(1);
    first.send(metadata(2));
    expect(correlationOf(await first.frame())).toBe(2);
  });

  test("a client that says nothing is let go after a while", async () => {
    const { broker, timers } = await start({ idleMs: 60_000 });
    const client = new RawClient(broker);
    client.send(metadata(1));
    await client.frame();
    timers.advance(60_000);
    expect(broker.metrics.connections).toBe(1);
    timers.advance(10_000);
    await client.closed;
    expect(broker.metrics.ends.get("idle")).toBe(1);
  });

  test("a client that sends half a request is let go sooner", async () => {
    const { broker, timers } = await start({ stalledMs: 10_000 });
    const client = new RawClient(broker);
    client.socket.write(withSize(metadata(1)).subarray(0, 10));
    await until(() => broker.metrics.bytesIn === 10);
    timers.advance(20_000);
    await client.closed;
    expect(broker.metrics.ends.get("stalled")).toBe(1);
  });

  test("a waiting request is not idleness", async () => {
    const { broker, log, timers } = await start({ idleMs: 10_000, stalledMs: 10_000 });
    const client = new RawClient(broker);
    client.send(fetchAll(1, 200_000));
    await until(() => broker.metrics.api("Fetch").requests === 1);
    timers.advance(100_000);
    log.partition("t", 0).appendWire(wireOf([[null, "v"]]));
    expect(correlationOf(await client.frame())).toBe(1);
  });

  test("a client that does not read stops itself, and is let go if it stays so", async () => {
    const { broker, log, timers } = await start({ unsentBytesMax: 100_000, stalledMs: 10_000 });
    log.alterConfig("t", { "max.message.bytes": "20000000" });
    log.partition("t", 0).appendWire(wireOf([[null, "x".repeat(5_000_000)]]));
    const client = new RawClient(broker);
    client.socket.pause();
    client.send(...Array.from({ length: 100 }, (_, i) => fetchAll(i)));
    await until(() => broker.metrics.api("Fetch").requests > 0);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    // What the sockets' own buffers take is answered; the rest of the hundred waits unread.
    expect(broker.metrics.api("Fetch").requests).toBeLessThan(10);
    expect(broker.metrics.unsentBytes).toBeGreaterThan(100_000);
    const other = new RawClient(broker);
    other.send(metadata(1));
    expect(correlationOf(await other.frame())).toBe(1);
    timers.advance(20_000);
    await until(() => (broker.metrics.ends.get("stalled") ?? 0) === 1);
    await until(() => broker.metrics.unsentBytes === 0);
  });

  test("requests share a budget of memory and all get through", async () => {
    const { broker, log } = await start({ heldRequestBytesMax: 100_000 });
    const clients = Array.from({ length: 5 }, () => new RawClient(broker));
    for (const client of clients) client.send(produce("x".repeat(90_000)), produce("y".repeat(90_000)));
    for (const client of clients) {
      await client.frame();
      await client.frame();
    }
    expect(log.partition("t", 0).endOffset).toBe(10);
  });
});

describe("closing", () => {
  test("answers what is under way, then ends", async () => {
    const { broker } = await start();
    const client = new RawClient(broker);
    client.send(fetchAll(1, 60_000));
    await until(() => broker.metrics.api("Fetch").requests === 1);
    const closed = broker.close();
    expect(correlationOf(await client.frame())).toBe(1);
    await client.closed;
    await closed;
    expect(broker.metrics.connections).toBe(0);
    await broker.close();
  });

  test("does not wait for ever for those who do not go", async () => {
    const { broker, log, timers } = await start();
    log.alterConfig("t", { "max.message.bytes": "20000000" });
    log.partition("t", 0).appendWire(wireOf([[null, "x".repeat(10_000_000)]]));
    const client = new RawClient(broker);
    client.socket.pause();
    client.send(fetchAll(1), fetchAll(2));
    await until(() => broker.metrics.api("Fetch").requests > 0);
    const closed = broker.close();
    timers.advance(50);
    await closed;
  });

  test("frees the port; a port that is taken is refused with its address", async () => {
    const { broker } = await start();
    const options = { listen: broker.address, clusterId: "test", onBug: () => undefined };
    const log = plainBrokerLog(openMemoryLog());
    const taken = startBroker({ ...options, log });
    await expect(taken).rejects.toMatchObject({ code: "BROKER_ADDRESS_IN_USE" });
    await broker.close();
    const again = await startBroker({ ...options, log });
    await again.close();
  });
});

test("a client that ends its own side is let go: with what it asked answered, or in the middle of a long poll", async () => {
  const { broker } = await start();
  const asking = new RawClient(broker);
  asking.send(metadata(1));
  asking.socket.end();
  expect(correlationOf(await asking.frame())).toBe(1);
  await asking.closed;
  const waiting = new RawClient(broker);
  waiting.socket.end(withSize(fetchAll(1, 200_000)));
  await waiting.closed;
  await until(() => broker.metrics.connections === 0);
});

test("a client that leaves in the middle of a long poll is forgotten", async () => {
  const { broker } = await start();
  const client = new RawClient(broker);
  client.send(fetchAll(1, 200_000));
  await until(() => broker.metrics.api("Fetch").requests === 1);
  client.socket.destroy();
  await until(() => broker.metrics.connections === 0);
});

test("ApiVersions works over the wire in every version", async () => {
  const { broker } = await start();
  const client = new RawClient(broker);
  for (const version of [0, 1, 2, 3, 4]) {
    const request = { clientSoftwareName: "test", clientSoftwareVersion: "1" };
    client.send(encodeRequest(apiVersionsApi, version, request));
    expect(decodeAnswer(apiVersionsApi, version, await client.frame()).response.errorCode).toBe(0);
  }
});
