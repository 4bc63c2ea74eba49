/**
 * A frame to its answer: header, codec, handler, encoding. What cannot be answered ends the connection; why is in the
 * outcome.
 *
 * Header of a request: API key, version, correlation id, client id, and in flexible versions tagged fields. Header of an
 * answer: correlation id, and in flexible versions tagged fields, though never for ApiVersions (KIP-511).
 */
import type { ConnectionEnd } from "./broker-metrics.ts";
import type { BrokerServices } from "./broker-services.ts";
import type { Caller } from "./caller.ts";
import type { ConnectionSession } from "./connection-session.ts";
import { apiVersionsResponse } from "./handlers/api-versions-handler.ts";
import { DISCONNECT, NO_ANSWER } from "./handlers/handler.ts";
import type { Handler, RequestContext, Silence } from "./handlers/handler.ts";
import type { HandlerTable } from "./handlers/handler-table.ts";
import { authenticationStep } from "./handlers/sasl-handlers.ts";
import { apiCodec } from "./protocol/api-codec.ts";
import { ByteReader, MalformedFrame } from "./protocol/byte-reader.ts";
import { ByteWriter } from "./protocol/byte-writer.ts";
import { KafkaError } from "./protocol/kafka-error.ts";
import { apiVersionsApi } from "./protocol/messages/api-versions.ts";
import { fetchApi } from "./protocol/messages/fetch.ts";
import { produceApi } from "./protocol/messages/produce.ts";
import { saslAuthenticateApi } from "./protocol/messages/sasl-authenticate.ts";
import { saslHandshakeApi } from "./protocol/messages/sasl-handshake.ts";
import type { ApiDefinition, ResponseOf } from "./protocol/schema.ts";

/** Pieces to send, or why the connection ends; `whenSent` is called once the pieces are not needed any more. */
export type Outcome = { readonly whenSent?: () => void } & (
  | {
      readonly kind: "answer";
      readonly pieces: readonly Buffer[];
      /** So long nothing more is read of the client, which goes beyond its quota (KIP-219). */
      readonly throttleMs?: number;
    }
  /** The pieces are sent, then the connection ends. */
  | { readonly kind: "end"; readonly reason: ConnectionEnd; readonly pieces: readonly Buffer[] }
);

const nothing: Outcome = { kind: "answer", pieces: [] };

interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

export interface ProcessorOptions {
  readonly services: BrokerServices;
  readonly table: HandlerTable;
  /** A handler threw: a bug. The connection is ended. */
  readonly onBug: (error: unknown, api: string) => void;
}

export class RequestProcessor {
  readonly #options: ProcessorOptions;

  constructor(options: ProcessorOptions) {
    this.#options = options;
  }

  /** The frame is only lent: its memory may hold something else once this has returned, though an answer comes later. */
  process(frame: Buffer, session: ConnectionSession): Outcome | Promise<Outcome> {
    if (session.bareTokens) return this.#bareToken(Buffer.from(frame), session);
    try {
      return this.#dispatch(frame, session);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      return ending("malformed");
    }
  }

  /** @throws MalformedFrame */
  #dispatch(frame: Buffer, session: ConnectionSession): Outcome | Promise<Outcome> {
    const reader = new ByteReader(frame);
    const apiKey = reader.int16();
    const apiVersion = reader.int16();
    const correlationId = reader.int32();
    const handler = this.#options.table.handlers.get(apiKey);
    if (handler === undefined) return ending("unsupported-version");
    const { api } = handler;
    const metrics = this.#options.services.metrics.api(api.name);
    metrics.requests += 1;
    metrics.bytesIn += frame.length;
    const [least, greatest] = api.versions;
    if (apiVersion < least || apiVersion > greatest) return this.#otherVersion(api, correlationId);
    if (!this.#isAllowed(api, session)) return ending("unauthenticated");
    try {
      const header = { apiKey, apiVersion, correlationId, clientId: clientIdOf(reader) };
      const body = handler.borrows ? reader : new ByteReader(Buffer.from(frame), reader.position);
      return this.#handle(body, header, handler, session);
    } catch (error) {
      metrics.failures += 1;
      throw error;
    }
  }

  #handle(
    reader: ByteReader,
    header: RequestHeader,
    handler: Handler,
    session: ConnectionSession,
  ): Outcome | Promise<Outcome> {
    const { apiVersion, clientId } = header;
    const { api } = handler;
    const codec = apiCodec(api, apiVersion);
    if (codec.flexible) skipTags(reader);
    // Bytes behind the message are passed over, as in Kafka: librdkafka 2.16 leaves some in Metadata 13.
    const request = codec.readRequest(reader);
    const startMs = this.#options.services.clock.monotonicMs();
    const caller = session.caller(clientId, apiVersion);
    const size = reader.position;
    const context: RequestContext = { caller, session, whenSent: undefined };
    const done = (answer: object | Silence): Outcome => {
      const throttleMs = this.#throttleMs(api, caller, size, answer);
      const outcome = this.#answer(api, header, throttled(answer, throttleMs), startMs, throttleMs);
      return context.whenSent === undefined ? outcome : { ...outcome, whenSent: context.whenSent };
    };
    const failed = (error: unknown): Outcome => {
      context.whenSent?.();
      return this.#bug(error, api);
    };
    let answer;
    try {
      answer = handler.handle(request, context);
    } catch (error) {
      return failed(error);
    }
    if (!(answer instanceof Promise)) return done(answer);
    return answer.then(done).catch(failed);
  }

  /** Producers are held by what they sent, consumers by what they got. */
  #throttleMs(api: ApiDefinition, caller: Caller, sentBytes: number, answer: object | Silence): number {
    const { quotas } = this.#options.services;
    if (quotas === undefined) return 0;
    const { principal, clientId } = caller;
    if (api === produceApi) return quotas.throttleMs("producer_byte_rate", principal, clientId, sentBytes);
    if (api !== fetchApi || typeof answer !== "object") return 0;
    const bytes = fetchedBytes(answer as ResponseOf<typeof fetchApi>);
    return quotas.throttleMs("consumer_byte_rate", principal, clientId, bytes);
  }

  #answer(
    api: ApiDefinition,
    header: RequestHeader,
    answer: object | Silence,
    startMs: number,
    throttleMs: number,
  ): Outcome {
    const { metrics, clock } = this.#options.services;
    const apiMetrics = metrics.api(api.name);
    apiMetrics.totalMs += clock.monotonicMs() - startMs;
    if (throttleMs > 0) apiMetrics.throttled += 1;
    if (answer === NO_ANSWER) return throttleMs > 0 ? { kind: "answer", pieces: [], throttleMs } : nothing;
    if (answer === DISCONNECT) return ending("unacknowledged-failure");
    const pieces = encodeAnswer(api, header.apiVersion, header.correlationId, answer);
    for (const piece of pieces) apiMetrics.bytesOut += piece.length;
    const refused =
      api === saslAuthenticateApi && "errorCode" in answer && answer.errorCode !== KafkaError.NONE;
    if (refused) return { kind: "end", reason: "unauthenticated", pieces };
    return throttleMs > 0 ? { kind: "answer", pieces, throttleMs } : { kind: "answer", pieces };
  }

  #bug(error: unknown, api: ApiDefinition): Outcome {
    this.#options.services.metrics.api(api.name).failures += 1;
    this.#options.onBug(error, api.name);
    return ending("bug");
  }

  /** A client that asks in a version unknown here learns which are known, in version 0, which all clients read. */
  #otherVersion(api: ApiDefinition, correlationId: number): Outcome {
    if (api !== apiVersionsApi) return ending("unsupported-version");
    const answer = apiVersionsResponse(this.#options.table.offered, KafkaError.UNSUPPORTED_VERSION);
    return { kind: "answer", pieces: encodeAnswer(apiVersionsApi, 0, correlationId, answer) };
  }

  #isAllowed(api: ApiDefinition, session: ConnectionSession): boolean {
    if (api === saslHandshakeApi || api === saslAuthenticateApi) return true;
    if (!session.authenticated) return api === apiVersionsApi;
    return this.#options.services.clock.monotonicMs() < session.expiresAtMs;
  }

  /** After SaslHandshake version 0 a frame is a token, and the answer is one. */
  async #bareToken(token: Buffer, session: ConnectionSession): Promise<Outcome> {
    try {
      const step = await authenticationStep(this.#options.services, session, token);
      if (step.kind === "failure") return ending("unauthenticated");
      const size = Buffer.alloc(4);
      size.writeInt32BE(step.bytes.length);
      return { kind: "answer", pieces: [size, step.bytes] };
    } catch (error) {
      return this.#bug(error, saslAuthenticateApi);
    }
  }
}

function throttled(answer: object | Silence, throttleTimeMs: number): object | Silence {
  return throttleTimeMs > 0 && typeof answer === "object" ? { ...answer, throttleTimeMs } : answer;
}

function fetchedBytes({ responses }: ResponseOf<typeof fetchApi>): number {
  let bytes = 0;
  for (const { partitions } of responses) {
    for (const { records } of partitions) bytes += records?.length ?? 0;
  }
  return bytes;
}

function ending(reason: ConnectionEnd): Outcome {
  return { kind: "end", reason, pieces: [] };
}

function clientIdOf(reader: ByteReader): string | null {
  const length = reader.int16();
  return length < 0 ? null : reader.text(length);
}

function skipTags(reader: ByteReader): void {
  const count = reader.uvarint();
  reader.elements(count, 2);
  for (let i = 0; i < count; i++) {
    reader.uvarint();
    reader.view(reader.uvarint());
  }
}

/** A whole frame: size, header, body. */
export function encodeAnswer(
  api: ApiDefinition,
  apiVersion: number,
  correlationId: number,
  answer: object,
): Buffer[] {
  const codec = apiCodec(api, apiVersion);
  const writer = new ByteWriter();
  writer.int32(0);
  writer.int32(correlationId);
  if (codec.flexible && api !== apiVersionsApi) writer.uvarint(0);
  codec.writeResponse(writer, answer as Readonly<Record<string, unknown>>);
  const sizeBytes = 4;
  const size = writer.size - sizeBytes;
  const pieces = writer.finish();
  pieces[0]!.writeInt32BE(size, 0);
  return pieces;
}
