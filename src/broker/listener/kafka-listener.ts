/** The listening socket: accepts connections up to a limit, looks after those that hang, closes them in good order. */
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { setImmediate as nextTurn } from "node:timers/promises";
import { brokerErrors } from "../errors.ts";
import { ConnectionSession } from "../connection-session.ts";
import type { Endpoint } from "../connection-session.ts";
import type { Timers } from "../timers.ts";
import { Connection } from "./connection.ts";
import type { ConnectionServices } from "./connection.ts";

export interface TlsOptions {
  /** PEM texts. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** Whose certificates clients must show; absent: they need none. */
  readonly clientCa?: string | Buffer | undefined;
}

export interface ListenerOptions extends ConnectionServices {
  readonly listen: Endpoint;
  /** What clients are told to connect to. Default: the address at which each client came in. */
  readonly advertised?: Endpoint | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly timers: Timers;
  /** Clients need not authenticate themselves. */
  readonly open: boolean;
}

const SWEEP_MS = 5000;
const BACKLOG = 512;

export class KafkaListener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
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

  #createServer(): Server {
    const { tls } = this.#options;
    const onConnection = (socket: Socket): void => this.#onConnection(socket);
    const options = { noDelay: true, keepAlive: true };
    if (tls === undefined) return createServer(options, onConnection);
    const { cert, key, clientCa } = tls;
    const verify =
      clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
    try {
      const server = createTlsServer(
        { ...options, cert, key, ...verify, handshakeTimeout: this.#options.settings.stalledMs },
        onConnection,
      );
      server.on("tlsClientError", () => void (this.#options.metrics.connectionErrors += 1));
      return server;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw brokerErrors.INVALID_TLS({ message: "TLS cannot be set up", detail, cause: error });
    }
  }

  #listen(): Promise<void> {
    const { host, port } = this.#options.listen;
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => {
        const message = `cannot listen for Kafka clients on ${host}:${port}`;
        reject(brokerErrors.ADDRESS_IN_USE({ message, detail: error.message, cause: error }));
      };
      this.#server.once("error", onError);
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off("error", onError);
        this.#server.on("error", () => void (this.#options.metrics.connectionErrors += 1));
        resolve();
      });
    });
  }

  #onConnection(socket: Socket): void {
    const { metrics } = this.#options;
    const session = new ConnectionSession(
      { remoteAddress: socket.remoteAddress ?? "", advertised: this.#advertisedTo(socket) },
      this.#options.open,
    );
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
