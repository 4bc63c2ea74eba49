/** What the broker remembers of a connection between its requests. */
import type { SaslExchange } from "./access-control.ts";
import { ANONYMOUS } from "./caller.ts";
import type { Caller } from "./caller.ts";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface ConnectionOrigin {
  /** The peer's address. */
  readonly remoteAddress: string;
  /** Where this client reaches the broker. */
  readonly advertised: Endpoint;
}

export class ConnectionSession {
  readonly origin: ConnectionOrigin;
  principal = ANONYMOUS;
  authenticated: boolean;
  /** When the client must have authenticated itself again, by the monotonic clock. */
  expiresAtMs = Infinity;
  /** A SASL exchange that has begun. */
  exchange: SaslExchange | undefined;
  /** After SaslHandshake version 0 SASL tokens come as bare frames. */
  bareTokens = false;
  readonly #onDisconnect = new Set<() => void>();
  #disconnected = false;

  constructor(origin: ConnectionOrigin, authenticated: boolean) {
    this.origin = origin;
    this.authenticated = authenticated;
  }

  caller(clientId: string | null, apiVersion: number): Caller {
    return {
      principal: this.principal,
      clientHost: `/${this.origin.remoteAddress}`,
      clientId: clientId ?? "",
      apiVersion,
      onDisconnect: (run) => this.onDisconnect(run),
    };
  }

  onDisconnect(run: () => void): () => void {
    if (this.#disconnected) {
      run();
      return () => undefined;
    }
    this.#onDisconnect.add(run);
    return () => void this.#onDisconnect.delete(run);
  }

  /** The connection is gone: whoever waits for its sake is told, once. */
  disconnect(): void {
    if (this.#disconnected) return;
    this.#disconnected = true;
    const waiting = [...this.#onDisconnect];
    this.#onDisconnect.clear();
    for (const run of waiting) run();
  }
}
