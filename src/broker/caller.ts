/** Who sent a request. */
export interface Caller {
  /** `User:name`, or `User:ANONYMOUS` without authentication. */
  readonly principal: string;
  /** The peer's address, as Kafka shows it: `/127.0.0.1`. */
  readonly clientHost: string;
  /** What the client calls itself; may be empty. */
  readonly clientId: string;
  /** The version of the request. */
  readonly apiVersion: number;
  /** Calls `run` when the connection is gone; returns what prevents it. */
  onDisconnect(run: () => void): () => void;
}

export const ANONYMOUS = "User:ANONYMOUS";
