/** Limits and defaults of the broker; the names in comments are Kafka's settings of the same meaning. */
export interface BrokerSettings {
  /** `socket.request.max.bytes`: a longer request ends the connection. */
  readonly requestBytesMax: number;
  /** The same until a client has authenticated itself (`sasl.server.max.receive.size`). */
  readonly unauthenticatedRequestBytesMax: number;
  /** `queued.max.request.bytes`: memory of requests being received and worked on, over all connections. */
  readonly heldRequestBytesMax: number;
  /** `max.connections`: further ones are refused. */
  readonly connectionsMax: number;
  /** `connections.max.idle.ms`. */
  readonly idleMs: number;
  /** How long a client may leave a request half sent or an answer half read. */
  readonly stalledMs: number;
  /** While more than this waits in a connection's socket, its next request waits. */
  readonly unsentBytesMax: number;
  /** While more than this waits over all connections, a fetch gets one batch at a time. */
  readonly heldAnswerBytesMax: number;
  /** How long `close` lets requests finish. */
  readonly graceMs: number;
  /** `fetch.max.bytes`: bounds one fetch answer, except for its first batch. */
  readonly fetchBytesMax: number;
  /** Longest wait of a fetch, whatever it asks for. */
  readonly fetchWaitMsMax: number;
  /** `max.incremental.fetch.session.cache.slots`. */
  readonly fetchSessionsMax: number;
  /** Partitions that all fetch sessions remember together. */
  readonly fetchSessionPartitionsMax: number;
  /** `auto.create.topics.enable`. */
  readonly autoCreateTopics: boolean;
  /** `num.partitions`. */
  readonly defaultPartitions: number;
}

export const defaultBrokerSettings: BrokerSettings = {
  requestBytesMax: 104_857_600,
  unauthenticatedRequestBytesMax: 524_288,
  heldRequestBytesMax: 268_435_456,
  connectionsMax: 1000,
  idleMs: 600_000,
  stalledMs: 60_000,
  unsentBytesMax: 1_048_576,
  heldAnswerBytesMax: 268_435_456,
  graceMs: 2000,
  fetchBytesMax: 57_671_680,
  fetchWaitMsMax: 300_000,
  fetchSessionsMax: 1000,
  fetchSessionPartitionsMax: 200_000,
  autoCreateTopics: true,
  defaultPartitions: 1,
};
