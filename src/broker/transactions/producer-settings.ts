/** Limits and defaults of producers and transactions; the names in comments are Kafka's of the same meaning. */
export interface ProducerSettings {
  /** `producer.id.expiration.ms`: a producer that wrote nothing for so long is forgotten. */
  readonly producerIdExpirationMs: number;
  /** `producer.id.expiration.check.interval.ms`. */
  readonly sweepIntervalMs: number;
  /** Producers that one partition remembers; the least recently used is forgotten first. */
  readonly producersPerPartitionMax: number;
  /** Producers that all partitions remember together. */
  readonly producersMax: number;
  /** Aborted transactions that one partition remembers; at the limit it takes no new transaction. */
  readonly abortedPerPartitionMax: number;
  /** Bytes appended to a partition after which its producers are stored anew: what a restart reads at most. */
  readonly snapshotBytes: number;
  /** Batches after which the same. */
  readonly snapshotBatches: number;
}

export const defaultProducerSettings: ProducerSettings = {
  producerIdExpirationMs: 86_400_000,
  sweepIntervalMs: 600_000,
  producersPerPartitionMax: 5000,
  producersMax: 200_000,
  abortedPerPartitionMax: 100_000,
  snapshotBytes: 33_554_432,
  snapshotBatches: 20_000,
};

export interface TransactionSettings {
  /** `transaction.max.timeout.ms`. */
  readonly timeoutMsMax: number;
  /** `transactional.id.expiration.ms`: an id without a transaction for so long is forgotten. */
  readonly idExpirationMs: number;
  /** `transaction.remove.expired.transaction.cleanup.interval.ms`. */
  readonly sweepIntervalMs: number;
  /** Transactional ids known at a time. */
  readonly idsMax: number;
  /** Partitions of one transaction. */
  readonly partitionsMax: number;
  /** After a marker could not be written, when it is tried again. */
  readonly retryMs: number;
}

export const defaultTransactionSettings: TransactionSettings = {
  timeoutMsMax: 900_000,
  idExpirationMs: 604_800_000,
  sweepIntervalMs: 3_600_000,
  idsMax: 10_000,
  partitionsMax: 10_000,
  retryMs: 500,
};
