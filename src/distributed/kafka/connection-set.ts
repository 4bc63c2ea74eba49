/** The open connections: one for each broker and lane, made when first asked for. */
import { addressText } from "./broker-address.ts";
import type { BrokerAddress } from "./broker-address.ts";
import { BrokerConnection } from "./broker-connection.ts";
import type { ConnectionParts } from "./broker-connection.ts";
import { clusterErrors } from "../errors.ts";

/**
 * What a connection is for. A broker answers the requests of a connection one after another: what waits must not hold
 * up the rest.
 */
export type Lane = string;

export class ConnectionSet {
  readonly #parts: ConnectionParts;
  readonly #connections = new Map<string, Promise<BrokerConnection>>();
  #closed = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @throws as BrokerConnection.open; CLUSTER_CLOSED */
  async get(address: BrokerAddress, lane: Lane): Promise<BrokerConnection> {
    if (this.#closed) throw clusterErrors.CLOSED({ message: "the connection to the cluster is closed" });
    const key = `${addressText(address)} ${lane}`;
    const known = this.#connections.get(key);
    if (known !== undefined) {
      const connection = await known;
      if (!connection.closed) return connection;
      // Whoever comes first replaces it, the others take what is there then.
      if (this.#connections.get(key) !== known) return this.get(address, lane);
    }
    const opening = BrokerConnection.open(address, this.#parts);
    this.#connections.set(key, opening);
    try {
      const connection = await opening;
      if (this.#closed) connection.close();
      return connection;
    } catch (error) {
      if (this.#connections.get(key) === opening) this.#connections.delete(key);
      throw error;
    }
  }

  /** Closes the connections of a lane to all brokers. */
  closeLane(lane: Lane): void {
    for (const [key, connection] of this.#connections) {
      if (!key.endsWith(` ${lane}`)) continue;
      this.#connections.delete(key);
      void connection.then((each) => each.close()).catch(() => undefined);
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections.values()) {
      void connection.then((each) => each.close()).catch(() => undefined);
    }
    this.#connections.clear();
  }
}
