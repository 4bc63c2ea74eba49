/**
 * One connection to one broker: a request of ours to its answer. Sockets, TLS and SASL are the package's; messages are
 * encoded and decoded with the broker's own codecs, so that record batches stay the bytes they are.
 *
 * A broker works on one request of a connection at a time: what may wait (a long poll, a join) has a connection of its
 * own. Versions are agreed per connection (KIP-35), so that a broker may be upgraded between two of them.
 */
import { isIP } from "node:net";
import type { Connection, ConnectionOptions, SASLOptions } from "@platformatic/kafka";
import { apiCodec } from "../../broker/protocol/api-codec.ts";
import { ByteReader } from "../../broker/protocol/byte-reader.ts";
import { ByteWriter } from "../../broker/protocol/byte-writer.ts";
import { apiVersionsApi } from "../../broker/protocol/messages/api-versions.ts";
import type { ApiDefinition, Decoded, Encodable, Shape } from "../../broker/protocol/schema.ts";
import type { Timers } from "../../base/timers.ts";
import { clusterErrors } from "../errors.ts";
import { addressText } from "./broker-address.ts";
import type { BrokerAddress } from "./broker-address.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { ConnectionFailure, connectingFailure } from "./connection-failure.ts";

/** Loading the package takes half a second and 60 MB: only where there is a cluster. */
type KafkaPackage = typeof import("@platformatic/kafka");

export interface ConnectionParts {
  readonly kafka: KafkaPackage;
  readonly settings: ClusterSettings;
  readonly timers: Timers;
}

/** The versions of one API that may be used; both included. */
export type VersionRange = readonly [least: number, greatest: number];

const API_VERSIONS_VERSION = 3;
/** Requests time out by our own timers; the package's must not come first. */
const NEVER_MS = 2_147_483_647;
const INFLIGHT_MAX = 64;

export class BrokerConnection {
  readonly address: BrokerAddress;
  readonly #connection: Connection;
  readonly #parts: ConnectionParts;
  readonly #offered = new Map<number, VersionRange>();
  #closed = false;

  private constructor(address: BrokerAddress, connection: Connection, parts: ConnectionParts) {
    this.address = address;
    this.#connection = connection;
    this.#parts = parts;
  }

  /** @throws ConnectionFailure; CLUSTER_AUTHENTICATION_FAILED, CLUSTER_TLS_FAILED, CLUSTER_UNSUPPORTED_VERSION */
  static async open(address: BrokerAddress, parts: ConnectionParts): Promise<BrokerConnection> {
    const { kafka, settings } = parts;
    const connection = new kafka.Connection(settings.clientId, connectionOptions(settings, address));
    const opened = new BrokerConnection(address, connection, parts);
    // Errors reach whoever asks by the answers that they do not get.
    connection.on("error", () => opened.#end());
    connection.on("close", () => opened.#end());
    try {
      await connection.connect(address.host, address.port);
      await opened.#agreeOnVersions();
    } catch (error) {
      opened.close();
      throw connectingFailure(address, error, settings);
    }
    return opened;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The highest version that both sides have within the range. @throws CLUSTER_UNSUPPORTED_VERSION */
  version(api: ApiDefinition<Shape, Shape>, range: VersionRange = api.versions): number {
    const offered = this.#offered.get(api.key);
    const greatest = Math.min(offered?.[1] ?? -1, api.versions[1], range[1]);
    const least = Math.max(offered?.[0] ?? 0, api.versions[0], range[0]);
    if (greatest >= least) return greatest;
    const has = offered === undefined ? "does not offer it" : `offers ${offered[0]} to ${offered[1]}`;
    throw clusterErrors.UNSUPPORTED_VERSION({
      message: `broker '${addressText(this.address)}' is too old or too new for '${api.name}'`,
      detail: `versions ${range[0]} to ${range[1]} can be used, the broker ${has}`,
      hint: "use Kafka 3.0 or later",
    });
  }

  /**
   * Sends the request and waits for its answer. Requests of a connection are answered in their order.
   * @throws ConnectionFailure: lost or silent for `timeoutMs`; then the connection is closed, and whether the broker
   * has done what was asked is not known
   */
  async ask<Q extends Shape, S extends Shape>(
    api: ApiDefinition<Q, S>,
    version: number,
    request: Encodable<Q>,
    timeoutMs: number,
  ): Promise<Decoded<S>> {
    if (this.#connection.status === "reauthenticating") await this.#authenticated();
    return this.#send(api, version, request, timeoutMs);
  }

  /** While it authenticates itself anew a connection takes nothing else (KIP-368). */
  async #authenticated(): Promise<void> {
    try {
      await this.#connection.ready();
    } catch (error) {
      this.close();
      throw connectingFailure(this.address, error, this.#parts.settings);
    }
  }

  #send<Q extends Shape, S extends Shape>(
    api: ApiDefinition<Q, S>,
    version: number,
    request: Encodable<Q>,
    timeoutMs: number,
  ): Promise<Decoded<S>> {
    const codec = apiCodec(api, version);
    const { kafka, timers } = this.#parts;
    const payload = () => {
      const bytes = new ByteWriter();
      codec.writeRequest(bytes, request);
      const writer = kafka.Writer.create();
      for (const piece of bytes.finish()) writer.append(piece);
      return writer;
    };
    const parse = (_id: number, _key: number, _version: number, reader: PackageReader): Decoded<S> =>
      codec.readResponse(new ByteReader(reader.buffer.buffer));
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new ConnectionFailure(this.address, "the connection was closed"));
        return;
      }
      const cancel = timers.after(timeoutMs, () => {
        reject(new ConnectionFailure(this.address, `no answer to ${api.name} within ${timeoutMs} ms`));
        this.close();
      });
      const flexibleAnswer = codec.flexible && (api as ApiDefinition) !== apiVersionsApi;
      const done = (error: Error | null | undefined, answer: Decoded<S> | undefined): void => {
        cancel();
        if (error === null || error === undefined) resolve(answer!);
        else reject(answerFailure(this.address, api.name, error));
      };
      this.#connection.send(api.key, version, payload, parse, codec.flexible, flexibleAnswer, done);
    });
  }

  /** Whoever still waits for an answer gets a ConnectionFailure. */
  close(): void {
    this.#end();
    const { socket } = this.#connection as { socket: Connection["socket"] | undefined };
    void this.#connection.close().catch(() => undefined);
    socket?.destroy();
  }

  #end(): void {
    this.#closed = true;
  }

  async #agreeOnVersions(): Promise<void> {
    const software = { clientSoftwareName: "spoor", clientSoftwareVersion: "1" };
    const { requestTimeoutMs } = this.#parts.settings;
    const answer = await this.ask(apiVersionsApi, API_VERSIONS_VERSION, software, requestTimeoutMs);
    for (const { apiKey, minVersion, maxVersion } of answer.apiKeys) {
      this.#offered.set(apiKey, [minVersion, maxVersion]);
    }
  }
}

interface PackageReader {
  readonly buffer: { readonly buffer: Buffer };
}

function answerFailure(address: BrokerAddress, api: string, error: Error): Error {
  if (error.name !== "MalformedFrame") return new ConnectionFailure(address, error.message, error);
  return clusterErrors.UNREADABLE_ANSWER({
    message: `the answer of '${addressText(address)}' to ${api} cannot be read`,
    detail: error.message,
    cause: error,
  });
}

function connectionOptions(settings: ClusterSettings, { host }: BrokerAddress): ConnectionOptions {
  const { tls, sasl, connectTimeoutMs } = settings;
  return {
    connectTimeout: connectTimeoutMs,
    requestTimeout: NEVER_MS,
    maxInflights: INFLIGHT_MAX,
    ...(tls === undefined ? {} : { tls, tlsServerName: isIP(host) === 0 }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl) }),
  };
}

function saslOptions(sasl: NonNullable<ClusterSettings["sasl"]>): SASLOptions {
  if (sasl.mechanism !== "OAUTHBEARER") return sasl;
  const { token, extensions } = sasl;
  return { mechanism: "OAUTHBEARER", token, oauthBearerExtensions: { ...extensions } };
}
