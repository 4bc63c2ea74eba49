/** For tests: a class's receiver as a connector opens it, and an HTTP server on loopback that answers as it is told. */
import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ManualClock } from "../base/clock.ts";
import { openMemoryLog } from "../log/memory-log.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { Receiver } from "./delivery/receiver.ts";
import { SINK_CLASSES, planDelivery } from "./sink-classes.ts";

export interface OpenedSink {
  readonly receiver: Receiver;
  readonly clock: ManualClock;
  readonly log: TopicLog;
}

export async function openSink(
  className: string,
  properties: Readonly<Record<string, string>>,
): Promise<OpenedSink> {
  const clock = new ManualClock(1_700_000_000_000);
  const log = openMemoryLog({ clock });
  const { sink } = planSink(className, properties);
  const receiver = await sink.open({ connector: "HOOK", log, clock, version: "9.9" });
  return { receiver, clock, log };
}

/** @throws CONNECT_BAD_PROPERTY */
export function planSink(className: string, properties: Readonly<Record<string, string>>) {
  const sinkClass = SINK_CLASSES.find((each) => each.className === className)!;
  return planDelivery(sinkClass, "HOOK", new Map(Object.entries({ topics: "alerts", ...properties })));
}

export interface FakeRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface FakeAnswer {
  /** 0: the connection is closed instead. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export class FakeHttpServer {
  readonly requests: FakeRequest[] = [];
  /** Undefined: it never answers. */
  answer: (request: FakeRequest) => FakeAnswer | undefined = () => ({ status: 200 });
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        const received = { path: request.url ?? "", headers: request.headers, body };
        this.requests.push(received);
        const answer = this.answer(received);
        if (answer === undefined) return;
        if (answer.status === 0) {
          request.socket.destroy();
          return;
        }
        response.writeHead(answer.status, { ...answer.headers }).end(answer.body ?? "");
      });
    });
  }

  static async open(): Promise<FakeHttpServer> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return new FakeHttpServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
