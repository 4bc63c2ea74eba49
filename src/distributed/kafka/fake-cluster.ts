/** Spoor's own broker in this process as the cluster of tests, behind a proxy that cuts connections when told to. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { plainBrokerLog } from "../../broker/broker-log.ts";
import { startBroker } from "../../broker/start-broker.ts";
import type { Broker, BrokerOptions } from "../../broker/start-broker.ts";
import { SeededRandom } from "../../base/random.ts";
import { batchOf } from "../../log/log-fixtures.ts";
import type { TextRecord } from "../../log/log-fixtures.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { recordsOf } from "../../log/record-headers.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { ClusterClient, FetchFailure, FetchedRecords, OutgoingBatch } from "./cluster-client.ts";
import { clusterSettings } from "./cluster-settings.ts";
import { openClusterClient } from "./kafka-cluster-client.ts";

/** What passes the proxy, one whole frame at a time. */
export interface Frame {
  readonly direction: "request" | "answer";
  /** The API of the request, or of the request that is answered. */
  readonly apiKey: number;
}

/** Before a frame is passed on: `cut` ends the connection instead, `cut-after` once it is passed on. */
export type Fault = (frame: Frame) => "pass" | "cut" | "cut-after";

const NOT_HELD = Promise.resolve();

export class FakeCluster {
  readonly log: TopicLog;
  readonly broker: Broker;
  readonly bugs: unknown[];
  readonly #proxy: Server;
  readonly #sockets = new Set<Socket>();
  readonly #clients: ClusterClient[] = [];
  fault: Fault = () => "pass";
  /** A frame is passed on when the promise is settled. */
  hold: (frame: Frame) => Promise<void> | undefined = () => undefined;

  private constructor(log: TopicLog, broker: Broker, bugs: unknown[], proxy: Server) {
    this.log = log;
    this.broker = broker;
    this.bugs = bugs;
    this.#proxy = proxy;
    proxy.on("connection", (socket) => this.#pass(socket));
  }

  static async start(options: Partial<BrokerOptions> = {}): Promise<FakeCluster> {
    const proxy = createServer().listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const { port } = proxy.address() as AddressInfo;
    const bugs: unknown[] = [];
    const log = openMemoryLog({ random: new SeededRandom(1) });
    const broker = await startBroker({
      log: plainBrokerLog(log),
      listen: { host: "127.0.0.1", port: 0 },
      advertised: { host: "127.0.0.1", port },
      clusterId: "fake-cluster",
      settings: { graceMs: 10 },
      coordination: { groups: { initialRebalanceDelayMs: 0 } },
      onBug: (error) => void bugs.push(error),
      ...options,
    });
    return new FakeCluster(log, broker, bugs, proxy);
  }

  get bootstrap(): string {
    return `127.0.0.1:${(this.#proxy.address() as AddressInfo).port}`;
  }

  async client(properties = ""): Promise<ClusterClient> {
    const text = `retry.backoff.ms=5\nretry.backoff.max.ms=50\nrequest.timeout.ms=5000\n${properties}`;
    const client = await openClusterClient({ settings: clusterSettings(this.bootstrap, text) });
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    this.fault = () => "pass";
    await Promise.all(this.#clients.map((client) => client.close()));
    this.#proxy.close();
    this.cutAll();
    await this.broker.close();
    this.log.close();
    if (this.bugs.length > 0) throw this.bugs[0];
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #pass(client: Socket): void {
    const { host, port } = this.broker.address;
    const server = connect(port, host);
    const apis = new Map<number, number>();
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", end);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    const judge = (direction: Frame["direction"], from: Socket, to: Socket): void => {
      onFrames(from, (frame) => {
        const correlation = frame.readInt32BE(direction === "request" ? 8 : 4);
        if (direction === "request") apis.set(correlation, frame.readInt16BE(4));
        const what = { direction, apiKey: apis.get(correlation) ?? -1 };
        const verdict = this.fault(what);
        const pass = (): void => {
          to.write(frame, () => (verdict === "cut-after" ? setTimeout(end, 20) : undefined));
        };
        if (verdict === "cut") end();
        else (this.hold(what) ?? NOT_HELD).then(pass, end);
      });
    };
    judge("request", client, server);
    judge("answer", server, client);
  }
}

/** Calls `onFrame` with each whole frame, its size included. */
function onFrames(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let bytes = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 4 && bytes.length >= bytes.readInt32BE(0) + 4) {
      const size = bytes.readInt32BE(0) + 4;
      onFrame(bytes.subarray(0, size));
      bytes = bytes.subarray(size);
    }
  });
}

export function outgoing(topic: string, partition: number, records: readonly TextRecord[]): OutgoingBatch {
  return { topic, partition, batch: Buffer.from(batchOf(records).finish(0).batch) };
}

/** Reads a partition with a fetcher from `from` until `upTo`: `key=value` of each record. */
export async function fetchTexts(
  client: ClusterClient,
  topic: string,
  partition: number,
  from: number,
  upTo: number,
  maxBytes = 65_536,
): Promise<string[]> {
  const texts: string[] = [];
  let answered = Promise.withResolvers<FetchedRecords | FetchFailure>();
  const onAnswer = (answer: FetchedRecords | FetchFailure): void => answered.resolve(answer);
  const fetcher = client.openFetcher({ pollMs: 100, onRecords: onAnswer, onFailure: onAnswer });
  for (let wanted = from; wanted < upTo;) {
    fetcher.want({ topic, partition }, wanted, maxBytes);
    const answer = await answered.promise;
    answered = Promise.withResolvers();
    if ("error" in answer) throw answer.error;
    for (const { key, value } of recordsOf([...answer.blocks])) texts.push(`${String(key)}=${String(value)}`);
    wanted = answer.nextOffset;
  }
  await fetcher.close();
  return texts;
}
