/** Counters of the broker, for whoever shows metrics. All only rise, except `connections` and `unsentBytes`. */

export interface ApiMetrics {
  requests: number;
  /** Requests whose handling ended the connection: malformed, or a bug. */
  failures: number;
  /** Requests whose client was made to wait by a quota. */
  throttled: number;
  bytesIn: number;
  bytesOut: number;
  /** From the whole request's arrival to its answer, long polls' waiting included. */
  totalMs: number;
}

/** Why a connection was ended by the broker. */
export type ConnectionEnd =
  | "too-many"
  | "oversized-frame"
  | "malformed"
  | "unsupported-version"
  | "unauthenticated"
  | "idle"
  | "stalled"
  | "unacknowledged-failure"
  | "bug";

export class BrokerMetrics {
  /** By the API's name. */
  readonly apis = new Map<string, ApiMetrics>();
  readonly ends = new Map<ConnectionEnd, number>();
  /** Open now. */
  connections = 0;
  connectionsAccepted = 0;
  /** Answers that wait for their clients to read, now. */
  unsentBytes = 0;
  /** Fetch sessions that are remembered, now. */
  fetchSessions: () => number = () => 0;
  /** Ended by the peer with an error: reset, broken TLS. */
  connectionErrors = 0;
  bytesIn = 0;
  bytesOut = 0;
  batchesAppended = 0;
  bytesAppended = 0;
  /** Batches that were in the log already (idempotent producers sending again). */
  duplicateBatches = 0;
  /** Record batches and message sets that were refused, by error code. */
  readonly refusedBatches = new Map<number, number>();
  /** Messages of magic 0 and 1 stored as batches of magic 2. */
  convertedMessages = 0;
  bytesFetched = 0;
  authenticationFailures = 0;

  api(name: string): ApiMetrics {
    let api = this.apis.get(name);
    if (api === undefined) {
      api = { requests: 0, failures: 0, throttled: 0, bytesIn: 0, bytesOut: 0, totalMs: 0 };
      this.apis.set(name, api);
    }
    return api;
  }

  ended(reason: ConnectionEnd): void {
    this.ends.set(reason, (this.ends.get(reason) ?? 0) + 1);
  }

  refused(errorCode: number): void {
    this.refusedBatches.set(errorCode, (this.refusedBatches.get(errorCode) ?? 0) + 1);
  }
}
