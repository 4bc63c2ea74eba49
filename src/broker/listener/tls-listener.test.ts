/** TLS: certificates of both sides, another certificate while it runs, and what speaks it badly or not at all. */
import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { SeededRandom } from "../../base/random.ts";
import { wireOf } from "../../log/log-fixtures.ts";
import type { Authorizer } from "../access-control.ts";
import type { BrokerSettings } from "../broker-settings.ts";
import type { Broker } from "../start-broker.ts";
import { principalOf } from "./certificate-principal.ts";
import {
  RawClient,
  closeAll,
  correlationOf,
  fetchAll,
  metadata,
  produce,
  startServer,
  until,
  withSize,
} from "./fake-wire-client.ts";
import type { FakeServer } from "./fake-wire-client.ts";
import {
  sampleCertificate,
  sampleClientCertificate,
  sampleClientKey,
  sampleKey,
} from "./sample-certificate.ts";

afterEach(closeAll);

const tls = { cert: sampleCertificate, key: sampleKey };
const mutual = { ...tls, clientCa: sampleClientCertificate };
const beats = { cert: sampleClientCertificate, key: sampleClientKey };

function start(settings: Partial<BrokerSettings> = {}): Promise<FakeServer> {
  return startServer(settings, { tls });
}

function connect({ address }: Broker, options: ConnectionOptions = {}): TLSSocket {
  return connectTls({ host: address.host, port: address.port, ca: sampleCertificate, ...options });
}

async function isServed(broker: Broker): Promise<boolean> {
  const client = new RawClient(broker, connect(broker));
  client.send(metadata(7));
  return correlationOf(await client.frame()) === 7;
}

describe("certificates", () => {
  test("the listener's is shown, and requests and answers are carried", async () => {
    const { broker } = await start();
    expect(await isServed(broker)).toBe(true);
  });

  test("clients without one are refused where one is asked for", async () => {
    const { broker } = await startServer({}, { tls: mutual });
    const nobody = new RawClient(broker, connect(broker));
    await nobody.closed;
    const stranger = new RawClient(broker, connect(broker, { cert: sampleCertificate, key: sampleKey }));
    await stranger.closed;
    expect(broker.metrics.connectionErrors).toBe(2);
    expect(broker.metrics.connectionsAccepted).toBe(0);
  });

  test("a client's says who it is, without a log-in", async () => {
    const asked = new Set<string>();
    const authorizer = {
      allows: (principal: string) => asked.add(principal) !== undefined,
      allowsAny: () => true,
    } as Partial<Authorizer> as Authorizer;
    const { broker } = await startServer({}, { tls: mutual, authorizer });
    const client = new RawClient(broker, connect(broker, beats));
    client.send(produce("v"));
    await client.frame();
    expect([...asked]).toEqual(["User:CN=beats,OU=SOC,O=Example\\, Inc."]);
  });

  test("names read as RFC 2253 writes them", () => {
    expect(principalOf({ subject: "C=NO\nOU=a + CN=b\nCN=x\\+y" })).toBe("User:CN=x\\+y,OU=a+CN=b,C=NO");
  });

  test("can be replaced while it runs: new connections see the new one, old ones go on", async () => {
    const { broker } = await start();
    const old = new RawClient(broker, connect(broker));
    old.send(metadata(1));
    await old.frame();
    broker.replaceTls({ cert: sampleClientCertificate, key: sampleClientKey });
    const socket = connect(broker, { ca: sampleClientCertificate, checkServerIdentity: () => undefined });
    await once(socket, "secureConnect");
    expect(socket.getPeerX509Certificate()?.subject).toContain("CN=beats");
    socket.destroy();
    expect(() => broker.replaceTls({ cert: "x", key: "y" })).toThrow(
      expect.objectContaining({ code: "BROKER_INVALID_TLS" }),
    );
    old.send(metadata(2));
    expect(correlationOf(await old.frame())).toBe(2);
  });

  test.each<[string, { cert: string; key: string }]>([
    ["broken", { cert: "x", key: "y" }],
    ["another's", { cert: sampleCertificate, key: sampleClientKey }],
  ])("a key or certificate that is %s does not start", async (_what, pair) => {
    await expect(startServer({}, { tls: pair })).rejects.toMatchObject({ code: "BROKER_INVALID_TLS" });
  });
});

describe("what comes in", () => {
  test("without TLS is ended; a handshake that hangs, too, after a while or at closing", async () => {
    const { broker } = await start({ stalledMs: 30 });
    const plain = new RawClient(broker);
    plain.send(metadata(1));
    await plain.closed;
    expect(broker.metrics.connectionErrors).toBe(1);
    await new RawClient(broker).closed;
    expect(broker.metrics.connectionErrors).toBe(2);
    const { broker: closing } = await start();
    await once(new RawClient(closing).socket, "connect");
  });

  test("as garbage in place of a handshake ends one connection and no other", async () => {
    const { broker, bugs } = await start();
    const random = new SeededRandom(7);
    for (let run = 0; run < 40; run++) {
      const bytes = Buffer.from(Array.from({ length: random.int(1, 300) }, () => random.int(0, 255)));
      // Half of them begin as a handshake does.
      if (run % 2 === 0) Buffer.from("160301", "hex").copy(bytes);
      const client = new RawClient(broker);
      client.socket.end(bytes);
      await client.closed;
    }
    expect(await isServed(broker)).toBe(true);
    expect(bugs).toEqual([]);
  });

  test("as garbage or a frame that is too long, inside TLS, is counted as without", async () => {
    const { broker, bugs } = await start();
    const send = async (bytes: Buffer): Promise<void> => {
      const client = new RawClient(broker, connect(broker));
      client.socket.write(bytes);
      await client.closed;
    };
    await send(Buffer.from("7fffffff00", "hex"));
    await send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    await send(withSize(Buffer.from("00030001000000", "hex")));
    expect(Object.fromEntries(broker.metrics.ends)).toEqual({ "oversized-frame": 2, malformed: 1 });
    const random = new SeededRandom(11);
    for (let run = 0; run < 30; run++) {
      const bytes = withSize(random.int(0, 1) === 0 ? metadata(1) : fetchAll(2));
      for (let i = random.int(1, 5); i > 0; i--) bytes[random.int(0, bytes.length - 1)] = random.int(0, 255);
      const client = new RawClient(broker, connect(broker));
      client.socket.end(bytes);
      await client.closed;
    }
    expect(await isServed(broker)).toBe(true);
    expect(bugs).toEqual([]);
  });

  test("slowly is let go in the middle of a request", async () => {
    const { broker, timers } = await start({ stalledMs: 10_000 });
    const client = new RawClient(broker, connect(broker));
    client.socket.write(withSize(metadata(1)).subarray(0, 10));
    await until(() => broker.metrics.bytesIn === 10);
    timers.advance(20_000);
    await client.closed;
    expect(broker.metrics.ends.get("stalled")).toBe(1);
  });
});

test("a client that does not read stops itself over TLS as well, and others are served", async () => {
  const { broker, log, timers } = await start({ unsentBytesMax: 100_000, stalledMs: 10_000 });
  log.alterConfig("t", { "max.message.bytes": "20000000" });
  log.partition("t", 0).appendWire(wireOf([[null, "x".repeat(5_000_000)]]));
  const socket = connect(broker);
  await once(socket, "secureConnect");
  const client = new RawClient(broker, socket);
  socket.pause();
  client.send(...Array.from({ length: 100 }, (_, i) => fetchAll(i)));
  await until(() => broker.metrics.api("Fetch").requests > 0);
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(broker.metrics.api("Fetch").requests).toBeLessThan(10);
  expect(await isServed(broker)).toBe(true);
  timers.advance(20_000);
  await until(() => (broker.metrics.ends.get("stalled") ?? 0) === 1);
  await until(() => broker.metrics.unsentBytes === 0);
});
