/** A client for tests: encodes requests and decodes answers with the broker's own codecs, without a socket. */
import { defined } from "../base/assert.ts";
import { SeededRandom } from "../base/random.ts";
import { openMemoryLog } from "../log/memory-log.ts";
import type { TopicLog } from "../log/topic-log.ts";
import { plainBrokerLog } from "./broker-log.ts";
import type { BrokerServices } from "./broker-services.ts";
import { ConnectionSession } from "./connection-session.ts";
import { handlerTable } from "./handlers/handler-table.ts";
import { apiCodec } from "./protocol/api-codec.ts";
import { ByteReader } from "./protocol/byte-reader.ts";
import { ByteWriter } from "./protocol/byte-writer.ts";
import { apiVersionsApi } from "./protocol/messages/api-versions.ts";
import type { ApiDefinition, Decoded, Encodable, Shape } from "./protocol/schema.ts";
import { RequestProcessor } from "./request-processor.ts";
import type { Outcome } from "./request-processor.ts";
import { servicesOf } from "./start-broker.ts";
import type { CoordinatorParts, ServiceOptions } from "./start-broker.ts";
import { ManualTimers } from "../base/timers.ts";

/** A request frame without its size. */
export function encodeRequest<Q extends Shape, S extends Shape>(
  api: ApiDefinition<Q, S>,
  apiVersion: number,
  request: Encodable<Q>,
  correlationId = 7,
): Buffer {
  const codec = apiCodec(api, apiVersion);
  const writer = new ByteWriter();
  writer.int16(api.key);
  writer.int16(apiVersion);
  writer.int32(correlationId);
  writer.stringLength(4, false);
  writer.text("test", 4);
  if (codec.flexible) writer.uvarint(0);
  codec.writeRequest(writer, request);
  return Buffer.concat(writer.finish());
}

/** Reads an answer's frame, its size included, to the last byte. */
export function decodeAnswer<Q extends Shape, S extends Shape>(
  api: ApiDefinition<Q, S>,
  apiVersion: number,
  frame: Buffer,
): { correlationId: number; response: Decoded<S> } {
  const reader = new ByteReader(frame);
  const size = reader.int32();
  if (size !== reader.remaining) throw new Error(`a frame of ${reader.remaining} bytes claims ${size}`);
  const correlationId = reader.int32();
  const codec = apiCodec(api, apiVersion);
  if (codec.flexible && (api as ApiDefinition) !== apiVersionsApi) reader.uvarint();
  const response = codec.readResponse(reader);
  if (reader.remaining > 0) throw new Error(`${reader.remaining} bytes are left over`);
  return { correlationId, response };
}

export class FakeClient {
  readonly timers: ManualTimers;
  readonly log: TopicLog;
  readonly services: BrokerServices;
  readonly processor: RequestProcessor;
  readonly bugs: unknown[] = [];
  session: ConnectionSession;

  constructor(options: Partial<ServiceOptions> & CoordinatorParts = {}) {
    this.timers = options.timers instanceof ManualTimers ? options.timers : new ManualTimers(1_000_000);
    const random = new SeededRandom(1);
    this.log = options.log?.log ?? openMemoryLog({ clock: this.timers, random });
    const { timers } = this;
    const log = plainBrokerLog(this.log);
    const defaults = { log, clusterId: "test-cluster", clock: timers, timers, random };
    this.services = servicesOf({ ...defaults, ...options }, options);
    const onBug = (error: unknown): void => void this.bugs.push(error);
    const table = handlerTable(this.services);
    this.processor = new RequestProcessor({ services: this.services, table, onBug });
    this.session = this.connect();
  }

  connect(): ConnectionSession {
    const origin = { remoteAddress: "127.0.0.1", advertised: { host: "broker", port: 9092 } };
    this.session = new ConnectionSession(origin, this.services.authenticator === undefined);
    return this.session;
  }

  process(frame: Buffer): Outcome | Promise<Outcome> {
    return this.processor.process(frame, this.session);
  }

  /** The answer, or undefined where there is none; throws where the connection was ended. */
  async ask<Q extends Shape, S extends Shape>(
    api: ApiDefinition<Q, S>,
    apiVersion: number,
    request: Encodable<Q>,
  ): Promise<Decoded<S>> {
    const outcome = await this.process(encodeRequest(api, apiVersion, request));
    if (this.bugs.length > 0) throw this.bugs[0];
    if (outcome.pieces.length === 0) throw new Error(outcome.kind === "end" ? outcome.reason : "no answer");
    const { correlationId, response } = decodeAnswer(api, apiVersion, Buffer.concat(outcome.pieces));
    if (correlationId !== 7) throw new Error("another request's answer");
    return response;
  }
}

/** The only one. */
export function only<T>(items: readonly T[]): T {
  if (items.length !== 1) throw new Error(`there are ${items.length}, not one`);
  return defined(items[0], "the only item");
}
