/** A broker in memory on a free port, and raw connections to it: bytes out, frames in. Tests close both at their end. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { wireOf } from "../../log/log-fixtures.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { plainBrokerLog } from "../broker-log.ts";
import type { BrokerSettings } from "../broker-settings.ts";
import { encodeRequest } from "../fake-client.ts";
import { fetchApi } from "../protocol/messages/fetch.ts";
import { metadataApi } from "../protocol/messages/metadata.ts";
import { produceApi } from "../protocol/messages/produce.ts";
import { startBroker } from "../start-broker.ts";
import type { Broker, BrokerOptions } from "../start-broker.ts";
import { ManualTimers } from "../../base/timers.ts";

const open: { close(): unknown }[] = [];

/** What was opened last is closed first. */
export async function closeAll(): Promise<void> {
  for (const each of open.splice(0).toReversed()) await each.close();
}

export interface FakeServer {
  readonly broker: Broker;
  /** Has the topic `t` with one partition. */
  readonly log: TopicLog;
  readonly timers: ManualTimers;
  readonly bugs: unknown[];
}

export async function startServer(
  settings: Partial<BrokerSettings> = {},
  options: Partial<BrokerOptions> = {},
): Promise<FakeServer> {
  const timers = new ManualTimers(1000);
  const log = openMemoryLog({ clock: timers });
  log.createTopic("t", { partitions: 1 });
  const bugs: unknown[] = [];
  const broker = await startBroker({
    log: plainBrokerLog(log),
    listen: { host: "127.0.0.1", port: 0 },
    clusterId: "test",
    settings: { graceMs: 50, ...settings },
    clock: timers,
    timers,
    onBug: (error) => void bugs.push(error),
    ...options,
  });
  open.push({ close: () => closeNow(broker, timers) });
  return { broker, log, timers, bugs };
}

/** Grace is the test's to give: whoever still hangs on is let go at once. */
async function closeNow(broker: Broker, timers: ManualTimers): Promise<void> {
  const closed = broker.close();
  timers.advance(1000);
  await closed;
}

/** A raw connection: sends bytes, reads frames. */
export class RawClient {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  readonly closed: Promise<unknown>;

  constructor({ address }: Broker, socket: Socket = connect(address.port, address.host)) {
    this.socket = socket;
    this.socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.socket.emit("more");
    });
    this.socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => this.socket.once("close", resolve));
    open.push({ close: () => this.socket.destroy() });
  }

  send(...frames: Buffer[]): void {
    for (const frame of frames) this.socket.write(withSize(frame));
  }

  /** The next frame, its size included. */
  async frame(): Promise<Buffer> {
    for (;;) {
      const size = this.#received.length >= 4 ? this.#received.readInt32BE(0) + 4 : Infinity;
      if (this.#received.length >= size) {
        const frame = this.#received.subarray(0, size);
        this.#received = this.#received.subarray(size);
        return frame;
      }
      await once(this.socket, "more");
    }
  }

  get receivedBytes(): number {
    return this.#received.length;
  }
}

export function withSize(frame: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  return Buffer.concat([size, frame]);
}

export const metadata = (correlationId: number) =>
  encodeRequest(metadataApi, 1, { topics: [] }, correlationId);
export const fetchAll = (correlationId: number, maxWaitMs = 0) => {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000_000 }];
  const request = { maxWaitMs, minBytes: 1, topics: [{ topic: "t", partitions }] };
  return encodeRequest(fetchApi, 11, request, correlationId);
};
export const produce = (value: string) => {
  const partitionData = [{ index: 0, records: wireOf([[null, value]]) }];
  return encodeRequest(produceApi, 9, { acks: -1, timeoutMs: 0, topicData: [{ name: "t", partitionData }] });
};
export const correlationOf = (frame: Buffer): number => frame.readInt32BE(4);

/** Until the broker has seen it, in turns of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("it does not happen");
}
