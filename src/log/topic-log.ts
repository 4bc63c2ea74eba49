/**
 * The topic log: named topics of numbered partitions of Kafka record batches. The segment log (on disk) and
 * the memory log implement the same contract, held by one test suite.
 *
 * All calls are synchronous and belong to one thread. What outside readers may see ends at a partition's
 * high watermark; a writer that commits exactly once holds it back until its commit.
 */
import type { RecordBatchBuilder } from "./record-batch-builder.ts";
import type { RecordBlock } from "./record-block.ts";
import type { TopicConfig } from "./topic-config.ts";
import type { TransactionView } from "./transactions/partition-transactions.ts";

export interface TopicInfo {
  readonly name: string;
  /** A UUID, new for every creation: a topic that is deleted and made again has another. */
  readonly id: string;
  readonly partitions: number;
  /** What was set on the topic, by Kafka's names; the rest are defaults. */
  readonly overrides: Readonly<Record<string, string>>;
  /** All settings, parsed. */
  readonly config: TopicConfig;
}

export interface CreateTopicOptions {
  readonly partitions: number;
  /** By Kafka's names, e.g. `{"retention.ms": "-1"}`. */
  readonly config?: Readonly<Record<string, string>>;
  /** A topic of the name will do as it is, also one that somebody else makes at the same time. */
  readonly ifNotExists?: boolean;
}

export interface TopicLog {
  /** All topics by name. */
  topics(): TopicInfo[];
  topic(name: string): TopicInfo | undefined;
  /** @throws LOG_TOPIC_EXISTS, LOG_INVALID_TOPIC_NAME, LOG_INVALID_PARTITIONS, LOG_UNKNOWN_CONFIG, LOG_INVALID_CONFIG */
  createTopic(name: string, options: CreateTopicOptions): TopicInfo;
  /** @throws LOG_UNKNOWN_TOPIC */
  deleteTopic(name: string): void;
  /** Adds partitions up to `total`; records stay where they are. @throws LOG_INVALID_PARTITIONS when fewer */
  addPartitions(name: string, total: number): TopicInfo;
  /** Sets the values given, resets to its default what is given as null, and keeps the rest. */
  alterConfig(name: string, changes: Readonly<Record<string, string | null>>): TopicInfo;
  /** @throws LOG_UNKNOWN_TOPIC, LOG_UNKNOWN_PARTITION */
  partition(topic: string, partition: number): PartitionLog;
  /**
   * Takes the next `n` arrival numbers and returns the first. Numbers only rise, also over a restart, where
   * some may be skipped.
   */
  allocateArrivals(n: number): number;
  /** Deletes what retention.ms and retention.bytes allow, in every topic whose cleanup.policy has `delete`. */
  enforceRetention(nowMs: number): MaintenanceReport;
  /** Compacts every topic whose cleanup.policy has `compact`. */
  compact(nowMs: number): MaintenanceReport;
  /** Called after a topic was created, deleted or altered; returns what ends the subscription. */
  onTopicsChange(listener: () => void): () => void;
  /** Makes durable what the flush policy promises; see `ARCHITECTURE.md`. @throws LOG_FLUSH_FAILED */
  flush(): void;
  /**
   * Where the policy makes acknowledgements wait for the device: settles when everything that was appended before is there,
   * one flush serving all who wait. Undefined: there is nothing to wait for. Rejects with LOG_FLUSH_FAILED, LOG_PARTITION_FAILED
   */
  flushed(): Promise<void> | undefined;
  /** How many partitions take no more appends until the next start, after a disk error. */
  failedPartitions(): number;
  /** Flushes and lets go of all files; later calls throw LOG_CLOSED. Closing twice does nothing. */
  close(): void;
}

export interface MaintenanceReport {
  readonly segmentsDeleted: number;
  readonly bytesFreed: number;
  readonly recordsRemoved: number;
}

export interface ReadOptions {
  /** Whole batches are read until this is reached; the first is read even if it alone is larger. */
  readonly maxBytes: number;
  /** Read up to this offset, exclusive. Default: the high watermark. */
  readonly upTo?: number;
  /**
   * `read_committed`: only up to the start of the oldest open transaction, and without the records of aborted ones, in
   * whose place stand blocks without records. Default: everything, as Kafka's `read_uncommitted`.
   */
  readonly isolation?: "read_committed" | "read_uncommitted";
}

/** Memory that a reader has for wire forms, to be used again and again. */
export interface WireMemory {
  /** At least `size` bytes with unspecified content; what was taken before is not needed any more. */
  take(size: number): Buffer;
}

/** What `RecordBatchBuilder.finish` gives: the wire form, and the same memory as a block. */
export interface FinishedBatch {
  readonly batch: Buffer;
  readonly block: RecordBlock;
}

export interface PartitionLog {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that can be read. */
  readonly startOffset: number;
  /** The offset the next record gets. */
  readonly endOffset: number;
  /** Outside readers see what is below: the end, unless `manualHighWatermark`. */
  readonly highWatermark: number;
  /** Below it every transaction is decided; at most the high watermark. */
  readonly lastStableOffset: number;
  readonly transactions: TransactionView;
  /**
   * Set by a writer that commits exactly once: appends no longer move the high watermark, only
   * `setHighWatermark` does. Not kept over a restart: the writer cuts back and sets it again.
   */
  manualHighWatermark: boolean;
  /** Only in manual mode; clamped to [startOffset, endOffset]. */
  setHighWatermark(offset: number): void;

  /**
   * Appends a finished batch. Its base offset (and its block's offsets) are rewritten in place when it was
   * finished for another. The log keeps the memory: the caller must not touch it again.
   */
  append(finished: FinishedBatch): RecordBlock;
  /**
   * Finishes the builder at the end offset and appends it. The builder is empty afterwards and ready for
   * re-use, with its own memory. An empty builder appends nothing and returns an empty block.
   * @throws LOG_DISK_FULL, LOG_WRITE_FAILED (nothing was appended; the builder keeps its records),
   * LOG_BATCH_TOO_LARGE, LOG_KEY_REQUIRED
   */
  appendBuilder(builder: RecordBatchBuilder): RecordBlock;
  /**
   * The same for a writer that does not keep the block beyond the present turn of the event loop: its memory is used
   * again once it has left the cache.
   */
  appendTransient(builder: RecordBatchBuilder): RecordBlock;
  /**
   * Appends whole batches in wire form, as a producer sent them: CRC and structure are checked, base
   * offsets assigned and new arrivals allocated. All batches are appended, or none. The log keeps the
   * memory and rewrites base offsets in it: the caller must not touch it again. Memory that is `lent` the log leaves as it
   * is, and does not know after the call; the blocks returned are then good until the next append only.
   * @returns one block a batch run, in order, and the first offset assigned.
   */
  appendWire(batches: Buffer, memory?: "given" | "lent"): WireAppend;

  /** As {@link TopicLog.flush}, for this partition: nothing where the policy promises nothing. @throws LOG_FLUSH_FAILED */
  makeDurable(): void;
  /** As {@link TopicLog.flushed}, for what was appended to this partition. */
  flushed(): Promise<void> | undefined;

  /**
   * The records are elsewhere: `read` may answer nothing though there are some, which are then on their way; `onAppend`
   * tells when they are here.
   */
  readonly fetchesLater?: boolean;
  /**
   * The records from `fromOffset` on, in order; empty at the end. A block that is still in the cache is the
   * very object that `append` returned (a slice of it where `fromOffset` or `upTo` lies inside). Read on
   * from the last block's `nextOffset`. Control batches are passed over: their offsets are holes.
   * @throws LOG_OFFSET_OUT_OF_RANGE, LOG_CORRUPT, LOG_READ_FAILED
   */
  read(fromOffset: number, options: ReadOptions): RecordBlock[];
  /**
   * Reads as `read` does and hands the blocks to `use`, which must not keep them, nor views of their bytes, after it
   * has returned.
   */
  look(fromOffset: number, options: ReadOptions, use: (blocks: RecordBlock[]) => void): void;
  /**
   * Whole batches byte for byte as stored, control batches too, from the one that holds `fromOffset` on, up
   * to `upTo` (default: the high watermark); at least one batch, if there is one. With `memory` they stand in what it gave
   * last; without it they may be a view of what the log keeps.
   */
  readWire(fromOffset: number, maxBytes: number, upTo?: number, memory?: WireMemory): Buffer;
  /** The first record with a timestamp of at least `timestampMs`, below the high watermark. */
  offsetForTimestamp(timestampMs: number): TimestampedOffset | undefined;
  /** Removes every record at or above `offset`. Beyond the end it does nothing. */
  truncateTo(offset: number): void;
  /** Moves the start up to `offset` (clamped to the high watermark) and frees what lies wholly below. */
  deleteRecordsBefore(offset: number): void;
  readonly sizeBytes: number;
  /** Offsets between start and end; holes (compaction, control batches) count too. */
  readonly messageCount: number;
  /** The highest timestamp in the partition, −1 when empty. */
  readonly lastTimestamp: number;
  /**
   * Called, after the change is complete, whenever the end or the high watermark moved up. Listeners must be short and must not
   * throw. Returns what ends the subscription.
   */
  onAppend(listener: () => void): () => void;
}

export interface WireAppend {
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly blocks: RecordBlock[];
}

export interface TimestampedOffset {
  readonly offset: number;
  readonly timestamp: number;
}
