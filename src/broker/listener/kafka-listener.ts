/** The listening socket: accepts connections up to a limit, looks after those that hang, closes them in good order. */
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { TLSSocket, createServer as createTlsServer } from "node:tls";
import type { SecureContextOptions, Server as TlsServer } from "node:tls";
import { setImmediate as nextTurn } from "node:timers/promises";
import { assert } from "../../base/assert.ts";
import { brokerErrors } from "../errors.ts";
import { ConnectionSession } from "../connection-session.ts";
import type { Endpoint } from "../connection-session.ts";
import { Connection } from "./connection.ts";
import type { ConnectionServices } from "./connection.ts";
import { certificatePrincipal } from "./certificate-principal.ts";

export interface TlsOptions {
  /** PEM texts. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly passphrase?: string | undefined;
  /** Whose certificates clients must show; absent: they need none. */
  readonly clientCa?: string | Buffer | undefined;
}

export interface ListenerOptions extends ConnectionServices {
  readonly listen: Endpoint;
  /** What clients are told to connect to. Default: the address at which each client came in. */
  readonly advertised?: Endpoint | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Clients need not authenticate themselves. */
  readonly open: boolean;
}

const SWEEP_MS = 5000;
const BACKLOG = 512;

export class KafkaListener {
  readonly #options: ListenerOptions;
  readonly #server: Server | TlsServer;
  readonly #connections = new Set<Connection>();
  /** Those of connections, and those whose TLS handshake is under way. */
  readonly #sockets = new Set<Socket>();
  #cancelSweep: (() => void) | undefined;

  private constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = this.#createServer();
    this.#server.maxConnections = options.settings.connectionsMax;
    this.#server.on("drop", () => options.metrics.ended("too-many"));
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** @throws BROKER_ADDRESS_IN_USE, BROKER_INVALID_TLS */
  static async open(options: ListenerOptions): Promise<KafkaListener> {
    const listener = new KafkaListener(options);
    await listener.#listen();
    listener.#sweepLater();
    return listener;
  }

  /** Where it listens; the port is the one that was given out where 0 was asked for. */
  get address(): Endpoint {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /**
   * Shows this certificate to connections from now on; those that are open keep theirs. Only for a listener that was opened with
   * TLS, and client certificates stay asked for or not as they were.
   * @throws BROKER_INVALID_TLS; the certificate before stays
   */
  replaceTls(tls: TlsOptions): void {
    assert("setSecureContext" in this.#server, "the listener has TLS");
    try {
      this.#server.setSecureContext(secureContext(tls));
    } catch (error) {
      throw invalidTls(error);
    }
  }

  /** Takes no more connections; lets requests under way finish for a while. */
  async close(): Promise<void> {
    this.#cancelSweep?.();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.close();
    const cancel = this.#options.timers.after(this.#options.settings.graceMs, () => {
      for (const socket of this.#sockets) socket.destroy();
    });
    await closed;
    cancel();
    // Requests whose connection is gone may still be ending.
    await nextTurn();
  }

  #createServer(): Server | TlsServer {
    const { tls } = this.#options;
    const onConnection = (socket: Socket): void => this.#onConnection(socket);
    const options = { noDelay: true, keepAlive: true };
    if (tls === undefined) return createServer(options, onConnection);
    const verify = tls.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
    try {
      const server = createTlsServer(
        { ...options, ...secureContext(tls), ...verify, handshakeTimeout: this.#options.settings.stalledMs },
        onConnection,
      );
      server.on("tlsClientError", (error, socket) => this.#onHandshakeError(error, socket));
      return server;
    } catch (error) {
      throw invalidTls(error);
    }
  }

  #listen(): Promise<void> {
    const { host, port } = this.#options.listen;
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => {
        const place = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
        const message = `cannot listen for Kafka clients on ${place}`;
        const hint =
          "stop the process that listens there, or give another address with --kafka-listen HOST:PORT";
        reject(brokerErrors.ADDRESS_IN_USE({ message, detail: error.message, hint, cause: error }));
      };
      this.#server.once("error", onError);
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off("error", onError);
        this.#server.on("error", () => void (this.#options.metrics.connectionErrors += 1));
        resolve();
      });
    });
  }

  #onHandshakeError(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    this.#options.metrics.connectionErrors += 1;
    // Node reports a handshake that takes too long, and leaves its connection open.
    if (error.code === "ERR_TLS_HANDSHAKE_TIMEOUT") socket.destroy();
  }

  #onConnection(socket: Socket): void {
    const { metrics } = this.#options;
    const session = new ConnectionSession(
      { remoteAddress: socket.remoteAddress ?? "", advertised: this.#advertisedTo(socket) },
      this.#options.open,
    );
    const named = socket instanceof TLSSocket ? certificatePrincipal(socket) : undefined;
    if (named !== undefined) session.principal = named;
    const connection = new Connection(socket, session, this.#options);
    this.#connections.add(connection);
    metrics.connections = this.#connections.size;
    metrics.connectionsAccepted += 1;
    socket.once("close", () => {
      this.#connections.delete(connection);
      metrics.connections = this.#connections.size;
    });
  }

  #advertisedTo(socket: Socket): Endpoint {
    const { advertised } = this.#options;
    if (advertised !== undefined) return advertised;
    const host = (socket.localAddress ?? this.address.host).replace(/^::ffff:/, "");
    return { host, port: socket.localPort ?? this.address.port };
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#options.timers.after(SWEEP_MS, () => {
      const nowMs = this.#options.clock.monotonicMs();
      for (const connection of this.#connections) connection.checkTimeout(nowMs);
      this.#sweepLater();
    });
  }
}

function secureContext({ cert, key, passphrase, clientCa }: TlsOptions): SecureContextOptions {
  return {
    cert,
    key,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(clientCa === undefined ? {} : { ca: clientCa }),
  };
}

function invalidTls(error: unknown): Error {
  const detail = error instanceof Error ? error.message : String(error);
  return brokerErrors.INVALID_TLS({ message: "TLS cannot be set up", detail, cause: error });
}
