import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { sampleCertificate, sampleKey } from "../../broker/listener/sample-certificate.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { plainBrokerLog } from "../../broker/broker-log.ts";
import { startBroker } from "../../broker/start-broker.ts";
import type { BrokerOptions } from "../../broker/start-broker.ts";
import type { ListenAddress } from "../client/server-address.ts";
import { runInMemory } from "../fake-world.ts";
import { probeKafka } from "./kafka-probe.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function broker(options: Partial<BrokerOptions> = {}): Promise<ListenAddress> {
  const listen = { host: "127.0.0.1", port: 0 };
  const log = plainBrokerLog(openMemoryLog());
  const started = await startBroker({ log, listen, clusterId: "c", onBug: () => undefined, ...options });
  closing.push(() => started.close());
  return started.address;
}

async function listening(server: Server): Promise<ListenAddress> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

describe("who answers at an address", () => {
  const tls = { cert: sampleCertificate, key: sampleKey };

  test("a broker, in the clear or over TLS, whatever it asks of clients", async () => {
    expect(await probeKafka(await broker())).toBe("Kafka");
    expect(await probeKafka(await broker({ tls }))).toBe("Kafka over TLS");
    const asking = await broker({ tls: { ...tls, clientCa: sampleCertificate } });
    expect(await probeKafka(asking)).toBe("TLS that asks for a certificate");
  });

  test.each<[string, (socket: Socket) => void]>([
    ["that speaks HTTP", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["that hangs up", (socket) => socket.destroy()],
    ["that answers another question", (socket) => socket.end(Buffer.from("0000000400000001", "hex"))],
  ])("something %s", async (_what, answer) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => answer(socket));
    });
    expect(await probeKafka(await listening(server))).toBe("something else");
  });

  test("TLS of another service", async () => {
    const server = createTlsServer(tls, (socket) => socket.end("hello, this is not Kafka"));
    server.on("tlsClientError", () => undefined);
    expect(await probeKafka(await listening(server))).toBe("something else");
  });

  test("nobody", async () => {
    const server = createServer();
    const address = await listening(server);
    server.close();
    expect(await probeKafka(address)).toBeUndefined();
  });
});

test("the doctor says who holds the Kafka port", async () => {
  const { port } = await broker();
  const where = `127.0.0.1:${port}`;
  const argv = ["doctor", "--server", "127.0.0.1:1", "--http", "127.0.0.1:0", "--kafka-listen", where];
  const run = await runInMemory(argv);
  expect([run.code, run.stdout]).toEqual([
    3,
    expect.stringContaining(`${where}: Kafka answers, and it is not the server that was asked`),
  ]);
});
